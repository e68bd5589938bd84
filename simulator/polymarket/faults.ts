/** Faults that only the exchange can play, on the request that drew them. */
import type { MicroContracts } from '../../domain/money.ts';
import { microContracts, MICROS_PER_UNIT } from '../../domain/money.ts';
import { fieldOf } from '../frame/requests.ts';
import { thinHouse } from '../engine/house.ts';
import type { Fault, FaultAnswer } from '../venue-simulator.ts';
import { SHARE_STEP } from './amounts.ts';
import type { Call } from './endpoints/endpoint.ts';
import { setTick, TICKS_MICROS } from './listing.ts';
import { restart } from './modes.ts';
import { readOrderPayload } from './order-request.ts';
import type { Market, TokenIndex } from './records.ts';
import { bookSideOf } from './records.ts';
import { amend, dispute, payoutsOf } from './resolution.ts';
import type { ExchangeState } from './state.ts';
import { emit, marketOf, tokenPrice } from './state.ts';
import { fillByForce } from './trading.ts';

const LASTS_MS_USUAL = 3000;

type Play = (call: Call, ms: number) => void;

interface Kind {
  readonly endpoints: readonly string[];
  readonly play: Play;
}

const CREATE = ['createOrder'];
const MARKET_READS = ['market', 'clobMarket', 'gammaMarkets'];

/** By kind: the endpoints it belongs to, and what it does before the request is handled. */
const KINDS: Readonly<Record<string, Kind>> = {
  /** The order's trades are told, retried, and undone. */
  ghostFill: { endpoints: CREATE, play: ({ state }) => giveFate(state, 'fail') },
  /** The order's trades are mined at the second attempt, under another hash. */
  retryTrade: { endpoints: CREATE, play: ({ state }) => giveFate(state, 'retry') },
  /** Somebody else was faster: about half of what the order would have taken is gone. */
  partialFill: { endpoints: CREATE, play: takeHalf },
  /** The order is held back, as on a market with a delay. */
  delayedOrder: {
    endpoints: CREATE,
    play: ({ state }, delayMs) => {
      state.switches.delayNext = { count: 1, delayMs };
    },
  },
  /** The order and its trades are not told for a while. */
  hideEffect: {
    endpoints: CREATE,
    play: ({ state }, hiddenMs) => {
      state.switches.hideNext = { count: 1, hiddenMs };
    },
  },
  /** The tick becomes finer just before the order comes, or coarser where it is the finest. */
  tickChange: { endpoints: CREATE, play: changeTick },
  /** The engine restarts, beginning with this order; afterwards nobody may take for a while. */
  restart: { endpoints: CREATE, play: ({ state }, ms) => restart(state, ms) },
  /** The order fills just before the cancel. */
  fillBeforeCancel: { endpoints: ['cancelOrder'], play: fillFirst },
  /** A proposed result is disputed just before the read. */
  dispute: {
    endpoints: MARKET_READS,
    play: (call) => {
      const market = marketRead(call);
      if (market?.uma === 'proposed') dispute(call.state, market);
    },
  },
  /** A result turns round just before the read. */
  amend: {
    endpoints: MARKET_READS,
    play: (call) => {
      const market = marketRead(call);
      if (market?.payouts === undefined) return;
      amend(call.state, market, payoutsOf(MICROS_PER_UNIT - market.payouts[0]));
    },
  },
};

/** The kinds' names, for the frame. */
export const FAULT_KINDS: readonly string[] = Object.keys(KINDS);

/** How Polymarket words what the frame makes up. @source reference §2.5, §5.8 */
export const FAULT_ANSWERS: Readonly<Record<string, FaultAnswer>> = {
  // Cloudflare's: without the headers of the venue's own limiter.
  reject429: { status: 429, headers: { 'content-type': 'text/plain' }, body: 'error code: 1015' },
  error500Before: { status: 500, body: { error: 'could not insert order' } },
  error500After: { status: 500, body: { error: 'could not run the execution' } },
  error503: {
    status: 503,
    body: { error: 'Trading is currently disabled. Check polymarket.com for updates' },
  },
};

/** Plays a fault where the request is one it belongs to; anywhere else it does nothing. */
export function playFault(endpoint: string, call: Call, fault: Fault): void {
  const kind = KINDS[fault.kind];
  if (kind?.endpoints.includes(endpoint) === true) kind.play(call, fault.ms ?? LASTS_MS_USUAL);
}

function giveFate({ switches }: ExchangeState, fate: 'fail' | 'retry'): void {
  switches.fateNext = { count: 1, fate };
}

function orderMarket({ state, body }: Call): { market: Market; token: TokenIndex } | undefined {
  return state.tokens.get(String(fieldOf(fieldOf(body, 'order'), 'tokenId')));
}

function takeHalf(call: Call): void {
  const found = orderMarket(call);
  if (found === undefined) return;
  const { market, token } = found;
  const { side, makerAmount, takerAmount } = readOrderPayload(call.body).order;
  const shares = Number(side === 'BUY' ? takerAmount : makerAmount);
  const dollars = Number(side === 'BUY' ? makerAmount : takerAmount);
  const price = Math.min(MICROS_PER_UNIT, Math.round((dollars / shares) * MICROS_PER_UNIT));
  const incoming = { side: bookSideOf(side, token), limit: tokenPrice(price, token) };
  thinHouse(market.book, incoming, shares, SHARE_STEP);
  emit(call.state, { kind: 'book', market });
}

function changeTick(call: Call): void {
  const market = orderMarket(call)?.market;
  if (market === undefined) return;
  const at = TICKS_MICROS.indexOf(market.tickMicros);
  setTick(call.state, market, TICKS_MICROS[at + 1] ?? TICKS_MICROS[at - 1]!);
}

function fillFirst({ state, body }: Call): void {
  const order = state.orders.get(String(fieldOf(body, 'orderID')))?.now;
  if (order?.status !== 'LIVE' && order?.status !== 'UNMATCHED') return;
  fillUntold(state, order.orderId, { hiddenMs: 0 });
}

function marketRead({ state, params, query }: Call): Market | undefined {
  const id = params['condition_id'] ?? query['condition_ids'];
  return state.markets.get(id ?? state.slugs.get(query['slug'] ?? '') ?? '');
}

/**
 * Fills an order at its own price without telling it for a while, also one that was cancelled.
 * Without a count, all that is left.
 * @returns what was filled
 */
export function fillUntold(
  state: ExchangeState,
  orderId: string,
  options: { readonly hiddenMs: number; readonly count?: MicroContracts },
): number {
  const order = state.orders.get(orderId)?.now;
  if (order === undefined || order.budgetMicros !== undefined) return 0;
  const left = order.size - order.matched;
  const quantity = microContracts(Math.min(left, options.count ?? left));
  if (quantity === 0) return 0;
  const hidden = { ...order, hiddenUntilMs: state.nowMs + options.hiddenMs };
  if (options.hiddenMs > 0) state.orders.get(orderId)!.now = hidden;
  const filled = fillByForce(state, marketOf(state, order.conditionId), hidden, quantity);
  return filled.matched - order.matched;
}
