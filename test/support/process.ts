/** Real Ballast processes for tests; each is ended by its id. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

export interface BallastProcess {
  readonly child: ChildProcess;
  /** Everything printed so far, both streams. */
  output(): string;
  /** Resolves when the text was printed; rejects when the process ends first. */
  printed(text: string): Promise<void>;
  /** The exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  /** Asks it to end and waits. */
  stop(): Promise<void>;
}

/** Runs `ballast <args>` with exactly these variables and what a process needs to start at all. */
export function runBallast(
  args: readonly string[],
  options: { environment: Readonly<Record<string, string>>; cwd?: string },
): BallastProcess {
  const child = spawn(
    process.execPath,
    ['--import', TSX, join(ROOT, 'bin', 'ballast.ts'), ...args],
    {
      cwd: options.cwd ?? ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    child,
    output: () => text,
    exited,
    printed: (wanted) => printed(wanted, () => text, listeners, exited),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
}

function printed(
  wanted: string,
  text: () => string,
  listeners: Set<() => void>,
  exited: Promise<number | null>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!text().includes(wanted)) return;
      listeners.delete(look);
      resolve();
    };
    listeners.add(look);
    look();
    void exited.then((code) =>
      reject(new Error(`ended with ${code} before it printed ${wanted}:\n${text()}`)),
    );
  });
}
