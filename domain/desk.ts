/** A desk: the phase it has reached, whether it may trade, and which book it trades. */
import type { Book } from './venue-id.ts';

export const DESKS = ['main', 'drill'] as const;
export type DeskId = (typeof DESKS)[number];

export const DESK_STATES = ['active', 'paused', 'halted'] as const;
export type DeskState = (typeof DESK_STATES)[number];

export const PHASES = ['paper', 'live', 'scaling', 'full'] as const;
export type Phase = (typeof PHASES)[number];

/** What an order does to risk: entries add, exits reduce. Cancels need no permit. */
export const ORDER_KINDS = ['entry', 'exit'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

export interface Desk {
  readonly id: DeskId;
  readonly phase: Phase;
  readonly state: DeskState;
  readonly reason: string;
  /** Rises with every pause; permits carry the epoch they were granted in. */
  readonly epoch: number;
}

/** The book a desk trades in its phase. Only `paper` and `drill` can be reached in this version. */
export function bookOf(desk: DeskId, phase: Phase): Book {
  if (desk === 'drill') return 'drill';
  return phase === 'paper' ? 'paper' : 'live';
}

/** Whether a desk in `state` lets an order of `kind` be sent: a pause stops entries, a halt all. */
export function allows(state: DeskState, kind: OrderKind): boolean {
  return state === 'active' || (state === 'paused' && kind === 'exit');
}
