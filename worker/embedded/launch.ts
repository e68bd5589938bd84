import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServerError } from './errors.ts';
import {
  identify,
  stillRuns,
  stopProcess,
  until,
  type ProcessIdentity,
  type StopSignal,
} from './processes.ts';

const LARGEST_LOG_BYTES = 10 * 1024 * 1024;
/** A crash says at the head why, and then only where. */
const HEAD_LINES = 5;
const TAIL_LINES = 10;

/** How to start one server process. */
export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly logFile: string;
  readonly readyWithinMs: number;
  /** Called at once after the start, so that the process can be found again whatever happens. */
  readonly onStart: (identity: ProcessIdentity) => void;
  /** How a server that did not become ready is ended. */
  readonly giveUpWith: StopSignal;
  readonly isReady: (identity: ProcessIdentity) => Promise<boolean>;
}

function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function excerpt(file: string, from: number): string {
  const lines = readFileSync(file).subarray(from).toString().trimEnd().split('\n');
  if (lines.length <= HEAD_LINES + TAIL_LINES) return lines.join('\n');
  return [...lines.slice(0, HEAD_LINES), '…', ...lines.slice(-TAIL_LINES)].join('\n');
}

function start(launch: Launch, log: number): ProcessIdentity {
  const child = spawn(launch.command, launch.args, {
    ...launch.user,
    env: launch.env,
    cwd: '/',
    // A session of its own and no pipes: the server outlives Ballast, even when that is killed.
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) {
    throw new EmbeddedServerError(`${launch.name} cannot be started: ${launch.command}`);
  }
  return identify(child.pid);
}

/**
 * Starts a server that survives this process and waits until it is ready.
 * Throws EmbeddedServerError with the end of its log when it is not, and leaves nothing running.
 */
export async function launch(launch: Launch): Promise<ProcessIdentity> {
  if (logSize(launch.logFile) > LARGEST_LOG_BYTES) {
    renameSync(launch.logFile, `${launch.logFile}.1`);
  }
  const from = logSize(launch.logFile);
  const log = openSync(launch.logFile, 'a', 0o600);
  let identity: ProcessIdentity;
  try {
    identity = start(launch, log);
  } finally {
    closeSync(log);
  }
  try {
    launch.onStart(identity);
    await waitUntilReady(launch, identity);
  } catch (error) {
    await stopProcess(launch.name, identity, [launch.giveUpWith]);
    if (!(error instanceof EmbeddedServerError)) throw error;
    throw new EmbeddedServerError(error.message, excerpt(launch.logFile, from));
  }
  return identity;
}

async function waitUntilReady(launch: Launch, identity: ProcessIdentity): Promise<void> {
  let ready = false;
  const over = await until(async () => {
    if (!stillRuns(identity)) return true;
    ready = await launch.isReady(identity);
    return ready;
  }, launch.readyWithinMs);
  if (ready) return;
  throw new EmbeddedServerError(
    over
      ? `${launch.name} ended while it was starting`
      : `${launch.name} was not ready within ${String(launch.readyWithinMs / 1000)} s`,
  );
}

/** Repeats a start whose failure passes by itself, such as a port that was taken just before. */
export async function launchWithRetries(
  attempt: () => Promise<ProcessIdentity>,
  passing: RegExp,
  patienceMs: number,
): Promise<ProcessIdentity> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const again = error instanceof EmbeddedServerError && passing.test(error.log);
      if (!again || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}
