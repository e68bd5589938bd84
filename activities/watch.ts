import { cancellationSignal, heartbeat, sleep } from '@temporalio/activity';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { ActivityDeps } from './deps.ts';
import { readVenue, sendSignals } from './watch-pass.ts';

/** One activity watches this long, then hands back to its workflow. */
const WATCH_MS = 10 * 60_000;
/** Well below the workflow's heartbeat timeout of 10 s. */
const HEARTBEAT_MS = 2_000;
/** After a failed pass: the venue, the ledger or Temporal did not answer. */
const PAUSE_AFTER_FAILURE_MS = 2_000;

/** The drop copy: one long activity a venue and book, heartbeating. */
export function watchActivities(deps: ActivityDeps) {
  return {
    /** Reads the venue again and again and tells trades what concerns them. */
    async watchVenue(venueId: VenueId, book: Book): Promise<void> {
      const { pollIntervalMs } = deps.venue(venueId, book).capabilities();
      const endMs = performance.now() + WATCH_MS;
      // Beside the passes: one over a slow venue takes longer than a death goes unnoticed.
      const alive = setInterval(() => heartbeat(), HEARTBEAT_MS);
      try {
        while (!deps.stopping.aborted && performance.now() < endMs) {
          const paused = await pass(deps, venueId, book);
          await sleep(paused ? PAUSE_AFTER_FAILURE_MS : pollIntervalMs);
        }
      } finally {
        clearInterval(alive);
      }
    },
  };
}

/** @returns whether the pass failed; the failure is logged, the watch goes on */
async function pass(deps: ActivityDeps, venueId: VenueId, book: Book): Promise<boolean> {
  const cancelled = cancellationSignal();
  try {
    await readVenue(deps, venueId, book, cancelled);
    await sendSignals(deps, { venue: venueId, book });
    return false;
  } catch (error) {
    cancelled.throwIfAborted();
    deps.log.warn({ venue: venueId, book, err: error }, 'watch could not read');
    return true;
  }
}
