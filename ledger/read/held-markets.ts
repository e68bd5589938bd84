import { sql } from 'kysely';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';

/**
 * The markets whose results concern the ledger, each once and by name: those of trades that are not
 * over, and those of trades settled since `sinceMs` (Unix ms), so that an amended result is seen.
 */
export async function readHeldMarkets(
  db: LedgerDb,
  of: { readonly book: Book; readonly venue: VenueId },
  sinceMs: number,
): Promise<string[]> {
  const { rows } = await sql<{ market: string }>`
    SELECT market FROM trade JOIN leg ON leg.trade_id = trade.id
    WHERE trade.book = ${of.book} AND leg.venue = ${of.venue} AND trade.ended_at_ms IS NULL
    UNION
    SELECT market FROM trade JOIN leg ON leg.trade_id = trade.id
    WHERE trade.book = ${of.book} AND leg.venue = ${of.venue}
      AND trade.ended_at_ms >= ${sinceMs} AND leg.payout IS NOT NULL AND leg.filled > 0
    ORDER BY market`.execute(db);
  return rows.map(({ market }) => market);
}
