import type { ClockReading } from '../../domain/clock.ts';
import type { UtcDate } from '../../domain/day.ts';
import { tradingDay, utcDate } from '../../domain/day.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { ClockDisagrees } from '../errors.ts';
import { holdToday, newestDay, openDay } from './day.ts';
import { readDesk } from './desk.ts';

/**
 * The day a venue's fact counts on, held open until commit: today, opened where nobody has needed
 * it yet, since a loss must find its counter. Where today cannot be opened the fact is booked all
 * the same, on the newest day there is. Comes before any other lock.
 */
export async function dayOfFact(tx: LedgerTx, book: Book, reading: ClockReading): Promise<UtcDate> {
  const newest = await newestDay(tx, book);
  if (newest === undefined || newest === tradingDay(utcDate(reading.atMs), newest)) {
    return holdToday(tx, book, reading);
  }
  try {
    const { limits } = await readDesk(tx, deskOf(book), { keepLimits: true });
    return await openDay(tx, book, limits, reading);
  } catch (error) {
    if (!(error instanceof ClockDisagrees)) throw error;
    return newest;
  }
}
