/** What venues owe for won positions until somebody redeems them. */
import { sql } from 'kysely';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/** One market's winnings that are not cash yet. */
export interface Receivable {
  readonly venue: VenueId;
  readonly market: string;
  readonly amountMicros: number;
  /** Since when the oldest part of it is owed, Unix ms; what is redeemed pays the oldest first. */
  readonly sinceMs: number;
}

/** A book's receivables, the oldest first. */
export async function readReceivables(
  db: LedgerDb | LedgerTx,
  of: { readonly book: Book; readonly venue?: VenueId },
): Promise<Receivable[]> {
  const { book, venue = null } = of;
  const { rows } = await sql<{ venue: VenueId; market: string; amount: bigint; since: bigint }>`
    SELECT account.venue, account.debits - account.credits AS amount,
      substr(account.id, length(book || '/' || venue || '/redeemable/') + 1) AS market,
      (SELECT min(recorded_at_ms) FROM (
        SELECT recorded_at_ms, sum(amount) OVER (ORDER BY recorded_at_ms, id) AS paid
        FROM transfer
        WHERE debit_id = account.id AND split_part(debit_id, '/', 3) = 'redeemable'
      ) AS part WHERE paid > account.credits) AS since
    FROM account
    WHERE split_part(id, '/', 3) = 'redeemable' AND book = ${book}
      AND (${venue}::text IS NULL OR venue = ${venue}) AND debits > credits
    ORDER BY since, account.id`.execute(db);
  return rows.map((row) => ({
    venue: row.venue,
    market: row.market,
    amountMicros: toNumber(row.amount),
    sinceMs: toNumber(row.since),
  }));
}
