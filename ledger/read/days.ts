/** Trading days: what an open one has come to by now, and a closed one's report. */
import { sql } from 'kysely';
import type { DaysQuery, DaysView, DayView } from '../../contracts/days.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import { DAY_MS } from '../../domain/day.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { decisionsOn, postingsOn, settledOn, tradesOn } from '../verbs/day-facts.ts';
import { findReport } from './reports.ts';
import { atOneInstant, instantText, orNull, usdText } from './view-text.ts';

/** A book's days, the newest first. */
export async function listDays(
  db: LedgerDb,
  query: Omit<DaysQuery, 'book'> & { book: Book },
): Promise<DaysView> {
  const { book, before = null, limit } = query;
  const rows = await dayRows(
    db,
    sql`d.book = ${book}
    AND (${before}::text IS NULL OR d.date < ${before}) ORDER BY d.date DESC LIMIT ${limit}`,
  );
  return {
    days: rows.map((row) => ({
      ...numbersOf(row),
      state: row.closed_at_ms === null ? 'open' : 'closed',
      closedAt: orNull(row.closed_at_ms, instantText),
      revision: row.revision,
    })),
  };
}

/** One day; undefined where the book never opened it. */
export async function readDay(
  db: LedgerDb,
  book: Book,
  date: UtcDate,
): Promise<DayView | undefined> {
  const report = await findReport(db, book, date);
  if (report !== undefined) return { state: 'closed', report };
  return atOneInstant(db, async (tx) => {
    const [row] = await dayRows(tx, sql`d.book = ${book} AND d.date = ${date}`);
    if (row === undefined) return undefined;
    const { realized } = await settledOn(tx, book, date);
    const { feesMicros } = await postingsOn(tx, book, date);
    return {
      state: 'open',
      ...numbersOf(row),
      endsAt: instantText(Date.parse(date) + DAY_MS),
      proposals: await decisionsOn(tx, book, date),
      ...(await tradesOn(tx, book, date)),
      realizedPnl: realized.pnl,
      gains: realized.gains,
      losses: realized.losses,
      fees: usdText(feesMicros),
    };
  });
}

interface Row {
  readonly book: Book;
  readonly date: UtcDate;
  readonly opened_at_ms: bigint;
  readonly closed_at_ms: bigint | null;
  readonly revision: number | null;
  readonly pnl: bigint;
}

interface NumberedRow extends Row {
  readonly trades: Counter | undefined;
  readonly loss: Counter | undefined;
}

async function dayRows(db: LedgerDb, which: ReturnType<typeof sql>): Promise<NumberedRow[]> {
  const { rows } = await sql<Row>`
    SELECT d.book, d.date, d.opened_at_ms, d.closed_at_ms,
      (SELECT max(revision) FROM daily_report r WHERE r.book = d.book AND r.date = d.date)
        AS revision,
      (SELECT coalesce(sum(pnl), 0)::bigint FROM trade t
        WHERE t.book = d.book AND t.ended_day = d.date AND pnl IS NOT NULL) AS pnl
    FROM day d WHERE ${which}`.execute(db);
  const idOf = (row: Row, kind: 'trades' | 'loss') => counterId(row.book, { kind, day: row.date });
  const ids = rows.flatMap((row) => [idOf(row, 'trades'), idOf(row, 'loss')]);
  const counters = await db
    .selectFrom('counter')
    .select(['id', 'used', 'held', 'cap'])
    .where(sql<boolean>`id = ANY(${ids})`)
    .execute();
  const find = (id: string) => counters.find((counter) => counter.id === id);
  return rows.map((row) => ({
    ...row,
    trades: find(idOf(row, 'trades')),
    loss: find(idOf(row, 'loss')),
  }));
}

interface Counter {
  readonly used: bigint;
  readonly held: bigint;
  readonly cap: bigint;
}

function numbersOf(row: NumberedRow) {
  const count = (of: Counter | undefined, write: (value: bigint) => string) => ({
    used: write(of?.used ?? 0n),
    held: write(of?.held ?? 0n),
    limit: write(of?.cap ?? 0n),
  });
  return {
    book: row.book,
    date: row.date,
    openedAt: instantText(row.opened_at_ms),
    trades: count(row.trades, String),
    loss: count(row.loss, usdText),
    realizedPnl: usdText(row.pnl),
  };
}
