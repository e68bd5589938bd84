import type { ClockReading } from '../domain/clock.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { Venue } from '../venues/venue.ts';
import type { ActivityDeps } from './deps.ts';

/** Venues' lists lag: every pass reads this far back again, and books what it finds new. */
export const WATCH_OVERLAP_MS = 10 * 60_000;
const SIGNALS_PER_PASS_MAX = 500;

/** What a pass over a venue needs. */
type WatchDeps = Pick<ActivityDeps, 'ledger' | 'clock' | 'venue'>;

/**
 * One pass of the drop copy: books every fill, final result and redemption the venue has that the
 * ledger has not, then moves the cursor. A crash anywhere repeats the pass; nothing is booked twice.
 * @returns how many new facts were booked
 */
export async function readVenue(
  deps: WatchDeps,
  venueId: VenueId,
  book: Book,
  signal?: AbortSignal,
): Promise<number> {
  const { ledger } = deps;
  const venue = deps.venue(venueId, book);
  const cursorMs = await ledger.readCursor(book, venueId);
  const sinceMs = Math.max(0, cursorMs - WATCH_OVERLAP_MS);
  // Each is booked as soon as it was read: a venue that tells the one and not the other holds
  // nobody up. Only all together move the cursor.
  const fills = await venue.fillsSince(sinceMs, signal);
  const reading = await deps.clock.read();
  const known = await ledger.knownFills(
    book,
    venueId,
    fills.facts.map((fill) => fill.fillId),
  );
  let booked = 0;
  for (const fill of fills.facts) {
    if (known.has(fill.fillId)) continue;
    if (await ledger.bookFill(book, venueId, fill, reading)) booked += 1;
  }
  const settlements = await venue.settlementsSince(sinceMs, signal);
  for (const settlement of settlements.facts) {
    if (await ledger.storeSettlement({ book, venue: venueId }, settlement, reading)) booked += 1;
  }
  const redemptions = await readRedemptions(deps, venue, { sinceMs, reading }, signal);
  const readUpTo = Math.min(fills.cursorMs, settlements.cursorMs, redemptions.cursorMs);
  await ledger.writeCursor({ book, venue: venueId, cursorMs: readUpTo }, reading);
  return booked + redemptions.booked;
}

/** Where winnings must be redeemed: books the cash that came, and reminds of what nobody fetches. */
async function readRedemptions(
  { ledger }: WatchDeps,
  venue: Venue,
  { sinceMs, reading }: { readonly sinceMs: number; readonly reading: ClockReading },
  signal?: AbortSignal,
): Promise<{ booked: number; cursorMs: number }> {
  if (venue.redemptionsSince === undefined) return { booked: 0, cursorMs: Infinity };
  const at = { book: venue.book, venue: venue.id };
  let booked = 0;
  try {
    const { facts, cursorMs } = await venue.redemptionsSince(sinceMs, signal);
    for (const fact of facts) if (await ledger.bookRedemption(at, fact, reading)) booked += 1;
    return { booked, cursorMs };
  } finally {
    // Also where the venue does not tell: then too somebody has to look.
    await ledger.remindRedeemable(at, reading);
  }
}

/** Sends what a venue's facts owe to workflows. A trade that has ended needs no signal any more. */
export async function sendSignals(
  deps: ActivityDeps,
  watch: { venue: VenueId; book: Book },
): Promise<number> {
  const rows = await deps.ledger.unsentSignals(watch, SIGNALS_PER_PASS_MAX);
  const sent: string[] = [];
  for (const row of rows) {
    const reached = await deps.signal(row.workflowId, row.signal, row.payload);
    if (!reached) deps.log.warn({ workflowId: row.workflowId }, 'signal found no running workflow');
    sent.push(row.id);
  }
  if (sent.length > 0) await deps.ledger.markSent(sent, await deps.clock.read());
  return sent.length;
}
