/** Redeemed winnings: cash that is seen, and winnings that nobody redeems. */
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
import type { Receivable } from '../read/redeemable.ts';
import { readReceivables } from '../read/redeemable.ts';
import { raiseAlert, resolveAlert } from './alerts.ts';
import { dayOfFact } from './fact-day.ts';
import { openAccounts, post } from './postings.ts';

interface At {
  readonly book: Book;
  readonly venue: VenueId;
}

/** Winnings that are not redeemed for so long need a person: auto-redeeming takes minutes. */
const REMIND_AFTER_MS = 24 * 60 * 60_000;

/**
 * Books the cash of a redemption once: up to what is redeemable of the market, and what comes
 * beyond it as the venue's credit, reported. What the account redeemed before the book began is in
 * its opening cash, and posts nothing.
 * @returns false where it was booked before
 */
export async function bookRedemption(
  db: LedgerDb,
  at: At,
  fact: VenueRedemption,
  reading: ClockReading,
): Promise<boolean> {
  if (await isBooked(db, at, fact)) return false;
  return db.transaction().execute(async (tx) => {
    const day = await dayOfFact(tx, at.book, reading);
    const of = { ...at, market: fact.marketId };
    const { owed } = await lockClaims(tx, of, [accountRef(at.book, at.venue, { kind: 'cash' })]);
    const owedMicros = micros(Math.min(owed, fact.amountMicros));
    const isOurs = fact.redeemedAtMs >= (await beganAtMs(tx, at));
    const excessMicros = micros(isOurs ? fact.amountMicros - owedMicros : 0);
    const { redemptionId } = fact;
    const inserted = await tx
      .insertInto('redemption')
      .values({
        ...at,
        redemption_id: redemptionId,
        market: fact.marketId,
        amount: fact.amountMicros,
        booked: owedMicros + excessMicros,
        redeemed_at_ms: fact.redeemedAtMs,
        recorded_at_ms: reading.atMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('redemption_id')
      .executeTakeFirst();
    if (inserted === undefined) return false;
    await post(tx, redemptionEntries({ ...of, redemptionId, owedMicros, excessMicros }), {
      day,
      recordedAtMs: reading.atMs,
      venueAtMs: fact.redeemedAtMs,
    });
    if (excessMicros > 0) {
      const detail = `redemption ${redemptionId} of ${fact.marketId} brought $${formatUsd(excessMicros)} more than was owed: it is in venue-credit`;
      const alert = { code: 'VENUE_CREDIT', key: creditKey(of), book: at.book, detail } as const;
      await raiseAlert(tx, alert, reading);
    }
    return true;
  });
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

/**
 * Raises an alert for each market whose winnings nobody has redeemed for a day, keeps its amount up
 * to date, and resolves those whose cash has been seen. A repeat changes nothing.
 */
export async function remindRedeemable(db: LedgerDb, at: At, reading: ClockReading): Promise<void> {
  const overdue = (await readReceivables(db, at))
    .filter(({ sinceMs }) => reading.atMs - sinceMs >= REMIND_AFTER_MS)
    .map((claim) => reminderOf(at, claim));
  const open = await openReminders(db, at);
  const keys = new Set(overdue.map(({ key }) => key));
  const gone = [...open.keys()].filter((key) => !keys.has(key));
  const fresh = overdue.filter(({ key, detail }) => open.get(key) !== detail);
  if (gone.length === 0 && fresh.length === 0) return;
  await db.transaction().execute(async (tx) => {
    for (const key of gone) await resolveAlert(tx, key, reading);
    for (const alert of fresh) await raiseAlert(tx, alert, reading);
  });
}

function reminderOf({ book, venue }: At, { market, amountMicros, sinceMs }: Receivable) {
  const since = new Date(sinceMs).toISOString();
  const detail = `$${formatUsd(amountMicros)} won on ${venue} ${market} has not been redeemed since ${since}`;
  const key = `redeemable/${book}/${venue}/${market}`;
  return { code: 'REDEEMABLE_WAITING', key, book, detail } as const;
}

/** What open reminders say, by key. */
async function openReminders(db: LedgerDb, { book, venue }: At): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('alert')
    .select(['key', 'detail'])
    .where('code', '=', 'REDEEMABLE_WAITING')
    .where('resolved_at_ms', 'is', null)
    .where(sql<boolean>`starts_with(key, ${`redeemable/${book}/${venue}/`})`)
    .execute();
  return new Map(rows.map(({ key, detail }) => [key, detail]));
}

function creditKey({ book, venue, market }: At & { readonly market: string }): string {
  return `venue-credit/${book}/${venue}/${market}`;
}

async function isBooked(db: LedgerDb, at: At, { redemptionId }: VenueRedemption): Promise<boolean> {
  const row = await db
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
): Promise<{ owed: number; credit: number }> {
  const redeemable = accountRef(book, venue, { kind: 'redeemable', market });
  const credit = accountRef(book, venue, { kind: 'venue-credit', market });
  const refs = [...besides, redeemable, credit];
  await openAccounts(tx, refs);
  const { rows } = await sql<{ id: string; balance: bigint }>`
    SELECT id, debits - credits AS balance FROM account
    WHERE id = ANY(${refs.map(({ id }) => id)}) ORDER BY id FOR UPDATE`.execute(tx);
  const of = (ref: AccountRef): number => {
    return toNumber(rows.find(({ id }) => id === ref.id)?.balance ?? 0n);
  };
  return { owed: of(redeemable), credit: -of(credit) };
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
