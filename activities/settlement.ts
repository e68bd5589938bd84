import type { RecordOutcome } from '../ledger/verbs/settle.ts';
import type { ActivityDeps } from './deps.ts';
import { readVenue } from './watch-pass.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long after the expected result the watch is given before a trade looks for itself. */
const GRACE_MS = 10 * MINUTE_MS;
/** Between looks of the safety net once the result is overdue, or where none is expected. */
const LOOK_AGAIN_MS = 6 * HOUR_MS;

/** How long a trade waits for its signal before it asks the venue itself. */
export function settlementCheckInMs(settlesAtMs: number | null, atMs: number): number {
  if (settlesAtMs === null) return LOOK_AGAIN_MS;
  return settlesAtMs > atMs ? settlesAtMs - atMs + GRACE_MS : LOOK_AGAIN_MS;
}

/** Steps 3 and 4: learn the result, record it. */
export function settlementActivities(deps: ActivityDeps) {
  return {
    /** One transaction a trade; a repeat answers what was recorded. */
    async recordTrade(tradeId: string): Promise<RecordOutcome> {
      const outcome = await deps.ledger.recordSettlement(tradeId, await deps.clock.read());
      if (outcome.kind === 'recorded') {
        const { payoutMicros, pnlMicros, day } = outcome;
        deps.log.info({ tradeId, payoutMicros, pnlMicros, day }, 'trade settled');
      }
      return outcome;
    },

    /** The safety net: reads the trade's venues as the watch would, in case the watch does not. */
    async checkVenue(tradeId: string): Promise<{ lookAgainInMs: number }> {
      const trade = await deps.ledger.readStanding(tradeId);
      for (const { leg } of trade.plan.legs) await readVenue(deps, leg.venue, trade.book);
      const { atMs } = await deps.clock.read();
      return { lookAgainInMs: settlementCheckInMs(trade.settlesAtMs, atMs) };
    },
  };
}
