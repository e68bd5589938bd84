/** What bin hands to the CLI and the HTTP server; the client knows nothing else of the engine. */
import type { DailyReport } from '../contracts/daily-report.ts';
import type { BackupView, RestoreView } from '../contracts/backup.ts';
import type { HaltView } from '../contracts/halt.ts';
import type { Check, StopView } from '../contracts/http.ts';
import type { LimitsView } from '../contracts/limits.ts';
import type { Role, Tokens } from '../contracts/roles.ts';
import type { VerifyView } from '../contracts/verify.ts';
import type { Book } from '../domain/venue-id.ts';
import type { ChangePorts } from './change-ports.ts';
import type { LivePorts } from './live-ports.ts';
import type { PredecessorPorts } from './predecessor-ports.ts';
import type { ReadPorts } from './read-ports.ts';
import type { SimulatePorts } from './simulate-ports.ts';

export type { Role, Tokens } from '../contracts/roles.ts';
export type { DeskAnswer } from './change-ports.ts';

/** A token as the command line finds it. */
export interface HeldToken {
  readonly role: Role;
  readonly token: string;
  /** The variable or file it comes from. */
  readonly source: string;
}

/** Everything the HTTP server needs of the engine. */
export interface HttpPorts extends ReadPorts, ChangePorts {
  readonly tokens: Tokens;
  /** Host names besides loopback that a `Host` header may carry. */
  readonly hosts: readonly string[];
  /** Of the running program; the API's document carries it. */
  readonly version: string;
  /** Unexpected failures: logged by the host, told to the caller without details. */
  report(error: unknown, context: string): void;
}

/** What the ledger has on a day. */
export type DailyReportAnswer =
  | { readonly kind: 'report'; readonly report: DailyReport }
  /** Not closed; `over` where it should be. */
  | { readonly kind: 'open'; readonly over: boolean; readonly endsAt: string }
  /** The days that have a report, oldest first. */
  | { readonly kind: 'none'; readonly days: readonly string[] };

export interface CliPorts extends PredecessorPorts, LivePorts, SimulatePorts {
  /** Where the API listens, from the configuration. */
  apiUrl(): string;
  /**
   * The token the CLI uses for `role`; undefined where no tokens were made yet.
   * @throws TokenError where the stored tokens cannot be used
   */
  token(role: Role): string | undefined | Promise<string | undefined>;
  /** Runs the desk in this process until it is stopped. */
  start(): Promise<number>;
  /** Stops a running desk and waits for it. */
  stop(): Promise<number>;
  worker(): Promise<number>;
  /** Runs the HTTP API in this process until it is stopped; workers run elsewhere. */
  api(): Promise<number>;
  doctor(): Promise<Check[]>;
  /** Runs every checker over the ledger and the venues' records. */
  verify(): Promise<VerifyView>;
  /** Writes a backup; `to` names another directory than the configured one. */
  backup(to?: string): Promise<BackupView>;
  /** Restores the backup in a directory into an empty database. */
  restore(directory: string): Promise<RestoreView>;
  /**
   * The tokens there are, lowest role first; empty where none were made yet.
   * @throws TokenError where the stored tokens cannot be used
   */
  heldTokens(): Promise<readonly HeldToken[]>;
  /** The desk's limits and what is left of them, from the ledger itself. */
  readLimits(): Promise<LimitsView>;
  /** The report of a closed day, of the newest one without a date, from the ledger itself. */
  dailyReport(asked: { book: Book; date: string | undefined }): Promise<DailyReportAnswer>;
  /** Stops entries through the ledger itself, for when no API answers. */
  pauseDirectly(reason: string): Promise<StopView>;
  /** Sets the file HALT at once. @returns where; undefined where there is no data directory here */
  latch(reason: string): Promise<string | undefined>;
  /** Halts from this process alone, for when no API answers. */
  haltDirectly(reason: string): Promise<HaltView>;
  applyLimits(reason: string): Promise<{ field: string; was: string; is: string }[]>;
  out(line: string): void;
  err(line: string): void;
  readonly isTerminal: boolean;
  readInput(pathOrDash: string): Promise<string>;
  /** Asks a person on the terminal for one line; never called where there is none. */
  ask(question: string): Promise<string>;
}

/** The exit codes every command uses. @source DESIGN §7 */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  unreachable: 3,
  configuration: 4,
  timeout: 5,
  denied: 6,
  paused: 7,
  notReady: 8,
  conflict: 9,
} as const;
