/** A market's life: open, closed, determined, disputed, amended, finalized; and the passing of time. */
import { assert } from '../../domain/assert.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import type { Due } from '../engine/dues.ts';
import { runDues } from '../engine/dues.ts';
import { fixed } from './format.ts';
import { sweepPaused } from './pauses.ts';
import type { Market, MarketResult, MarketStatus } from './records.ts';
import { payHoldings } from './settling.ts';
import type { ExchangeState } from './state.ts';
import { cancelResting, emit, restingOrders } from './state.ts';

/** After closing, resting orders are cancelled “shortly after”. @source DOC market_lifecycle */
const SWEEP_AFTER_CLOSE_MS = 1000;

/** Lets time pass: orders expire, markets close and finalize, pauses begin, each at its time. */
export function advance(state: ExchangeState, toMs: number): void {
  runDues(state, toMs, () => duesOf(state));
  sweepPaused(state);
}

function duesOf(state: ExchangeState): Due[] {
  const dues: Due[] = [];
  for (const order of restingOrders(state, ({ expiresAtMs }) => expiresAtMs !== undefined)) {
    dues.push({ atMs: order.expiresAtMs!, run: () => void cancelResting(state, order.orderId) });
  }
  for (const market of state.markets.values()) {
    const { status, sweepAtMs, finalizesAtMs } = market;
    if (status === 'initialized') {
      dues.push({ atMs: market.openAtMs, run: () => activate(state, market) });
    }
    if (status === 'active') dues.push({ atMs: market.closeAtMs, run: () => close(state, market) });
    if (sweepAtMs !== undefined) dues.push({ atMs: sweepAtMs, run: () => sweep(state, market) });
    if (finalizesAtMs !== undefined) {
      dues.push({ atMs: finalizesAtMs, run: () => finalize(state, market) });
    }
  }
  return dues;
}

function changeTo(state: ExchangeState, market: Market, status: MarketStatus): void {
  market.status = status;
  market.updatedAtMs = state.nowMs;
}

function tell(
  state: ExchangeState,
  market: Market,
  eventType: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  emit(state, { kind: 'lifecycle', market, eventType, more });
}

/** Lets a market trade; resting orders of an inactive market are cancelled. */
export function activate(state: ExchangeState, market: Market): void {
  requireStatus(market, ['initialized', 'inactive']);
  sweep(state, market);
  changeTo(state, market, 'active');
  tell(state, market, 'activated', { is_deactivated: false });
}

/** Stops a market for a while; its orders stay until it is active again. */
export function deactivate(state: ExchangeState, market: Market): void {
  requireStatus(market, ['active']);
  changeTo(state, market, 'inactive');
  tell(state, market, 'deactivated', { is_deactivated: true });
}

/** Moves the close; a market that has closed and has no result opens again. */
export function moveClose(state: ExchangeState, market: Market, closeAtMs: number): void {
  requireStatus(market, ['initialized', 'inactive', 'active', 'closed']);
  market.closeAtMs = closeAtMs;
  if (market.status === 'closed' && closeAtMs > state.nowMs) {
    delete market.sweepAtMs;
    changeTo(state, market, 'active');
  }
  tell(state, market, 'close_date_updated', { close_ts: Math.floor(closeAtMs / 1000) });
}

/** Ends trading. Told by no event; resting orders go shortly after. */
export function close(state: ExchangeState, market: Market): void {
  requireStatus(market, ['active', 'inactive']);
  market.closeAtMs = Math.min(market.closeAtMs, state.nowMs);
  market.sweepAtMs = state.nowMs + SWEEP_AFTER_CLOSE_MS;
  changeTo(state, market, 'closed');
}

function sweep(state: ExchangeState, market: Market): void {
  delete market.sweepAtMs;
  for (const { orderId } of restingOrders(state, (one) => one.ticker === market.ticker)) {
    cancelResting(state, orderId);
  }
}

/** Sets the result; the settlement timer runs from now. */
export function determine(
  state: ExchangeState,
  market: Market,
  valueMicros: PriceMicros,
  status: 'determined' | 'amended' = 'determined',
): void {
  requireStatus(
    market,
    status === 'determined' ? ['closed', 'disputed'] : ['determined', 'disputed', 'amended'],
  );
  market.result = resultOf(valueMicros);
  market.valueMicros = valueMicros;
  market.finalizesAtMs = state.nowMs + market.settlementTimerSeconds * 1000;
  changeTo(state, market, status);
  tell(state, market, 'determined', {
    result: market.result,
    determination_ts: Math.floor(state.nowMs / 1000),
    settlement_value: fixed(valueMicros, 4),
  });
}

/** 1 is yes, 0 is no, anything between is scalar. */
function resultOf(valueMicros: PriceMicros): Exclude<MarketResult, ''> {
  if (valueMicros === MICROS_PER_UNIT) return 'yes';
  return valueMicros === 0 ? 'no' : 'scalar';
}

/** Holds a result back; it may change. The timer stands still until `amend` or `determine`. */
export function dispute(state: ExchangeState, market: Market): void {
  requireStatus(market, ['determined', 'amended']);
  delete market.finalizesAtMs;
  changeTo(state, market, 'disputed');
}

/** Makes the result final and pays. */
export function finalize(state: ExchangeState, market: Market): void {
  requireStatus(market, ['determined', 'disputed', 'amended']);
  const { result, valueMicros } = market;
  assert(result !== '' && valueMicros !== undefined, `${market.ticker} has no result`);
  delete market.finalizesAtMs;
  sweep(state, market);
  payHoldings(state, market, result, valueMicros);
  market.settledAtMs = state.nowMs;
  changeTo(state, market, 'finalized');
  tell(state, market, 'settled', { settled_ts: Math.floor(state.nowMs / 1000) });
}

/** Changes a result that was paid: a second row for every holder, and the difference in cash. */
export function amendFinalized(
  state: ExchangeState,
  market: Market,
  valueMicros: PriceMicros,
): void {
  requireStatus(market, ['finalized']);
  market.result = resultOf(valueMicros);
  market.valueMicros = valueMicros;
  payHoldings(state, market, market.result, valueMicros);
  market.settledAtMs = state.nowMs;
  changeTo(state, market, 'finalized');
}

/** Every step at once, from wherever the market stands, with a payout of 0 to 1 per YES. */
export function setResult(state: ExchangeState, market: Market, value: number): void {
  const valueMicros = priceMicros(value);
  if (market.status === 'initialized') activate(state, market);
  if (market.status === 'active' || market.status === 'inactive') close(state, market);
  if (market.status === 'closed') determine(state, market, valueMicros);
  else determine(state, market, valueMicros, 'amended');
  finalize(state, market);
}

function requireStatus(market: Market, allowed: readonly MarketStatus[]): void {
  if (allowed.includes(market.status)) return;
  throw new Error(
    `market ${market.ticker} is ${market.status}; this needs it to be ${allowed.join(' or ')}`,
  );
}
