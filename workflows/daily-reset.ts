/**
 * Closes every UTC day that is over, writes its report, backs up. Keyed on the time the schedule
 * meant, not on when it ran: a late, doubled or skipped run closes the right days, once.
 */
import {
  ActivityCancellationType,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { Activities } from '../activities/index.ts';
import type { ClosedDay, DailyResetProgress } from './messages.ts';
import { dailyResetStatusQuery } from './messages.ts';

/** Set by Temporal on every run a schedule starts. */
const SCHEDULED_START = defineSearchAttributeKey(
  'TemporalScheduledStartTime',
  SearchAttributeType.DATETIME,
);

/** A clock that is wrong is set right by a person: this never gives up. */
const closing = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '500ms', maximumInterval: '5m' },
  summary: 'close every day that is over',
});

const writing = proxyActivities<Activities>({
  startToCloseTimeout: '5m',
  scheduleToCloseTimeout: '1h',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1s', maximumInterval: '5m' },
  summary: 'write the reports of closed days',
});

const backingUp = proxyActivities<Activities>({
  startToCloseTimeout: '30m',
  scheduleToCloseTimeout: '1h',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '5s', maximumInterval: '5m' },
  summary: 'back up ledger and configuration',
});

/** One pass. @returns the days this run closed, oldest first a book; as a rule yesterday */
export async function dailyReset(): Promise<ClosedDay[]> {
  const { startTime, typedSearchAttributes } = workflowInfo();
  const scheduledAtMs = (typedSearchAttributes.get(SCHEDULED_START) ?? startTime).getTime();
  const show = openForInspection(new Date(scheduledAtMs).toISOString());
  show({ step: 'close days' });
  const closed = await closing.closeDays(scheduledAtMs);
  const failures: string[] = [];
  show({ step: 'write reports', closed });
  await attempt('reports', failures, async () => {
    await writing.writeReports();
  });
  show({ step: 'back up', failures });
  await attempt('backup', failures, async () => {
    show({ backup: await backingUp.backUp() });
  });
  show({ step: 'over', failures });
  // The days stay closed; the run fails so that somebody sees what is missing.
  if (failures.length > 0) throw ApplicationFailure.nonRetryable(failures.join('; '));
  return closed;
}

/** What fails here undoes nothing and keeps nothing else from being done. */
async function attempt(what: string, failures: string[], step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    failures.push(`${what}: ${cause instanceof Error ? cause.message : 'failed'}`);
  }
}

type Show = (change: Partial<DailyResetProgress>) => void;

function openForInspection(scheduledAt: string): Show {
  let progress: DailyResetProgress = {
    scheduledAt,
    step: 'close days',
    closed: [],
    backup: null,
    failures: [],
  };
  setHandler(dailyResetStatusQuery, () => progress, {
    description: 'which days this run closed, and what it is doing',
  });
  return (change) => {
    progress = { ...progress, ...change };
    setCurrentDetails(detailsOf(progress));
  };
}

function detailsOf({ scheduledAt, step, closed, backup, failures }: DailyResetProgress): string {
  return [
    `**${step}** · scheduled for ${scheduledAt}`,
    closed.length === 0
      ? 'No day closed.'
      : closed.map(({ book, date }) => `- closed ${date} of the ${book} book`).join('\n'),
    ...(backup === null ? [] : [`Backup: \`${backup}\``]),
    ...failures.map((failure) => `Failed: ${failure}`),
    'A report is printed by `ballast report daily`.',
  ].join('\n\n');
}
