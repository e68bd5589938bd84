/** Where a strategy stands when one of its proposals is judged. */
import { sql } from 'kysely';
import type { StrategyCaps, StrategyStanding } from '../../domain/caps.ts';
import { counterId } from '../../domain/counters.ts';
import type { UtcDate } from '../../domain/day.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { LedgerTx } from '../database.ts';
import { toNumber } from '../database.ts';

/** A strategy's name, the day and the limits it is judged by. */
export interface StrategyQuestion {
  readonly book: Book;
  readonly name: string;
  readonly limits: Limits;
  readonly day: UtcDate;
  readonly atMs: number;
}

/** What `strategyRows` finds. */
export interface StrategyRow {
  readonly enabled: boolean;
  readonly executed: bigint;
  readonly taken: bigint;
  readonly caps: unknown;
}

/**
 * CTEs that end in `strategy_row`: how often a strategy executed, or is about to, within the
 * window. An execution is a trade's first permit; those before the strategy was last enabled no
 * longer count. Trades that are reserved and not yet sent count along, else many at once would all
 * pass.
 */
export function strategyRows({ book, name, limits, atMs }: StrategyQuestion) {
  return sql`standing AS (
      SELECT enabled, enabled_at_ms, caps FROM strategy WHERE book = ${book} AND name = ${name}
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
        (SELECT count(*) FROM executed) AS executed, (SELECT count(*) FROM taken) AS taken,
        (SELECT caps FROM standing) AS caps
    )`;
}

/** What a strategy has taken of caps of its own. */
export type StrategyTaken = Pick<StrategyStanding, 'tradesToday' | 'openMicros'>;

/**
 * Places among the day's trades that the strategy keeps, and what it has open or held, as the
 * exposure counter counts it. The day's trades counter and the exposure counter, which every
 * reservation of the book has locked before, keep both true until commit.
 */
export async function readTaken(
  tx: LedgerTx,
  { book, name, day }: StrategyQuestion,
): Promise<StrategyTaken> {
  const trades = counterId(book, { kind: 'trades', day });
  const exposure = counterId(book, { kind: 'exposure' });
  const { rows } = await sql<{ trades: bigint; open: bigint }>`
    SELECT (
      SELECT count(*) FROM trade JOIN hold ON hold.trade_id = trade.id AND target = ${trades}
      WHERE book = ${book} AND day = ${day} AND strategy = ${name} AND released < amount
    ) AS trades, (
      SELECT coalesce(sum(coalesce((SELECT sum(amount - captured - released) FROM hold
          WHERE hold.trade_id = trade.id AND target = ${exposure}), 0)
        + (SELECT sum(cost + fees - realised_fees) FROM leg WHERE leg.trade_id = trade.id)), 0)
      FROM trade WHERE book = ${book} AND ended_at_ms IS NULL AND strategy = ${name}
    )::bigint AS open`.execute(tx);
  return { tradesToday: toNumber(rows[0]!.trades), openMicros: toNumber(rows[0]!.open) };
}

/** Where there are no caps there is nothing to compare with, and nothing is counted. */
const UNCOUNTED: StrategyTaken = { tradesToday: 0, openMicros: 0 };

/** The strategy as the rules judge it; a stopped strategy's executions no longer matter. */
export async function standingOf(
  tx: LedgerTx,
  question: StrategyQuestion,
  row: StrategyRow,
): Promise<StrategyStanding> {
  const caps = (row.caps ?? null) as StrategyCaps | null;
  return {
    enabled: row.enabled,
    executionsInWindow: row.enabled ? toNumber(row.taken) : 0,
    caps,
    ...(caps === null ? UNCOUNTED : await readTaken(tx, question)),
  };
}
