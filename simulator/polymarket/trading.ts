/** What a match does: trades, fees, pUSD and tokens. */
import { polymarketTakerFee } from '../../domain/fees/polymarket.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts, MICROS_PER_UNIT, mulDivFloor } from '../../domain/money.ts';
import type { BookSide, Execution } from '../engine/matching.ts';
import type { Fate, Leg, Market, Order, Trade } from './records.ts';
import { bookSideOf, sideOf } from './records.ts';
import type { ExchangeState } from './state.ts';
import {
  emit,
  hash32,
  HOUSE,
  HOUSE_ADDRESS,
  moveCash,
  moveTokens,
  nextSequence,
  saveOrder,
  saveTrade,
  tokenPrice,
  tokensOf,
  walletOf,
  worth,
} from './state.ts';

const FEE_STEP_MICROS = 10;

/**
 * The taker's fee, µ$: to the nearest 0.00001 and at least that. With an exponent above 1, which no
 * market has today, and where the admin port says so, rounded up. @source reference §3.1
 */
export function takerFee(
  { switches }: ExchangeState,
  { fee }: Market,
  quantity: MicroContracts,
  price: PriceMicros,
): number {
  if (fee === undefined || fee.rateMillionths === 0) return 0;
  if (switches.feeRounding === 'up' || fee.exponent !== 1) {
    return polymarketTakerFee(fee, quantity, price);
  }
  // Prices are multiples of 100 µ$, so the spread is one of 10^4.
  const spread = (price * (MICROS_PER_UNIT - price)) / 10_000;
  const doubled = mulDivFloor(2 * quantity, fee.rateMillionths * spread, 10 ** 15);
  return Math.max(1, Math.floor((doubled + 1) / 2)) * FEE_STEP_MICROS;
}

/** What a taker's executions come to. */
export interface Executed {
  readonly tradeIds: readonly string[];
  readonly quantity: number;
  /** pUSD of the shares, without fees, µ$. */
  readonly micros: number;
}

/** Whoever takes: a client's order, or a level of the house. */
export type Taker = Pick<
  Order,
  'orderId' | 'owner' | 'funder' | 'token' | 'side' | 'fate' | 'hiddenUntilMs'
>;

/** A level of the house that takes what it crosses. */
export function houseTaker(state: ExchangeState, token: 0 | 1, side: BookSide): Taker {
  return {
    orderId: hash32(`${state.seed} taker ${nextSequence(state)}`),
    owner: HOUSE,
    funder: HOUSE_ADDRESS,
    token,
    side: sideOf(side, token),
    fate: 'confirm',
    hiddenUntilMs: 0,
  };
}

/** Carries out a plan: one trade a price, which may have several makers. */
export function execute(
  state: ExchangeState,
  market: Market,
  taker: Taker,
  executions: readonly Execution[],
): Executed {
  const trades: Trade[] = [];
  for (const price of new Set(executions.map((one) => one.price))) {
    const makers = executions.filter((one) => one.price === price);
    const trade = tradeAt(state, market, taker, { price, makers });
    if (trade !== undefined) trades.push(trade);
  }
  if (trades.length > 0) emit(state, { kind: 'book', market });
  return {
    tradeIds: trades.map(({ tradeId }) => tradeId),
    quantity: trades.reduce((sum, one) => sum + one.taker.quantity, 0),
    micros: trades.reduce((sum, { taker: leg }) => sum + worth(leg.quantity, leg.price), 0),
  };
}

function tradeAt(
  state: ExchangeState,
  market: Market,
  taker: Taker,
  { price, makers }: { price: PriceMicros; makers: readonly Execution[] },
): Trade | undefined {
  const tradeId = state.ids.next();
  const made = makers.flatMap((one) => takeFrom(state, market, one, tradeId) ?? []);
  if (made.length === 0) return undefined;
  const quantity = microContracts(made.reduce((sum, { leg }) => sum + leg.quantity, 0));
  const { orderId, owner, funder, token, side } = taker;
  const takerLeg: Leg = {
    orderId,
    owner,
    funder,
    token,
    side,
    price: tokenPrice(price, token),
    quantity,
  };
  const feeMicros = owner === HOUSE ? 0 : takerFee(state, market, quantity, takerLeg.price);
  const fates: readonly Fate[] = [taker.fate, ...made.map(({ fate }) => fate)];
  const trade: Trade = {
    tradeId,
    conditionId: market.conditionId,
    taker: takerLeg,
    makers: made.map(({ leg }) => leg),
    feeMicros,
    status: 'MATCHED',
    fate: fates.find((one) => one !== 'confirm') ?? 'confirm',
    atMs: state.nowMs,
    updatedAtMs: state.nowMs,
    stepAtMs: state.nowMs + state.switches.minedMs,
    transactionHash: '',
    error: '',
    sequence: nextSequence(state),
    hiddenUntilMs: Math.max(taker.hiddenUntilMs, ...made.map((one) => one.hiddenUntilMs)),
  };
  for (const leg of [takerLeg, ...trade.makers]) moveLeg(state, market, leg, 'match');
  if (feeMicros > 0) moveCash(state, owner, -feeMicros);
  market.lastPrice = price;
  market.volume += quantity;
  return saveTrade(state, trade);
}

