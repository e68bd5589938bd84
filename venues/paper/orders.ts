/** Order rows of the paper exchange and what the port says of them. */
import { assert } from '../../domain/assert.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts, priceMicros } from '../../domain/money.ts';
import type { OutcomeIndex, TimeInForce } from '../../domain/venue-id.ts';
import type { LookupOutcome, OrderState } from '../venue.ts';
import type { Owner } from './identity.ts';
import type { Int8, Session } from './session.ts';
import { safe } from './store.ts';

/** Why nothing more of an order can fill. */
export type EndReason =
  | 'filled'
  | 'killed'
  | 'remainder_cancelled'
  | 'cancelled'
  | 'expired'
  | 'market_closed'
  | 'cash_short';

/** An order the exchange took, in the domain's types. */
export interface StoredOrder {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly requestHash: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly timeInForce: TimeInForce;
  readonly quantity: MicroContracts;
  readonly limitPrice: PriceMicros;
  readonly restUntilMs?: number;
  readonly feeRateMillionths: number;
  readonly filled: MicroContracts;
  readonly fillCount: number;
  readonly feeCarryMicros: number;
  readonly reservedMicros: number;
  readonly matchedSnapshotId?: string;
  readonly state: OrderState;
}

/** An order the exchange refused and will refuse again. */
export interface RefusedOrder {
  readonly requestHash: string;
  readonly rejectCode: string;
  readonly rejectDetail: string;
}

interface OrderRow {
  readonly client_order_id: string;
  readonly venue_order_id: string;
  readonly request_hash: string;
  readonly market_id: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly time_in_force: TimeInForce;
  readonly quantity_micro_contracts: Int8;
  readonly limit_price_micros: Int8;
  readonly rest_until_ms: Int8 | null;
  readonly fee_rate_millionths: Int8;
  readonly status: 'resting' | 'final' | 'rejected';
  readonly reject_code: string | null;
  readonly reject_detail: string | null;
  readonly filled_micro_contracts: Int8;
  readonly fill_count: number;
  readonly fee_carry_micros: Int8;
  readonly reserved_micros: Int8;
  readonly matched_snapshot_id: string | null;
  /** Σ quantity × price, beyond bigint columns: text. */
  readonly value: string;
}

const SELECT_ORDER = `SELECT o.*, (
    SELECT coalesce(sum(f.quantity_micro_contracts::numeric * f.price_micros), 0)::text
    FROM paper_exchange.fill f
    WHERE f.book = o.book AND f.venue = o.venue AND f.client_order_id = o.client_order_id
  ) AS value
  FROM paper_exchange.client_order o WHERE o.book = $1 AND o.venue = $2`;

/** The order with this identity: taken, refused, or undefined. */
export async function findOrder(
  session: Session,
  owner: Owner,
  clientOrderId: string,
): Promise<StoredOrder | RefusedOrder | undefined> {
  const [row] = await session.rows<OrderRow>(`${SELECT_ORDER} AND o.client_order_id = $3`, [
    owner.book,
    owner.venue,
    clientOrderId,
  ]);
  return row === undefined ? undefined : orderOf(row);
}

/** Resting orders, all or of one market: best price first, then by age. */
export async function restingOrders(
  session: Session,
  owner: Owner,
  marketId?: string,
): Promise<StoredOrder[]> {
  const rows = await session.rows<OrderRow>(
    `${SELECT_ORDER} AND o.status = 'resting' AND ($3::text IS NULL OR o.market_id = $3)
     ORDER BY o.market_id, o.outcome, o.action,
       CASE o.action WHEN 'buy' THEN -o.limit_price_micros ELSE o.limit_price_micros END,
       o.placed_at_ms, o.client_order_id`,
    [owner.book, owner.venue, marketId ?? null],
  );
  return rows.map((row) => {
    const order = orderOf(row);
    assert('state' in order, 'a resting order was not refused');
    return order;
  });
}

/** What a look-up says of an order; a refused one never came to be. */
export function lookupOf(order: StoredOrder | RefusedOrder | undefined): LookupOutcome {
  if (order === undefined || !('state' in order)) return { kind: 'absent' };
  return { kind: 'found', order: order.state };
}

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
  readonly feeRateMillionths: number;
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
    fee_rate_millionths: order.feeRateMillionths,
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

function orderOf(row: OrderRow): StoredOrder | RefusedOrder {
  if (row.status === 'rejected') {
    return {
      requestHash: row.request_hash,
      rejectCode: row.reject_code ?? '',
      rejectDetail: row.reject_detail ?? '',
    };
  }
  const filled = microContracts(safe(row.filled_micro_contracts));
  return {
    clientOrderId: row.client_order_id,
    venueOrderId: row.venue_order_id,
    requestHash: row.request_hash,
    marketId: row.market_id,
    outcome: row.outcome,
    action: row.action,
    timeInForce: row.time_in_force,
    quantity: microContracts(safe(row.quantity_micro_contracts)),
    limitPrice: priceMicros(safe(row.limit_price_micros)),
    ...(row.rest_until_ms === null ? {} : { restUntilMs: safe(row.rest_until_ms) }),
    feeRateMillionths: safe(row.fee_rate_millionths),
    filled,
    fillCount: row.fill_count,
    feeCarryMicros: safe(row.fee_carry_micros),
    reservedMicros: safe(row.reserved_micros),
    ...(row.matched_snapshot_id === null ? {} : { matchedSnapshotId: row.matched_snapshot_id }),
    state: stateOf(row.venue_order_id, row.status, filled, BigInt(row.value)),
  };
}

/** The port's view of an order; `value` is Σ quantity × price of its fills. */
export function stateOf(
  venueOrderId: string,
  status: 'resting' | 'final',
  filled: MicroContracts,
  value: bigint,
): OrderState {
  if (filled === 0) return { venueOrderId, status, filled };
  const quantity = BigInt(filled);
  const average = priceMicros(safe((value + quantity - 1n) / quantity));
  return { venueOrderId, status, filled, averagePriceMicros: average };
}
