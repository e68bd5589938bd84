/** Daily reports as they were stored; a corrected one by its newest revision. */
import type { DailyReport } from '../../contracts/daily-report.ts';
import { dailyReportSchema } from '../../contracts/daily-report.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';

/** The report of a day, or of the newest closed day; undefined where there is none. */
export async function findReport(
  db: LedgerDb,
  book: Book,
  date?: UtcDate,
): Promise<DailyReport | undefined> {
  const row = await db
    .selectFrom('daily_report')
    .select('body')
    .where('book', '=', book)
    .$if(date !== undefined, (query) => query.where('date', '=', date!))
    .orderBy('date', 'desc')
    .orderBy('revision', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? undefined : dailyReportSchema.parse(row.body);
}

/** Every day that has a report, oldest first. */
export async function reportedDays(db: LedgerDb): Promise<{ book: Book; date: UtcDate }[]> {
  return db
    .selectFrom('daily_report')
    .select(['book', 'date'])
    .where('revision', '=', 1)
    .orderBy('date')
    .orderBy('book')
    .execute();
}

/** Whether a day was ever opened, and whether it is over. */
export async function dayState(
  db: LedgerDb,
  book: Book,
  date: UtcDate,
): Promise<'open' | 'closed' | 'never opened'> {
  const row = await db
    .selectFrom('day')
    .select('closed_at_ms')
    .where('book', '=', book)
    .where('date', '=', date)
    .executeTakeFirst();
  if (row === undefined) return 'never opened';
  return row.closed_at_ms === null ? 'open' : 'closed';
}
