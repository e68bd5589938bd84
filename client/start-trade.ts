/** Starts a trade's workflow with everything the Temporal Web UI shows of it from the first moment. */
import type { Client } from '@temporalio/client';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Proposal } from '../domain/proposal.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { Phase } from '../domain/desk.ts';
import { legName } from '../domain/leg-name.ts';
import { summaryLine } from '../domain/summary-line.ts';
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
      staticDetails: detailsOf(proposal),
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

/** One line a person recognises: “CBJ @ FLA · 50 × Kalshi CBJ yes 0.36 + Polymarket Panthers 0.58”. */
export function summaryOf(proposal: Proposal): string {
  const legs = proposal.legs.map(
    ({ venue, market, outcome, limitPrice }) =>
      `${legName(venue, market, outcome)} ${formatDecimal(limitPrice)}`,
  );
  const size =
    proposal.quantity !== undefined
      ? `${formatDecimal(proposal.quantity)} × `
      : proposal.budget !== undefined
        ? `$${formatUsd(proposal.budget)} of `
        : '';
  return summaryLine(`${proposal.event} · ${size}${legs.join(' + ')}`);
}

/** The proposal as it came, in Markdown: what was asked for stays, whatever becomes of it. */
function detailsOf(proposal: Proposal): string {
  const { strategy, event, pair, legs, quantity, minQuantity, budget, expiresAt } = proposal;
  const belief =
    proposal.fairPrice !== undefined
      ? `believed to be worth ${formatDecimal(proposal.fairPrice)}`
      : proposal.maxPairCost !== undefined
        ? `both legs at most ${formatDecimal(proposal.maxPairCost)}`
        : undefined;
  const facts = [
    quantity === undefined ? undefined : `quantity ${formatDecimal(quantity)}`,
    minQuantity === undefined ? undefined : `at least ${formatDecimal(minQuantity)}`,
    budget === undefined ? undefined : `budget $${formatUsd(budget)}`,
    belief,
    expiresAt === undefined ? undefined : `until ${new Date(expiresAt).toISOString()}`,
  ];
  const asked = facts.filter((fact) => fact !== undefined).join(', ');
  return [
    `**Proposed** by strategy ${strategy} for ${event}${pair === undefined ? '' : ` (pair ${pair})`}`,
    legs
      .map(
        ({ venue, market, outcome, limitPrice }) =>
          `- ${venue} \`${market}\` ${outcome} at ${formatDecimal(limitPrice)} or better`,
      )
      .join('\n'),
    ...(asked === '' ? [] : [asked]),
  ].join('\n\n');
}
