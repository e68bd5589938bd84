import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { messageOf } from '../domain/thrown.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import { Bell } from './bell.ts';
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
    /**
     * Reads the venue again and again and tells trades what concerns them: at its pace, and at once
     * where the venue itself says that something happened.
     */
    async watchVenue(venueId: VenueId, book: Book): Promise<void> {
      const { pollIntervalMs } = deps.venue(venueId, book).capabilities();
      const cancelled = cancellationSignal();
      const endMs = performance.now() + WATCH_MS;
      const isOver = (): boolean =>
        deps.stopping.aborted || cancelled.aborted || performance.now() >= endMs;
      const bell = new Bell();
      const end = (): void => bell.end();
      for (const signal of [deps.stopping, cancelled]) signal.addEventListener('abort', end);
      const stopListening = listen(deps, bell, { venue: venueId, book });
      // Beside the passes: one over a slow venue takes longer than a death goes unnoticed.
      const alive = setInterval(() => heartbeat(), HEARTBEAT_MS);
      try {
        while (!isOver()) {
          const paused = await pass(deps, venueId, book);
          if (paused) bell.hold(PAUSE_AFTER_FAILURE_MS);
          await bell.wait(paused ? PAUSE_AFTER_FAILURE_MS : pollIntervalMs);
        }
        cancelled.throwIfAborted();
      } finally {
        clearInterval(alive);
        for (const signal of [deps.stopping, cancelled]) signal.removeEventListener('abort', end);
        await stopListening();
      }
    },
  };
}

/** Rings the bell at each of the venue's events, where it has any. @returns what ends that */
function listen(
  deps: ActivityDeps,
  bell: Bell,
  at: { venue: VenueId; book: Book },
): () => Promise<void> {
  const ending = new AbortController();
  const trouble = (detail: string): void => deps.log.warn({ ...at, detail }, 'venue stream');
  const listener = { onEvent: () => bell.ring(), onTrouble: trouble };
  const run = async (): Promise<void> => {
    try {
      await deps.venue(at.venue, at.book).listen?.(listener, ending.signal);
    } catch (error) {
      trouble(`ended: ${messageOf(error)}`);
    }
  };
  const listening = run();
  return async () => {
    ending.abort();
    await listening;
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
