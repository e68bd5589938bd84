/** Cancels: one order, or all of a wallet's. */
import type { MicroContracts } from '../../domain/money.ts';
import { recorded } from './errors.ts';
import { exchangeActive, requireExchange } from './pauses.ts';
import { requireActive } from './placing.ts';
import type { Order } from './records.ts';
import type { ExchangeState } from './state.ts';
import { cancelResting, marketOf, restingOrders, walletKey } from './state.ts';

/** What a cancel-all may still take. @source SDK 3.30 orders-api, cancel all orders */
const CANCEL_ALL_LASTS_MS = 60_000;

/** A cancel as its route reads it. */
export interface CancelRequest {
  readonly userId: string;
  readonly orderId: string;
  readonly subaccount: number;
  readonly ticker?: string;
  readonly exchangeIndex?: number;
}

/**
 * Cancels one order. Without ticker or index the request goes to shard 0. Cancelled, executed and
 * unknown orders are all told apart by nothing: the same 404.
 * @returns the order and what was taken off the book
 * @throws KalshiRefusal
 */
export function cancelOrder(
  state: ExchangeState,
  request: CancelRequest,
): { order: Order; reducedBy: MicroContracts } {
  const order = state.orders.get(request.orderId)?.order;
  const shard = shardOf(state, request);
  requireExchange(state, shard);
  if (
    order === undefined ||
    order.userId !== request.userId ||
    order.subaccount !== request.subaccount ||
    order.shard !== shard ||
    (request.ticker !== undefined && request.ticker !== order.ticker)
  ) {
    throw recorded.notFound();
  }
  requireActive(marketOf(state, order.ticker));
  if (order.status !== 'resting') throw recorded.notFound();
  return { order, reducedBy: cancelResting(state, order.orderId) };
}

function shardOf(state: ExchangeState, { ticker, exchangeIndex }: CancelRequest): number {
  if (exchangeIndex !== undefined && exchangeIndex >= 0) return exchangeIndex;
  return ticker === undefined ? 0 : marketOf(state, ticker).shard;
}

/**
 * Cancels every resting order of a wallet on all shards, and what it places in the next minute.
 * Shards in an exchange pause keep theirs.
 */
export function cancelAll(state: ExchangeState, userId: string, subaccount: number): void {
  const mine = restingOrders(
    state,
    (one) =>
      one.userId === userId &&
      one.subaccount === subaccount &&
      exchangeActive(state, one.shard) &&
      marketOf(state, one.ticker).status === 'active',
  );
  for (const { orderId } of mine) cancelResting(state, orderId);
  state.cancelAllUntil.set(walletKey(userId, subaccount), state.nowMs + CANCEL_ALL_LASTS_MS);
}
