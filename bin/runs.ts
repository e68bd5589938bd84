/** The runs in Temporal that drive the ledger's trades, and those that always run. */
import type { Client } from '@temporalio/client';
import type { Runs } from '../activities/deps.ts';
import { startTrade } from '../client/start-trade.ts';
import type { DeskId } from '../domain/desk.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import {
  MAIN_QUEUE,
  rolloutWorkflowId,
  searchAttributes,
  tradeWorkflowId,
  watchWorkflowId,
} from '../workflows/messages.ts';

const TRADE_PREFIX = tradeWorkflowId('');
/** A frozen worker may hold the desk's run: its tasks must soon go to another. */
const DESK_TASK_TIMEOUT = '3s';

/** What the sweep needs of Temporal. */
export function runsOf(
  client: Client,
  standing: {
    readonly desk: DeskId;
    readonly watched: () => Promise<readonly { venue: VenueId; book: Book }[]>;
  },
): Runs {
  return {
    runningTrades: async () => {
      const ids = new Set<string>();
      const query = "WorkflowType = 'trade' AND ExecutionStatus = 'Running'";
      for await (const { workflowId } of client.workflow.list({ query })) {
        ids.add(workflowId.slice(TRADE_PREFIX.length));
      }
      return ids;
    },
    driveAgain: ({ id, book, phase, proposal }) =>
      startTrade({ client, eager: false, again: true, book, phase }, id, proposal),
    ensureStanding: async () => {
      await startRollout(client, standing.desk);
      for (const { venue, book } of await standing.watched()) await startWatch(client, venue, book);
    },
  };
}

async function startRollout(client: Client, desk: DeskId): Promise<void> {
  await client.workflow.start('rollout', {
    workflowId: rolloutWorkflowId(desk),
    taskQueue: MAIN_QUEUE,
    args: [desk],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: DESK_TASK_TIMEOUT,
    staticSummary: `Desk ${desk}: pause and resume it here by signal`,
  });
}

async function startWatch(client: Client, venue: VenueId, book: Book): Promise<void> {
  await client.workflow.start('venueWatch', {
    workflowId: watchWorkflowId(venue, book),
    taskQueue: MAIN_QUEUE,
    args: [venue, book],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Watches ${venue} for the ${book} book`,
    typedSearchAttributes: [
      { key: searchAttributes.book, value: book },
      { key: searchAttributes.venue, value: [venue] },
    ],
  });
}
