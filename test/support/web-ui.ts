/** Reads a run as the Temporal Web UI does: through the server's API, and nothing else. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import { eventually } from './desk.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

interface Described {
  readonly name: string;
  readonly description?: string;
}

/** What the query behind the Web UI's details and forms answers. */
export interface WorkflowMetadata {
  readonly definition: {
    readonly type: string;
    readonly queryDefinitions?: readonly Described[];
    readonly signalDefinitions?: readonly Described[];
    readonly updateDefinitions?: readonly Described[];
  };
  readonly currentDetails: string;
}

/** Asks a run, closed ones too, for its current details and what it takes. */
export async function metadataOf(client: Client, workflowId: string): Promise<WorkflowMetadata> {
  return client.workflow.getHandle(workflowId).query('__temporal_workflow_metadata');
}

/** Names of what a run takes from people, without the SDK's own. */
export function messagesOf({ definition }: WorkflowMetadata): Record<string, string> {
  const { queryDefinitions = [], signalDefinitions = [], updateDefinitions = [] } = definition;
  const all = [...queryDefinitions, ...signalDefinitions, ...updateDefinitions];
  return Object.fromEntries(
    all
      .filter(({ name }) => !name.startsWith('__'))
      .map(({ name, description }) => [name, description ?? '']),
  );
}

/** Static summary and details, as the server describes the run. */
export async function staticTextsOf(
  client: Client,
  workflowId: string,
): Promise<{ summary: string; details: string }> {
  const description = await client.workflow.getHandle(workflowId).describe();
  const summary = await description.staticSummary();
  const details = await description.staticDetails();
  return { summary: summary ?? '', details: details ?? '' };
}

/** The summary of every timer and activity, local ones too, in the order of the history. */
export async function summariesOf(client: Client, workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap((event) => {
    const what = commandOf(event);
    if (what === undefined) return [];
    const data = event.userMetadata?.summary?.data;
    const text = data ? (JSON.parse(Buffer.from(data).toString()) as string) : 'NO SUMMARY';
    return [`${what}: ${text}`];
  });
}

function commandOf(event: HistoryEvent): string | undefined {
  if (event.timerStartedEventAttributes) return 'timer';
  const activity = event.activityTaskScheduledEventAttributes?.activityType?.name;
  if (activity != null) return activity;
  if (!isLocalActivity(event)) return undefined;
  const data = event.markerRecordedEventAttributes?.details?.['data']?.payloads?.[0]?.data;
  return (JSON.parse(Buffer.from(data!).toString()) as { activity_type: string }).activity_type;
}

function isLocalActivity(event: HistoryEvent): boolean {
  return event.markerRecordedEventAttributes?.markerName === 'core_local_activity';
}

/** What a run has cost. */
export interface Cost {
  readonly events: number;
  readonly actions: number;
}

/**
 * Events of a run's history, and the actions Temporal Cloud would bill for it: the start, each
 * attempt of an activity, the local activities of one workflow task together, each timer, signal,
 * update and upsert of search attributes. Workflow tasks, cancelled timers and details are free.
 * @source https://docs.temporal.io/evaluate/cloud/actions, read 2026-11
 */
export async function costOf(client: Client, workflowId: string): Promise<Cost> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  const events = history.events ?? [];
  let actions = 0;
  const tasksWithLocal = new Set<string>();
  for (const event of events) {
    if (event.workflowExecutionStartedEventAttributes) actions += 1;
    // An attempt that fails is not in the history; the last one tells how many there were.
    if (event.activityTaskStartedEventAttributes) {
      actions += event.activityTaskStartedEventAttributes.attempt ?? 1;
    }
    if (event.timerStartedEventAttributes) actions += 1;
    if (event.workflowExecutionSignaledEventAttributes) actions += 1;
    if (event.workflowExecutionUpdateAcceptedEventAttributes) actions += 1;
    if (event.upsertWorkflowSearchAttributesEventAttributes) actions += 1;
    if (isLocalActivity(event)) {
      const task = event.markerRecordedEventAttributes!.workflowTaskCompletedEventId;
      tasksWithLocal.add(String(task));
    }
  }
  return { events: events.length, actions: actions + tasksWithLocal.size };
}

/**
 * The trades that the list of runs, which lags, shows for a query; waits until they are `wanted`.
 * @returns their ids, in order; what was found last where it never was what is wanted
 */
export async function listed(
  client: Client,
  query: string,
  wanted: readonly string[],
): Promise<string[]> {
  let last: string[] = [];
  try {
    return await eventually(`the list for ${query}`, async () => {
      last = [];
      for await (const { workflowId } of client.workflow.list({ query })) {
        last.push(workflowId.replace(/^trade:/, ''));
      }
      last.sort();
      return last.join() === wanted.toSorted().join() ? last : undefined;
    });
  } catch {
    return last;
  }
}
