/** Redeemed winnings: what the venue tells of them, and cash once it is seen. */
import { sql } from 'kysely';
import type { AccountRef } from '../../domain/accounts.ts';
import { accountRef } from '../../domain/accounts.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { UtcDate } from '../../domain/day.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { VenueRedemption } from '../../domain/market.ts';
import { micros } from '../../domain/money.ts';
import { earlyRedemptionEntries, redemptionEntries } from '../../domain/redemption-entries.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';
import { dayOfFact } from './fact-day.ts';
import { openAccounts, post } from './postings.ts';

interface At {
  readonly book: Book;
  readonly venue: VenueId;
}

/**
 * Cash at a venue by both sides, read before the facts of the same pass and in this order; µ$. So
 * whatever those facts move is on the ledger's side at least, and never taken for a redemption.
 */
export interface CashSeen {
  readonly inLedgerMicros: number;
  readonly atVenueMicros: number;
}

/** What came of a redemption; `unpaid`: its cash is not at the venue, and nothing was booked. */
export type RedemptionOutcome =
  | { readonly kind: 'booked'; readonly amountMicros: number }
  | { readonly kind: 'known' }
  | { readonly kind: 'unpaid' };

/** Fees are computed, and the venue's own are rounded otherwise: cash differs by as much. */
const CASH_SLACK_MICROS = 10_000;

/**
 * Keeps a redemption that the venue tells until its cash is seen. One transaction may be told in
 * parts: the newest amount counts. One that was booked stays as it was booked.
 */
export async function noteRedemption(
  db: LedgerDb,
  at: At,
  { redemptionId, marketId, amountMicros, redeemedAtMs }: VenueRedemption,
  reading: ClockReading,
): Promise<void> {
  await sql`
    INSERT INTO redemption_unpaid AS known
      (book, venue, redemption_id, market, amount, redeemed_at_ms, seen_at_ms)
    SELECT ${at.book}, ${at.venue}, ${redemptionId}, ${marketId}, ${amountMicros}::bigint,
      ${redeemedAtMs}::bigint, ${reading.atMs}::bigint
    WHERE NOT EXISTS (SELECT FROM redemption WHERE book = ${at.book} AND venue = ${at.venue}
      AND redemption_id = ${redemptionId})
    ON CONFLICT (book, venue, redemption_id) DO UPDATE SET amount = excluded.amount
    WHERE known.amount <> excluded.amount`.execute(db);
}

/** Redemptions that wait for their cash, oldest first. */
export async function unpaidRedemptions(db: LedgerDb, at: At): Promise<VenueRedemption[]> {
  const rows = await db
    .selectFrom('redemption_unpaid')
    .select(['redemption_id', 'market', 'amount', 'redeemed_at_ms'])
    .where('book', '=', at.book)
    .where('venue', '=', at.venue)
    .orderBy('redeemed_at_ms')
    .orderBy('redemption_id')
    .execute();
  return rows.map((row) => ({
    redemptionId: row.redemption_id,
    marketId: row.market,
    amountMicros: micros(toNumber(row.amount)),
    redeemedAtMs: toNumber(row.redeemed_at_ms),
  }));
}

/**
 * Books the cash of a redemption once, where the venue has so much more than the ledger: up to what
 * is redeemable of the market, and what comes beyond it as the venue's credit, reported. What the
 * account redeemed before the book began is in its opening cash, and posts nothing.
 */
export async function bookRedemption(
  db: LedgerDb,
  at: At,
  fact: VenueRedemption,
  { seen, reading }: { readonly seen: CashSeen; readonly reading: ClockReading },
): Promise<RedemptionOutcome> {
  return db.transaction().execute(async (tx) => {
    const day = await dayOfFact(tx, at.book, reading);
    const of = { ...at, market: fact.marketId };
    const cash = accountRef(at.book, at.venue, { kind: 'cash' });
    const { owed, balanceOf } = await lockClaims(tx, of, [cash]);
    if (await isBooked(tx, at, fact)) return { kind: 'known' };
    const owedMicros = micros(Math.min(owed, fact.amountMicros));
    const isOurs = fact.redeemedAtMs >= (await beganAtMs(tx, at));
    const excessMicros = micros(isOurs ? fact.amountMicros - owedMicros : 0);
    const amountMicros = owedMicros + excessMicros;
    const inLedger = Math.max(seen.inLedgerMicros, balanceOf(cash));
    const room = seen.atVenueMicros + CASH_SLACK_MICROS - inLedger;
    if (amountMicros > 0 && amountMicros > room) return { kind: 'unpaid' };
    await storeRedemption(tx, at, { ...fact, bookedMicros: amountMicros }, reading);
    const { redemptionId, redeemedAtMs: venueAtMs } = fact;
    await post(tx, redemptionEntries({ ...of, redemptionId, owedMicros, excessMicros }), {
      day,
      recordedAtMs: reading.atMs,
      venueAtMs,
    });
    if (excessMicros > 0) {
      const detail = `redemption ${redemptionId} of ${fact.marketId} brought $${formatUsd(excessMicros)} more than was owed: it is in venue-credit`;
      const alert = { code: 'VENUE_CREDIT', key: creditKey(of), book: at.book, detail } as const;
      await raiseAlert(tx, alert, reading);
    }
    return { kind: 'booked', amountMicros };
  });
}

