import type { Clock } from '../domain/clock.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { TradeUnderWay } from '../ledger/verbs/under-way.ts';
import type { Venue } from '../venues/venue.ts';

/** Constant text and fields with units; never secrets. */
export interface ActivityLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

/** The runs that drive what the ledger has under way. */
export interface Runs {
  /** Ids of the trades that have a run, as far as the server's list of runs knows. */
  runningTrades(): Promise<ReadonlySet<string>>;
  /** Starts a trade's run anew; false where one is there. */
  driveAgain(trade: TradeUnderWay): Promise<boolean>;
  /** Starts the workflows that always run, where they do not. */
  ensureStanding(): Promise<void>;
}

/** What activities work with; made once a process in `bin/`. */
export interface ActivityDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: ActivityLog;
  /** @throws Error where this process does not serve that venue and book */
  venue(venue: VenueId, book: Book): Venue;
  /**
   * Whether a book is only wound down: it is read, cancelled and settled, and nothing but what a
   * person orders by name is sent.
   */
  isWoundDown(book: Book): boolean;
  /** Aborted when this process stops: long activities end themselves, so that draining is quick. */
  readonly stopping: AbortSignal;
  readonly runs: Runs;
  /** Whether the file HALT stops orders; asked synchronously right before an order's bytes leave. */
  haltLatched(): boolean;
  /** Where reports of closed days are filed. */
  readonly reportsDir: string;
  /** Backs up ledger and configuration. @returns the backup's path */
  backUp(reason: string): Promise<string>;
  /** Reaches a workflow by id; false where there is no running one. */
  signal(workflowId: string, signal: string, payload: unknown): Promise<boolean>;
}
