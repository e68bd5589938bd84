import { sql } from 'kysely';
import type { Limits } from '../../domain/limits.ts';
import type { AdmissionView } from '../../domain/risk/view.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/**
 * Whether a strategy may execute, and how often it did within the window. An execution is a
 * trade's first permit; those before the strategy was last enabled no longer count. Reaching the
 * maximum stops the strategy until a person enables it.
 */
export async function strategyStanding(
  tx: LedgerTx,
  book: Book,
  name: string,
  limits: Limits,
  atMs: number,
): Promise<AdmissionView['strategy']> {
  const row = await tx
    .selectFrom('strategy')
    .selectAll()
    .where('book', '=', book)
    .where('name', '=', name)
    .executeTakeFirst();
  if (row !== undefined && !row.enabled) return { enabled: false, executionsInWindow: 0 };
  const sinceMs = Math.max(
    atMs - limits.strategyWindowMs,
    row === undefined ? 0 : toNumber(row.enabled_at_ms),
  );
  const { rows } = await sql<{ executions: bigint }>`
    SELECT count(DISTINCT trade.id) AS executions
    FROM trade JOIN venue_order ON venue_order.trade_id = trade.id
    JOIN permit ON permit.order_id = venue_order.id
    WHERE trade.book = ${book} AND trade.strategy = ${name}
      AND permit.granted_at_ms > ${sinceMs}`.execute(tx);
  const executionsInWindow = toNumber(rows[0]!.executions);
  if (executionsInWindow >= limits.strategyExecutionsMax) {
    await setStrategy(tx, book, name, {
      enabled: false,
      atMs,
      reason: `${executionsInWindow} executions within ${limits.strategyWindowMs / 1000} s`,
    });
  }
  return { enabled: true, executionsInWindow };
}

/** Enables or stops a strategy; enabling starts its count anew. */
export async function setStrategy(
  db: LedgerDb | LedgerTx,
  book: Book,
  name: string,
  to: { enabled: boolean; atMs: number; reason: string },
): Promise<void> {
  const values = { enabled: to.enabled, enabled_at_ms: to.atMs, reason: to.reason };
  await db
    .insertInto('strategy')
    .values({ book, name, ...values })
    .onConflict((conflict) => conflict.columns(['book', 'name']).doUpdateSet(values))
    .execute();
}
