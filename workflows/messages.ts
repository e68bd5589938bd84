/** Every signal, query, search attribute, workflow id and task queue, in one place. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Acknowledgement, DeskId, DeskRequest, DeskView } from '../domain/desk.ts';
import { isLiveBook } from '../domain/desk.ts';
import type { HaltAnswer } from '../domain/halt.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { TradeStatus } from '../domain/trade.ts';

/** Where workflows and everything but orders run. */
export const MAIN_QUEUE = 'ballast';

/** Orders of one venue and book: capped together over all workers, and apart from everything else. */
export function orderQueue(venue: VenueId, book: Book): string {
  return `ballast-orders-${venue}-${book}`;
}

/** Cancels of one venue and book, apart from its orders so that they always get through. */
export function cancelQueue(venue: VenueId, book: Book): string {
  return `ballast-cancels-${venue}-${book}`;
}

/**
 * Reads of one venue and book. Where they need a key only the processes that hold it take them;
 * paper's are anybody's.
 */
export function readQueue(venue: VenueId, book: Book): string {
  return isLiveBook(book) ? `ballast-reads-${venue}-${book}` : MAIN_QUEUE;
}

/** The id of a trade's workflow: one for its whole life. */
export function tradeWorkflowId(tradeId: string): string {
  return `trade:${tradeId}`;
}

/** The id of the watch of one venue and book. */
export function watchWorkflowId(venue: VenueId, book: Book): string {
  return `venue-watch:${venue}:${book}`;
}

/** The id of a desk's workflow. */
export function rolloutWorkflowId(desk: DeskId): string {
  return `rollout:${desk}`;
}

/**
 * Registered before the first workflow starts: an unregistered one fails a workflow task for ever.
 *
 * `TradeStatus` says where a running trade stands: `received` from its start, `awaiting_approval`,
 * `placing` where its orders take longer than a moment, `one_legged`, `open`. Each change is billed,
 * so a trade that goes well has one, to `open`; a run that is over keeps its last one, unless a
 * person would act on it: then it says how the trade ended. Ask for `ExecutionStatus = 'Running'`
 * beside it. `TradingDay` is the day whose limits the trade counts in, set with the first change.
 */
export const searchAttributes = {
  book: defineSearchAttributeKey('Book', SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD),
  tradeStatus: defineSearchAttributeKey('TradeStatus', SearchAttributeType.KEYWORD),
  tradingDay: defineSearchAttributeKey('TradingDay', SearchAttributeType.KEYWORD),
  strategy: defineSearchAttributeKey('Strategy', SearchAttributeType.KEYWORD),
  venue: defineSearchAttributeKey('Venue', SearchAttributeType.KEYWORD_LIST),
  marketId: defineSearchAttributeKey('MarketId', SearchAttributeType.KEYWORD_LIST),
} as const;

/** The market of a trade has a final result in the ledger. Sent at least once. */
export const settledSignal = defineSignal<[{ settlementId: string }]>('settled');
/** Something happened to the trade's order; look it up. Sent at least once. */
export const orderEventSignal = defineSignal<[{ orderId: string }]>('order-event');

/** An admin has approved the proposal; the ledger says so too. Sent at least once. */
export const approvedSignal = defineSignal('approved');
/** A person has ordered what to do about a trade on one leg; the ledger has the order. */
export const resolveSignal = defineSignal('resolve');

/** Where a trade stands, for people; the ledger is the truth. */
export interface TradeProgress {
  readonly tradeId: string;
  readonly step: 'validate risk' | 'place' | 'await settlement' | 'record' | 'over';
  readonly status: TradeStatus | 'received' | 'awaiting_approval' | 'denied';
  readonly detail: string;
}
export const tradeStatusQuery = defineQuery<TradeProgress>('status');

export interface WatchProgress {
  readonly venue: VenueId;
  readonly book: Book;
  readonly rounds: number;
}
export const watchStatusQuery = defineQuery<WatchProgress>('status');

/** Stop entries. Anything may be in the argument; a malformed one stops them too. */
export const pauseSignal = defineSignal<[unknown]>('pause');
/** Undo an operator's pause, and nothing worse. */
export const resumeSignal = defineSignal<[unknown]>('resume');
/** Stop everything but cancels, and cancel what is open. A malformed argument halts too. */
export const haltSignal = defineSignal<[unknown]>('halt');
/** The desk's row changed by another way; show it. */
export const deskChangedSignal = defineSignal('desk-changed');

/** The same, and answers when the stop holds. */
export const pauseUpdate = defineUpdate<Acknowledgement, [DeskRequest]>('pause');

/** The same, and answers when the halt holds and every venue was told to cancel. */
export const haltUpdate = defineUpdate<HaltAnswer, [DeskRequest]>('halt');

export type ResumeAnswer =
  { readonly kind: 'resumed' } | { readonly kind: 'refused'; readonly detail: string };
/** After a breach it needs the id of an intent, which only API and CLI can write. */
export const resumeUpdate = defineUpdate<
  ResumeAnswer,
  [DeskRequest & { readonly intentId?: string }]
>('resume');

/** Lifts a halt; needs the id of an admin's intent. */
export const rearmUpdate = defineUpdate<
  ResumeAnswer,
  [DeskRequest & { readonly intentId?: string }]
>('rearm');

export interface DeskProgress {
  readonly desk: DeskId;
  /** Null before it was first read. */
  readonly standing: DeskView | null;
  /** What the last halt by this workflow left at the venues; absent before one. */
  readonly halt?: HaltAnswer;
}
export const deskStatusQuery = defineQuery<DeskProgress>('status');

/** The ids of the Schedules, and with a time appended of each of their runs. */
export const SWEEP_ID = 'sweep';
export const DAILY_RESET_ID = 'daily-reset';

export interface ClosedDay {
  readonly book: Book;
  readonly date: string;
}
export interface DailyResetProgress {
  /** When the schedule meant this run to start, ISO. */
  readonly scheduledAt: string;
  readonly step: 'close days' | 'write reports' | 'back up' | 'over';
  readonly closed: readonly ClosedDay[];
  /** Where the backup lies, once there is one. */
  readonly backup: string | null;
  /** What this run could not do. */
  readonly failures: readonly string[];
}
export const dailyResetStatusQuery = defineQuery<DailyResetProgress>('status');
