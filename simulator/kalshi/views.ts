/** Orders, fills, positions and settlements as the venue's JSON tells them. */
import type { Holding } from './holdings.ts';
import { applyFill, netOf, NO_HOLDING } from './holdings.ts';
import { countText, moneyText, priceText, seconds, timeText } from './format.ts';
import type { Fill, Order, SettlementRow } from './records.ts';
import type { ExchangeState } from './state.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';

/** The words for a side: every V2 order reads back as `yes`, sold for an ask. */
function sideWords(side: 'bid' | 'ask') {
  return {
    action: side === 'bid' ? 'buy' : 'sell',
    book_side: side,
    outcome_side: side === 'bid' ? 'yes' : 'no',
    side: 'yes',
  };
}

/** An order. @source REC portfolio__orders_list; SDK 3.30 models/order.ts */
export function orderView(order: Order): Record<string, unknown> {
  return {
    ...sideWords(order.side),
    client_order_id: order.clientOrderId,
    created_time: timeText(order.createdAtMs),
    exchange_index: order.shard,
    ...(order.expiresAtMs === undefined ? {} : { expiration_time: timeText(order.expiresAtMs) }),
    fill_count_fp: countText(order.filled),
    initial_count_fp: countText(order.initial),
    last_update_time: timeText(order.updatedAtMs),
    maker_fees_dollars: moneyText(order.makerFees),
    maker_fill_cost_dollars: moneyText(order.makerCost),
    no_price_dollars: priceText(MICROS_PER_UNIT - order.price),
    ...(order.groupId === undefined ? {} : { order_group_id: order.groupId }),
    ...(order.cancelOnPause ? { cancel_order_on_pause: true } : {}),
    order_id: order.orderId,
    remaining_count_fp: countText(order.remaining),
    self_trade_prevention_type: order.selfTrade,
    status: order.status,
    subaccount_number: order.subaccount,
    taker_fees_dollars: moneyText(order.takerFees),
    taker_fill_cost_dollars: moneyText(order.takerCost),
    ticker: order.ticker,
    type: 'limit',
    user_id: order.userId,
    yes_price_dollars: priceText(order.price),
  };
}

/** A fill: without the client order id. @source REC fills__after_taker; SDK 3.30 models/fill.ts */
export function fillView(fill: Fill): Record<string, unknown> {
  return {
    ...sideWords(fill.side),
    count_fp: countText(fill.quantity),
    created_time: timeText(fill.atMs),
    exchange_index: fill.shard,
    fee_cost: moneyText(fill.feeMicros),
    fill_id: fill.tradeId,
    is_taker: fill.isTaker,
    market_ticker: fill.ticker,
    no_price_dollars: priceText(MICROS_PER_UNIT - fill.price),
    order_id: fill.orderId,
    subaccount_number: fill.subaccount,
    ticker: fill.ticker,
    trade_id: fill.tradeId,
    ts: seconds(fill.atMs),
    yes_price_dollars: priceText(fill.price),
  };
}

/** A settlement: gross counts and costs. @source SDK 3.30 models/settlement.ts */
export function settlementView(row: SettlementRow): Record<string, unknown> {
  const { holding } = row;
  return {
    event_ticker: row.eventTicker,
    exchange_index: row.shard,
    fee_cost: moneyText(holding.fees),
    market_result: row.result,
    no_count_fp: countText(holding.noCount),
    no_total_cost_dollars: moneyText(holding.noCost),
    revenue: row.revenueCents,
    settled_time: timeText(row.settledAtMs),
    ticker: row.ticker,
    value: Math.floor(row.valueMicros / 10_000),
    yes_count_fp: countText(holding.yesCount),
    yes_total_cost_dollars: moneyText(holding.yesCost),
  };
}

/** A position as told at a time: rebuilt from the fills told by then. */
export interface ToldPosition {
  readonly sequence: number;
  readonly ticker: string;
  readonly eventTicker: string;
  readonly shard: number;
  readonly holding: Holding;
  readonly updatedAtMs: number;
}

/** What a wallet's told fills add up to, market by market; settled markets are gone. */
export function positionsAt(
  state: ExchangeState,
  wallet: { readonly userId: string; readonly subaccount: number },
  asOfMs: number,
): ToldPosition[] {
  const found = new Map<string, ToldPosition>();
  for (const fill of state.fills) {
    if (fill.userId !== wallet.userId || fill.subaccount !== wallet.subaccount) continue;
    const market = state.markets.get(fill.ticker);
    if (fill.shownAtMs > asOfMs || market === undefined) continue;
    if (market.settledAtMs !== undefined && market.settledAtMs <= asOfMs) continue;
    const before = found.get(fill.ticker)?.holding ?? NO_HOLDING;
    found.set(fill.ticker, {
      sequence: market.sequence,
      ticker: fill.ticker,
      eventTicker: market.eventTicker,
      shard: market.shard,
      holding: applyFill(before, fill).holding,
      updatedAtMs: fill.atMs,
    });
  }
  return [...found.values()];
}

/** A market position. @source REC portfolio__positions; SDK 3.30 models/market-position.ts */
export function positionView(position: ToldPosition): Record<string, unknown> {
  const { holding } = position;
  return {
    exchange_index: position.shard,
    fees_paid_dollars: moneyText(holding.fees),
    last_updated_ts: timeText(position.updatedAtMs),
    market_exposure_dollars: moneyText(holding.openCost),
    position_fp: countText(netOf(holding)),
    realized_pnl_dollars: moneyText(holding.realized),
    ticker: position.ticker,
    total_traded_dollars: moneyText(holding.yesCost + holding.noCost),
  };
}

/** The positions of one event together. @source REC portfolio__positions */
export function eventPositionViews(positions: readonly ToldPosition[]): Record<string, unknown>[] {
  const tickers = new Set(positions.map(({ eventTicker }) => eventTicker));
  return [...tickers].map((eventTicker) => {
    const list = positions.filter((one) => one.eventTicker === eventTicker);
    const sum = (of: (holding: Holding) => number) =>
      list.reduce((total, { holding }) => total + of(holding), 0);
    return {
      event_exposure_dollars: moneyText(sum(({ openCost }) => openCost)),
      event_ticker: eventTicker,
      fees_paid_dollars: moneyText(sum(({ fees }) => fees)),
      realized_pnl_dollars: moneyText(sum(({ realized }) => realized)),
      total_cost_dollars: moneyText(sum(({ yesCost, noCost }) => yesCost + noCost)),
      total_cost_shares_fp: countText(sum(({ yesCount, noCount }) => yesCount + noCount)),
    };
  });
}
