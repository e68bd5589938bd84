import type { UtcDate } from '../domain/day.ts';
import { utcDate } from '../domain/day.ts';
import type { Book } from '../domain/venue-id.ts';
import type { ActivityDeps } from './deps.ts';
import { fileReport } from './report-files.ts';

/** The daily reset: each step may be repeated, and a failed one undoes nothing. */
export function dailyActivities(deps: ActivityDeps) {
  const { ledger, clock } = deps;
  return {
    /**
     * Closes every open day before the UTC date of the scheduled start by the Clock.
     * @param scheduledAtMs the time the schedule meant, Unix ms of Temporal's clock
     * @returns the days closed by this call
     */
    async closeDays(scheduledAtMs: number): Promise<{ book: Book; date: UtcDate }[]> {
      const reading = await clock.read();
      const before = utcDate(scheduledAtMs + reading.offsetMs);
      const closed: { book: Book; date: UtcDate }[] = [];
      for (const book of await ledger.booksWithDays()) {
        for (const date of await ledger.closeDays({ book, before }, reading)) {
          closed.push({ book, date });
          deps.log.info({ book, date }, 'day closed');
        }
      }
      return closed;
    },

    /**
     * Writes the stored reports into the data directory: those that a crash left unwritten too,
     * since days that were closed before are not closed, nor told, again.
     * @returns how many files were new
     */
    async writeReports(): Promise<number> {
      let written = 0;
      for (const { book, date } of await ledger.reportedDays()) {
        const report = await ledger.findReport(book, date);
        if (report !== undefined && (await fileReport(deps.reportsDir, report))) written += 1;
      }
      return written;
    },

    /** @returns where the backup lies */
    async backUp(): Promise<string> {
      return deps.backUp('daily reset');
    },
  };
}
