import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startTime } from '../../tools/setup/processes.mjs';
import { EmbeddedServerError } from './errors.ts';

/** A server process that outlives Ballast unless it is stopped. */
export interface EmbeddedServer {
  readonly name: 'Postgres' | 'Temporal';
  readonly pid: number;
  /** Whether an earlier Ballast started it. */
  readonly adopted: boolean;
  readonly logFile: string;
  /** Whether this very process still runs; one that runs may hang all the same. */
  runs(): boolean;
  /**
   * Starts the server again at the same address on the same data, once it has died; throws
   * EmbeddedServerError.
   */
  restart(): Promise<EmbeddedServer>;
  /** Ends the server and waits until it is gone; throws EmbeddedServerError if it stays. */
  stop(): Promise<void>;
}

/** What tells a process from a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** The identity of a running process. */
export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: startTime(pid) };
}

/** Whether this very process still runs. */
export function stillRuns(identity: ProcessIdentity): boolean {
  return isAlive(identity.pid) && startTime(identity.pid) === identity.startTime;
}

/** Asks every 20 ms until the answer is true; false when that takes longer than `timeoutMs`. */
export async function until(
  probe: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await probe())) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

/** A signal, and how long to wait for the process to end. */
export type StopSignal = readonly [signal: NodeJS.Signals, withinMs: number];

/**
 * Sends signals to a process, each once the one before had its time, until it is gone; throws
 * EmbeddedServerError if it stays.
 */
export async function stopProcess(
  name: string,
  identity: ProcessIdentity,
  signals: readonly StopSignal[],
): Promise<void> {
  for (const [signal, withinMs] of signals) {
    if (!stillRuns(identity)) return;
    try {
      process.kill(identity.pid, signal);
    } catch (error) {
      // It may have ended of itself since the line above.
      if (stillRuns(identity)) throw error;
    }
    if (await until(() => !stillRuns(identity), withinMs)) return;
  }
  const sent = signals.map(([signal, withinMs]) => `${signal} (${String(withinMs / 1000)} s)`);
  throw new EmbeddedServerError(
    `${name} (process ${String(identity.pid)}) did not stop in time: ${sent.join(', then ')}`,
  );
}

/** A TCP port of the loopback address that nobody listens on: the preferred one if it is free. */
export async function freePort(preferred = 0): Promise<number> {
  const port = await new Promise<number | undefined>((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen({ port: preferred, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' ? address?.port : undefined);
      });
    });
  });
  if (port !== undefined) return port;
  if (preferred === 0) throw new EmbeddedServerError('no TCP port is free on 127.0.0.1');
  return freePort();
}
