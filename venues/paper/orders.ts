/** Order rows of the paper exchange and what the port says of them. */
import { assert } from '../../domain/assert.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts, priceMicros } from '../../domain/money.ts';
import type { OutcomeIndex, TimeInForce } from '../../domain/venue-id.ts';
import type { LookupOutcome, OrderState } from '../venue.ts';
import type { Owner } from './identity.ts';
import type { Int8, Session } from './session.ts';
import { safe } from './store.ts';

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
  /** What its fills are charged: the market's schedule of the day it was placed. */
  readonly fees: FeeSchedule;
  /** All it ever got, reverted fills included: `state.filled` tells what it kept. */
  readonly filled: MicroContracts;
  /** A script's cap on `filled`. */
  readonly fillMax?: MicroContracts;
  /** A script's delay after which its fills are taken back. */
  readonly revertAfterMs?: number;
  /** Until then a script keeps every answer about it back, Unix ms. */
  readonly answersFromMs?: number;
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
  readonly answersFromMs?: number;
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
  readonly fees: FeeSchedule | null;
  readonly fill_max_micro_contracts: Int8 | null;
  readonly revert_after_ms: Int8 | null;
  readonly answers_from_ms: Int8 | null;
  readonly status: 'resting' | 'final' | 'rejected';
  readonly reject_code: string | null;
  readonly reject_detail: string | null;
  readonly filled_micro_contracts: Int8;
  readonly reverted_micro_contracts: Int8;
  readonly fill_count: number;
  readonly fee_carry_micros: Int8;
  readonly reserved_micros: Int8;
  readonly matched_snapshot_id: string | null;
  /** Σ quantity × price of what it kept, beyond bigint columns: text. */
  readonly value: string;
}

const SELECT_ORDER = `SELECT o.*, (
    SELECT coalesce(sum(f.quantity_micro_contracts::numeric * f.price_micros
      * CASE WHEN f.reverts IS NULL THEN 1 ELSE -1 END), 0)::text
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

/** What a look-up at `nowMs` says of an order; a refused one never came to be. */
export function lookupOf(
  order: StoredOrder | RefusedOrder | undefined,
  nowMs: number,
): LookupOutcome {
  if (order === undefined) return { kind: 'absent' };
  if (nowMs < (order.answersFromMs ?? 0)) return ANSWER_LOST;
  return 'state' in order ? { kind: 'found', order: order.state } : { kind: 'absent' };
}

/** What a script leaves of an answer. */
export const ANSWER_LOST = {
  kind: 'unknown',
  detail: "the answer was lost, as the market's script says",
} as const;

/** Micro-contracts of an outcome that resting orders offer for sale. */
export async function offeredForSale(
  session: Session,
  owner: Owner,
  options: { readonly marketId: string; readonly outcome: OutcomeIndex },
): Promise<number> {
  return (await restingOrders(session, owner, options.marketId))
    .filter(({ action, outcome }) => action === 'sell' && outcome === options.outcome)
    .reduce((sum, { quantity, filled }) => sum + quantity - filled, 0);
}

function orderOf(row: OrderRow): StoredOrder | RefusedOrder {
  const silence = row.answers_from_ms === null ? {} : { answersFromMs: safe(row.answers_from_ms) };
  if (row.status === 'rejected') {
    return {
      ...silence,
      requestHash: row.request_hash,
      rejectCode: row.reject_code ?? '',
      rejectDetail: row.reject_detail ?? '',
    };
  }
  assert(row.fees !== null, 'an order that was taken has its fees');
  const filled = microContracts(safe(row.filled_micro_contracts));
  const kept = microContracts(filled - safe(row.reverted_micro_contracts));
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
    fees: row.fees,
    filled,
    ...(row.fill_max_micro_contracts === null
      ? {}
      : { fillMax: microContracts(safe(row.fill_max_micro_contracts)) }),
    ...(row.revert_after_ms === null ? {} : { revertAfterMs: safe(row.revert_after_ms) }),
    ...silence,
    fillCount: row.fill_count,
    feeCarryMicros: safe(row.fee_carry_micros),
    reservedMicros: safe(row.reserved_micros),
    ...(row.matched_snapshot_id === null ? {} : { matchedSnapshotId: row.matched_snapshot_id }),
    state: stateOf(row.venue_order_id, row.status, kept, BigInt(row.value)),
  };
}

/** The port's view of an order; `value` is Σ quantity × price of the fills it kept. */
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
