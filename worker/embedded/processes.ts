import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, startTime } from '../../tools/setup/processes.mjs';
import { EmbeddedServerError } from './errors.ts';

/** A server process that outlives Ballast unless it is stopped. */
export interface EmbeddedServer {
  readonly pid: number;
  /** Whether an earlier Ballast started it. */
  readonly adopted: boolean;
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

/** Sends a signal to a process and waits until it is gone; throws EmbeddedServerError if it stays. */
export async function stopProcess(
  name: string,
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  timeoutMs: number,
): Promise<void> {
  if (!stillRuns(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    // It may have ended of itself since the line above.
    if (stillRuns(identity)) throw error;
  }
  if (await until(() => !stillRuns(identity), timeoutMs)) return;
  throw new EmbeddedServerError(
    `${name} (process ${String(identity.pid)}) did not stop within ${String(timeoutMs / 1000)} s of ${signal}`,
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
