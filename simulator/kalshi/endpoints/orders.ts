/** Writes of orders: V2, and the refusal of V1. */
import { cancelAll, cancelOrder } from '../cancelling.ts';
import { unrecorded } from '../errors.ts';
import { countText, fixed } from '../format.ts';
import { readCreateRequest } from '../order-request.ts';
import { placeOrder } from '../placing.ts';
import type { Order, User } from '../records.ts';
import type { ExchangeState } from '../state.ts';
import type { Answer, Call, Endpoint } from './endpoint.ts';
import { fieldOf } from '../../frame/requests.ts';
import { numberIn, ok } from './endpoint.ts';

/** After the attestation has lapsed these are closed to a key. @source changelog 2026-08-16 */
const REGIONAL_CATEGORIES: readonly unknown[] = ['Sports', 'Elections', 'Entertainment'];

function requireRegion(state: ExchangeState, user: User | undefined, ticker: string): void {
  const expiresAtMs = user?.regionExpiresAtMs;
  if (expiresAtMs === undefined || expiresAtMs > state.nowMs) return;
  const event = state.events.get(state.markets.get(ticker)?.eventTicker ?? '');
  const series = state.series.get(String(event?.['series_ticker']));
  if (REGIONAL_CATEGORIES.includes(series?.['category'])) throw unrecorded.regionExpired();
}

function create({ state, userId, body }: Call): Answer {
  const request = readCreateRequest(body);
  requireRegion(state, state.users.get(userId), request.ticker);
  return { status: 201, body: createdView(state, placeOrder(state, userId, request)) };
}

/**
 * What a create answers: averages per contract, only where something filled; four digits, price
 * and fee rounded to the nearest. @source REC orders__create_v2_taker_ioc, orders__create_v2_maker
 */
function createdView(state: ExchangeState, order: Order): Record<string, unknown> {
  const { filled, takerFees, takerCost, side } = order;
  const perContract = (total: number) => fixed(Math.round((total * 10_000) / filled) * 100, 4);
  const yesCost = side === 'bid' ? takerCost : filled - takerCost;
  return {
    ...(filled === 0
      ? {}
      : {
          average_fee_paid: perContract(takerFees),
          average_fill_price: perContract(yesCost),
        }),
    ...(order.clientOrderId === '' ? {} : { client_order_id: order.clientOrderId }),
    fill_count: countText(filled),
    order_id: order.orderId,
    remaining_count: countText(order.remaining),
    ts_ms: state.nowMs,
  };
}

function cancel({ state, userId, params, query }: Call): Answer {
  const exchangeIndex = numberIn(query, 'exchange_index');
  const { order, reducedBy } = cancelOrder(state, {
    userId,
    orderId: params['order_id'] ?? '',
    subaccount: numberIn(query, 'subaccount') ?? 0,
    ...(query['market_ticker'] === undefined ? {} : { ticker: query['market_ticker'] }),
    ...(exchangeIndex === undefined ? {} : { exchangeIndex }),
  });
  // Recorded answers to a cancel name no client order id.
  return ok({
    order_id: order.orderId,
    reduced_by: countText(reducedBy),
    ts_ms: state.nowMs,
  });
}

function all({ state, userId, query }: Call): Answer {
  cancelAll(state, userId, numberIn(query, 'subaccount') ?? 0);
  return { status: 204 };
}

function refuse(
  name: string,
  method: Endpoint['method'],
  path: string,
  refusal: () => Error,
): Endpoint {
  const handle = (): never => {
    throw refusal();
  };
  return { name, method, path, access: 'write', handle };
}

const { v1Gone, notSimulated } = unrecorded;
const ORDERS = '/portfolio/events/orders';

/** Placing and cancelling. */
export const ORDER_ENDPOINTS: readonly Endpoint[] = [
  {
    name: 'createOrder',
    method: 'POST',
    path: ORDERS,
    access: 'write',
    routed: ({ body }) => typeof fieldOf(body, 'ticker') === 'string',
    handle: create,
  },
  {
    name: 'cancelOrder',
    method: 'DELETE',
    path: `${ORDERS}/:order_id`,
    access: 'write',
    routed: ({ query }) => query['market_ticker'] !== undefined,
    handle: cancel,
  },
  {
    name: 'cancelAllOrders',
    method: 'DELETE',
    path: ORDERS,
    access: 'write',
    routed: () => true,
    handle: all,
  },
  refuse('amendOrder', 'POST', `${ORDERS}/:order_id/amend`, () => notSimulated('amend')),
  refuse('decreaseOrder', 'POST', `${ORDERS}/:order_id/decrease`, () => notSimulated('decrease')),
  refuse('createOrders', 'POST', `${ORDERS}/batched`, () => notSimulated('a batch')),
  refuse('cancelOrders', 'DELETE', `${ORDERS}/batched`, () => notSimulated('a batch')),
  refuse('createOrderV1', 'POST', '/portfolio/orders', v1Gone),
  refuse('cancelOrderV1', 'DELETE', '/portfolio/orders/:order_id', v1Gone),
  refuse('createOrdersV1', 'POST', '/portfolio/orders/batched', v1Gone),
  refuse('cancelOrdersV1', 'DELETE', '/portfolio/orders/batched', v1Gone),
  refuse('amendOrderV1', 'POST', '/portfolio/orders/:order_id/amend', v1Gone),
  refuse('decreaseOrderV1', 'POST', '/portfolio/orders/:order_id/decrease', v1Gone),
];
