import type { NativeConnection } from '@temporalio/worker';
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
const ORDERS_AT_ONCE_MAX = 20;
/** Beside the watch, which takes one place for good; the venue's own bucket paces them. */
const READS_AT_ONCE_MAX = 20;
const SHUTDOWN_GRACE = '20s';
/** A frozen worker's workflows move on to another this soon. */
const STICKY_TIMEOUT = '2s';

/** A cap of the queue, not of this worker: the server keeps it over all of them. */
function capped(perSecond: number | undefined): { maxTaskQueueActivitiesPerSecond?: number } {
  return perSecond === undefined ? {} : { maxTaskQueueActivitiesPerSecond: perSecond };
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
  const orders = await Promise.all(
    options.books.map(({ venue, book, startsPerSecond }) =>
      Worker.create({
        ...common,
        ...capped(startsPerSecond?.orders),
        taskQueue: orderQueue(venue, book),
        activities: {
          sendOrder: activities.sendOrder.bind(activities),
          lookUpOrder: activities.lookUpOrder.bind(activities),
        },
        maxConcurrentActivityTaskExecutions: ORDERS_AT_ONCE_MAX,
      }),
    ),
  );
  const cancels = await Promise.all(
    options.books.map(({ venue, book, startsPerSecond }) =>
      Worker.create({
        ...common,
        ...capped(startsPerSecond?.cancels),
        taskQueue: cancelQueue(venue, book),
        activities: {
          cancelOrder: activities.cancelOrder.bind(activities),
          clearBook: activities.clearBook.bind(activities),
        },
        maxConcurrentActivityTaskExecutions: ORDERS_AT_ONCE_MAX,
      }),
    ),
  );
  const reads = await Promise.all(
    options.books
      .filter(({ venue, book }) => readQueue(venue, book) !== MAIN_QUEUE)
      .map(({ venue, book }) =>
        Worker.create({
          ...common,
          taskQueue: readQueue(venue, book),
          activities: {
            fetchFacts: activities.fetchFacts.bind(activities),
            mendPair: activities.mendPair.bind(activities),
            checkVenue: activities.checkVenue.bind(activities),
            watchVenue: activities.watchVenue.bind(activities),
          },
          maxConcurrentActivityTaskExecutions: READS_AT_ONCE_MAX,
        }),
      ),
  );
  const workers = [main, ...orders, ...cancels, ...reads];
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
