/** Closing days: what the daily reset does, once a day and book, whatever the clock does. */
import { sql } from 'kysely';
import { assert } from '../../domain/assert.ts';
import type { ClockReading } from '../../domain/clock.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { DayNotOver } from '../errors.ts';
import { appendAudit } from './audit.ts';
import type { ClosingDay } from './day-report.ts';
import { dayReport } from './day-report.ts';
import { openDay, readToday } from './day.ts';
import { readDesk } from './desk.ts';

/**
 * Closes every open day of a book that is before `before`, oldest first, each in a transaction of
 * its own with its report. Today is opened first where the newest day is among them, which carries
 * the open trades' risk over; nothing is opened where nothing is to be closed. A repeat, or a
 * second closer at the same time, closes nothing again.
 * @returns the dates closed by this call
 * @throws DayNotOver, with nothing done, while neither Clock nor calendar has reached `before`;
 *   ClockDisagrees where today cannot be opened; DeskMissing
 */
export async function closeDays(
  db: LedgerDb,
  { book, before }: { book: Book; before: UtcDate },
  reading: ClockReading,
): Promise<UtcDate[]> {
  const today = await readToday(db, book, reading);
  if (today < before) throw new DayNotOver(before, new Date(reading.atMs).toISOString());
  const due = await openDaysBefore(db, book, before);
  if (due.length === 0) return [];
  await openToday(db, book, reading);
  const closed: UtcDate[] = [];
  for (const date of due) if (await closeDay(db, { book, date }, reading)) closed.push(date);
  return closed;
}

/** The books that have days, whoever trades them. */
export async function booksWithDays(db: LedgerDb): Promise<Book[]> {
  const rows = await db.selectFrom('day').select('book').distinct().orderBy('book').execute();
  return rows.map(({ book }) => book);
}

/** The days before `before` that nobody has closed, oldest first. */
export async function openDaysBefore(
  db: LedgerDb,
  book: Book,
  before: UtcDate,
): Promise<UtcDate[]> {
  const rows = await db
    .selectFrom('day')
    .select('date')
    .where('book', '=', book)
    .where('date', '<', before)
    .where('closed_at_ms', 'is', null)
    .orderBy('date')
    .execute();
  return rows.map(({ date }) => date);
}

/** Apart from the closing: all verbs of the book wait for it, and none for the report. */
async function openToday(db: LedgerDb, book: Book, reading: ClockReading): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { limits } = await readDesk(tx, deskOf(book), { keepLimits: true });
    await openDay(tx, book, limits, reading);
  });
}

/** @returns false where it was closed already */
async function closeDay(
  db: LedgerDb,
  { book, date }: { book: Book; date: UtcDate },
  reading: ClockReading,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const day = await lockOpenDay(tx, book, date);
    if (day === undefined) return false;
    await keepPlaces(tx, book, date);
    const report = await dayReport(tx, day, reading);
    await tx
      .insertInto('daily_report')
      .values({
        book,
        date,
        revision: report.revision,
        body: JSON.stringify(report),
        issued_at_ms: reading.atMs,
      })
      .execute();
    await tx
      .updateTable('day')
      .set({ closed_at_ms: reading.atMs })
      .where('book', '=', book)
      .where('date', '=', date)
      .execute();
    const entry = {
      desk: deskOf(book),
      actor: 'daily-reset',
      verified: true,
      action: 'day.closed',
      reason: `${date} is over`,
      detail: { book, date, seal: report.seal },
    };
    await appendAudit(tx, entry, reading.atMs);
    return true;
  });
}

/** Waits for whoever books on the day; from here on nobody does. */
async function lockOpenDay(
  tx: LedgerTx,
  book: Book,
  date: UtcDate,
): Promise<ClosingDay | undefined> {
  const { rows } = await sql<{ opened_at_ms: bigint }>`
    SELECT opened_at_ms FROM day
    WHERE book = ${book} AND date = ${date} AND closed_at_ms IS NULL FOR UPDATE`.execute(tx);
  const day = rows[0];
  if (day === undefined) return undefined;
  const next = await tx
    .selectFrom('day')
    .select((eb) => eb.fn.min('date').as('date'))
    .where('book', '=', book)
    .where('date', '>', date)
    .executeTakeFirst();
  assert(next?.date != null, `${book} ${date} is to be closed and no newer day is open`);
  return { book, date, openedAtMs: toNumber(day.opened_at_ms), next: next.date };
}

/**
 * What is still to be sent counts on the day that reserved it, whatever becomes of it: otherwise
 * its first POST after midnight would change a closed day.
 */
async function keepPlaces(tx: LedgerTx, book: Book, date: UtcDate): Promise<void> {
  const target = counterId(book, { kind: 'trades', day: date });
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM trade WHERE book = ${book} AND day = ${date} AND ended_at_ms IS NULL
    ORDER BY id FOR UPDATE`.execute(tx);
  await sql`SELECT id FROM counter WHERE id = ${target} FOR UPDATE`.execute(tx);
  await sql`
    WITH kept AS (
      UPDATE hold SET captured = amount - released
      WHERE trade_id = ANY(${rows.map(({ id }) => id)}) AND target = ${target}
        AND captured + released < amount
      RETURNING trade_id
    )
    UPDATE counter SET used = used + kept.places, held = held - kept.places
    FROM (SELECT count(*) AS places FROM kept) AS kept
    WHERE id = ${target}`.execute(tx);
}
