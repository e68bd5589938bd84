/** Starts and steers `freezing-worker-child.ts`. */
import { readFileSync } from 'node:fs';
import type { TestDesk } from './desk.ts';
import { eventually } from './desk.ts';
import { startWorkerProcess } from './worker-process.ts';

export interface FreezingWorker {
  /** Tells it to stop itself the next time it comes to `point`. */
  freezeAt(point: string): Promise<void>;
  /** Resolves with true when it is stopped; with false where `over` says first that it will not be. */
  frozen(over?: () => Promise<boolean>): Promise<boolean>;
  thaw(): void;
  stop(): Promise<void>;
}

const LISTEN_MS = 100;
/** Others may work on the machine too. */
const FROZEN_MS_MAX = 120_000;
const yes = (): boolean => true;
const no = (): Promise<boolean> => Promise.resolve(false);

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
    frozen: async (over = no) => {
      const isStopped = await eventually(
        'the process to stop itself',
        async () => {
          const heard = await child.said('frozen', LISTEN_MS).then(yes, () => false);
          return heard ? true : (await over()) ? false : undefined;
        },
        FROZEN_MS_MAX,
      );
      if (!isStopped) return false;
      await eventually('the process to be stopped', async () =>
        stateOf(child.pid) === 'T' ? true : undefined,
      );
      return true;
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
