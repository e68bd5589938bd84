/** One proposal from the edge to its decision: written down first, then driven, then answered. */
import { randomUUID } from 'node:crypto';
import type { Submission, SubmissionAnswer } from '../contracts/http.ts';
import type { Proposal } from '../contracts/proposal.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { TradePlan } from '../domain/trade-plan.ts';
import type { Decision, DecisionListener } from '../ledger/read/decisions.ts';

/** What writing a proposal down came to. */
export type Received =
  | { readonly kind: 'received' | 'decided' | 'awaiting' | 'conflict' }
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
    // Its run is waiting, or has just been told of an approval and decides.
    if (received.kind === 'awaiting') {
      return answer(id, await deps.decisions.await(id, DECISION_WAIT_MS), 200);
    }
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
  if (decision.kind === 'accepted') {
    return { status: replayStatus ?? 202, body: accepted(id, decision.plan) };
  }
  const failures = decision.failures.map((one) => ({ ...one, numbers: { ...one.numbers } }));
  if (decision.kind === 'denied') {
    return { status: replayStatus ?? 422, body: { status: 'denied', id, failures } };
  }
  const until = new Date(decision.untilMs).toISOString();
  return {
    status: replayStatus ?? 202,
    body: { status: 'awaiting_approval', id, until, failures },
  };
}

function accepted(id: string, plan: TradePlan): Submission {
  const legs = plan.legs.map((one) => ({
    venue: one.leg.venue,
    market: one.leg.market,
    outcome: one.market.outcomes[one.outcome],
    limitPrice: formatDecimal(one.leg.limitPrice),
    priceMax: formatDecimal(one.priceMaxMicros),
    worstCase: formatUsd(one.worstCaseMicros),
  }));
  return {
    status: 'accepted',
    id,
    // Every leg has the same.
    quantity: formatDecimal(plan.legs[0]!.quantity),
    worstCase: formatUsd(plan.worstCaseMicros),
    roiPercent: formatDecimal(plan.roi.roiMillionths * 100),
    outcome: legs.map(({ outcome }) => outcome).join(' + '),
    legs,
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
