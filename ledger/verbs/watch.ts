/** What the venue watch keeps: its cursor, the facts it has seen, and whom it has to tell. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import { deskOf } from '../../domain/desk.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/** One signal to a trade's workflow, kept until it was sent. */
export interface OutboxRow {
  readonly id: string;
  readonly workflowId: string;
  readonly signal: string;
  readonly payload: unknown;
}

/** Up to where facts were read, Unix ms; 0 before the first reading. */
export async function readCursor(db: LedgerDb, book: Book, venue: VenueId): Promise<number> {
  const row = await db
    .selectFrom('watch')
    .select('cursor_ms')
    .where('book', '=', book)
    .where('venue', '=', venue)
    .executeTakeFirst();
  return row === undefined ? 0 : toNumber(row.cursor_ms);
}

/** Moves the cursor forward, never back, and notes when the venue was last read. */
export async function writeCursor(
  db: LedgerDb,
  watch: { book: Book; venue: VenueId; cursorMs: number },
  reading: ClockReading,
): Promise<void> {
  await sql`
    INSERT INTO watch (book, venue, cursor_ms, read_at_ms)
    VALUES (${watch.book}, ${watch.venue}, ${watch.cursorMs}, ${reading.atMs})
    ON CONFLICT (book, venue) DO UPDATE SET
      cursor_ms = greatest(watch.cursor_ms, excluded.cursor_ms),
      read_at_ms = excluded.read_at_ms`.execute(db);
}

/** Which of these fills are booked already: the watch reads its overlap again and again. */
export async function knownFills(
  db: LedgerDb,
  book: Book,
  venue: VenueId,
  fillIds: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('fill')
    .select('fill_id')
    .where('book', '=', book)
    .where('venue', '=', venue)
    .where(sql<boolean>`fill_id = ANY(${fillIds})`)
    .execute();
  return new Set(rows.map((row) => row.fill_id));
}

/** Owes the desk's run the signal that its row has changed, so that the Web UI shows it. */
export async function deskChanged(
  tx: LedgerTx,
  of: { book: Book; venue: VenueId },
  reading: ClockReading,
): Promise<void> {
  await tx
    .insertInto('outbox')
    .values({
      ...of,
      workflow_id: `rollout:${deskOf(of.book)}`,
      signal: 'desk-changed',
      payload: '{}',
      created_at_ms: reading.atMs,
    })
    .execute();
}

/** Owes a trade's run the signal to look at its orders again. */
export async function tradeChanged(
  tx: LedgerTx,
  of: { book: Book; venue: VenueId; tradeId: string },
  reading: ClockReading,
): Promise<void> {
  await tx
    .insertInto('outbox')
    .values({
      book: of.book,
      venue: of.venue,
      workflow_id: `trade:${of.tradeId}`,
      signal: 'order-event',
      payload: JSON.stringify({ tradeId: of.tradeId }),
      created_at_ms: reading.atMs,
    })
    .execute();
}

/** Signals one venue's watch has yet to send, oldest first; two watches never send the same. */
export async function unsentSignals(
  db: LedgerDb,
  watch: { book: Book; venue: VenueId },
  limit: number,
): Promise<OutboxRow[]> {
  const rows = await db
    .selectFrom('outbox')
    .select(['id', 'workflow_id', 'signal', 'payload'])
    .where('book', '=', watch.book)
    .where('venue', '=', watch.venue)
    .where('sent_at_ms', 'is', null)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: String(row.id),
    workflowId: row.workflow_id,
    signal: row.signal,
    payload: row.payload,
  }));
}

/** Notes that signals were sent; a crash before this sends them again, which trades expect. */
export async function markSent(
  db: LedgerDb,
  ids: readonly string[],
  reading: ClockReading,
): Promise<void> {
  await sql`UPDATE outbox SET sent_at_ms = ${reading.atMs} WHERE id = ANY(${ids}::bigint[])`.execute(
    db,
  );
}
