/** Lists markets with their events and series, and scripts the house's books. */
import type { PriceRange } from '../../domain/market.ts';
import { MICROS_PER_UNIT, microContracts } from '../../domain/money.ts';
import { Book } from '../engine/book.ts';
import { COUNT_STEP, onGrid } from '../engine/grid.ts';
import { planMatch } from '../engine/matching.ts';
import type { HouseBook, SidedLevel } from '../engine/house.ts';
import { levelsOf } from '../engine/house.ts';
import { uuidOf } from '../engine/ids.ts';
import { timeText } from './format.ts';
import { tradingActive } from './pauses.ts';
import type { Market } from './records.ts';
import type { ExchangeState } from './state.ts';
import { emit, nextSequence } from './state.ts';
import { execute } from './trading.ts';

/** A market to list; all but the ticker has a default that makes it tradable now. */
export interface Listing {
  readonly ticker: string;
  readonly event?: string | undefined;
  readonly series?: string | undefined;
  readonly shard?: number | undefined;
  readonly category?: string | undefined;
  readonly feeType?: string | undefined;
  readonly feeMultiplier?: number | undefined;
  readonly openAtMs?: number | undefined;
  readonly closeAtMs?: number | undefined;
  readonly settlementTimerSeconds?: number | undefined;
  readonly ranges?: readonly PriceRange[] | undefined;
  /** Any other field of the market's JSON, e.g. `rules_primary`, `fee_waiver_expiration_time`. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** Steps of a cent from 0 to 1. @source REC markets__single */
const LINEAR_CENT: readonly PriceRange[] = [
  { startMicros: 0, endMicros: MICROS_PER_UNIT, stepMicros: 10_000 },
];
const OPEN_FOR_MS = 30 * 86_400_000;
const TIMER_SECONDS = 60;

/** Lists a market. @throws Error where the ticker is taken */
export function listMarket(state: ExchangeState, listing: Listing): Market {
  const { ticker, shard = 0, openAtMs = state.nowMs } = listing;
  if (state.markets.has(ticker)) throw new Error(`market ${ticker} is there already`);
  const { closeAtMs = openAtMs + OPEN_FOR_MS } = listing;
  const eventTicker = listing.event ?? `${ticker}-EVENT`;
  listEvent(state, eventTicker, listing);
  const market: Market = {
    ticker,
    eventTicker,
    shard,
    marketId: uuidOf(`market ${ticker}`),
    sequence: nextSequence(state),
    createdAtMs: state.nowMs,
    book: new Book(),
    fields: { ...usualFields(ticker, closeAtMs), ...listing.fields },
    ranges: listing.ranges ?? LINEAR_CENT,
    status: openAtMs <= state.nowMs ? 'active' : 'initialized',
    openAtMs,
    closeAtMs,
    settlementTimerSeconds: listing.settlementTimerSeconds ?? TIMER_SECONDS,
    updatedAtMs: state.nowMs,
    result: '',
    lastPrice: 0,
    volume: 0,
  };
  state.markets.set(ticker, market);
  emit(state, {
    kind: 'lifecycle',
    market,
    eventType: 'created',
    more: { open_ts: Math.floor(openAtMs / 1000), close_ts: Math.floor(closeAtMs / 1000) },
  });
  return market;
}

/** The event and the series of a listing, where they are not there yet. */
function listEvent(state: ExchangeState, eventTicker: string, listing: Listing): void {
  if (state.events.has(eventTicker)) return;
  const seriesTicker = listing.series ?? `${eventTicker}-SERIES`;
  const { category = 'Economics', shard = 0 } = listing;
  state.events.set(eventTicker, {
    collateral_return_type: '',
    event_ticker: eventTicker,
    exchange_index: shard,
    mutually_exclusive: false,
    series_ticker: seriesTicker,
    settlement_sources: [],
    sub_title: '',
    title: eventTicker,
  });
  if (state.series.has(seriesTicker)) return;
  state.series.set(seriesTicker, {
    additional_prohibitions: [],
    categories: [category],
    category,
    contract_terms_url: '',
    contract_url: '',
    exchange_index: shard,
    fee_multiplier: listing.feeMultiplier ?? 1,
    fee_type: listing.feeType ?? 'quadratic',
    frequency: 'custom',
    settlement_sources: [],
    tags: [],
    ticker: seriesTicker,
    title: seriesTicker,
  });
}

/** What a market tells beside its state. @source REC markets__single */
function usualFields(ticker: string, closeAtMs: number): Record<string, unknown> {
  return {
    can_close_early: true,
    expected_expiration_time: timeText(closeAtMs),
    expiration_value: '',
    latest_expiration_time: timeText(closeAtMs),
    market_type: 'binary',
    no_sub_title: 'No',
    notional_value_dollars: '1.0000',
    previous_price_dollars: '0.0000',
    previous_yes_ask_dollars: '0.0000',
    previous_yes_bid_dollars: '0.0000',
    price_level_structure: 'linear_cent',
    rules_primary: `If ${ticker} happens, then the market resolves to Yes.`,
    rules_secondary: '',
    title: ticker,
    yes_sub_title: 'Yes',
  };
}

/**
 * Replaces the house's liquidity. What crosses a client's resting order trades with it at the
 * client's price; the house's own two sides never trade with each other. In a pause or after the
 * close nothing trades.
 * @throws Error for a level off the grid; then nothing has changed
 */
export function setHouseBook(state: ExchangeState, market: Market, quotes: HouseBook): void {
  const levels = levelsOf(quotes);
  for (const { price, quantity } of levels) {
    if (!onGrid(market.ranges, price) || quantity % COUNT_STEP !== 0) {
      const level = `${price} micro-dollars × ${quantity} micro-contracts`;
      throw new Error(`${market.ticker}: ${level} is off the market's grid or off 0.01 contracts`);
    }
  }
  market.book.clearHouse();
  const trades = market.status === 'active' && tradingActive(state, market.shard);
  for (const [at, level] of levels.entries()) quote(state, market, level, { at, trades });
  emit(state, { kind: 'book', market });
}

function quote(
  state: ExchangeState,
  market: Market,
  { side, price, quantity }: SidedLevel,
  { at, trades }: { at: number; trades: boolean },
): void {
  let left = quantity;
  if (trades) {
    const incoming = { side, limit: price, quantity, selfTrade: 'maker' } as const;
    const plan = planMatch(market.book.entries(), incoming);
    execute(state, market, { house: side }, plan.executions);
    left = microContracts(quantity - plan.filled);
  }
  if (left > 0)
    market.book.add({ id: `house:${nextSequence(state)}:${at}`, side, price, remaining: left });
}
