/** Markets, books, events and series as the venue's JSON tells them. */
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { countText, priceText, timeText } from './format.ts';
import type { Market, MarketStatus } from './records.ts';
import { netOf } from './holdings.ts';
import type { ExchangeState } from './state.ts';

/** The words of the `status` filter differ from those of the markets. @source SDK 3.30 market-api */
export const STATUS_FILTER: Readonly<Record<string, readonly MarketStatus[]>> = {
  unopened: ['initialized'],
  open: ['active'],
  paused: ['inactive'],
  closed: ['closed', 'determined', 'disputed', 'amended'],
  settled: ['finalized'],
};

/** A market. @source REC markets__single, markets__status_settled; SDK 3.30 models/market.ts */
export function marketView(state: ExchangeState, market: Market): Record<string, unknown> {
  const { valueMicros, settledAtMs } = market;
  return {
    ...quoteFields(market),
    ...market.fields,
    close_time: timeText(market.closeAtMs),
    created_time: timeText(market.createdAtMs),
    event_ticker: market.eventTicker,
    exchange_index: market.shard,
    last_price_dollars: priceText(market.lastPrice),
    open_interest_fp: countText(openInterest(state, market)),
    open_time: timeText(market.openAtMs),
    price_ranges: market.ranges.map(({ startMicros, endMicros, stepMicros }) => ({
      end: priceText(endMicros),
      start: priceText(startMicros),
      step: priceText(stepMicros),
    })),
    result: market.result,
    settlement_timer_seconds: market.settlementTimerSeconds,
    ...(valueMicros === undefined ? {} : { settlement_value_dollars: priceText(valueMicros) }),
    ...(settledAtMs === undefined ? {} : { settlement_ts: timeText(settledAtMs) }),
    status: market.status,
    ticker: market.ticker,
    updated_time: timeText(market.updatedAtMs),
    volume_24h_fp: countText(market.volume),
    volume_fp: countText(market.volume),
  };
}

/** Best prices; an empty side reads 0 for a bid and 1 for an ask. @source REC markets__page1 */
function quoteFields({ book }: Market): Record<string, unknown> {
  const bid = book.levels('bid')[0];
  const ask = book.levels('ask')[0];
  const bidPrice = bid?.[0] ?? 0;
  const askPrice = ask?.[0] ?? MICROS_PER_UNIT;
  return {
    no_ask_dollars: priceText(MICROS_PER_UNIT - bidPrice),
    no_bid_dollars: priceText(MICROS_PER_UNIT - askPrice),
    yes_ask_dollars: priceText(askPrice),
    yes_ask_size_fp: countText(ask?.[1] ?? 0),
    yes_bid_dollars: priceText(bidPrice),
    yes_bid_size_fp: countText(bid?.[1] ?? 0),
  };
}

function openInterest(state: ExchangeState, { ticker }: Market): number {
  let total = 0;
  for (const { holdings } of state.wallets.values()) {
    const holding = holdings.get(ticker);
    if (holding !== undefined) total += Math.max(0, netOf(holding));
  }
  return total;
}

/** A level as the wire has it: price and count as strings. */
export type WireLevel = readonly [price: string, count: string];

/**
 * A market's bids of both outcomes, worst first. A bid for NO is an ask for YES at one less its
 * price. @source REC orderbook__base; DOC orderbook_responses
 */
export function bookSides({ book }: Market): { yes: WireLevel[]; no: WireLevel[] } {
  const wire = (price: number, count: number): WireLevel => [priceText(price), countText(count)];
  return {
    yes: book
      .levels('bid')
      .map(([price, count]) => wire(price, count))
      .toReversed(),
    no: book
      .levels('ask')
      .map(([price, count]) => wire(MICROS_PER_UNIT - price, count))
      .toReversed(),
  };
}

/** `GET /markets/{ticker}/orderbook`, at most `depth` levels a side; 0 is all. */
export function orderbookView(market: Market, depth: number): Record<string, unknown> {
  const { yes, no } = bookSides(market);
  const cut = (levels: WireLevel[]) => (depth > 0 ? levels.slice(-depth) : levels);
  return { orderbook_fp: { no_dollars: cut(no), yes_dollars: cut(yes) } };
}
