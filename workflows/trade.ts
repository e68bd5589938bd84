/**
 * One trade: validate risk → place → await settlement → record. The ledger is the truth: every
 * step is a compare-and-set there, so a second run, a reset or a late run repeats nothing.
 */
import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Placing } from '../activities/orders.ts';
import { formatUsd } from '../domain/decimal.ts';
import type { ProposalLeg } from '../domain/proposal.ts';
import type { TradePlan } from '../domain/trade-plan.ts';
import { tradePlanOf } from '../domain/trade-plan.ts';
import type { TradeStatus } from '../domain/trade.ts';
import { isTerminal } from '../domain/trade.ts';
import type { Book } from '../domain/venue-id.ts';
import { durableTimer } from './durable-timer.ts';
import { readQueue } from './messages.ts';
import type { LegsToPlace } from './place-legs.ts';
import { placeLegs, placeOn } from './place-legs.ts';
import type { Inspection } from './trade-inspection.ts';
import { openForInspection } from './trade-inspection.ts';
import {
  awaiting,
  awaitingApproval,
  describe,
  heldFor,
  isSold,
  statusToFind,
} from './trade-texts.ts';

/** How a trade ended, in words; the ledger has the numbers. */
export interface TradeResult {
  readonly status: TradeStatus | 'denied';
  readonly detail: string;
}

/** Short, idempotent ledger transactions; they retry until the ledger answers. */
const ledgerTo = (summary: string) =>
  proxyLocalActivities<Activities>({
    startToCloseTimeout: '20s',
    retry: { maximumInterval: '10s', nonRetryableErrorTypes: ['NotInLedger'] },
    summary,
  });

const judging = ledgerTo('judge the proposal; where it passes, take its holds');
const recording = ledgerTo('book the result and the P&L');
const givingBack = ledgerTo('give back what is held for orders that were never sent');

const reads = (book: Book, [first]: readonly ProposalLeg[]) =>
  proxyActivities<Activities>({
    taskQueue: readQueue(first!.venue, book),
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: '30s',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '200ms', maximumInterval: '2s' },
    summary: 'read market, quote and status of every leg',
  });

const safetyNet = ({ plan, book }: LegsToPlace) =>
  proxyActivities<Activities>({
    taskQueue: readQueue(plan.legs[plan.first]!.leg.venue, book),
    startToCloseTimeout: '1m',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumInterval: '5m', nonRetryableErrorTypes: ['NotInLedger'] },
    summary: 'ask the venue for the result: no signal came',
  });

/** How soon the ledger is asked for what the last fill brings, and how rarely at most. */
const SOON_MS = 1_000;
const SOON_MS_MAX = 60_000;

/** Drives the trade `tradeId`, whose proposal is in the ledger, to its end. */
export async function trade(tradeId: string): Promise<TradeResult> {
  const inspection = openForInspection(tradeId);
  const { mail, show, findAs } = inspection;
  // Registered before the step that needs it: whatever stops us, unsent holds are given back.
  const compensate = (): Promise<void> => givingBack.abandonTrade(tradeId);
  try {
    show({ step: 'validate risk', status: 'received', detail: 'judging the proposal' });
    const reserved = await validateAndReserve(tradeId, inspection);
    if (reserved.kind === 'denied') return deny(inspection, reserved.failures);
    const { book, day, plan } = today(reserved.trade);
    const tell = (detail: string): void => show({ step: 'place', status: 'placing', detail });
    const legs = { tradeId, plan, book, mail, tell, findAs };
    inspection.countsIn(day);
    inspection.keep(heldFor(plan, { book, day }));
    show({ step: 'place', status: 'reserved', detail: describe(plan) });
    if (reserved.wasWaiting) findAs('placing');
    const placed = await placeLegs(legs);
    if (isTerminal(placed.tradeStatus)) return endWithout(inspection, placed);
    return await awaitSettlementAndRecord(legs, placed, inspection);
  } catch (error) {
    await CancellationScope.nonCancellable(compensate);
    throw error;
  }
}

type Reserved = Awaited<ReturnType<Activities['reserveTrade']>>;

/** A reserved trade as it was recorded before there were pairs, read as today's. */
function today(
  trade: Extract<Reserved, { kind: 'accepted' }>['trade'] | { book: Book; leg: unknown },
): {
  book: Book;
  day: string | undefined;
  plan: TradePlan;
} {
  if ('plan' in trade) return trade;
  return { book: trade.book, day: undefined, plan: tradePlanOf(trade.leg) };
}

/**
 * Facts that are missing or ageing are read once; what is still missing then denies. A proposal
 * that only a person can let through waits for one, with nothing held.
 */
