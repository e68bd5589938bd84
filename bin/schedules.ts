/** The Schedules in Temporal: what runs by the clock. */
import type { Client, ScheduleOptions } from '@temporalio/client';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { utcDate } from '../domain/day.ts';
import { canonicalJson, sha256Hex } from '../ledger/identity.ts';
import { DAILY_RESET_ID, MAIN_QUEUE, SWEEP_ID } from '../workflows/messages.ts';
import type { Engine } from './engine.ts';

type Definition = Pick<ScheduleOptions, 'spec' | 'policies'> & {
  readonly scheduleId: string;
  readonly workflowType: string;
  readonly summary: string;
};

const DEFINITIONS: readonly Definition[] = [
  {
    scheduleId: DAILY_RESET_ID,
    workflowType: 'dailyReset',
    summary: 'Closes every UTC day that is over, writes its report, backs up',
    spec: { calendars: [{ hour: 0, minute: 0, second: 0 }], timezone: 'UTC' },
    policies: {
      overlap: ScheduleOverlapPolicy.BUFFER_ONE,
      catchupWindow: '2 days',
      // A failed backup must not end all resets.
      pauseOnFailure: false,
    },
  },
  {
    scheduleId: SWEEP_ID,
    workflowType: 'sweep',
    summary: 'Drives again what is under way and has no run',
    spec: { intervals: [{ every: '30s' }] },
    policies: {
      overlap: ScheduleOverlapPolicy.SKIP,
      catchupWindow: '1 minute',
      pauseOnFailure: false,
    },
  },
];

/**
 * Makes every Schedule as this version wants it. Sweeps at once, and runs the daily reset where a
 * day was left open: a desk that was down for longer than the catch-up window. What a person has
 * paused stays paused. Safe from several processes.
 */
export async function startSchedules(engine: Engine): Promise<void> {
  for (const definition of DEFINITIONS) await ensureSchedule(engine.client, definition);
  await trigger(engine.client, SWEEP_ID, ScheduleOverlapPolicy.SKIP);
  if (await isOverdue(engine)) {
    await trigger(engine.client, DAILY_RESET_ID, ScheduleOverlapPolicy.BUFFER_ONE);
  }
}

async function ensureSchedule(client: Client, definition: Definition): Promise<void> {
  const { scheduleId, spec, policies } = definition;
  const action = actionOf(definition);
  try {
    await client.schedule.create({ scheduleId, spec, action, ...(policies && { policies }) });
    return;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const schedule = client.schedule.getHandle(scheduleId);
  const { action: known } = await schedule.describe();
  // Only a changed one is updated: an update drops the runs that are still to be caught up.
  if (known.memo?.['definition'] === action.memo.definition) return;
  await schedule.update((previous) => ({
    spec,
    action,
    ...(policies && { policies }),
    // Whether a person has paused it, and why.
    state: previous.state,
  }));
}

function actionOf(definition: Definition) {
  const { scheduleId, workflowType, summary } = definition;
  return {
    type: 'startWorkflow' as const,
    workflowType,
    workflowId: scheduleId,
    taskQueue: MAIN_QUEUE,
    args: [],
    staticSummary: summary,
    memo: { definition: sha256Hex(canonicalJson(definition)) },
  };
}

async function isOverdue({ ledger, clock }: Engine): Promise<boolean> {
  const today = utcDate((await clock.read()).atMs);
  const books = await ledger.booksWithDays();
  const overdue = await Promise.all(books.map((book) => ledger.openDaysBefore(book, today)));
  return overdue.flat().length > 0;
}

async function trigger(
  client: Client,
  scheduleId: string,
  overlap: ScheduleOverlapPolicy,
): Promise<void> {
  const schedule = client.schedule.getHandle(scheduleId);
  const { state } = await schedule.describe();
  if (!state.paused) await schedule.trigger(overlap);
}
