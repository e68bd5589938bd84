/** A desk: the phase it has reached, whether it may trade, and which book it trades. */
import { assert } from './assert.ts';
import type { Book } from './venue-id.ts';

export const DESKS = ['main', 'drill'] as const;
export type DeskId = (typeof DESKS)[number];

export const DESK_STATES = ['active', 'paused', 'halted'] as const;
export type DeskState = (typeof DESK_STATES)[number];

/** Why a desk stopped: a person's pause, or a break or breach that only an admin lifts. */
export const PAUSE_CAUSES = ['operator', 'breach'] as const;
export type PauseCause = (typeof PAUSE_CAUSES)[number];

export const PHASES = ['paper', 'live', 'scaling', 'full'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * What an order does to risk: entries add; hedges buy the other leg of what is held and exits sell
 * it, both reduce. Cancels need no permit.
 */
export const ORDER_KINDS = ['entry', 'hedge', 'exit'] as const;
export type OrderKind = (typeof ORDER_KINDS)[number];

/** The books whose orders reach an exchange: `rehearsal` where its hosts are not production. */
export const LIVE_BOOKS = ['live', 'rehearsal'] as const;
export type LiveBook = (typeof LIVE_BOOKS)[number];

/** Whether orders of a book reach an exchange: such a book needs keys, arming, a reconciliation. */
export function isLiveBook(book: Book): book is LiveBook {
  return (LIVE_BOOKS as readonly Book[]).includes(book);
}

export interface Desk {
  readonly id: DeskId;
  readonly phase: Phase;
  /** The book it trades in every phase but paper; null before it first left paper. */
  readonly liveBook: LiveBook | null;
  readonly state: DeskState;
  /** Means nothing while the desk is active. */
  readonly cause: PauseCause;
  readonly reason: string;
  /** Rises with every pause; permits carry the epoch they were granted in. */
  readonly epoch: number;
}

/** A desk as people are shown it. */
export interface DeskView extends Desk {
  readonly changedBy: string;
  readonly changedAtMs: number;
  /** Kinds of order that may not be sent. */
  readonly forbidden: readonly OrderKind[];
}

/** Who asks, and why. By signal or update this is somebody's word, and audited as such. */
export interface DeskRequest {
  readonly by: string;
  readonly reason: string;
}

/** What a stop promises: from here on nothing forbidden is sent but for these orders. */
export interface Acknowledgement {
  readonly state: DeskState;
  readonly epoch: number;
  /** Orders of a forbidden kind that may have been sent and whose outcome is not known. */
  readonly unresolved: readonly string[];
}

/** The book a desk trades in its phase. */
export function bookOf({ id, phase, liveBook }: Pick<Desk, 'id' | 'phase' | 'liveBook'>): Book {
  if (id === 'drill') return 'drill';
  if (phase === 'paper') return 'paper';
  assert(liveBook !== null, `desk ${id} is in phase ${phase} without a book for it`);
  return liveBook;
}

/** The desk that trades a book. */
export function deskOf(book: Book): DeskId {
  return book === 'drill' ? 'drill' : 'main';
}

/** Whether a desk in `state` lets an order of `kind` be sent: a pause stops entries, a halt all. */
export function allows(state: DeskState, kind: OrderKind): boolean {
  return state === 'active' || (state === 'paused' && kind !== 'entry');
}

/** The kinds of order that may not be sent in `state`. */
export function forbiddenKinds(state: DeskState): OrderKind[] {
  return ORDER_KINDS.filter((kind) => !allows(state, kind));
}
