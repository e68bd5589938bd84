import { sql } from 'kysely';
import type { DailyReport } from '../../contracts/daily-report.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../../ledger/database.ts';

/** What a closed day's seal must say, summed from the rows in another way than the closing does. */
export async function sealOf(db: LedgerDb, book: Book, date: string): Promise<DailyReport['seal']> {
  const { rows } = await sql<{ trades: string; transfers: string; sum: string; loss: string }>`
    SELECT
      (SELECT coalesce(sum(captured), 0) FROM hold
        WHERE target = ${`${book}/trades/${date}`})::text AS trades,
      (SELECT count(*) FROM transfer
        WHERE day = ${date} AND starts_with(debit_id, ${`${book}/`}))::text AS transfers,
      (SELECT coalesce(sum(amount), 0) FROM transfer
        WHERE day = ${date} AND starts_with(debit_id, ${`${book}/`}))::text AS sum,
      (SELECT coalesce(sum(-pnl), 0) FROM trade
        WHERE book = ${book} AND ended_day = ${date} AND pnl < 0)::text AS loss`.execute(db);
  const row = rows[0]!;
  return {
    trades: Number(row.trades),
    transfers: Number(row.transfers),
    transferMicros: row.sum,
    realisedLossMicros: row.loss,
  };
}
