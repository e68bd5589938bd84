/** What the venue takes at the moment. @source reference §2.5, §4 */
import { refusals } from './errors.ts';
import type { ExchangeState } from './state.ts';

/** Restarting is followed by post-only by itself. */
export const MODES = ['normal', 'restarting', 'post_only', 'cancel_only', 'disabled'] as const;
export type Mode = (typeof MODES)[number];

/** The mode now: a restart turns into post-only and that into normal, each at its time. */
export function modeOf({ nowMs, switches }: ExchangeState): { mode: Mode; untilMs?: number } {
  const { mode, modeUntilMs: untilMs, postOnlyMs } = switches;
  if (untilMs === undefined) return { mode };
  if (nowMs < untilMs) return { mode, untilMs };
  const after = untilMs + postOnlyMs;
  return mode === 'restarting' && nowMs < after
    ? { mode: 'post_only', untilMs: after }
    : { mode: 'normal' };
}

/** Begins a restart of `forMs`. */
export function restart(state: ExchangeState, forMs: number): void {
  state.switches.mode = 'restarting';
  state.switches.modeUntilMs = state.nowMs + forMs;
}

/** Refuses a cancel where none is taken. @throws PolymarketRefusal 425 or 503 */
export function requireCancels(state: ExchangeState): void {
  const { mode } = modeOf(state);
  if (mode === 'restarting') throw refusals.restarting();
  if (mode === 'disabled') throw refusals.disabled();
}

/** Refuses every order where none is taken. @throws PolymarketRefusal 403, 425 or 503 */
export function requireOrders(state: ExchangeState): void {
  if (state.switches.geoblock.blocked) throw refusals.geoblocked();
  requireCancels(state);
  if (modeOf(state).mode === 'cancel_only') throw refusals.cancelOnly();
}

/** Refuses an order that would match while only resting ones are taken. @throws PolymarketRefusal */
export function requireTakers(state: ExchangeState): void {
  const { mode, untilMs } = modeOf(state);
  if (mode !== 'post_only') return;
  const left = untilMs === undefined ? 60 : Math.ceil((untilMs - state.nowMs) / 1000);
  throw refusals.postOnlyMode(left);
}
