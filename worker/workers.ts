import type { NativeConnection, WorkerOptions as TemporalWorkerOptions } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../activities/index.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import { cancelQueue, MAIN_QUEUE, orderQueue, readQueue } from '../workflows/messages.ts';

/** A venue in a book, and how many activities a second may start over all workers. */
export interface ServedBook {
  readonly venue: VenueId;
  readonly book: Book;
  readonly startsPerSecond?: { readonly orders: number; readonly cancels: number };
}

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: Activities;
  readonly bundlePath: string;
  /** Tells long activities that the process stops. */
  readonly stopping: AbortController;
  /** The venues and books whose queues this process serves: those whose keys it holds. */
  readonly books: readonly ServedBook[];
}

export interface RunningWorkers {
  /** Settles when all have stopped; rejects when one fails. */
  readonly done: Promise<void>;
  /** Stops taking work and waits for what is under way. */
  stop(): Promise<void>;
}

/** Open trades are cheap to replay (some twenty events), so the cache may stay small. */
const CACHED_WORKFLOWS_MAX = 500;
const AT_ONCE_MAX = 20;
const SHUTDOWN_GRACE = '20s';
/** A frozen worker's workflows move on to another this soon. */
const STICKY_TIMEOUT = '2s';

/** A cap of the queue, not of this worker: the server keeps it over all of them. */
function capped(perSecond: number | undefined): { maxTaskQueueActivitiesPerSecond?: number } {
  return perSecond === undefined ? {} : { maxTaskQueueActivitiesPerSecond: perSecond };
}

type Queue = Pick<
  TemporalWorkerOptions,
  | 'taskQueue'
  | 'activities'
  | 'maxConcurrentActivityTaskExecutions'
  | 'maxTaskQueueActivitiesPerSecond'
>;

/** What one venue and book has queues of its own for. */
function venueQueues(activities: Activities, served: ServedBook): Queue[] {
  const { venue, book, startsPerSecond } = served;
  const queue = (taskQueue: string, verbs: readonly (keyof Activities)[], perSecond?: number) => ({
    taskQueue,
    activities: Object.fromEntries(verbs.map((verb) => [verb, activities[verb]])),
    maxConcurrentActivityTaskExecutions: AT_ONCE_MAX,
    ...capped(perSecond),
  });
  const reads = readQueue(venue, book);
  return [
    queue(orderQueue(venue, book), ['sendOrder', 'lookUpOrder'], startsPerSecond?.orders),
    queue(cancelQueue(venue, book), ['cancelOrder', 'clearBook'], startsPerSecond?.cancels),
    // The watch takes one place for good; the venue's own bucket paces the others.
    ...(reads === MAIN_QUEUE
      ? []
      : [queue(reads, ['fetchFacts', 'mendPair', 'checkVenue', 'watchVenue'])]),
  ];
}

/**
 * Starts one worker for workflows and ledger work, and for each venue one for orders and one for
 * cancels, which no flood of orders delays; where reads need a key, one for reads too.
 */
export async function startWorkers(options: WorkerOptions): Promise<RunningWorkers> {
  const common = {
    connection: options.connection,
    namespace: options.namespace,
    shutdownGraceTime: SHUTDOWN_GRACE,
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
  };
  const { activities } = options;
  const main = await Worker.create({
    ...common,
    taskQueue: MAIN_QUEUE,
    workflowBundle: { codePath: options.bundlePath },
    activities,
    maxCachedWorkflows: CACHED_WORKFLOWS_MAX,
  });
  const queues = options.books.flatMap((served) => venueQueues(activities, served));
  const others = await Promise.all(queues.map((queue) => Worker.create({ ...common, ...queue })));
  const workers = [main, ...others];
  const runs = workers.map((worker) => worker.run());
  const done = Promise.all(runs).then(() => undefined);
  return {
    done,
    stop: async () => {
      options.stopping.abort();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      // One that failed must not hide that another is still at work.
      await Promise.allSettled(runs);
      await done;
    },
  };
}
