/** Takes an order: checks, collateral, matching, resting. */
import { kalshiFeeModel } from '../../domain/fees/kalshi.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts, priceMicros, ZERO_CONTRACTS } from '../../domain/money.ts';
import { onGrid } from '../engine/grid.ts';
import { closable, legCost, NO_HOLDING } from './holdings.ts';
import type { BookSide, MatchPlan } from '../engine/matching.ts';
import { opposite, planMatch } from '../engine/matching.ts';
import { recorded, unrecorded } from './errors.ts';
import { groupOf } from './groups.ts';
import type { CreateRequest } from './order-request.ts';
import { requireTrading } from './pauses.ts';
import type { Market, Order, Wallet } from './records.ts';
import type { ExchangeState } from './state.ts';
import {
  cancelResting,
  emit,
  marketOf,
  nextSequence,
  restingOrders,
  saveOrder,
  walletKey,
  walletOf,
} from './state.ts';
import { execute, ratesOf } from './trading.ts';

/**
 * Places an order for a user.
 * @returns the order as it is after matching
 * @throws KalshiRefusal; then nothing has happened and the client order id is free
 */
export function placeOrder(state: ExchangeState, userId: string, request: CreateRequest): Order {
  const { clientOrderId } = request;
  if (clientOrderId !== undefined && state.clientIds.has(`${userId} ${clientOrderId}`)) {
    throw recorded.alreadyExists();
  }
  const market = marketOf(state, request.ticker);
  if ((request.exchangeIndex ?? market.shard) !== market.shard) throw recorded.notFound();
  requireTrading(state, market.shard);
  requireActive(market);
  if (!onGrid(market.ranges, request.price)) throw recorded.invalidPrice();
  checkGroup(state, userId, market, request);
  if (request.expiresAtMs !== undefined && request.expiresAtMs <= state.nowMs) {
    throw unrecorded.invalidOrder('expiration time is in the past');
  }
  const wallet = walletOf(state, userId, request.subaccount);
  const quantity = sizeOf(state, wallet, market, request);
  const price = priceMicros(request.price);
  const incoming = { userId, side: request.side, limit: price, quantity };
  if (request.postOnly && opposite(market.book.entries(), incoming).length > 0) {
    throw recorded.postOnlyCross();
  }
  requireCollateral(state, wallet, market, { side: request.side, price, quantity });
  const plan = planMatch(market.book.entries(), { ...incoming, selfTrade: request.selfTrade });
  const missed = request.timeInForce === 'fill_or_kill' && plan.filled < quantity;
  if (missed && state.switches.fokMiss === 'rejected') throw unrecorded.fokMiss();
  const order = newOrder(state, market, { ...request, userId, price, quantity });
  if (!missed) for (const orderId of plan.cancelled) cancelResting(state, orderId);
  const matched = missed ? order : execute(state, market, order, plan.executions)!;
  return settleRest(state, market, matched, plan);
}

/** Refuses a market that is not active. @throws KalshiRefusal */
export function requireActive(market: Market): void {
  if (market.status !== 'active') throw unrecorded.marketInactive();
}

function checkGroup(
  state: ExchangeState,
  userId: string,
  market: Market,
  { groupId, subaccount }: CreateRequest,
): void {
  if (groupId === undefined) return;
  const group = groupOf(state, userId, groupId);
  if (group.shard !== market.shard || group.subaccount !== subaccount) {
    throw unrecorded.groupNotFound();
  }
  if (group.triggered) throw unrecorded.groupTriggered();
}

/** The order's size; a reduce-only order is capped by the position. @source SDK 3.30 reduce_only */
function sizeOf(
  state: ExchangeState,
  wallet: Wallet,
  market: Market,
  { count, side, reduceOnly }: CreateRequest,
): MicroContracts {
  if (!reduceOnly) return microContracts(count);
  const held = closable(wallet.holdings.get(market.ticker) ?? NO_HOLDING, side);
  const promised = restingOn(state, wallet, market, side).reduce(
    (sum, one) => sum + one.remaining,
    0,
  );
  const capped = Math.min(count, Math.max(0, held - promised));
  if (capped === 0) throw unrecorded.invalidOrder('reduce only without a position to reduce');
  return microContracts(capped);
}

function restingOn(
  state: ExchangeState,
  { userId, subaccount }: Wallet,
  { ticker }: Market,
  side: BookSide,
): Order[] {
  return restingOrders(
    state,
    (one) =>
      one.userId === userId &&
      one.subaccount === subaccount &&
      one.ticker === ticker &&
      one.side === side,
  );
}

