/** Where a desk may have orders at a venue, and which: what a halt has to cancel. */
import { sql } from 'kysely';
import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId } from '../../domain/desk.ts';
import { bookOf } from '../../domain/desk.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { readDesk } from './desk.ts';
import { tradeChanged } from './watch.ts';

/** One venue's book. */
export interface VenueBook {
  readonly venue: VenueId;
  readonly book: Book;
}

/** The venues whose current book is watched, and any other where an order of the desk has no end. @throws DeskMissing */
export async function booksToClear(db: LedgerDb, desk: DeskId): Promise<VenueBook[]> {
  const { rows } = await sql<VenueBook>`
    SELECT venue, book FROM watch WHERE book = ${bookOf((await readDesk(db, desk)).desk)}
    UNION
    SELECT venue_order.venue, venue_order.book FROM venue_order JOIN trade ON trade.id = trade_id
    WHERE trade.desk = ${desk} AND venue_order.state IN ('sending','unknown','resting')
    ORDER BY venue, book`.execute(db);
  return rows;
}

/** An order without an end, with what the venue finds it by. */
export interface OrderToCancel {
  readonly tradeId: string;
  readonly clientOrderId: string;
  readonly marketId: string;
  readonly venueOrderId?: string;
  /** When its bytes may first have left, Unix ms of the Clock. */
  readonly sentAtMs?: number;
}

/** Orders at one venue that may still fill: resting, being sent, or lost. */
export async function ordersToCancel(db: LedgerDb, at: VenueBook): Promise<OrderToCancel[]> {
  const { rows } = await sql<{
    id: string;
    trade_id: string;
    market: string;
    venue_order_id: string | null;
    sent_at_ms: bigint | null;
  }>`
    SELECT o.id, o.trade_id, leg.market, o.venue_order_id,
      (SELECT min(granted_at_ms) FROM permit WHERE order_id = o.id) AS sent_at_ms
    FROM venue_order o JOIN leg ON leg.trade_id = o.trade_id AND leg.leg = o.leg
    WHERE o.venue = ${at.venue} AND o.book = ${at.book}
      AND o.state IN ('sending','unknown','resting')
    ORDER BY o.id`.execute(db);
  return rows.map((row) => ({
    tradeId: row.trade_id,
    clientOrderId: row.id,
    marketId: row.market,
    ...(row.venue_order_id === null ? {} : { venueOrderId: row.venue_order_id }),
    ...(row.sent_at_ms === null ? {} : { sentAtMs: toNumber(row.sent_at_ms) }),
  }));
}

/** Owes the runs of these trades the signal to look at their orders again: each books what its own came to. */
export async function wakeTrades(
  db: LedgerDb,
  at: VenueBook,
  tradeIds: readonly string[],
  reading: ClockReading,
): Promise<void> {
  if (tradeIds.length === 0) return;
  await db.transaction().execute(async (tx) => {
    for (const tradeId of new Set(tradeIds)) await tradeChanged(tx, { ...at, tradeId }, reading);
  });
}
