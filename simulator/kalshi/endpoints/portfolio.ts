/** Reads of what an account has: orders, fills, positions, settlements, cash. */
import { netOf } from '../holdings.ts';
import { unrecorded } from '../errors.ts';
import { fixed, seconds, timeText } from '../format.ts';
import { pageOf } from '../paging.ts';
import type { Fill, Order } from '../records.ts';
import type { ExchangeState } from '../state.ts';
import { SHARDS, walletOf } from '../state.ts';
import {
  eventPositionViews,
  fillView,
  orderView,
  positionsAt,
  positionView,
  settlementView,
} from '../views.ts';
import { MICROS_PER_UNIT } from '../../../domain/money.ts';
import type { Answer, Call, Endpoint } from './endpoint.ts';
import { inWindow, numberIn, ok, wordsIn } from './endpoint.ts';

/** A user's orders as told at the call's time. */
function toldOrders({ state, userId, asOfMs }: Call): Order[] {
  return [...state.orders.values()].flatMap(({ order, told }) =>
    order.userId === userId ? (told.at(asOfMs) ?? []) : [],
  );
}

function toldFills({ state, userId, asOfMs }: Call): Fill[] {
  return state.fills.filter((fill) => fill.userId === userId && fill.shownAtMs <= asOfMs);
}

const isOld = ({ state }: Call, order: Order): boolean =>
  order.status !== 'resting' && order.updatedAtMs < state.switches.archivedBeforeMs;

interface Placed {
  readonly ticker: string;
  readonly subaccount: number;
  readonly shard: number;
}

/** The filters that orders, fills and settlements share; without a subaccount all are told. */
function matches(call: Call, row: Placed, atMs: number): boolean {
  const { query, state } = call;
  const events = wordsIn(query, 'event_ticker');
  const subaccount = numberIn(query, 'subaccount');
  const shard = numberIn(query, 'exchange_index');
  const event = state.markets.get(row.ticker)?.eventTicker ?? '';
  return (
    (query['ticker'] ?? row.ticker) === row.ticker &&
    (events === undefined || events.includes(event)) &&
    (subaccount ?? row.subaccount) === row.subaccount &&
    (shard ?? row.shard) === row.shard &&
    inWindow(query, atMs)
  );
}

function orders(call: Call, old: boolean): Answer {
  const { query } = call;
  const wanted = toldOrders(call).filter(
    (order) =>
      isOld(call, order) === old &&
      (query['status'] ?? order.status) === order.status &&
      matches(call, order, order.createdAtMs),
  );
  const { page, cursor } = pageOf(wanted, query, old ? 'GetHistoricalOrders' : 'GetOrders');
  return ok({ cursor, orders: page.map(orderView) });
}

function order(call: Call): Answer {
  const found = toldOrders(call).find(({ orderId }) => orderId === call.params['order_id']);
  if (found === undefined || isOld(call, found)) throw unrecorded.routeNotFound();
  return ok({ order: orderView(found) });
}

function fills(call: Call, old: boolean): Answer {
  const { query, state } = call;
  const wanted = toldFills(call).filter(
    (fill) =>
      fill.atMs < state.switches.archivedBeforeMs === old &&
      (query['order_id'] ?? fill.orderId) === fill.orderId &&
      matches(call, fill, fill.atMs),
  );
  const { page, cursor } = pageOf(wanted, query, old ? 'GetHistoricalFills' : 'GetFills');
  return ok({ cursor, fills: page.map(fillView) });
}

function settlements(call: Call): Answer {
  const { state, query, userId, asOfMs } = call;
  const wanted = state.settlements.filter(
    (row) =>
      row.userId === userId && row.settledAtMs <= asOfMs && matches(call, row, row.settledAtMs),
  );
  const { page, cursor } = pageOf(wanted, query, 'GetSettlements');
  return ok({ cursor, settlements: page.map(settlementView) });
}

