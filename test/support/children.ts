import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '../../worker/embedded/processes.ts';

/** A Node process under test: its output so far, and how it ended. */
export interface NodeChild {
  readonly process: ChildProcess;
  output(): string;
  ended(): Promise<number | null>;
}

/** Runs a script of this checkout, TypeScript or not, in a process of its own. */
export function runNode(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): NodeChild {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const closed = once(child, 'close');
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return {
    process: child,
    output: () => output,
    ended: async () => {
      await closed;
      return child.exitCode;
    },
  };
}

/** Waits for a condition, 30 s at most; throws with this text when it does not come true. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  if (!(await until(condition, 30_000))) throw new Error(`never happened: ${what}`);
}
