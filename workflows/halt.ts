/** A halt by signal or update: stop the desk in the ledger, then cancel at every venue at once. */
import { ActivityFailure, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { DeskId, DeskRequest } from '../domain/desk.ts';
import type { ClearedBook, HaltAnswer } from '../domain/halt.ts';
import { unheardBook } from '../domain/halt.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import { cancelQueue } from './messages.ts';

const stopping = proxyLocalActivities<Activities>({
  startToCloseTimeout: '20s',
  retry: { maximumInterval: '5s', nonRetryableErrorTypes: ['DeskMissing'] },
  summary: 'stop every order, and wait until none can leave any more',
});

/** A venue that nobody serves now, or that does not answer, is reported; the halt holds all the same. */
const CLEARING_MAX = '30s';

/** Halts the desk and cancels what is open; never fails because of a venue. */
export async function haltAndClear(desk: DeskId, request: DeskRequest): Promise<HaltAnswer> {
  await stopping.haltDesk(desk, request);
  const stop = await stopping.acknowledgeStop(desk);
  const books = await stopping.booksToClear(desk);
  return { ...stop, venues: await Promise.all(books.map(clear)) };
}

async function clear(at: { venue: VenueId; book: Book }): Promise<ClearedBook> {
  const { venue, book } = at;
  const cancelling = proxyActivities<Activities>({
    taskQueue: cancelQueue(venue, book),
    startToCloseTimeout: '15s',
    scheduleToCloseTimeout: CLEARING_MAX,
    retry: { initialInterval: '200ms', maximumInterval: '2s' },
    summary: `cancel what is open on ${venue}, and verify`,
  });
  try {
    return await cancelling.clearBook(venue, book);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const why = error.cause?.message ?? error.message;
    return unheardBook(at, `no worker cancelled there within ${CLEARING_MAX}: ${why}`);
  }
}
