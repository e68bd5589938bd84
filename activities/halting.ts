import type { Clock } from '../domain/clock.ts';
import type { DeskId, DeskRequest } from '../domain/desk.ts';
import type { ClearedBook } from '../domain/halt.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readDesk } from '../ledger/verbs/desk.ts';
import type { OrderToCancel, VenueBook } from '../ledger/verbs/open-orders.ts';
import type { Venue } from '../venues/venue.ts';
import { clearVenue } from './clear-venue.ts';
import type { ActivityDeps } from './deps.ts';
import { inTime } from './in-time.ts';

/** A ledger that is frozen must not keep the venue's orders resting. */
const LEDGER_MS_MAX = 2_000;

/** What clearing a venue needs of the ledger. */
export interface ClearingLedger {
  readonly ledger: Pick<Ledger, 'ordersToCancel' | 'wakeTrades'>;
  readonly clock: Clock;
}

/** Halting a desk by signal or update, for `workflows/rollout.ts`. */
export function haltingActivities(deps: ActivityDeps) {
  return {
    /** Writes the halt down; it holds once `acknowledgeStop` has answered. Local. */
    async haltDesk(desk: DeskId, request: DeskRequest): Promise<void> {
      const asked = { actor: request.by, reason: request.reason, verified: false };
      await deps.ledger.haltDesk(desk, asked, await deps.clock.read());
      deps.log.warn({ desk, ...request }, 'desk halted by signal or update');
    },

    /** Where the desk may have open orders. Local. */
    booksToClear(desk: DeskId): Promise<VenueBook[]> {
      return deps.ledger.booksToClear(desk);
    },

    /** Cancels what is open at one venue and says what is left; runs where that venue's cancels run. */
    async clearBook(venue: VenueId, book: Book): Promise<ClearedBook> {
      const cleared = await clearBook(deps, deps.venue(venue, book));
      deps.log.warn(cleared, 'venue cleared for a halt');
      return cleared;
    },
  };
}

/**
 * Cancels the ledger's open orders at a venue, and whatever else the venue lists, then wakes the
 * runs of the trades concerned: they and the watch book what each order came to, a fill that was
 * faster than the cancel included. A ledger that does not answer stops none of it.
 */
export async function clearBook(
  { ledger, clock }: ClearingLedger,
  venue: Venue,
  options: { quietMs?: number } = {},
): Promise<ClearedBook> {
  const at = { venue: venue.id, book: venue.book };
  let known: OrderToCancel[] = [];
  try {
    known = await inTime(LEDGER_MS_MAX, 'the ledger', () => ledger.ordersToCancel(at));
  } catch {
    // The venue's own list says what is open all the same.
  }
  const cleared = await clearVenue(venue, known, options);
  try {
    const trades = known.map(({ tradeId }) => tradeId);
    const reading = await clock.read();
    await inTime(LEDGER_MS_MAX, 'the ledger', () => ledger.wakeTrades(at, trades, reading));
  } catch {
    // They look again by themselves, later.
  }
  return cleared;
}

/**
 * Halts the desk in the ledger where only the file HALT does so far: the ledger did not answer when
 * it was written, or a person made it by hand. @returns whether it had to
 */
export async function obeyLatch(
  { ledger, clock }: { ledger: Ledger; clock: Clock },
  desk: DeskId,
  latch: { readonly by: string; readonly reason: string },
): Promise<boolean> {
  const { state } = (await readDesk(ledger.db, desk)).desk;
  if (state === 'halted') return false;
  const asked = { actor: latch.by, reason: latch.reason, verified: false };
  await ledger.haltDesk(desk, asked, await clock.read());
  return true;
}
