/** What bin hands to the CLI and the HTTP server; the client knows nothing else of the engine. */
import type { Check, StatusView, SubmissionAnswer, TradeView } from '../contracts/http.ts';
import type { Proposal } from '../contracts/proposal.ts';
import type { Role, Tokens } from '../contracts/roles.ts';

export type { Role, Tokens } from '../contracts/roles.ts';

export interface HttpPorts {
  readonly tokens: Tokens;
  /** Host names besides loopback that a `Host` header may carry. */
  readonly hosts: readonly string[];
  /**
   * Runs one validated proposal; `id` is absent where the engine shall make one. An id that came
   * as `Idempotency-Key` is in the proposal too, so that a repeat has the same body either way.
   */
  submit(input: { id?: string; proposal: Proposal }): Promise<SubmissionAnswer>;
  /** The newest trades first; with `before`, those received before the trade of that id. */
  listTrades(query: { limit: number; status?: string; before?: string }): Promise<TradeView[]>;
  findTrade(id: string): Promise<TradeView | undefined>;
  status(): Promise<StatusView>;
  /** Everything that must be well before proposals are taken. */
  readiness(): Promise<Check[]>;
  /** Unexpected failures: logged by the host, told to the caller without details. */
  report(error: unknown, context: string): void;
}

export interface CliPorts {
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
  doctor(): Promise<Check[]>;
  enableStrategy(name: string, reason: string): Promise<void>;
  applyLimits(reason: string): Promise<{ field: string; was: string; is: string }[]>;
  out(line: string): void;
  err(line: string): void;
  readonly isTerminal: boolean;
  readInput(pathOrDash: string): Promise<string>;
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
