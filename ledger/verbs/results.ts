/** Final results of markets: stored as they are told, the newest of a market counts. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { formatDecimal, formatUsd } from '../../domain/decimal.ts';
import { payoutOf } from '../../domain/ledger-entries.ts';
import type { VenueSettlement } from '../../domain/market.ts';
import { microContracts } from '../../domain/money.ts';
import type { Book, OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { recordDiscrepancy } from './discrepancies.ts';
import { dayOfFact } from './fact-day.ts';

interface At {
  readonly book: Book;
  readonly venue: VenueId;
}

/**
 * Stores a market's final result once, and with it a signal to every trade that still holds the
 * market. Postings are made by each trade's record step, by the result stored last. One that says
 * something else than a leg was already paid by changes no posting: it is a critical alert with
 * what it would change, and entries pause until an admin has looked.
 * @returns false where it was stored before
 */
export async function storeSettlement(
  db: LedgerDb,
  at: At,
  fact: VenueSettlement,
  reading: ClockReading,
): Promise<boolean> {
  if (await isStored(db, at, fact)) return false;
  return db.transaction().execute(async (tx) => {
    // Two readers of one market must not both take theirs for the first result.
    const market = `${at.book}/${at.venue}/${fact.marketId}`;
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${market}, 0))`.execute(tx);
    if (await isStored(tx, at, fact)) return false;
    if (!(await hasResult(tx, at, fact.marketId))) {
      await insertResult(tx, at, fact, reading);
      return true;
    }
    const day = await dayOfFact(tx, at.book, reading);
    // A record step under way ends first, and one that comes after sees this result.
    await lockTrades(tx, at, fact.marketId);
    const id = await insertResult(tx, at, fact, reading);
    const changes = await paidOtherwise(tx, at, fact);
    if (changes.length > 0) {
      const detail = amendedDetail(fact, changes);
      const [only] = changes.length === 1 ? changes : [];
      const found = { ...at, id, code: 'RESULT_AMENDED', tradeId: only?.tradeId, detail } as const;
      await recordDiscrepancy(tx, { ...found, day, reading });
    }
    return true;
  });
}

/** An id that pays something else by now names another result: it is stored under a name of its own. */
function amendedId({ settlementId, payoutMicros }: VenueSettlement): string {
  return `${settlementId}@${payoutMicros.join('-')}`;
}

async function isStored(db: LedgerDb | LedgerTx, at: At, fact: VenueSettlement): Promise<boolean> {
  if (fact.isPresent === true) return isNewest(db, at, fact);
  const row = await db
    .selectFrom('settlement')
    .select('settlement_id')
    .where('book', '=', at.book)
    .where('venue', '=', at.venue)
    .where('settlement_id', 'in', [fact.settlementId, amendedId(fact)])
    .where('payout_yes', '=', BigInt(fact.payoutMicros[0]))
    .where('payout_no', '=', BigInt(fact.payoutMicros[1]))
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a market's result says what the one stored last says. */
async function isNewest(
  db: LedgerDb | LedgerTx,
  { book, venue }: At,
  { marketId, payoutMicros }: VenueSettlement,
): Promise<boolean> {
  const newest = await db
    .selectFrom('settlement')
    .select(['payout_yes', 'payout_no'])
    .where('book', '=', book)
    .where('venue', '=', venue)
    .where('market', '=', marketId)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const [yes, no] = payoutMicros;
  return newest?.payout_yes === BigInt(yes) && newest.payout_no === BigInt(no);
}

async function hasResult(tx: LedgerTx, at: At, market: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM settlement WHERE book = ${at.book} AND venue = ${at.venue} AND market = ${market}
    LIMIT 1`.execute(tx);
  return rows.length > 0;
}

/** The venue's id, else what the result pays with it, else that counted: it may hold many times. */
async function freeId(tx: LedgerTx, { book, venue }: At, fact: VenueSettlement): Promise<string> {
  const wanted = [fact.settlementId, amendedId(fact)];
  const rows = await tx
    .selectFrom('settlement')
    .select('settlement_id')
    .where('book', '=', book)
    .where('venue', '=', venue)
    .where((eb) => eb.or([eb('market', '=', fact.marketId), eb('settlement_id', 'in', wanted)]))
    .execute();
  const taken = new Set(rows.map(({ settlement_id: id }) => id));
  const counted = `${amendedId(fact)}#${taken.size + 1}`;
  return wanted.find((id) => !taken.has(id)) ?? counted;
}

