/** Faults that only the exchange can play, on the request that drew them. */
import { microContracts, priceMicros } from '../../domain/money.ts';
import type { Fault, FaultAnswer } from '../venue-simulator.ts';
import { COUNT_STEP } from '../engine/grid.ts';
import { thinHouse } from '../engine/house.ts';
import type { Call } from './endpoints/endpoint.ts';
import { fieldOf } from '../frame/requests.ts';
import { readCreateRequest } from './order-request.ts';
import type { ExchangeState } from './state.ts';
import { emit } from './state.ts';
import { fillByForce } from './trading.ts';

const HIDDEN_MS_USUAL = 3000;

type Play = (call: Call, ms: number) => void;

/** By kind: the endpoint it belongs to and what it does before the request is handled. */
const KINDS: Readonly<Record<string, { readonly endpoint: string; readonly play: Play }>> = {
  /** The order and its fills are not told for a while. */
  hideEffect: {
    endpoint: 'createOrder',
    play: ({ state }, hiddenMs) => {
      state.switches.hideNext = { count: 1, hiddenMs };
    },
  },
  /** Somebody else was faster: about half of what the order would have taken is gone. */
  partialFill: { endpoint: 'createOrder', play: takeHalf },
  /** Trading pauses for a while, beginning with this order. */
  pauseTrading: {
    endpoint: 'createOrder',
    play: ({ state }, ms) => {
      state.switches.pausedUntilMs = state.nowMs + ms;
    },
  },
  /** The order fills just before the cancel; reads show it resting for a while. */
  ghostFill: { endpoint: 'cancelOrder', play: ghost },
};

/** The kinds' names, for the frame. */
export const FAULT_KINDS: readonly string[] = Object.keys(KINDS);

/** How Kalshi words what the frame makes up. 500 and 503 are unrecorded. */
export const FAULT_ANSWERS: Readonly<Record<string, FaultAnswer>> = {
  reject429: { status: 429, body: { error: 'too many requests' } },
  error500Before: internal(),
  error500After: internal(),
  error503: {
    status: 503,
    body: { error: { code: 'service_unavailable', message: 'service unavailable' } },
  },
};

function internal(): FaultAnswer {
  const code = 'internal_server_error';
  return { status: 500, body: { error: { code, message: code.replaceAll('_', ' ') } } };
}

/** Plays a fault where the request is one it belongs to; anywhere else it does nothing. */
export function playFault(endpoint: string, call: Call, fault: Fault): void {
  const kind = KINDS[fault.kind];
  if (kind?.endpoint === endpoint) kind.play(call, fault.ms ?? HIDDEN_MS_USUAL);
}

function takeHalf({ state, body }: Call): void {
  const market = state.markets.get(String(fieldOf(body, 'ticker')));
  if (market === undefined) return;
  const { side, price, count } = readCreateRequest(body);
  const limit = priceMicros(Math.min(Math.max(price, 0), 1_000_000));
  thinHouse(market.book, { side, limit }, count, COUNT_STEP);
  emit(state, { kind: 'book', market });
}

function ghost({ state, params }: Call, hiddenMs: number): void {
  fillUntold(state, params['order_id'] ?? '', { hiddenMs });
}

/**
 * Fills an order at its own limit without telling it for a while; one that is final gets more than
 * it was told. Without a count, all that is left.
 * @returns whether there was something to fill
 */
export function fillUntold(
  state: ExchangeState,
  orderId: string,
  options: { readonly hiddenMs: number; readonly count?: number },
): boolean {
  const order = state.orders.get(orderId)?.order;
  const market = order === undefined ? undefined : state.markets.get(order.ticker);
  if (order === undefined || market === undefined) return false;
  const most = order.status === 'resting' ? order.remaining : order.initial - order.filled;
  const quantity = microContracts(Math.min(most, options.count ?? most));
  if (quantity === 0) return false;
  const hiddenUntilMs = state.nowMs + options.hiddenMs;
  fillByForce(state, market, { ...order, hiddenUntilMs }, quantity);
  return true;
}