interface Made extends Pick<Order, 'fate' | 'hiddenUntilMs'> {
  readonly leg: Leg;
}

/** Takes from what rests; undefined where its owner can no longer pay, and then it is gone. */
function takeFrom(
  state: ExchangeState,
  market: Market,
  { restingId, price, quantity }: Execution,
  tradeId: string,
): Made | undefined {
  const resting = market.book.get(restingId);
  if (resting === undefined) return undefined;
  const order = state.orders.get(restingId)?.now;
  if (order === undefined) {
    const token = market.houseTokens.get(restingId) ?? 0;
    market.book.reduce(restingId, quantity);
    const side = sideOf(resting.side, token);
    const orderId = hash32(`${state.seed} ${restingId}`);
    const at = tokenPrice(price, token);
    const leg = { orderId, owner: HOUSE, funder: HOUSE_ADDRESS, token, side, price: at, quantity };
    return { leg, fate: 'confirm', hiddenUntilMs: 0 };
  }
  const { orderId, owner, funder, token, side } = order;
  const leg = { orderId, owner, funder, token, side, price: order.price, quantity };
  const wallet = walletOf(state, owner);
  const pays =
    side === 'BUY'
      ? worth(quantity, order.price) <= wallet.cash
      : quantity <= tokensOf(wallet, market.tokenIds[token]).held;
  if (!pays) {
    endOrder(state, market, order, 'INVALID');
    return undefined;
  }
  market.book.reduce(restingId, quantity);
  const matched = microContracts(order.matched + quantity);
  saveOrder(
    state,
    {
      ...order,
      matched,
      matchedMicros: order.matchedMicros + worth(quantity, order.price),
      tradeIds: [...order.tradeIds, tradeId],
      status: matched === order.size ? 'MATCHED' : order.status,
    },
    'UPDATE',
  );
  return { leg, fate: order.fate, hiddenUntilMs: order.hiddenUntilMs };
}

/** Ends an order that is open, and takes it off the book. */
export function endOrder(
  state: ExchangeState,
  market: Market,
  order: Order,
  status: 'CANCELED' | 'CANCELED_MARKET_RESOLVED' | 'INVALID',
): Order {
  market.book.remove(order.orderId);
  const { delayedUntilMs: _over, ...rest } = order;
  const ended = saveOrder(state, { ...rest, status }, 'CANCELLATION');
  emit(state, { kind: 'book', market });
  return ended;
}

/**
 * Moves one leg's pUSD and tokens. A buyer's tokens are pending until the trade is mined, and a
 * seller's are gone at the match.
 */
export function moveLeg(
  state: ExchangeState,
  market: Market,
  { owner, token, side, price, quantity }: Leg,
  step: 'match' | 'mine' | 'revert',
): void {
  const tokenId = market.tokenIds[token];
  const bought = side === 'BUY';
  if (step === 'mine') {
    if (bought) moveTokens(state, owner, tokenId, { held: quantity, pending: 0 - quantity });
    return;
  }
  const sign = step === 'match' ? 1 : -1;
  moveCash(state, owner, sign * (bought ? -1 : 1) * worth(quantity, price));
  if (bought) moveTokens(state, owner, tokenId, { pending: sign * quantity });
  else moveTokens(state, owner, tokenId, { held: -sign * quantity });
}

/** Fills a client's order against the house at its own price, wherever the book stands. */
export function fillByForce(
  state: ExchangeState,
  market: Market,
  order: Order,
  quantity: MicroContracts,
): Order {
  const side = bookSideOf(order.side, order.token);
  const price = tokenPrice(order.price, order.token);
  const { orderId } = order;
  // The order stands on the book for the moment of its fill, whatever has become of it.
  const { status } = order;
  market.book.remove(orderId);
  const remaining = microContracts(order.size - order.matched);
  market.book.add({ id: orderId, userId: order.owner, side, price, remaining });
  const taker = houseTaker(state, order.token, side === 'bid' ? 'ask' : 'bid');
  execute(state, market, taker, [{ restingId: orderId, price, quantity }]);
  const filled = state.orders.get(orderId)!.now;
  if (status !== 'LIVE' && status !== 'UNMATCHED') market.book.remove(orderId);
  return filled;
}
