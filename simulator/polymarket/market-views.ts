/** Markets and books as the CLOB tells them. @source reference §2.1 */
import { createHash } from 'node:crypto';
import { formatDecimal } from '../../domain/decimal.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Market, TokenIndex } from './records.ts';
import { tokenPrice } from './state.ts';

/** A dollar figure as a JSON number. */
export const numberOf = (micros: number): number => Number(formatDecimal(micros));

interface WireLevel {
  readonly price: string;
  readonly size: string;
}

/** A token's levels: bids ascending, asks descending, so that the best is the last of each. */
export function levelsOf(
  { book }: Market,
  token: TokenIndex,
): { bids: WireLevel[]; asks: WireLevel[] } {
  const wire = (side: 'bid' | 'ask'): WireLevel[] =>
    book
      .levels(side)
      .map(([price, size]) => ({
        price: formatDecimal(tokenPrice(price, token)),
        size: formatDecimal(size),
      }))
      .toReversed();
  // A bid for YES is an ask for NO at one less its price, and the best of each stays the best.
  return token === 0
    ? { bids: wire('bid'), asks: wire('ask') }
    : { bids: wire('ask'), asks: wire('bid') };
}

/** `GET /book`, and a `book` event. */
export function bookView(
  market: Market,
  token: TokenIndex,
  nowMs: number,
): Record<string, unknown> {
  const summary = {
    market: market.conditionId,
    asset_id: market.tokenIds[token],
    timestamp: String(nowMs),
    hash: '',
    ...levelsOf(market, token),
    min_order_size: formatDecimal(market.minSize),
    tick_size: formatDecimal(market.tickMicros),
    neg_risk: market.negRisk,
    last_trade_price: formatDecimal(tokenPrice(market.lastPrice, token)),
  };
  const hash = createHash('sha1').update(JSON.stringify(summary)).digest('hex');
  return { ...summary, hash };
}

/** A token's price where no book is asked: the middle, or what it pays. */
export function priceOf(market: Market, token: TokenIndex): number {
  if (market.payouts !== undefined) return market.payouts[token];
  const bid = market.book.levels('bid')[0]?.[0];
  const ask = market.book.levels('ask')[0]?.[0];
  const yes =
    bid === undefined || ask === undefined ? market.lastPrice : Math.floor((bid + ask) / 2);
  return tokenPrice(yes, token);
}

const isHalf = ({ payouts }: Market): boolean => payouts?.[0] === MICROS_PER_UNIT / 2;

/** `GET /markets/{condition id}`: a winner is told once the market is resolved. */
export function marketView(market: Market): Record<string, unknown> {
  const { payouts } = market;
  return {
    enable_order_book: true,
    active: true,
    closed: market.closedAtMs !== undefined,
    archived: false,
    accepting_orders: market.accepting,
    accepting_order_timestamp: new Date(market.listedAtMs).toISOString(),
    minimum_order_size: numberOf(market.minSize),
    minimum_tick_size: numberOf(market.tickMicros),
    condition_id: market.conditionId,
    question_id: market.questionId,
    question: market.question,
    description: descriptionOf(market),
    market_slug: market.slug,
    end_date_iso: new Date(market.endAtMs).toISOString(),
    game_start_time: market.fields['gameStartTime'] ?? null,
    seconds_delay: market.secondsDelay,
    fpmm: '',
    maker_base_fee: 0,
    // A ceiling of the first version: not what is charged.
    taker_base_fee: market.fee === undefined ? 0 : 1000,
    neg_risk: market.negRisk,
    neg_risk_market_id: market.negRisk ? market.questionId : '',
    neg_risk_request_id: '',
    is_50_50_outcome: isHalf(market),
    tokens: ([0, 1] as const).map((token) => ({
      token_id: market.tokenIds[token],
      outcome: market.outcomes[token],
      price: numberOf(priceOf(market, token)),
      winner: payouts?.[token] === MICROS_PER_UNIT,
    })),
    tags: ['All'],
    rewards: { rates: null, min_size: 0, max_spread: 0 },
  };
}

/** The rules a market's result follows. */
export function descriptionOf({ fields, question }: Market): unknown {
  return fields['description'] ?? `This market resolves to the outcome of "${question}".`;
}

/** `GET /clob-markets/{condition id}`: what trading needs, in short names. */
export function detailsView(market: Market): Record<string, unknown> {
  const { fee, tokenIds, outcomes } = market;
  return {
    c: market.conditionId,
    t: tokenIds.map((tokenId, at) => ({ t: tokenId, o: outcomes[at] })),
    mts: numberOf(market.tickMicros),
    mos: numberOf(market.minSize),
    nr: market.negRisk,
    mbf: 0,
    tbf: fee === undefined ? 0 : 1000,
    ...(fee === undefined
      ? {}
      : { fd: { r: numberOf(fee.rateMillionths), e: fee.exponent, to: true } }),
    r: {},
    ao: market.accepting,
    sd: market.secondsDelay,
    cbos: false,
    itode: false,
    rfqe: false,
    ibce: false,
  };
}
