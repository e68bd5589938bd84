/** Writes order rows of the paper exchange: a new one, and what became of one that rests. */
import { assert } from '../../domain/assert.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { MicroContracts } from '../../domain/money.ts';
import type { OutcomeIndex, TimeInForce } from '../../domain/venue-id.ts';
import type { Owner } from './identity.ts';
import type { Session } from './session.ts';

/** Why nothing more of an order can fill. */
export type EndReason =
  | 'filled'
  | 'killed'
  | 'remainder_cancelled'
  | 'cancelled'
  | 'expired'
  | 'market_closed'
  | 'cash_short';

/** A new order row, written once with what the order came to at once. */
export interface NewOrder {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly requestHash: string;
  readonly wire: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly timeInForce: TimeInForce;
  readonly quantity: number;
  readonly limitPrice: number;
  readonly restUntilMs: number | undefined;
  /** Undefined only where it is refused, for want of a market or of fees that can be computed. */
  readonly fees: FeeSchedule | undefined;
  readonly fillMax?: MicroContracts;
  readonly revertAfterMs?: number;
  readonly answersFromMs?: number;
  readonly nowMs: number;
}

/** What an order has come to, as it is written. */
export interface Progress {
  readonly filled: number;
  readonly fillCount: number;
  readonly feeCarryMicros: number;
  readonly reservedMicros: number;
  readonly matchedSnapshotId: string | undefined;
  /** Undefined while it rests. */
  readonly endReason: EndReason | undefined;
}

/** Writes a new order; false when another transaction took its identity in the meantime. */
export async function insertOrder(
  session: Session,
  owner: Owner,
  order: NewOrder,
  result: Progress | { readonly code: string; readonly detail: string },
): Promise<boolean> {
  const refused = 'code' in result;
  const status = refused ? 'rejected' : result.endReason === undefined ? 'resting' : 'final';
  const columns: Record<string, unknown> = {
    book: owner.book,
    venue: owner.venue,
    client_order_id: order.clientOrderId,
    venue_order_id: order.venueOrderId,
    request_hash: order.requestHash,
    wire: order.wire,
    market_id: order.marketId,
    outcome: order.outcome,
    action: order.action,
    time_in_force: order.timeInForce,
    quantity_micro_contracts: order.quantity,
    limit_price_micros: order.limitPrice,
    rest_until_ms: order.restUntilMs ?? null,
    fees: order.fees === undefined ? null : JSON.stringify(order.fees),
    fill_max_micro_contracts: order.fillMax ?? null,
    revert_after_ms: order.revertAfterMs ?? null,
    answers_from_ms: order.answersFromMs ?? null,
    status,
    placed_at_ms: order.nowMs,
    ended_at_ms: status === 'resting' ? null : order.nowMs,
    ...(refused
      ? { reject_code: result.code, reject_detail: result.detail }
      : {
          end_reason: result.endReason ?? null,
          filled_micro_contracts: result.filled,
          fill_count: result.fillCount,
          fee_carry_micros: result.feeCarryMicros,
          reserved_micros: result.reservedMicros,
          matched_snapshot_id: result.matchedSnapshotId ?? null,
        }),
  };
  const names = Object.keys(columns);
  const written = await session.rows(
    `INSERT INTO paper_exchange.client_order (${names.join(', ')})
     VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})
     ON CONFLICT DO NOTHING RETURNING 1`,
    Object.values(columns),
  );
  return written.length === 1;
}

/** Writes what a resting order has come to; its market is locked. */
export async function updateOrder(
  session: Session,
  owner: Owner,
  clientOrderId: string,
  progress: Progress & { readonly nowMs: number },
): Promise<void> {
  const written = await session.rows(
    `UPDATE paper_exchange.client_order
     SET filled_micro_contracts = $4, fill_count = $5, fee_carry_micros = $6,
       reserved_micros = $7, matched_snapshot_id = $8, end_reason = $9::text,
       status = CASE WHEN $9::text IS NULL THEN 'resting' ELSE 'final' END,
       ended_at_ms = CASE WHEN $9::text IS NULL THEN NULL ELSE $10::bigint END
     WHERE book = $1 AND venue = $2 AND client_order_id = $3 AND status = 'resting' RETURNING 1`,
    [
      owner.book,
      owner.venue,
      clientOrderId,
      progress.filled,
      progress.fillCount,
      progress.feeCarryMicros,
      progress.reservedMicros,
      progress.matchedSnapshotId ?? null,
      progress.endReason ?? null,
      progress.nowMs,
    ],
  );
  assert(written.length === 1, `${clientOrderId} was not resting under its market's lock`);
}