/** @returns the id it is stored under */
async function insertResult(
  tx: LedgerTx,
  at: At,
  fact: VenueSettlement,
  reading: ClockReading,
): Promise<string> {
  const id = await freeId(tx, at, fact);
  await tx
    .insertInto('settlement')
    .values({
      book: at.book,
      venue: at.venue,
      settlement_id: id,
      market: fact.marketId,
      payout_yes: fact.payoutMicros[0],
      payout_no: fact.payoutMicros[1],
      settled_at_ms: fact.settledAtMs,
      recorded_at_ms: reading.atMs,
    })
    .execute();
  await sql`
    INSERT INTO outbox (book, venue, workflow_id, signal, payload, created_at_ms)
    SELECT DISTINCT ${at.book}::text, ${at.venue}::text, 'trade:' || trade.id, 'settled',
      jsonb_build_object('settlementId', ${id}::text), ${reading.atMs}::bigint
    FROM trade JOIN leg ON leg.trade_id = trade.id
    WHERE trade.book = ${at.book} AND leg.venue = ${at.venue} AND leg.market = ${fact.marketId}
      AND trade.ended_at_ms IS NULL`.execute(tx);
  return id;
}

async function lockTrades(tx: LedgerTx, at: At, market: string): Promise<void> {
  await sql`
    SELECT id FROM trade WHERE book = ${at.book} AND id IN
      (SELECT trade_id FROM leg WHERE venue = ${at.venue} AND market = ${market})
    ORDER BY id FOR UPDATE`.execute(tx);
}

/** A leg that was paid, and what the newer result would pay it; µ$. */
interface Change {
  readonly tradeId: string;
  readonly paidMicros: number;
  readonly nowMicros: number;
}

async function paidOtherwise(tx: LedgerTx, at: At, fact: VenueSettlement): Promise<Change[]> {
  const { rows } = await sql<{ id: string; outcome: OutcomeIndex; filled: bigint; paid: bigint }>`
    SELECT trade.id, leg.outcome, leg.filled, leg.payout AS paid
    FROM leg JOIN trade ON trade.id = leg.trade_id
    WHERE trade.book = ${at.book} AND leg.venue = ${at.venue} AND leg.market = ${fact.marketId}
      AND leg.payout IS NOT NULL AND leg.filled > 0
    ORDER BY trade.id`.execute(tx);
  return rows
    .map(({ id, outcome, filled, paid }) => ({
      tradeId: id,
      paidMicros: toNumber(paid),
      nowMicros: payoutOf(microContracts(toNumber(filled)), fact.payoutMicros[outcome]),
    }))
    .filter(({ paidMicros, nowMicros }) => paidMicros !== nowMicros);
}

/** Of many trades the first are named; all of them count in the sum. */
const NAMED_MAX = 5;

function amendedDetail({ marketId, payoutMicros }: VenueSettlement, changes: readonly Change[]) {
  const [yes, no] = payoutMicros.map(formatDecimal);
  const named = changes
    .slice(0, NAMED_MAX)
    .map(({ tradeId, paidMicros, nowMicros }) => {
      return `trade ${tradeId} was paid $${formatUsd(paidMicros)}, would be paid $${formatUsd(nowMicros)}`;
    })
    .join('; ');
  const more = changes.length > NAMED_MAX ? `; and ${changes.length - NAMED_MAX} more` : '';
  const sum = changes.reduce((total, one) => total + one.nowMicros - one.paidMicros, 0);
  const inAll =
    changes.length > 1 ? `; in all ${sum < 0 ? '-' : '+'}$${formatUsd(Math.abs(sum))}` : '';
  return `the result of ${marketId} was amended to ${yes} and ${no} a contract after it was booked: ${named}${more}${inAll}; nothing is posted`;
}

/** The result that counts for a leg. */
export interface LegResult {
  readonly settlementId: string;
  readonly settledAtMs: number;
  /** Paid per contract of the leg's outcome, µ$. */
  readonly payoutPrice: number;
}

/** Of each leg of a trade whose market has results, the one stored last. */
export async function resultsOf(tx: LedgerTx, tradeId: string): Promise<Map<number, LegResult>> {
  const { rows } = await sql<{ leg: number; id: string; at: bigint; price: bigint }>`
    SELECT DISTINCT ON (leg.leg) leg.leg, settlement_id AS id, settled_at_ms AS at,
      CASE leg.outcome WHEN 0 THEN payout_yes ELSE payout_no END AS price
    FROM leg JOIN trade ON trade.id = leg.trade_id
    JOIN settlement ON settlement.book = trade.book AND settlement.venue = leg.venue
      AND settlement.market = leg.market
    WHERE leg.trade_id = ${tradeId}
    ORDER BY leg.leg, settlement.seq DESC`.execute(tx);
  return new Map(
    rows.map((row) => [
      row.leg,
      { settlementId: row.id, settledAtMs: toNumber(row.at), payoutPrice: toNumber(row.price) },
    ]),
  );
}