async function storeRedemption(
  tx: LedgerTx,
  at: At,
  fact: VenueRedemption & { readonly bookedMicros: number },
  reading: ClockReading,
): Promise<void> {
  const { redemptionId: redemption_id, marketId, amountMicros, bookedMicros, redeemedAtMs } = fact;
  await tx
    .insertInto('redemption')
    .values({
      ...at,
      redemption_id,
      market: marketId,
      amount: amountMicros,
      booked: bookedMicros,
      redeemed_at_ms: redeemedAtMs,
      recorded_at_ms: reading.atMs,
    })
    .execute();
  await tx
    .deleteFrom('redemption_unpaid')
    .where('book', '=', at.book)
    .where('venue', '=', at.venue)
    .where('redemption_id', '=', redemption_id)
    .execute();
}

/** A payout whose redemption was seen before it was recorded is cash already. */
export async function matchEarlyRedemption(
  tx: LedgerTx,
  paid: At & {
    readonly market: string;
    readonly tradeId: string;
    readonly leg: number;
    readonly settlementId: string;
    readonly payoutMicros: number;
  },
  { day, reading }: { readonly day: UtcDate; readonly reading: ClockReading },
): Promise<void> {
  const { credit } = await lockClaims(tx, paid);
  const entries = earlyRedemptionEntries({ ...paid, creditMicros: credit });
  if (entries.length === 0) return;
  await post(tx, entries, { day, recordedAtMs: reading.atMs, tradeId: paid.tradeId });
  if (credit <= paid.payoutMicros) {
    await resolveAlert(tx, creditKey(paid), reading);
  }
}

function creditKey({ book, venue, market }: At & { readonly market: string }): string {
  return `venue-credit/${book}/${venue}/${market}`;
}

async function isBooked(tx: LedgerTx, at: At, { redemptionId }: VenueRedemption): Promise<boolean> {
  const row = await tx
    .selectFrom('redemption')
    .select('redemption_id')
    .where('book', '=', at.book)
    .where('venue', '=', at.venue)
    .where('redemption_id', '=', redemptionId)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * What is owed for a market, and what came beyond it before; µ$. Opened and locked in the order of
 * ids with what else is posted to, so that a payout and its redemption always see each other.
 */
async function lockClaims(
  tx: LedgerTx,
  { book, venue, market }: At & { readonly market: string },
  besides: readonly AccountRef[] = [],
): Promise<{ owed: number; credit: number; balanceOf: (ref: AccountRef) => number }> {
  const redeemable = accountRef(book, venue, { kind: 'redeemable', market });
  const credit = accountRef(book, venue, { kind: 'venue-credit', market });
  const refs = [...besides, redeemable, credit];
  await openAccounts(tx, refs);
  const { rows } = await sql<{ id: string; balance: bigint }>`
    SELECT id, debits - credits AS balance FROM account
    WHERE id = ANY(${refs.map(({ id }) => id)}) ORDER BY id FOR UPDATE`.execute(tx);
  const balanceOf = (ref: AccountRef): number => {
    return toNumber(rows.find(({ id }) => id === ref.id)?.balance ?? 0n);
  };
  return { owed: balanceOf(redeemable), credit: -balanceOf(credit), balanceOf };
}

/** When the book's opening cash was read, Unix ms. */
async function beganAtMs(tx: LedgerTx, { book, venue }: At): Promise<number> {
  const row = await tx
    .selectFrom('transfer')
    .select('recorded_at_ms')
    .where('id', '=', `deposit/${book}/${venue}/initial`)
    .executeTakeFirst();
  return row === undefined ? 0 : toNumber(row.recorded_at_ms);
}
