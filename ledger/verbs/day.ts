import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { capOf, counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { atRiskOn, mayOpenDay, tradingDay, utcDate } from '../../domain/day.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber, toNumberOrNull } from '../database.ts';
import { ClockDisagrees } from '../errors.ts';
import { holdsOf, releaseHold } from './holds.ts';

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
export async function readToday(tx: LedgerTx, book: Book, reading: ClockReading): Promise<UtcDate> {
  return tradingDay(utcDate(reading.atMs), await newestDay(tx, book));
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

async function newestDay(tx: LedgerTx, book: Book): Promise<UtcDate | undefined> {
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

/**
 * The new day's two counters, with the risk of open trades that may still lose today. Each
 * trade's hold moves from the day before, whose loss row is left with what was realised. More
 * risk than the cap may arrive together (trades of several days settling on one): that stands as
 * overrun and leaves no room.
 */
async function carryRisk(tx: LedgerTx, book: Book, today: UtcDate, limits: Limits): Promise<void> {
  const trades = await tx
    .selectFrom('trade')
    .selectAll()
    .where('book', '=', book)
    .where('ended_at_ms', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  const target = counterId(book, { kind: 'loss', day: today });
  let carried = 0;
  for (const trade of trades) {
    const risk = await releaseLossHold(tx, book, trade.id);
    const settlesAtMs = toNumberOrNull(trade.settles_at_ms);
    const atRisk = atRiskOn(today, {
      placing: trade.status !== 'open',
      openedOn: trade.day,
      ...(settlesAtMs === null ? {} : { settlesAtMs }),
    });
    if (!atRisk || risk === 0) continue;
    await tx
      .insertInto('hold')
      .values({ trade_id: trade.id, leg: 0, target, target_kind: 'counter', amount: risk })
      .execute();
    carried += risk;
  }
  await insertDayCounters(tx, book, today, limits, carried);
}

/** The trade's risk: what its loss hold still holds, else what its filled legs cost. */
async function releaseLossHold(tx: LedgerTx, book: Book, tradeId: string): Promise<number> {
  for (const hold of await holdsOf(tx, tradeId)) {
    if (!hold.id.startsWith(`${book}/loss/`) || hold.remaining === 0) continue;
    await releaseHold(tx, tradeId, hold, hold.remaining);
    return hold.remaining;
  }
  const legs = await tx
    .selectFrom('leg')
    .select(['cost', 'fees'])
    .where('trade_id', '=', tradeId)
    .execute();
  return legs.reduce((sum, leg) => sum + toNumber(leg.cost + leg.fees), 0);
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
