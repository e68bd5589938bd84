/** The rows that the checkers of `domain/invariants/` judge, read in one snapshot. */
import { sql } from 'kysely';
import type {
  AccountRow,
  CounterRow,
  HoldRow,
  TransferRow,
} from '../../domain/invariants/books.ts';
import type { LedgerDb } from '../database.ts';

export interface BookRows {
  readonly accounts: AccountRow[];
  readonly transfers: TransferRow[];
  readonly counters: CounterRow[];
  readonly holds: HoldRow[];
  /** `book/venue/fillId` of every booked fill. */
  readonly fills: string[];
}

/** Everything at one instant, so that a booking in between cannot look like a fault. */
export async function readBooks(db: LedgerDb): Promise<BookRows> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const accounts = await tx.selectFrom('account').select(['id', 'debits', 'credits']).execute();
      const transfers = await tx
        .selectFrom('transfer')
        .select(['id', 'debit_id as debitId', 'credit_id as creditId', 'amount'])
        .execute();
      const counters = await tx
        .selectFrom('counter')
        .select(['id', 'used', 'held', 'cap', 'overrun'])
        .execute();
      const holds = await sql<HoldRow>`
        SELECT hold.trade_id AS "tradeId", target, target_kind AS "targetKind", amount, captured,
          released, trade.ended_at_ms IS NOT NULL AS "tradeEnded"
        FROM hold JOIN trade ON trade.id = hold.trade_id`.execute(tx);
      const fills = await sql<{ id: string }>`
        SELECT book || '/' || venue || '/' || fill_id AS id FROM fill`.execute(tx);
      return {
        accounts,
        transfers,
        counters,
        holds: holds.rows,
        fills: fills.rows.map(({ id }) => id),
      };
    });
}
