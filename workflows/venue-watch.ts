/** The drop copy of one venue and book: keeps one watching activity going, for ever. */
import {
  ActivityCancellationType,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import { readQueue, watchStatusQuery } from './messages.ts';

/** Keeps a run's history short; at ten minutes a round this is some eight hours. */
const ROUNDS_PER_RUN = 50;

const watchOf = (venue: VenueId, book: Book) =>
  proxyActivities<Activities>({
    taskQueue: readQueue(venue, book),
    startToCloseTimeout: '15m',
    // How long nobody watches after a worker was killed.
    heartbeatTimeout: '10s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '1s', maximumInterval: '10s' },
    summary: `read fills and results of ${venue} (${book}) for ten minutes`,
  });

/** Watches until it is cancelled. */
export async function venueWatch(venue: VenueId, book: Book): Promise<never> {
  const watch = watchOf(venue, book);
  let rounds = 0;
  setHandler(watchStatusQuery, () => ({ venue, book, rounds }), {
    description: 'which venue and book are watched, and how many rounds this run has made',
  });
  setCurrentDetails(detailsOf(venue, book));
  while (rounds < ROUNDS_PER_RUN && !workflowInfo().continueAsNewSuggested) {
    await watch.watchVenue(venue, book);
    rounds += 1;
  }
  return continueAsNew<typeof venueWatch>(venue, book);
}

function detailsOf(venue: VenueId, book: Book): string {
  return [
    `Reads fills and final results of **${venue}** (${book}), books them, signals the trades.`,
    'Runs for ever, one round of ten minutes after the other, and waits for nothing but the venue. A reading that fails is logged and tried again 2 s later; a round that ends shows its failure at its activity.',
    `Its open trades: \`WorkflowType = 'trade' AND ExecutionStatus = 'Running' AND Venue = '${venue}' AND Book = '${book}'\``,
    'Should it be terminated, the next sweep starts it again within 30 s.',
  ].join('\n\n');
}