async function validateAndReserve(
  tradeId: string,
  { mail, show, findAs }: Inspection,
): Promise<Extract<Reserved, { kind: 'accepted' | 'denied' }> & { wasWaiting: boolean }> {
  for (let wasWaiting = false; ; wasWaiting = true) {
    const judged = await judge(tradeId);
    if (judged.kind !== 'awaitingApproval') return { ...judged, wasWaiting };
    show(awaitingApproval(tradeId, judged.untilMs));
    findAs('awaiting_approval');
    await condition(() => mail.approved, Math.max(1, judged.remainingMs), {
      summary: `wait for an admin until ${new Date(judged.untilMs).toISOString()}`,
    });
    mail.approved = false;
  }
}

async function judge(tradeId: string): Promise<Exclude<Reserved, { kind: 'factsNeeded' }>> {
  const first = await judging.reserveTrade(tradeId, true);
  if (first.kind !== 'factsNeeded') return first;
  try {
    await reads(first.book, first.legs).fetchFacts(first.book, first.legs);
  } catch (error) {
    // An unreachable venue is no reason to leave a proposal undecided: STALE_FACTS says so.
    if (CancellationScope.current().consideredCancelled) throw error;
  }
  const second = await judging.reserveTrade(tradeId, false);
  if (second.kind === 'factsNeeded') throw ApplicationFailure.nonRetryable('undecided');
  return second;
}

/**
 * Waits for the watch's signal; a durable timer asks the venue should none come. A fill that fails
 * or a person's order about a pair on one leg sends the trade back to its orders.
 */
async function awaitSettlementAndRecord(
  legs: LegsToPlace,
  placed: Placing,
  inspection: Inspection,
): Promise<TradeResult> {
  const { tradeId, plan, findAs } = legs;
  const { mail, show } = inspection;
  // A run that takes over from one that is gone may have missed the signal.
  if (placed.resultKnown) mail.settled = true;
  let standing = placed;
  let checkInMs = placed.checkSettlementInMs;
  let soonMs = SOON_MS;
  const timer = durableTimer();
  for (;;) {
    findAs(statusToFind(standing));
    if (isSold(standing)) {
      checkInMs = soonMs;
      soonMs = Math.min(2 * soonMs, SOON_MS_MAX);
    }
    const checkAtMs = Date.now() + checkInMs;
    show(awaiting(tradeId, plan, standing, checkAtMs));
    const signalled = await timer.wait(() => mail.settled || mail.orderEvent, checkInMs, {
      summary: `safety net: ask the venue at ${new Date(checkAtMs).toISOString()}`,
      // The venues of a pair end it one after the other.
      keep: plan.legs.length > 1,
    });
    if (mail.orderEvent) {
      mail.orderEvent = false;
      standing = await placeOn(legs);
      if (isTerminal(standing.tradeStatus)) return endWithout(inspection, standing);
      if (!mail.settled) continue;
    }
    mail.settled = false;
    if (!signalled) ({ lookAgainInMs: checkInMs } = await safetyNet(legs).checkVenue(tradeId));
    const outcome = await recording.recordTrade(tradeId);
    if (outcome.kind === 'recorded') return settle(inspection, outcome);
    if (outcome.kind === 'notOpen' && isTerminal(outcome.status)) {
      return finish(inspection, outcome.status, 'ended without a position');
    }
    // The result came before the last fill was booked: the watch books it, then we look again.
    if (outcome.kind === 'notOpen' && signalled) checkInMs = SOON_MS;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof trade>(tradeId);
  }
}

type Recorded = Extract<Awaited<ReturnType<Activities['recordTrade']>>, { kind: 'recorded' }>;

function settle(inspection: Inspection, recorded: Recorded): TradeResult {
  const { payoutMicros, pnlMicros, day } = recorded;
  const pnl = `P&L ${formatUsd(pnlMicros)} on ${day}`;
  return finish(inspection, 'settled', pnl, [`Paid out: $${formatUsd(payoutMicros)}`]);
}

function deny(
  inspection: Inspection,
  failures: Extract<Reserved, { kind: 'denied' }>['failures'],
): TradeResult {
  const codes = failures.map(({ code }) => code).join(', ');
  const notes = failures.map(({ code, detail }) => `${code}: ${detail}`);
  return finish(inspection, 'denied', codes, [...notes, 'Nothing is held and nothing was sent']);
}

/** Placing has come to nothing, or to nothing that is still held. */
function endWithout(inspection: Inspection, { tradeStatus, detail }: Placing): TradeResult {
  return finish(inspection, tradeStatus, detail, [
    tradeStatus === 'closed'
      ? 'Everything bought was sold again: the P&L is booked'
      : 'P&L: none; what was held is given back',
  ]);
}

function finish(
  { show, end }: Inspection,
  status: TradeResult['status'],
  detail: string,
  notes: readonly string[] = [],
): TradeResult {
  show({ step: 'over', status, detail, notes });
  end(status);
  return { status, detail };
}
