/** What a match does: fills, fees, cash, positions, groups. */
import type { KalshiRate } from '../../domain/fees/kalshi.ts';
import { kalshiFillFee, KALSHI_TAKER_FACTOR_MILLIONTHS } from '../../domain/fees/kalshi.ts';
import { kalshiFeeSchedule } from '../../domain/fees/terms.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts, MICROS_PER_UNIT, ZERO_MICROS } from '../../domain/money.ts';
import { applyFill, legCost, netOf, NO_HOLDING } from './holdings.ts';
import type { BookSide, Execution } from '../engine/matching.ts';
import { noteMatched } from './groups.ts';
import type { Market, Order, Wallet } from './records.ts';
import type { ExchangeState } from './state.ts';
import { emit, HOUSE, moveCash, nextSequence, saveOrder, walletOf } from './state.ts';

/** What either side of a market's fills is charged by at this moment. */
export function ratesOf(
  state: ExchangeState,
  market: Market,
): { taker: KalshiRate; maker: KalshiRate } {
  const event = state.events.get(market.eventTicker) ?? {};
  const series = state.series.get(String(event['series_ticker'])) ?? {};
  const change = state.feeChanges
    .filter(({ series_ticker: ticker }) => ticker === series['ticker'])
    .findLast(({ scheduledAtMs }) => scheduledAtMs <= state.nowMs);
  const reading = kalshiFeeSchedule(
    {
      feeType: change?.fee_type ?? String(series['fee_type']),
      feeMultiplier: change?.fee_multiplier ?? Number(series['fee_multiplier']),
      feeTypeOverride: event['fee_type_override'] as string | undefined,
      feeMultiplierOverride: event['fee_multiplier_override'] as number | undefined,
    },
    state.nowMs,
  );
  // A table of its own (`flat`) is charged as the usual taker fee: such markets are to be refused.
  const terms =
    reading.kind === 'schedule' && reading.schedule.kind === 'kalshi'
      ? reading.schedule
      : { multiplierMillionths: MICROS_PER_UNIT };
  const waiver = market.fields['fee_waiver_expiration_time'];
  const waived = typeof waiver === 'string' && state.nowMs < Date.parse(waiver);
  const multiplierMillionths = waived ? 0 : terms.multiplierMillionths;
  const makerFactor = 'makerFactorMillionths' in terms ? terms.makerFactorMillionths : undefined;
  return {
    taker: { multiplierMillionths, factorMillionths: KALSHI_TAKER_FACTOR_MILLIONTHS },
    maker: { multiplierMillionths, factorMillionths: makerFactor ?? 0 },
  };
}

interface Match {
  readonly market: Market;
  readonly tradeId: string;
  readonly price: PriceMicros;
  readonly quantity: MicroContracts;
}

/** Books one side of a match for a client's order. */
function fillOrder(state: ExchangeState, order: Order, match: Match, isTaker: boolean): Order {
  const { market, price, quantity } = match;
  const rates = ratesOf(state, market);
  const action = order.side === 'bid' ? 'buy' : 'sell';
  const fee = kalshiFillFee(
    isTaker ? rates.taker : rates.maker,
    { action, quantity, price },
    order.feeCarry,
  );
  const shownAtMs = Math.max(state.nowMs, order.hiddenUntilMs);
  const wallet = walletOf(state, order.userId, order.subaccount);
  const position = hold(wallet, order.side, match, fee.feeMicros, shownAtMs);
  const cost = legCost(order.side, price, quantity);
  const remaining = microContracts(Math.max(0, order.remaining - quantity));
  const saved = saveOrder(state, {
    ...order,
    filled: microContracts(order.filled + quantity),
    remaining,
    status: order.status === 'resting' && remaining === 0 ? 'executed' : order.status,
    takerCost: order.takerCost + (isTaker ? cost : 0),
    makerCost: order.makerCost + (isTaker ? 0 : cost),
    takerFees: order.takerFees + (isTaker ? fee.feeMicros : 0),
    makerFees: order.makerFees + (isTaker ? 0 : fee.feeMicros),
    feeCarry: fee.carry,
  });
  const { orderId, clientOrderId, userId, subaccount, ticker, shard, side } = order;
  const fill = {
    orderId,
    clientOrderId,
    userId,
    subaccount,
    ticker,
    shard,
    side,
    tradeId: match.tradeId,
    price,
    quantity,
    isTaker,
    feeMicros: fee.feeMicros,
    atMs: state.nowMs,
    shownAtMs,
    sequence: nextSequence(state),
    positionAfter: position,
  };
  state.fills.push(fill);
  if (shownAtMs <= state.nowMs) emit(state, { kind: 'fill', fill });
  noteMatched(state, saved, quantity);
  return state.orders.get(orderId)?.order ?? saved;
}

/** Books a fill in a wallet. @returns the net position after it */
function hold(
  wallet: Wallet,
  side: BookSide,
  { market, price, quantity }: Match,
  feeMicros: typeof ZERO_MICROS,
  shownAtMs: number,
): number {
  const before = wallet.holdings.get(market.ticker) ?? NO_HOLDING;
  const { holding, cashMicros } = applyFill(before, { side, price, quantity, feeMicros });
  wallet.holdings.set(market.ticker, holding);
  moveCash(wallet, market.shard, cashMicros, shownAtMs);
  return netOf(holding);
}

function fillHouse(state: ExchangeState, side: BookSide, match: Match): void {
  hold(walletOf(state, HOUSE, 0), side, match, ZERO_MICROS, state.nowMs);
}

function noteTrade(state: ExchangeState, { market, price, quantity }: Match): void {
  market.lastPrice = price;
  market.volume += quantity;
  emit(state, { kind: 'book', market });
}

const OTHER_SIDE = { bid: 'ask', ask: 'bid' } as const;

/**
 * Carries out executions of an incoming order, which is a client's or the house's. Stops where a
 * group trips and takes the order with it.
 * @returns the incoming order as it is now, or undefined for the house's
 */
export function execute(
  state: ExchangeState,
  market: Market,
  incoming: Order | { readonly house: BookSide },
  executions: readonly Execution[],
): Order | undefined {
  let taker = 'house' in incoming ? undefined : incoming;
  const side = 'house' in incoming ? incoming.house : incoming.side;
  for (const { restingId, price, quantity } of executions) {
    // A group that trips on the way takes orders out of the plan.
    if (market.book.get(restingId) === undefined) continue;
    if (taker !== undefined && taker.status !== 'resting') break;
    const match: Match = { market, tradeId: state.ids.next(), price, quantity };
    market.book.reduce(restingId, quantity);
    const maker = state.orders.get(restingId)?.order;
    if (maker === undefined) fillHouse(state, OTHER_SIDE[side], match);
    else fillOrder(state, maker, match, false);
    if (taker === undefined) fillHouse(state, side, match);
    else taker = fillOrder(state, taker, match, true);
    noteTrade(state, match);
  }
  return taker;
}

/** Fills a client's order against the house at its own limit, wherever the book stands. */
export function fillByForce(
  state: ExchangeState,
  market: Market,
  order: Order,
  quantity: MicroContracts,
): Order {
  const match: Match = { market, tradeId: state.ids.next(), price: order.price, quantity };
  if (order.status === 'resting') market.book.reduce(order.orderId, quantity);
  fillHouse(state, OTHER_SIDE[order.side], match);
  const filled = fillOrder(state, order, match, false);
  noteTrade(state, match);
  return filled;
}
