/** Every 30 s, and once at start: what the ledger has under way and nobody drives is driven again. */
import { proxyLocalActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';

/** Local, and so half the history: there are 2,880 sweeps a day, and most find nothing. */
const activities = proxyLocalActivities<Activities>({
  startToCloseTimeout: '5m',
  // The next sweep is 30 s away.
  retry: { maximumAttempts: 3 },
  summary: 'find trades without a run',
});

/** One pass. @returns the ids of the trades it drives again */
export async function sweep(): Promise<string[]> {
  const driven = await activities.sweepTrades();
  const list = driven.map((id) => `- \`trade:${id}\``).join('\n');
  setCurrentDetails(driven.length === 0 ? 'Everything is driven.' : `Driven again:\n\n${list}`);
  return driven;
}