/** Positions and balance tell one subaccount, 0 unless another is named. */
function subaccountOf({ query }: Call): number {
  return numberIn(query, 'subaccount') ?? 0;
}

function positions(call: Call): Answer {
  const { state, query, userId, asOfMs } = call;
  const events = wordsIn(query, 'event_ticker');
  const wanted = positionsAt(state, { userId, subaccount: subaccountOf(call) }, asOfMs).filter(
    (one) =>
      (query['ticker'] ?? one.ticker) === one.ticker &&
      (events === undefined || events.includes(one.eventTicker)) &&
      (query['count_filter'] !== 'position' || netOf(one.holding) !== 0),
  );
  const { page, cursor } = pageOf(wanted, query, 'GetPositions');
  return ok({
    cursor,
    event_positions: eventPositionViews(page),
    market_positions: page.map(positionView),
  });
}

/** Positions at the last price; µ$. */
function portfolioValue(state: ExchangeState, call: Call): number {
  const { userId, asOfMs } = call;
  return positionsAt(state, { userId, subaccount: subaccountOf(call) }, asOfMs).reduce(
    (sum, { ticker, holding }) => {
      const net = netOf(holding);
      const last = state.markets.get(ticker)?.lastPrice ?? 0;
      const each = net >= 0 ? last : MICROS_PER_UNIT - last;
      return sum + (Math.abs(net) / 10_000) * (each / 100);
    },
    0,
  );
}

/**
 * Cash, with what resting orders may cost still in it. Dollars have four digits, rounded down;
 * the integer has cents. @source REC auth__balance_ok
 */
function balance(call: Call): Answer {
  const { state, userId, asOfMs, query } = call;
  const wallet = walletOf(state, userId, subaccountOf(call));
  const asked = numberIn(query, 'exchange_index');
  const shards = SHARDS.filter((shard) => shard === (asked ?? shard)).filter(
    (shard) => shard === 0 || wallet.cash.has(shard),
  );
  const cash: number[] = shards.map((shard) => wallet.cashTold.get(shard)?.at(asOfMs) ?? 0);
  const total = cash.reduce((sum, one) => sum + one, 0);
  return ok({
    balance: Math.floor(total / 10_000),
    balance_breakdown: shards.map((shard, at) => ({
      balance: fourDigits(cash[at]!),
      exchange_index: shard,
    })),
    balance_dollars: fourDigits(total),
    portfolio_value: Math.floor(portfolioValue(state, call) / 10_000),
    updated_ts: seconds(asOfMs),
  });
}

const fourDigits = (cash: number): string => fixed(Math.floor(cash / 100) * 100, 4);

function cutoff({ state }: Call): Answer {
  const time = timeText(state.switches.archivedBeforeMs);
  return ok({
    market_positions_last_updated_ts: time,
    market_settled_ts: time,
    orders_updated_ts: time,
    trades_created_ts: time,
  });
}

function read(name: string, path: string, handle: (call: Call) => Answer): Endpoint {
  return { name, method: 'GET', path, access: 'read', handle };
}

/** Reads of an account. */
export const PORTFOLIO_ENDPOINTS: readonly Endpoint[] = [
  read('orders', '/portfolio/orders', (call) => orders(call, false)),
  read('order', '/portfolio/orders/:order_id', order),
  read('fills', '/portfolio/fills', (call) => fills(call, false)),
  read('positions', '/portfolio/positions', positions),
  read('settlements', '/portfolio/settlements', settlements),
  read('balance', '/portfolio/balance', balance),
  read('historicalOrders', '/historical/orders', (call) => orders(call, true)),
  read('historicalFills', '/historical/fills', (call) => fills(call, true)),
  { ...read('historicalCutoff', '/historical/cutoff', cutoff), access: 'public' },
  read('userDataTimestamp', '/exchange/user_data_timestamp', ({ asOfMs }) =>
    ok({ as_of_time: timeText(asOfMs) }),
  ),
];
