/** Watches the embedded servers and starts again what has died, a few times. */
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServerError } from './errors.ts';
import type { EmbeddedServer } from './processes.ts';

/** A server died more often than is worth another try. Exits as unreachable. */
export class ServerKeepsDying extends EmbeddedServerError {
  readonly server: EmbeddedServer['name'];

  constructor({ name, logFile }: EmbeddedServer, { restartsMax, windowMs }: RestartLimit) {
    super(
      `${name} died again after ${String(restartsMax)} restarts within ${String(windowMs / 60_000)} minutes ` +
        `and is not started any more. Look for the reason in ${logFile} (memory, disk space), ` +
        'then: ballast start',
    );
    this.server = name;
  }
}

export interface RestartLimit {
  readonly restartsMax: number;
  readonly windowMs: number;
}

/** What happened to a server; `error` is why it could not be started again. */
export type SupervisorEvent =
  | { readonly kind: 'died'; readonly server: EmbeddedServer; readonly restart: number }
  | { readonly kind: 'restarted'; readonly server: EmbeddedServer; readonly restart: number }
  | { readonly kind: 'failed'; readonly server: EmbeddedServer; readonly error: unknown };

export interface SupervisorOptions {
  /** In the order they were started; they are stopped the other way round. */
  readonly servers: readonly EmbeddedServer[];
  readonly onEvent: (event: SupervisorEvent) => void;
  readonly limit?: RestartLimit;
  /** Monotonic milliseconds. */
  readonly nowMs?: () => number;
  /** Waits; ends early, without an error, when the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Supervisor {
  /** Rejects with ServerKeepsDying when a server is given up; never resolves. */
  readonly gaveUp: Promise<never>;
  /** Ends the watch, a restart under way included, then stops the servers. */
  stop(): Promise<void>;
}

const LIMIT: RestartLimit = { restartsMax: 5, windowMs: 600_000 };
const LOOK_EVERY_MS = 1_000;
/** After a start that failed: what holds a port or a file may go away. Doubles each time. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * Looks every second whether each server's process still runs. A server that runs but hangs is
 * left alone: to kill it may do more harm, and `/readyz` and the watches' age tell of it.
 */
export function supervise(options: SupervisorOptions): Supervisor {
  const ending = new AbortController();
  const watches = options.servers.map((server) => new Watch(server, options, ending.signal));
  const runs = watches.map((watch) => watch.run());
  const gaveUp = neverResolves(runs);
  // Whoever started the servers may not be listening yet, or no more.
  gaveUp.catch(() => {});
  return {
    gaveUp,
    stop: async () => {
      ending.abort();
      await Promise.allSettled(runs);
      await stopAll(watches.map((watch) => watch.server).toReversed());
    },
  };
}

function neverResolves(runs: readonly Promise<void>[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const run of runs) run.catch(reject);
  });
}

/** One that does not stop is no reason to leave the others running. */
async function stopAll(servers: readonly EmbeddedServer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const server of servers) await server.stop().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** The watch over one server. */
class Watch {
  server: EmbeddedServer;
  readonly #options: SupervisorOptions;
  readonly #limit: RestartLimit;
  readonly #ending: AbortSignal;
  readonly #nowMs: () => number;
  /** When it was started again, as far back as the limit looks. */
  #restartsMs: number[] = [];

  constructor(server: EmbeddedServer, options: SupervisorOptions, ending: AbortSignal) {
    this.server = server;
    this.#options = options;
    this.#limit = options.limit ?? LIMIT;
    this.#ending = ending;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** @throws ServerKeepsDying */
  async run(): Promise<void> {
    let pauseMs = LOOK_EVERY_MS;
    let failures = 0;
    for (;;) {
      await (this.#options.sleep ?? sleep)(pauseMs, this.#ending);
      if (this.#ending.aborted) return;
      if (this.server.runs()) continue;
      failures = (await this.#restart()) ? 0 : failures + 1;
      pauseMs = failures === 0 ? LOOK_EVERY_MS : PAUSE_AFTER_FAILURE_MS * 2 ** (failures - 1);
    }
  }

  async #restart(): Promise<boolean> {
    const { onEvent } = this.#options;
    const atMs = this.#nowMs();
    const { restartsMax, windowMs } = this.#limit;
    this.#restartsMs = this.#restartsMs.filter((one) => atMs - one < windowMs);
    if (this.#restartsMs.length >= restartsMax) {
      throw new ServerKeepsDying(this.server, this.#limit);
    }
    this.#restartsMs.push(atMs);
    const restart = this.#restartsMs.length;
    onEvent({ kind: 'died', server: this.server, restart });
    try {
      this.server = await this.server.restart();
      onEvent({ kind: 'restarted', server: this.server, restart });
      return true;
    } catch (error) {
      onEvent({ kind: 'failed', server: this.server, error });
      return false;
    }
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}
