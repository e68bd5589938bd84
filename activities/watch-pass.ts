import type { ClockReading } from '../domain/clock.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { CashSeen } from '../ledger/verbs/redemptions.ts';
import type { Venue, VenueRedemption } from '../venues/venue.ts';
import { isVenueFailure } from '../venues/venue.ts';
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
  const paid = await readPaid(deps, venue, signal);
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
  const redemptions = await readRedemptions(deps, venue, { sinceMs, reading, paid }, signal);
  const readUpTo = Math.min(fills.cursorMs, settlements.cursorMs, redemptions.cursorMs);
  await ledger.writeCursor({ book, venue: venueId, cursorMs: readUpTo }, reading);
  return booked + redemptions.booked;
}

/** Redemptions that wait for their cash, and what cash there is. */
interface Paid {
  readonly redemptions: readonly VenueRedemption[];
  readonly seen: CashSeen;
}

/**
 * Read before the pass's facts: a fill or its failure that is told after it can then not pass for
 * the cash of a redemption. Undefined where nothing waits, or where the venue does not tell now,
 * which must hold no fill up; where that lasts an alert tells.
 */
async function readPaid(
  { ledger }: WatchDeps,
  venue: Venue,
  signal?: AbortSignal,
): Promise<Paid | undefined> {
  if (venue.redemptionsSince === undefined) return undefined;
  const at = { book: venue.book, venue: venue.id };
  const redemptions = await ledger.unpaidRedemptions(at);
  if (redemptions.length === 0) return undefined;
  const inLedgerMicros = await ledger.ledgerCash(at);
  try {
    const { cashMicros: atVenueMicros } = await (venue.balanceNow?.(signal) ??
      venue.balance(undefined, signal));
    return { redemptions, seen: { inLedgerMicros, atVenueMicros } };
  } catch (error) {
    if (isVenueFailure(error)) return undefined;
    throw error;
  }
}

/**
 * Where winnings must be redeemed: notes what was redeemed, books the cash that came of what was
 * noted before, and reminds of what nobody fetches and of what does not come.
 */
async function readRedemptions(
  { ledger }: WatchDeps,
  venue: Venue,
  of: { readonly sinceMs: number; readonly reading: ClockReading; readonly paid: Paid | undefined },
  signal?: AbortSignal,
): Promise<{ booked: number; cursorMs: number }> {
  if (venue.redemptionsSince === undefined) return { booked: 0, cursorMs: Infinity };
  const { sinceMs, reading, paid } = of;
  const at = { book: venue.book, venue: venue.id };
  try {
    const booked = paid === undefined ? 0 : await bookPaid(ledger, at, paid, reading);
    const { facts, cursorMs } = await venue.redemptionsSince(sinceMs, signal);
    for (const fact of facts) await ledger.noteRedemption(at, fact, reading);
    return { booked, cursorMs };
  } finally {
    // Also where the venue does not tell: then too somebody has to look.
    await ledger.remindRedeemable(at, reading);
  }
}

/** Books the oldest first, as far as the cash goes. @returns how many */
async function bookPaid(
  ledger: WatchDeps['ledger'],
  at: { readonly book: Book; readonly venue: VenueId },
  { redemptions, seen }: Paid,
  reading: ClockReading,
): Promise<number> {
  let { inLedgerMicros } = seen;
  let booked = 0;
  for (const fact of redemptions) {
    const cash = { ...seen, inLedgerMicros };
    const outcome = await ledger.bookRedemption(at, fact, { seen: cash, reading });
    if (outcome.kind !== 'booked') continue;
    inLedgerMicros += outcome.amountMicros;
    booked += 1;
  }
  return booked;
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
