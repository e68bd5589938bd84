import { sql } from 'kysely';
import type { Limits } from '../../domain/limits.ts';
import type { AdmissionView } from '../../domain/risk/view.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerDb, LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';
import { appendAudit } from './audit.ts';

/** A strategy's name and the limits it is judged by. */
export interface StrategyQuestion {
  readonly book: Book;
  readonly name: string;
  readonly limits: Limits;
  readonly atMs: number;
}

/** What `strategyRows` finds. */
export interface StrategyRow {
  readonly enabled: boolean;
  readonly executed: bigint;
  readonly taken: bigint;
}

/**
 * CTEs that end in `strategy_row`: how often a strategy executed, or is about to, within the
 * window. An execution is a trade's first permit; those before the strategy was last enabled no
 * longer count. Trades that are reserved and not yet sent count along, else many at once would all
 * pass.
 */
export function strategyRows({ book, name, limits, atMs }: StrategyQuestion) {
  return sql`standing AS (
      SELECT enabled, enabled_at_ms FROM strategy WHERE book = ${book} AND name = ${name}
    ), permitted AS MATERIALIZED (
      SELECT order_id FROM permit WHERE granted_at_ms > greatest(
        ${atMs - limits.strategyWindowMs}::bigint, (SELECT enabled_at_ms FROM standing))
    ), executed AS (
      SELECT DISTINCT trade.id FROM permitted JOIN venue_order ON venue_order.id = order_id
      JOIN trade ON trade.id = trade_id
      WHERE trade.book = ${book} AND trade.strategy = ${name}
    ), taken AS (
      SELECT id FROM executed UNION SELECT id FROM trade
      WHERE book = ${book} AND strategy = ${name} AND status = 'reserved'
    ), strategy_row AS (
      SELECT coalesce((SELECT enabled FROM standing), true) AS enabled,
        (SELECT count(*) FROM executed) AS executed, (SELECT count(*) FROM taken) AS taken
    )`;
}

/** Whether the strategy may execute; reaching the maximum stops it until a person enables it. */
export async function judgeStrategy(
  tx: LedgerTx,
  { book, name, limits, atMs }: StrategyQuestion,
  row: StrategyRow,
): Promise<AdmissionView['strategy']> {
  if (!row.enabled) return { enabled: false, executionsInWindow: 0 };
  const executed = toNumber(row.executed);
  if (executed >= limits.strategyExecutionsMax) {
    const reason = `${executed} executions within ${limits.strategyWindowMs / 1000} s`;
    await setStrategy(tx, book, name, { enabled: false, atMs, reason, actor: 'ledger' });
  }
  return { enabled: true, executionsInWindow: toNumber(row.taken) };
}

/** Lets a strategy execute again; its count starts anew. */
export async function enableStrategy(
  db: LedgerDb,
  book: Book,
  name: string,
  asked: { actor: string; atMs: number; reason: string },
): Promise<void> {
  await db.transaction().execute((tx) => setStrategy(tx, book, name, { ...asked, enabled: true }));
}

/** Enables or stops a strategy; the last step of its transaction. */
async function setStrategy(
  tx: LedgerTx,
  book: Book,
  name: string,
  to: { enabled: boolean; atMs: number; reason: string; actor: string },
): Promise<void> {
  const values = { enabled: to.enabled, enabled_at_ms: to.atMs, reason: to.reason };
  await tx
    .insertInto('strategy')
    .values({ book, name, ...values })
    .onConflict((conflict) => conflict.columns(['book', 'name']).doUpdateSet(values))
    .execute();
  const action = to.enabled ? 'strategy.enabled' : 'strategy.stopped';
  const { actor, reason } = to;
  const entry = { actor, reason, verified: true, action, detail: { book, name } };
  await appendAudit(tx, entry, to.atMs);
}
