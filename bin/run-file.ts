/** Who may use a data directory now, and `run.json`: which desk runs there and where it listens. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { tryLock } from '../tools/setup/lock.mjs';
import { identify, stillRuns } from '../worker/embedded/processes.ts';
import { readState, removeState, writeState } from '../worker/embedded/state-file.ts';
import { AlreadyRunning } from './errors.ts';

const runSchema = z.object({
  pid: z.int(),
  startTime: z.string(),
  apiUrl: z.string().optional(),
  databaseUrl: z.string().optional(),
  temporalAddress: z.string().optional(),
  temporalUi: z.string().optional(),
});
export type RunFile = z.output<typeof runSchema>;

/** A desk's start or a command on the ledger takes no longer. */
const PATIENCE_MS = 60_000;

const pathOf = (dataDir: string): string => join(dataDir, 'run.json');

/** The desk that runs on `dataDir` now; undefined where none does. */
export function readRunFile(dataDir: string): RunFile | undefined {
  const run = readState(pathOf(dataDir), runSchema);
  return run !== undefined && stillRuns(run) ? run : undefined;
}

/** A data directory that is this process's own until it is released or the process ends. */
export interface Claim {
  /** Tells others where this desk listens. Private: the database's password is in its URL. */
  describe(run: Omit<RunFile, 'pid' | 'startTime'>): void;
  release(): void;
}

/**
 * Takes the data directory for a desk. One that died is taken over from; a command that works on
 * the ledger for a moment is waited for.
 * @throws AlreadyRunning
 */
export async function claimDataDir(dataDir: string): Promise<Claim> {
  makeDirectory(dataDir);
  const { release, found } = await lockUnless(dataDir, () => readRunFile(dataDir));
  if (found !== undefined) {
    throw new AlreadyRunning(
      `process ${found.pid} runs a desk on ${dataDir}; stop it with: ballast stop`,
    );
  }
  const self = identify(process.pid);
  writeState(pathOf(dataDir), self);
  return {
    describe: (run) => writeState(pathOf(dataDir), { ...self, ...run }),
    release: () => {
      removeState(pathOf(dataDir));
      release();
    },
  };
}

/** Whose servers a command on the ledger uses: a running desk's, or its own while no desk can start. */
export type Turn =
  | { readonly kind: 'desk'; readonly databaseUrl: string }
  | { readonly kind: 'alone'; readonly release: () => void };

/**
 * Finds the running desk's ledger; where no desk runs, takes the data directory for this command.
 * Waits for a desk that is just starting and for other such commands.
 * @throws AlreadyRunning where that takes too long
 */
export async function takeTurn(dataDir: string): Promise<Turn> {
  makeDirectory(dataDir);
  const { release, found } = await lockUnless(dataDir, () => readRunFile(dataDir)?.databaseUrl);
  return found === undefined ? { kind: 'alone', release } : { kind: 'desk', databaseUrl: found };
}

/** Postgres, as nobody, must be able to pass through where Ballast runs as root. */
function makeDirectory(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
}

type Locked<Found> =
  | { readonly release: () => void; readonly found?: never }
  | { readonly found: Found; readonly release?: never };

/** Takes the lock unless `look`, asked before each try, finds something. */
async function lockUnless<Found>(
  dataDir: string,
  look: () => Found | undefined,
): Promise<Locked<Found>> {
  const deadlineMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return { found };
    const lock = tryLock(join(dataDir, 'lock'));
    if (lock.held) return { release: lock.release };
    if (performance.now() > deadlineMs) {
      throw new AlreadyRunning(
        `process ${lock.ownerPid ?? 'unknown'} has held ${dataDir} for ` +
          `${PATIENCE_MS / 1000} s; look what it does, then try again`,
      );
    }
    await delay(100);
  }
}
