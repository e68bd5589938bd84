/** One proposal from the edge to its decision: written down first, then driven, then answered. */
import { randomUUID } from 'node:crypto';
import type { Submission, SubmissionAnswer } from '../contracts/http.ts';
import type { Proposal } from '../contracts/proposal.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { Decision, DecisionListener } from '../ledger/read/decisions.ts';

/** What writing a proposal down came to. */
export type Received =
  | { readonly kind: 'received' | 'decided' | 'conflict' }
  | { readonly kind: 'closed'; readonly state: 'paused' | 'halted'; readonly reason: string };

export interface SubmitDeps {
  receive(input: { id: string; proposal: Proposal }): Promise<Received>;
  /** Starts the trade's workflow; a run that is there already is as good. */
  startTrade(tradeId: string, proposal: Proposal): Promise<void>;
  readonly decisions: DecisionListener;
  isLedgerUnreachable(error: unknown): boolean;
  report(error: unknown, context: string): void;
}

/** A submitter waits this long for the decision before it answers `pending`. */
export const DECISION_WAIT_MS = 10_000;

/** Submits one validated proposal; without an id the engine makes one. */
export async function submitProposal(
  deps: SubmitDeps,
  input: { id?: string; proposal: Proposal },
): Promise<SubmissionAnswer> {
  const id = input.id ?? `t-${randomUUID()}`;
  let started = false;
  try {
    const received = await deps.receive({ id, proposal: input.proposal });
    if (received.kind === 'conflict') return conflict(id);
    if (received.kind === 'closed') return closed(received);
    if (received.kind === 'decided') return answer(id, await deps.decisions.await(id, 0), 200);
    started = true;
    const failed = await start(deps, id, input.proposal);
    return failed ?? answer(id, await deps.decisions.await(id, DECISION_WAIT_MS));
  } catch (error) {
    if (!deps.isLedgerUnreachable(error)) throw error;
    deps.report(error, 'ledger unreachable');
    return ledgerUnreachable(id, started);
  }
}

/** After the start the trade may go on as soon as the ledger is back; before it nothing happened. */
function ledgerUnreachable(id: string, started: boolean): SubmissionAnswer {
  const known = started
    ? 'the decision cannot be read'
    : 'nothing was decided and no order was sent';
  return problem(
    503,
    'LEDGER_UNREACHABLE',
    `the ledger does not answer: ${known}; try again with id ${id}`,
  );
}

async function start(
  deps: SubmitDeps,
  id: string,
  proposal: Proposal,
): Promise<SubmissionAnswer | undefined> {
  try {
    await deps.startTrade(id, proposal);
    return undefined;
  } catch (error) {
    deps.report(error, 'workflow not started');
    return problem(
      503,
      'ENGINE_UNREACHABLE',
      `Temporal does not answer: proposal ${id} is written down but not decided; send it again with the same id`,
    );
  }
}

function answer(id: string, decision: Decision | undefined, replayStatus?: 200): SubmissionAnswer {
  if (decision === undefined) {
    const detail = `no decision yet; see GET /api/v1/trades/${id}`;
    return { status: 202, body: { status: 'pending', id, detail } };
  }
  if (decision.kind === 'denied') {
    const failures = decision.failures.map((one) => ({ ...one, numbers: { ...one.numbers } }));
    return { status: replayStatus ?? 422, body: { status: 'denied', id, failures } };
  }
  return { status: replayStatus ?? 202, body: accepted(id, decision) };
}

function accepted(id: string, { plan }: Decision & { kind: 'accepted' }): Submission {
  return {
    status: 'accepted',
    id,
    quantity: formatDecimal(plan.quantity),
    worstCase: formatUsd(plan.worstCaseMicros),
    roiPercent: formatDecimal(plan.roi.roiMillionths * 100),
    outcome: plan.market.outcomes[plan.outcome],
  };
}

function conflict(id: string): SubmissionAnswer {
  return problem(409, 'ID_CONFLICT', `id ${id} belongs to another proposal; choose a new one`);
}

function closed(desk: { state: 'paused' | 'halted'; reason: string }): SubmissionAnswer {
  const code = desk.state === 'paused' ? 'DESK_PAUSED' : 'DESK_HALTED';
  return problem(423, code, `the desk is ${desk.state}: ${desk.reason}; the id stays free`);
}

function problem(status: 409 | 423 | 503, code: string, message: string): SubmissionAnswer {
  return { status, body: { code, message } };
}
