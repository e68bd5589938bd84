import type { ClockReading } from '../../domain/clock.ts';
import type { UtcDate } from '../../domain/day.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { raiseAlert } from './alerts.ts';
import { breachDesk } from './desk-state.ts';
import { deskChanged } from './watch.ts';

/** Writes down what ledger and venue disagree on, and pauses entries until a person looked. */
export async function recordDiscrepancy(
  tx: LedgerTx,
  found: {
    book: Book;
    venue: VenueId;
    id: string;
    detail: string;
    day: UtcDate;
    reading: ClockReading;
  },
): Promise<void> {
  await tx
    .insertInto('discrepancy')
    .values({
      id: `${found.book}/${found.venue}/${found.id}`,
      book: found.book,
      venue: found.venue,
      detail: found.detail,
      recorded_at_ms: found.reading.atMs,
      day: found.day,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const desk = deskOf(found.book);
  const key = `discrepancy/${found.book}/${found.venue}/${found.id}`;
  const alert = { code: 'DISCREPANCY', key, book: found.book, detail: found.detail } as const;
  await raiseAlert(tx, alert, found.reading);
  const reason = `discrepancy at ${found.venue}: ${found.detail}`;
  await deskChanged(tx, { book: found.book, venue: found.venue }, found.reading);
  await breachDesk(tx, desk, { actor: 'ledger', reason }, found.reading);
}
