import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { capOf, counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { atRiskOn, mayOpenDay, tradingDay, utcDate } from '../../domain/day.ts';
import type { Limits } from '../../domain/limits.ts';
import type { LegPosition } from '../../domain/position.ts';
import { positionRisk } from '../../domain/position.ts';
import type { TradeStatus } from '../../domain/trade.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { ClockDisagrees } from '../errors.ts';

/**
 * Answers today and opens it if this transaction is the first to need it. Must come before any
 * other lock of a transaction. A day in use is held KEY SHARE until commit and the day before is
 * held UPDATE while the next one opens: so no day opens between a reservation's look at the
 * calendar and its commit, and all its risk is carried.
 * @throws ClockDisagrees when the date is not the database's, offset included
 */
export async function openDay(
  tx: LedgerTx,
  book: Book,
  limits: Limits,
  reading: ClockReading,
): Promise<UtcDate> {
  const date = utcDate(reading.atMs);
  // As a rule the Clock's date is open and the newest; where it is not open, nothing is locked yet.
  const isOpen = await lockDay(tx, book, date, 'KEY SHARE');
  if (isOpen && (await newestDay(tx, book)) === date) return date;
  for (;;) {
    const newest = await newestDay(tx, book);
    const today = tradingDay(date, newest);
    await lockDay(tx, book, newest ?? '', newest === today ? 'KEY SHARE' : 'UPDATE');
    // Overtaken while waiting for the lock: look again.
    if ((await newestDay(tx, book)) !== newest) continue;
    if (newest === today) return today;
    await refuseWrongDate(tx, today, reading);
    const inserted = await tx
      .insertInto('day')
      .values({ book, date: today, opened_at_ms: reading.atMs })
      .onConflict((conflict) => conflict.doNothing())
      .returning('date')
      .executeTakeFirst();
    // The very first day has no row before it to lock: someone else may have opened it.
    if (inserted === undefined) continue;
    await carryRisk(tx, book, today, limits);
    return today;
  }
}

/** Today as the ledger has it, without opening it: a venue's fact is booked even where a day cannot be. */
export async function readToday(
  tx: LedgerDb | LedgerTx,
  book: Book,
  reading: ClockReading,
): Promise<UtcDate> {
  return tradingDay(utcDate(reading.atMs), await newestDay(tx, book));
}

/**
 * Today for booking a venue's fact, which must not fail where a day cannot be opened. Until commit
 * no day opens, and so the day it answers cannot be closed. Comes before any other lock.
 */
export async function holdToday(tx: LedgerTx, book: Book, reading: ClockReading): Promise<UtcDate> {
  for (;;) {
    const newest = await newestDay(tx, book);
    await lockDay(tx, book, newest ?? '', 'KEY SHARE');
    // Overtaken while waiting for the lock: look again.
    if ((await newestDay(tx, book)) === newest) return tradingDay(utcDate(reading.atMs), newest);
  }
}

/** @returns whether there is such a day */
async function lockDay(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
  strength: 'KEY SHARE' | 'UPDATE',
): Promise<boolean> {
  const lock = strength === 'UPDATE' ? sql`FOR UPDATE` : sql`FOR KEY SHARE`;
  const { rows } = await sql`
    SELECT date FROM day WHERE book = ${book} AND date = ${date} ${lock}`.execute(tx);
  return rows.length === 1;
}

/** The last day of a book that was ever opened. */
export async function newestDay(tx: LedgerDb | LedgerTx, book: Book): Promise<UtcDate | undefined> {
  const row = await tx
    .selectFrom('day')
    .select('date')
    .where('book', '=', book)
    .orderBy('date', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.date;
}

async function refuseWrongDate(tx: LedgerTx, day: UtcDate, reading: ClockReading): Promise<void> {
  const { rows } = await sql<{ ms: bigint }>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms`.execute(tx);
  const nowMs = toNumber(rows[0]!.ms);
  if (!mayOpenDay(day, nowMs, reading.offsetMs)) {
    throw new ClockDisagrees(day, new Date(nowMs + reading.offsetMs).toISOString());
  }
}

interface OpenTrade {
  readonly id: string;
  readonly status: TradeStatus;
  readonly day: UtcDate;
  readonly settles_at_ms: bigint | null;
  /** What its loss hold still holds; null where it holds nothing of it. */
  readonly held: bigint | null;
  /** Its legs' positions, as numbers. */
  readonly legs: readonly LegPosition[] | null;
}

/** What an open trade may still lose: what is held for it, else what its position says. */
function riskOf({ held, legs }: OpenTrade): number {
  return held === null ? positionRisk(legs ?? []) : toNumber(held);
}

/**
 * The new day's two counters, with the risk of open trades that may still lose today. Each
 * trade's hold moves from the day before, whose loss row is left with what was realised. More
 * risk than the cap may arrive together (trades of several days settling on one): that stands as
 * overrun and leaves no room. A few statements for all trades: every verb of the book waits.
 */
async function carryRisk(tx: LedgerTx, book: Book, today: UtcDate, limits: Limits): Promise<void> {
  const trades = await lockOpenTrades(tx, book);
  await releaseLossHolds(
    tx,
    book,
    trades.map(({ id }) => id),
  );
  const carried = trades.filter(
    (trade) =>
      riskOf(trade) > 0 &&
      atRiskOn(today, {
        placing: trade.status !== 'open',
        openedOn: trade.day,
        ...(trade.settles_at_ms === null ? {} : { settlesAtMs: toNumber(trade.settles_at_ms) }),
      }),
  );
  const target = counterId(book, { kind: 'loss', day: today });
  await sql`
    INSERT INTO hold (trade_id, leg, target, target_kind, amount)
    SELECT trade_id, 0, ${target}, 'counter', amount FROM unnest(
      ${carried.map(({ id }) => id)}::text[],
      ${carried.map(riskOf)}::bigint[]) AS carried (trade_id, amount)`.execute(tx);
  const carriedMicros = carried.reduce((sum, trade) => sum + riskOf(trade), 0);
  await insertDayCounters(tx, book, today, limits, carriedMicros);
}

/** Two statements: only the second one's snapshot has what was booked while the first one waited. */
async function lockOpenTrades(tx: LedgerTx, book: Book): Promise<OpenTrade[]> {
  await sql`
    SELECT id FROM trade WHERE book = ${book} AND ended_at_ms IS NULL
    ORDER BY id FOR UPDATE`.execute(tx);
  const { rows } = await sql<OpenTrade>`
    SELECT id, status, day, settles_at_ms,
      (SELECT sum(amount - captured - released) FROM hold WHERE trade_id = trade.id
        AND starts_with(target, ${`${book}/loss/`}) AND captured + released < amount
      )::bigint AS held,
      (SELECT jsonb_agg(jsonb_build_object('filled', filled, 'cost', cost, 'fees', fees,
        'sold', sold, 'realised', realised, 'realisedFees', realised_fees) ORDER BY leg)
      FROM leg WHERE trade_id = trade.id) AS legs
    FROM trade
    WHERE book = ${book} AND ended_at_ms IS NULL
    ORDER BY id`.execute(tx);
  return rows;
}

async function releaseLossHolds(
  tx: LedgerTx,
  book: Book,
  tradeIds: readonly string[],
): Promise<void> {
  await sql`
    WITH open AS (
      SELECT trade_id, leg, target, amount - captured - released AS remaining FROM hold
      WHERE trade_id = ANY(${tradeIds}) AND starts_with(target, ${`${book}/loss/`})
        AND captured + released < amount
    ), released AS (
      UPDATE hold SET released = hold.released + remaining FROM open
      WHERE hold.trade_id = open.trade_id AND hold.leg = open.leg AND hold.target = open.target
    )
    UPDATE counter SET held = held - freed, overrun = greatest(0, used + held - freed - cap)
    FROM (SELECT target, sum(remaining)::bigint AS freed FROM open GROUP BY target) AS freed
    WHERE id = target`.execute(tx);
}

async function insertDayCounters(
  tx: LedgerTx,
  book: Book,
  today: UtcDate,
  limits: Limits,
  carriedMicros: number,
): Promise<void> {
  const lossCap = capOf('loss', limits);
  await tx
    .insertInto('counter')
    .values([
      {
        id: counterId(book, { kind: 'loss', day: today }),
        book,
        kind: 'loss',
        held: carriedMicros,
        cap: lossCap,
        overrun: Math.max(0, carriedMicros - lossCap),
      },
      {
        id: counterId(book, { kind: 'trades', day: today }),
        book,
        kind: 'trades',
        cap: capOf('trades', limits),
      },
    ])
    .execute();
}
