/** Processes that work for several desks, one after the other: each but the last is killed. */
import type { TestDesk } from './desk.ts';
import type { WorkerProcess } from './worker-process.ts';
import { startWorkerProcess } from './worker-process.ts';

/** What a process needs to know of a desk to work for it. */
export type DeskAddress = Pick<TestDesk, 'databaseUrl' | 'temporalAddress' | 'environment'>;

/** Others may work on the machine too. */
const LOADING_MS_MAX = 120_000;
/** A process that a busy machine does not let connect in time ends; who runs it starts another. */
const STARTS_MAX = 3;

export class DyingWorkers {
  /** The trades that stand at their stop, or stood there when a process was killed. */
  readonly stopped = new Set<string>();
  /** What each trade passed, in order: `<occurrence> <point>`. */
  readonly passed = new Map<string, string[]>();
  readonly #desks: readonly [TestDesk, ...TestDesk[]];
  readonly #children: WorkerProcess[] = [];
  #worker: WorkerProcess;
  /** Loaded while its predecessor works. */
  #next: WorkerProcess | undefined;

  constructor(desks: readonly [TestDesk, ...TestDesk[]]) {
    this.#desks = desks;
    this.#worker = this.#load();
  }

  /** Lets the first one work. */
  start(): Promise<void> {
    return this.#go();
  }

  /** Stops the trade at that place, should it come there. */
  stopAt(trade: string, place: string): void {
    this.#worker.tell(JSON.stringify({ [trade]: place }));
  }

  /** Loads the successor of the one at work, which is soon to be killed. */
  prepare(): void {
    this.#next ??= this.#load();
  }

  /** Kills the one at work, calls `between` while nobody works, and lets its successor work. */
  async kill(between: () => Promise<void>): Promise<void> {
    this.prepare();
    this.#worker.signal('SIGKILL');
    await this.#worker.exited;
    await between();
    this.#worker = this.#next!;
    this.#next = undefined;
    await this.#go();
  }

  async close(): Promise<void> {
    for (const child of this.#children) if (!child.over()) child.signal('SIGKILL');
    await Promise.all(this.#children.map(({ exited }) => exited));
  }

  async #go(): Promise<void> {
    for (let starts = 1; ; starts += 1) {
      try {
        await this.#worker.said('loaded', LOADING_MS_MAX);
        this.#worker.tell('{}');
        await this.#worker.said('working', LOADING_MS_MAX);
        return;
      } catch (error) {
        if (starts === STARTS_MAX || !this.#worker.over()) throw error;
        this.#worker = this.#load();
      }
    }
  }

  #load(): WorkerProcess {
    const addresses: DeskAddress[] = this.#desks.map(
      ({ databaseUrl, temporalAddress, environment }) => ({
        databaseUrl,
        temporalAddress,
        environment,
      }),
    );
    const child = startWorkerProcess(
      'parking-worker-child.ts',
      this.#desks[0],
      { TEST_CHILD_DESKS: JSON.stringify(addresses) },
      (line) => this.#heard(line),
    );
    this.#children.push(child);
    return child;
  }

  #heard(line: string): boolean {
    const [, said, id, place] = /^(passed|stopped) (\S+) (.*)$/.exec(line) ?? [];
    if (said === undefined) return false;
    if (said === 'stopped') this.stopped.add(id!);
    const places = this.passed.get(id!) ?? [];
    places.push(place!);
    this.passed.set(id!, places);
    return true;
  }
}
