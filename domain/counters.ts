/** Limits are counter rows; their ids say what they count. Amounts in µ$, trades as plain counts. */
import type { UtcDate } from './day.ts';
import type { Limits } from './limits.ts';
import { assertNever } from './assert.ts';
import type { Book, VenueId } from './venue-id.ts';

export type CounterScope =
  | { readonly kind: 'trades'; readonly day: UtcDate }
  /** `used` is the loss realised that day, `held` the risk still open that day. */
  | { readonly kind: 'loss'; readonly day: UtcDate }
  | { readonly kind: 'exposure' }
  | { readonly kind: 'event'; readonly event: string }
  | { readonly kind: 'market'; readonly venue: VenueId; readonly market: string };

export type CounterKind = CounterScope['kind'];

/** The row's id; sorting ids gives the one order in which rows are locked. */
export function counterId(book: Book, scope: CounterScope): string {
  switch (scope.kind) {
    case 'trades':
    case 'loss':
      return `${book}/${scope.kind}/${scope.day}`;
    case 'exposure':
      return `${book}/exposure`;
    case 'event':
      return `${book}/event/${scope.event}`;
    case 'market':
      return `${book}/market/${scope.venue}/${scope.market}`;
    default:
      return assertNever(scope);
  }
}

/** The cap a counter of this kind has under the desk's limits. */
export function capOf(kind: CounterKind, limits: Limits): number {
  switch (kind) {
    case 'trades':
      return limits.dailyTradesMax;
    case 'loss':
      return limits.dailyLossMicrosMax;
    case 'exposure':
      return limits.openExposureMicrosMax;
    case 'event':
      return limits.eventExposureMicrosMax;
    case 'market':
      return limits.positionMicrosMax;
    default:
      return assertNever(kind);
  }
}

/** One counter row as the rules see it; `used + held ≤ cap + overrun` at every commit (I2). */
export interface Counter {
  readonly used: number;
  readonly held: number;
  readonly cap: number;
  readonly overrun: number;
}

/** What may still be taken; never negative. An overrun gives no room. */
export function roomIn(counter: Counter): number {
  return Math.max(0, counter.cap - counter.used - counter.held);
}

/** Whether a hold's target is a day's loss counter, whose holds outlive the placing. */
export function isLossCounter(target: string): boolean {
  return /^[a-z]+\/loss\//.test(target);
}

/** Whether a hold's target is a day's count of trades. Anchored: an event may be named anything. */
export function isTradesCounter(target: string): boolean {
  return /^[a-z]+\/trades\//.test(target);
}
