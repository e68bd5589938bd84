/** Cash and what stands beside it, by venue, with the newest transfers. */
import { sql } from 'kysely';
import type { CashQuery, CashView } from '../../contracts/money-views.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { readReceivables } from './redeemable.ts';
import { atOneInstant, instantText, orNull, usdText } from './view-text.ts';

/** Everything at one instant, so that balances and transfers agree. */
export async function readCash(
  db: LedgerDb,
  query: Omit<CashQuery, 'book'> & { book: Book },
): Promise<CashView> {
  return atOneInstant(db, async (tx) => ({
    book: query.book,
    venues: await venuesOf(tx, query.book),
    unsettled: await unsettledOf(tx, query.book),
    redeemable: await redeemableOf(tx, query.book),
    transfers: await transfersOf(tx, query),
  }));
}

interface VenueRow {
  readonly venue: VenueId;
  readonly held: bigint;
  readonly cash: bigint;
  readonly position: bigint;
  readonly unsettled: bigint;
  readonly suspense: bigint;
  readonly redeemable: bigint;
  readonly venue_credit: bigint;
  readonly capital: bigint;
  readonly fees: bigint;
  readonly pnl: bigint;
}

/** The third part of an account's id is its name; assets and expenses stand on the debit side. */
async function venuesOf(tx: LedgerTx, book: Book): Promise<CashView['venues']> {
  const debit = (name: string) => sql`coalesce(sum(debits - credits)
    FILTER (WHERE split_part(id, '/', 3) = ${name}), 0)::bigint`;
  const credit = (name: string) => sql`coalesce(sum(credits - debits)
    FILTER (WHERE split_part(id, '/', 3) = ${name}), 0)::bigint`;
  const { rows } = await sql<VenueRow>`
    SELECT venue, coalesce(sum(held) FILTER (WHERE split_part(id, '/', 3) = 'cash'), 0)::bigint
        AS held,
      ${debit('cash')} AS cash, ${debit('position')} AS position, ${credit('unsettled')} AS unsettled,
      ${debit('suspense')} AS suspense, ${debit('redeemable')} AS redeemable,
      ${credit('venue-credit')} AS venue_credit, ${credit('capital')} AS capital, ${debit('fees')} AS fees,
      ${credit('pnl')} AS pnl
    FROM account WHERE book = ${book} GROUP BY venue ORDER BY venue`.execute(tx);
  return rows.map((row) => ({
    venue: row.venue,
    cash: usdText(row.cash),
    held: usdText(row.held),
    free: usdText(row.cash - row.held),
    positions: usdText(row.position),
    unsettled: usdText(row.unsettled),
    suspense: usdText(row.suspense),
    redeemable: usdText(row.redeemable),
    venueCredit: usdText(row.venue_credit),
    capital: usdText(row.capital),
    fees: usdText(row.fees),
    pnl: usdText(row.pnl),
  }));
}

async function unsettledOf(tx: LedgerTx, book: Book): Promise<CashView['unsettled']> {
  const { rows } = await sql<{ venue: VenueId; trade_id: string; amount: bigint }>`
    SELECT venue, substr(id, length(book || '/' || venue || '/unsettled/') + 1) AS trade_id,
      (credits - debits)::bigint AS amount
    FROM account WHERE book = ${book} AND split_part(id, '/', 3) = 'unsettled'
      AND credits <> debits
    ORDER BY 2, 1`.execute(tx);
  return rows.map(({ venue, trade_id, amount }) => ({
    venue,
    tradeId: trade_id,
    amount: usdText(amount),
  }));
}

async function redeemableOf(tx: LedgerTx, book: Book): Promise<CashView['redeemable']> {
  const owed = await readReceivables(tx, { book });
  return owed.map(({ venue, market, amountMicros, sinceMs }) => ({
    venue,
    market,
    amount: usdText(amountMicros),
    since: instantText(sinceMs),
  }));
}

interface TransferRow {
  readonly id: string;
  readonly code: string;
  readonly debit_id: string;
  readonly credit_id: string;
  readonly amount: bigint;
  readonly trade_id: string | null;
  readonly day: string;
  readonly recorded_at_ms: bigint;
  readonly venue_at_ms: bigint | null;
}

async function transfersOf(
  tx: LedgerTx,
  query: Omit<CashQuery, 'book'> & { book: Book },
): Promise<CashView['transfers']> {
  const { before = null, trade = null } = query;
  const { rows } = await sql<TransferRow>`
    SELECT id, code, debit_id, credit_id, amount, trade_id, day, recorded_at_ms, venue_at_ms
    FROM transfer
    WHERE split_part(debit_id, '/', 1) = ${query.book}
      AND (${trade}::text IS NULL OR trade_id = ${trade})
      AND (${before}::text IS NULL OR (recorded_at_ms, id) <
        (SELECT recorded_at_ms, id FROM transfer WHERE id = ${before}))
    ORDER BY recorded_at_ms DESC, id DESC LIMIT ${query.limit}`.execute(tx);
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    debit: row.debit_id,
    credit: row.credit_id,
    amount: usdText(row.amount),
    tradeId: row.trade_id,
    day: row.day,
    recordedAt: instantText(row.recorded_at_ms),
    venueAt: orNull(row.venue_at_ms, instantText),
  }));
}
