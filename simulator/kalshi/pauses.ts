/** Whether a shard trades, and the Thursday night pause. */
import { unrecorded } from './errors.ts';
import type { ExchangeState } from './state.ts';
import { cancelResting, restingOrders, SHARDS } from './state.ts';

/** Trading pauses every Thursday from 03:00 to 05:00 Eastern Time. @source DOC maintenance_and_pauses */
const PAUSE = { weekday: 'Thu', fromHour: 3, toHour: 5 } as const;

const EASTERN = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  weekday: 'short',
  hour: 'numeric',
  hourCycle: 'h23',
});

/** Whether the weekly pause is on at `atMs`. */
export function inThursdayPause(atMs: number): boolean {
  const parts = EASTERN.formatToParts(atMs);
  const part = (type: string) => parts.find((one) => one.type === type)?.value;
  const hour = Number(part('hour'));
  return part('weekday') === PAUSE.weekday && hour >= PAUSE.fromHour && hour < PAUSE.toHour;
}

/** When the weekly pause that is on ends, Unix ms. */
export function pauseEndsAtMs(atMs: number): number {
  const hourMs = 3_600_000;
  let end = atMs - (atMs % hourMs) + hourMs;
  while (inThursdayPause(end)) end += hourMs;
  return end;
}

/** Whether a shard takes any change at all. */
export function exchangeActive({ switches }: ExchangeState, shard: number): boolean {
  return switches.exchange.get(shard) ?? true;
}

/** Whether a shard takes orders. */
export function tradingActive(state: ExchangeState, shard: number): boolean {
  const { switches } = state;
  if (!exchangeActive(state, shard) || switches.trading.get(shard) === false) return false;
  if (state.nowMs < switches.pausedUntilMs) return false;
  return !(switches.schedule && inThursdayPause(state.nowMs));
}

/** Refuses placing while a shard is paused. @throws KalshiRefusal */
export function requireTrading(state: ExchangeState, shard: number): void {
  requireExchange(state, shard);
  if (!tradingActive(state, shard)) throw unrecorded.tradingPaused();
}

/** Refuses any write while a shard's exchange is paused. @throws KalshiRefusal */
export function requireExchange(state: ExchangeState, shard: number): void {
  if (!exchangeActive(state, shard)) throw unrecorded.exchangePaused();
}

/** As a pause begins, cancels the orders that asked for it; once a pause. */
export function sweepPaused(state: ExchangeState): void {
  const { swept } = state.switches;
  for (const shard of SHARDS) {
    if (tradingActive(state, shard)) {
      swept.delete(shard);
    } else if (!swept.has(shard)) {
      swept.add(shard);
      const asked = restingOrders(state, (one) => one.shard === shard && one.cancelOnPause);
      for (const { orderId } of asked) cancelResting(state, orderId);
    }
  }
}
