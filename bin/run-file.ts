/** `<dataDir>/run.json`: which process runs the desk, and where it listens. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ProcessIdentity } from '../worker/embedded/processes.ts';
import { identify, stillRuns } from '../worker/embedded/processes.ts';
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

const pathOf = (dataDir: string): string => join(dataDir, 'run.json');

/** The process that runs on `dataDir` now; undefined where none does. */
export function readRunFile(dataDir: string): RunFile | undefined {
  if (!existsSync(pathOf(dataDir))) return undefined;
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(pathOf(dataDir), 'utf8'));
  } catch {
    return undefined;
  }
  const parsed = runSchema.safeParse(found);
  return parsed.success && stillRuns(parsed.data) ? parsed.data : undefined;
}

/**
 * Takes the data directory for this process. The file of a process that is gone is replaced.
 * @throws AlreadyRunning
 */
export function claimDataDir(dataDir: string): ProcessIdentity {
  // Postgres, as nobody, must be able to pass through where Ballast runs as root.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const running = readRunFile(dataDir);
  if (running !== undefined) {
    throw new AlreadyRunning(
      `process ${running.pid} runs a desk on ${dataDir}; stop it with: ballast stop`,
    );
  }
  rmSync(pathOf(dataDir), { force: true });
  const self = identify(process.pid);
  try {
    writeFileSync(pathOf(dataDir), JSON.stringify(self), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new AlreadyRunning(`another process is starting on ${dataDir}`, { cause: error });
  }
  return self;
}

/** Tells where this process listens. The file is private: the database's password is in its URL. */
export function describeRun(dataDir: string, run: RunFile): void {
  writeFileSync(pathOf(dataDir), JSON.stringify(run, undefined, 2), { mode: 0o600 });
}

/** Gives the data directory back. */
export function releaseDataDir(dataDir: string): void {
  rmSync(pathOf(dataDir), { force: true });
}
