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
    /** What the alert is called; it is a discrepancy whatever its name. */
    code?: 'DISCREPANCY' | 'RESULT_AMENDED';
    tradeId?: string | undefined;
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
  const { code = 'DISCREPANCY', book, tradeId, detail } = found;
  const key = `discrepancy/${book}/${found.venue}/${found.id}`;
  await raiseAlert(
    tx,
    { code, key, book, detail, ...(tradeId === undefined ? {} : { tradeId }) },
    found.reading,
  );
  const reason = `discrepancy at ${found.venue}: ${found.detail}`;
  await deskChanged(tx, { book: found.book, venue: found.venue }, found.reading);
  await breachDesk(tx, desk, { actor: 'ledger', reason }, found.reading);
}