interface Claim {
  readonly side: BookSide;
  readonly price: PriceMicros;
  readonly quantity: number;
}

/**
 * Checks that cash on the market's shard covers the order and all that rests, fees included; what
 * closes a position brings a dollar a contract instead. Balance as told does not deduct this.
 * @throws KalshiRefusal insufficient_balance
 */
function requireCollateral(
  state: ExchangeState,
  wallet: Wallet,
  market: Market,
  claim: Claim,
): void {
  const claims = new Map<string, { market: Market; list: Claim[] }>();
  const add = (of: Market, one: Claim) => {
    const key = `${of.ticker} ${one.side}`;
    const entry = claims.get(key) ?? { market: of, list: [] };
    entry.list.push(one);
    claims.set(key, entry);
  };
  const { userId, subaccount } = wallet;
  const mine = (one: Order) =>
    one.userId === userId && one.subaccount === subaccount && one.shard === market.shard;
  for (const one of restingOrders(state, mine)) {
    add(marketOf(state, one.ticker), { ...one, quantity: one.remaining });
  }
  add(market, claim);
  let needed = 0;
  for (const { market: of, list } of claims.values()) needed += collateral(state, wallet, of, list);
  if (needed > (wallet.cash.get(market.shard) ?? 0)) throw recorded.insufficientBalance();
}

/** What orders on one side of one market may cost; µ$. */
function collateral(
  state: ExchangeState,
  wallet: Wallet,
  market: Market,
  claims: readonly Claim[],
): number {
  const { taker } = ratesOf(state, market);
  const held = closable(wallet.holdings.get(market.ticker) ?? NO_HOLDING, claims[0]!.side);
  const wanted = claims.reduce((sum, { quantity }) => sum + quantity, 0);
  const costs = claims.reduce((sum, { side, price, quantity }) => {
    const fee = kalshiFeeModel(taker, quantity as MicroContracts, price);
    return sum + legCost(side, price, quantity) + fee;
  }, 0);
  return Math.max(0, costs - Math.min(held, wanted));
}

function newOrder(
  state: ExchangeState,
  market: Market,
  request: CreateRequest & { userId: string; price: PriceMicros; quantity: MicroContracts },
): Order {
  const { hideNext } = state.switches;
  const hidden = hideNext.count > 0;
  if (hidden) hideNext.count -= 1;
  const orderId = state.ids.next();
  const clientOrderId = request.clientOrderId ?? '';
  if (clientOrderId !== '') state.clientIds.set(`${request.userId} ${clientOrderId}`, orderId);
  const { userId, subaccount, ticker, side, price, timeInForce, selfTrade } = request;
  return saveOrder(state, {
    orderId,
    clientOrderId,
    userId,
    subaccount,
    ticker,
    side,
    price,
    timeInForce,
    selfTrade,
    shard: market.shard,
    initial: request.quantity,
    remaining: request.quantity,
    filled: ZERO_CONTRACTS,
    status: 'resting',
    ...(request.expiresAtMs === undefined ? {} : { expiresAtMs: request.expiresAtMs }),
    ...(request.groupId === undefined ? {} : { groupId: request.groupId }),
    cancelOnPause: request.cancelOnPause,
    takerCost: 0,
    makerCost: 0,
    takerFees: 0,
    makerFees: 0,
    feeCarry: 0,
    createdAtMs: state.nowMs,
    updatedAtMs: state.nowMs,
    sequence: nextSequence(state),
    hiddenUntilMs: hidden ? state.nowMs + hideNext.hiddenMs : 0,
  });
}

/** Lets a GTC remainder rest and ends every other. */
function settleRest(
  state: ExchangeState,
  market: Market,
  order: Order,
  { stopped }: MatchPlan,
): Order {
  if (order.status !== 'resting') return order;
  const { userId, subaccount, orderId, side, price, remaining } = order;
  const until = state.cancelAllUntil.get(walletKey(userId, subaccount)) ?? 0;
  const rests = order.timeInForce === 'good_till_canceled' && !stopped && state.nowMs >= until;
  if (!rests) {
    return saveOrder(state, { ...order, status: 'canceled', remaining: ZERO_CONTRACTS });
  }
  market.book.add({ id: orderId, userId, side, price, remaining });
  emit(state, { kind: 'book', market });
  return order;
}
