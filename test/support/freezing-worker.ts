/** Starts and steers `freezing-worker-child.ts`. */
import { readFileSync } from 'node:fs';
import type { TestDesk } from './desk.ts';
import { eventually } from './desk.ts';
import { startWorkerProcess } from './worker-process.ts';

export interface FreezingWorker {
  /** Tells it to stop itself the next time it comes to `point`. */
  freezeAt(point: string): Promise<void>;
  /** Resolves when it is stopped. */
  frozen(): Promise<void>;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts a worker for the desk's orders in a process of its own. */
export async function startFreezingWorker(
  desk: TestDesk,
  environment: Readonly<Record<string, string>> = {},
): Promise<FreezingWorker> {
  const child = startWorkerProcess('freezing-worker-child.ts', desk, environment);
  await child.said('ready').catch((error: unknown) => {
    child.signal('SIGKILL');
    throw error;
  });
  return {
    freezeAt: async (point) => {
      child.tell(`freeze at ${point}`);
      await child.said('armed');
    },
    frozen: async () => {
      await child.said('frozen');
      await eventually('the process to be stopped', async () =>
        stateOf(child.pid) === 'T' ? true : undefined,
      );
    },
    thaw: () => child.signal('SIGCONT'),
    stop: async () => {
      child.signal('SIGCONT');
      child.signal('SIGTERM');
      await child.exited;
    },
  };
}

/** The state letter of a process, `T` for stopped. */
function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}
