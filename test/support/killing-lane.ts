/** The trades of one desk that stand at stops of theirs whenever its worker is killed. */
import { ActivityNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import { tradeWorkflowId, watchWorkflowId } from '../../workflows/messages.ts';
import type { TestDesk } from './desk.ts';
import { eventually } from './desk.ts';
import type { DyingWorkers } from './dying-workers.ts';
import type { Stop } from './kill-plan.ts';
import { firstFillOn, stopsWatch } from './kill-plan.ts';
import type { Branch } from './pair-branches.ts';
import { PairsDesk, ProposalRefused } from './pairs-desk.ts';

/** Stopped orders keep their places in a queue; a venue's takes 20 at once. */
const STOPS_AT_ONCE_MAX = 18;
/** What is to come to one leg must start soon: the first one there halts the desk. */
const HALTING_AT_ONCE_MAX = 9;
/** Until then a trade is at its stop or will not come there. */
const ARRIVAL_MS_MAX = 45_000;
/**
 * So many are on their way at once, each until it is at its stop or for this long: with more of them
 * each is too slow for the 2 s in which an order may leave after its permit.
 */
const ON_THE_WAY = { trades: 3, msMax: { calm: 12_000, halting: 2_000 } };
/** Longer than anything a trade waits for. */
const OVER_MS_MAX = 400_000;
/** `temporal.api.enums.v1.PendingActivityState`: a worker has it. */
const STARTED = 2;

/** An entry that a slow machine loses ends its trade early: then another is sent to its stop. */
const TIMES_A_DEATH_MAX = 3;

/** One trade of the run: undisturbed where it has no stop. */
export interface Run {
  readonly id: string;
  readonly branch: Branch;
  readonly stop?: Stop;
  /** Whether a worker was killed while it stood there. */
  killed: boolean;
  /** Why it did not come to its end. */
  failure?: string;
  /** Whether the desk did not take it: there is no such trade. */
  refused: boolean;
  over: boolean;
}

export class KillingLane {
  readonly pairs: PairsDesk;
  readonly runs: Run[] = [];
  readonly #name: string;
  readonly #workers: DyingWorkers;
  /** Whether its trades come to stand on one leg, which halts the desk for those after them. */
  readonly #halts: boolean;
  #batch: Run[] = [];

  constructor(name: string, on: { desk: TestDesk; workers: DyingWorkers; halts: boolean }) {
    this.#name = name;
    this.#workers = on.workers;
    this.#halts = on.halts;
    this.pairs = new PairsDesk(on.desk);
  }

  /** Takes one trade through each branch with nobody dying. */
  async undisturbed(branches: readonly Branch[]): Promise<readonly Run[]> {
    await this.calmDown();
    const runs = await this.#send(branches.map((branch) => ({ branch })));
    await this.#over(runs);
    return runs;
  }

  /** Lifts the halt that trades on one leg have left, when all of them are over. */
  async calmDown(): Promise<void> {
    if (!this.#halts) return;
    await this.#over(this.runs);
    await this.pairs.rearm();
  }

  /** Takes a trade to each of some of `queue`'s stops, which it takes out of there. */
  async gather(queue: Stop[], branchOf: (stop: Stop) => Branch): Promise<void> {
    await this.pairs.mustNotBePaused();
    const [own, ...watches] = choose(queue, this.#halts);
    this.#batch = [];
    await this.#take(own, branchOf);
    // A stopped watch keeps everybody's fills waiting: its trades go last.
    for (const watch of watches) await this.#take([watch], branchOf);
  }

  /** Takes a trade to each of the stops, and another where one ended before it came there. */
  async #take(stops: readonly Stop[], branchOf: (stop: Stop) => Branch): Promise<void> {
    let left = stops;
    for (let times = 0; left.length > 0 && times < TIMES_A_DEATH_MAX; times += 1) {
      const runs = await this.#send(left.map((stop) => ({ branch: branchOf(stop), stop })));
      await this.#arrived(runs, ARRIVAL_MS_MAX);
      this.#batch.push(...runs);
      left = runs
        .filter((run) => run.stop!.sure && run.over && !this.#isStopped(run))
        .map(({ stop }) => stop!);
    }
  }

  /** Starts a trade for each, a few at a time. */
  async #send(wanted: readonly Pick<Run, 'branch' | 'stop'>[]): Promise<Run[]> {
    const queue = [...wanted];
    const runs: Run[] = [];
    const { trades: ways, msMax } = ON_THE_WAY;
    const takeOneByOne = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const run = this.#run(next.branch, next.stop);
        runs.push(run);
        if (queue.length > 0) await this.#arrived([run], this.#halts ? msMax.halting : msMax.calm);
      }
    };
    await Promise.all(Array.from({ length: ways }, takeOneByOne));
    return runs;
  }

  /**
   * After the worker's death: ends what Temporal believes to be at work.
   * @returns the stops that no trade stood at
   */
  async bury(): Promise<readonly Stop[]> {
    for (const run of this.#batch) run.killed = this.#isStopped(run);
    await this.#endWatches();
    await Promise.all(this.runs.filter(({ over }) => !over).map(({ id }) => this.#endAttempts(id)));
    const stoodAt = new Set(this.#batch.filter(({ killed }) => killed).map(({ stop }) => stop));
    return [...new Set(this.#batch.map(({ stop }) => stop!))].filter((stop) => !stoodAt.has(stop));
  }

  /** Waits until every trade is over. */
  async finish(): Promise<void> {
    await this.#over(this.runs);
  }

  #run(branch: Branch, stop?: Stop): Run {
    const run: Run = {
      id: `${this.#name}${this.runs.length}`,
      branch,
      ...(stop && { stop }),
      killed: false,
      refused: false,
      over: false,
    };
    this.runs.push(run);
    if (stop !== undefined) this.#workers.stopAt(run.id, stop.place);
    void branch.run(this.pairs, run.id).then(
      () => {
        run.over = true;
        this.pairs.delist(run.id);
      },
      (failure: unknown) => {
        run.refused = failure instanceof ProposalRefused;
        if (!run.refused) run.failure = failure instanceof Error ? failure.message : 'failed';
        run.over = true;
      },
    );
    return run;
  }

  #isStopped({ id }: Run): boolean {
    return this.#workers.stopped.has(id);
  }

  async #arrived(runs: readonly Run[], withinMs: number): Promise<void> {
    const deadlineMs = performance.now() + withinMs;
    await eventually(
      'trades to be at their stops',
      async () =>
        performance.now() > deadlineMs ||
        runs.every((run) => run.over || this.#isStopped(run)) ||
        undefined,
      2 * withinMs,
    );
  }

  async #over(runs: readonly Run[]): Promise<void> {
    await eventually(
      'trades to be over',
      async () => runs.every(({ over }) => over) || undefined,
      OVER_MS_MAX,
    ).catch((cause: unknown) => {
      const left = runs.filter(({ over }) => !over);
      const names = left.map(({ id, branch, stop }) => `${id} (${branch.name}, ${stop?.place})`);
      throw new Error(`not over: ${names.join(', ')}`, { cause });
    });
  }

  /**
   * Ends the watches' runs; the next worker starts new ones. A killed watch goes on by itself after
   * its heartbeat's 10 s, and after many deaths only after a pause besides: that is proven by
   * `killed-worker.test.ts` and is not waited for here at each death.
   */
  async #endWatches(): Promise<void> {
    const { client, books } = this.pairs.desk.engine;
    for (const { venue, book } of books) {
      await client.workflow
        .getHandle(watchWorkflowId(venue, book))
        .terminate('its worker was killed');
    }
  }

  /**
   * Ends the attempts of the trade's activities, so that the next worker makes others. By itself
   * Temporal gives a dead worker's up after 15 s: that, too, is `killed-worker.test.ts`'s.
   */
  async #endAttempts(id: string): Promise<void> {
    const { client } = this.pairs.desk.engine;
    const workflowId = tradeWorkflowId(id);
    try {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      for (const { activityId, state } of raw.pendingActivities ?? []) {
        if (state !== STARTED) continue;
        const attempt = { workflowId, activityId: activityId! };
        await client.activity.fail(attempt, new Error('its worker was killed'));
      }
    } catch (error) {
      // Refused, not started yet, or given up by Temporal already.
      if (error instanceof WorkflowNotFoundError || error instanceof ActivityNotFoundError) return;
      throw error;
    }
  }
}

/**
 * Takes stops out of the queue: many of activities, and one of a watch, besides which the other
 * venue's watch can stop at a first fill, since a trade comes there with no watch at all. What goes
 * last finds its desk halted where others halt it, so that it goes alone there.
 */
function choose(queue: Stop[], halts: boolean): [Stop[], ...Stop[]] {
  const taken = (which: (stop: Stop) => boolean, max: number): Stop[] => {
    const found = queue.filter(which).slice(0, max);
    for (const stop of found) queue.splice(queue.indexOf(stop), 1);
    return found;
  };
  // Those far along the way start first.
  const ownMax = halts ? HALTING_AT_ONCE_MAX : STOPS_AT_ONCE_MAX;
  const own = taken((stop) => stopsWatch(stop) === undefined, ownMax).toReversed();
  if (halts && own.length > 0) return [own];
  const ofWatch = (stop: Stop): boolean => stopsWatch(stop) !== undefined;
  // Those that nothing but a first fill can go with are chosen first.
  const later = taken((stop) => ofWatch(stop) && firstFillOn(stop) === undefined, 1);
  const [watch] = later.length > 0 ? later : taken(ofWatch, 1);
  if (watch === undefined) return [own];
  if (halts) return [own, watch];
  const venue = stopsWatch(watch);
  const beside = taken((stop) => (firstFillOn(stop) ?? venue) !== venue, 1);
  return [own, watch, ...beside];
}
