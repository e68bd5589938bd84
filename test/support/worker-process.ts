/** Worker processes of one desk that a test steers by lines on their standard streams. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestDesk } from './desk.ts';
import { eventually } from './desk.ts';

const TSX = createRequire(import.meta.url).resolve('tsx');

/** How long a process is waited for to say something. */
const SAID_MS_MAX = 120_000;

export interface WorkerProcess {
  readonly pid: number;
  /** Resolves when it has printed the line; each printed line answers once. */
  said(line: string, withinMs?: number): Promise<void>;
  tell(line: string): void;
  signal(signal: NodeJS.Signals): void;
  /** Whether it has ended, in whatever way. */
  over(): boolean;
  readonly exited: Promise<unknown>;
}

/**
 * Runs `test/support/<script>` for the desk, with the desk's environment and `environment`.
 * @param onLine takes a line it prints and answers whether that was for it alone
 */
export function startWorkerProcess(
  script: string,
  desk: TestDesk,
  environment: Readonly<Record<string, string>> = {},
  onLine: (line: string) => boolean = () => false,
): WorkerProcess {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--import', TSX, path], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEST_CHILD_DATABASE_URL: desk.databaseUrl,
      TEST_CHILD_TEMPORAL: desk.temporalAddress,
      ...desk.environment,
      ...environment,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const pid = child.pid!;
  // Where jest is killed, its reaper finds the process by this file.
  const record = join(desk.dataDir, `${basename(script, '.ts')}-${pid}.json`);
  writeFileSync(record, JSON.stringify({ pid }, undefined, 2));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!onLine(line)) lines.push(line);
  });
  child.stdin.on('error', () => {});
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    over,
    exited: once(child, 'exit'),
    tell: (line) => void child.stdin.write(`${line}\n`),
    signal: (signal) => void child.kill(signal),
    // A loaded machine takes its time to load a worker's code.
    said: async (line, withinMs = SAID_MS_MAX) => {
      const heard = async (): Promise<true | undefined> => {
        if (!lines.includes(line)) {
          if (over()) throw new Error(`${script} ended before it said ${line}`);
          return undefined;
        }
        lines.splice(lines.indexOf(line), 1);
        return true;
      };
      await eventually(`${script} to say ${line}`, heard, withinMs);
    },
  };
}
