/** Starts a trade's workflow with everything the Temporal Web UI shows of it from the first moment. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Proposal } from '../domain/proposal.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { Phase } from '../domain/desk.ts';
import type { Book } from '../domain/venue-id.ts';
import { MAIN_QUEUE, searchAttributes, tradeWorkflowId } from '../workflows/messages.ts';

export interface StartTradeOptions {
  readonly client: Client;
  /** Whether the client shares the connection of a worker in this process. */
  readonly eager: boolean;
  /** Start it even where an earlier run has ended: the sweep's way. */
  readonly again?: boolean;
  readonly book: Book;
  readonly phase: Phase;
}

/**
 * Starts `trade:<id>`; where it runs already, or has run and is not started `again`, nothing
 * happens.
 * @returns whether it was started
 */
export async function startTrade(
  options: StartTradeOptions,
  tradeId: string,
  proposal: Proposal,
): Promise<boolean> {
  const unique = (values: readonly string[]): string[] => [...new Set(values)];
  try {
    await options.client.workflow.start('trade', {
      workflowId: tradeWorkflowId(tradeId),
      taskQueue: MAIN_QUEUE,
      args: [tradeId],
      workflowIdReusePolicy: options.again === true ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      ...(options.eager ? { requestEagerStart: true } : {}),
      staticSummary: summaryOf(proposal),
      typedSearchAttributes: [
        { key: searchAttributes.book, value: options.book },
        { key: searchAttributes.phase, value: options.phase },
        { key: searchAttributes.tradeStatus, value: 'received' },
        { key: searchAttributes.strategy, value: proposal.strategy },
        { key: searchAttributes.venue, value: unique(proposal.legs.map((leg) => leg.venue)) },
        { key: searchAttributes.marketId, value: unique(proposal.legs.map((leg) => leg.market)) },
      ],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

const VENUE_NAMES = { kalshi: 'Kalshi', polymarket: 'Polymarket' } as const;

/** One line a person recognises: “nhl:CBJ@FLA · 50 × Kalshi KXNHL… yes 0.36”. */
export function summaryOf(proposal: Proposal): string {
  const legs = proposal.legs.map(
    (leg) =>
      `${VENUE_NAMES[leg.venue]} ${leg.market} ${leg.outcome} ${formatDecimal(leg.limitPrice)}`,
  );
  const size =
    proposal.quantity !== undefined
      ? `${formatDecimal(proposal.quantity)} × `
      : proposal.budget !== undefined
        ? `$${formatUsd(proposal.budget)} of `
        : '';
  return `${proposal.event} · ${size}${legs.join(' + ')}`;
}
