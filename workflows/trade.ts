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
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { formatDecimal, formatUsd } from '../domain/decimal.ts';
import type { LegPlan } from '../domain/risk/view.ts';
import type { TradeStatus } from '../domain/trade.ts';
import { isTerminal } from '../domain/trade.ts';
import type { TradeProgress } from './messages.ts';
import { orderEventSignal, searchAttributes, settledSignal, tradeStatusQuery } from './messages.ts';
import { placeLeg } from './place-legs.ts';

/** How a trade ended, in words; the ledger has the numbers. */
export interface TradeResult {
  readonly status: TradeStatus | 'denied';
  readonly detail: string;
}

/** Short, idempotent ledger transactions; they retry until the ledger answers. */
const ledger = proxyLocalActivities<Activities>({
  startToCloseTimeout: '20s',
  retry: { maximumInterval: '10s', nonRetryableErrorTypes: ['NotInLedger'] },
});

const reads = proxyActivities<Activities>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '30s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200ms', maximumInterval: '2s' },
});

const safetyNet = proxyActivities<Activities>({
  startToCloseTimeout: '1m',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumInterval: '5m', nonRetryableErrorTypes: ['NotInLedger'] },
  summary: 'ask the venue for the result: no signal came',
});

/** The signals a trade has received and not yet acted on. */
export interface TradeMail {
  settled: boolean;
  orderEvent: boolean;
}

/** Drives the trade `tradeId`, whose proposal is in the ledger, to its end. */
export async function trade(tradeId: string): Promise<TradeResult> {
  const mail: TradeMail = { settled: false, orderEvent: false };
  const show = openForInspection(tradeId, mail);
  // Registered before the step that needs it: whatever stops us, unsent holds are given back.
  const compensate = (): Promise<void> => ledger.abandonTrade(tradeId);
  try {
    show({ step: 'validate risk', status: 'received', detail: 'judging the proposal' });
    const reserved = await validateAndReserve(tradeId);
    if (reserved.kind === 'denied') {
      return finish(show, 'denied', reserved.failures.map(({ code }) => code).join(', '));
    }
    const { leg, book } = reserved.trade;
    show({ step: 'place', status: 'reserved', detail: describe(leg) });
    const placed = await placeLeg({ tradeId, leg: 0, venue: leg.leg.venue, book, mail });
    if (isTerminal(placed.tradeStatus)) return finish(show, placed.tradeStatus, placed.detail);
    upsertSearchAttributes([{ key: searchAttributes.tradeStatus, value: 'open' }]);
    // A run that takes over from one that is gone may have missed the signal.
    if (placed.resultKnown) mail.settled = true;
    show({ step: 'await settlement', status: 'open', detail: holding(leg, placed.finalQuantity) });
    return await awaitSettlementAndRecord(tradeId, mail, placed.checkSettlementInMs, show);
  } catch (error) {
    await CancellationScope.nonCancellable(compensate);
    throw error;
  }
}

/** Facts that are missing or ageing are read once; what is still missing then denies. */
async function validateAndReserve(
  tradeId: string,
): Promise<Exclude<Awaited<ReturnType<Activities['reserveTrade']>>, { kind: 'factsNeeded' }>> {
  const first = await ledger.reserveTrade(tradeId, true);
  if (first.kind !== 'factsNeeded') return first;
  try {
    await reads.fetchFacts(first.book, first.legs);
  } catch (error) {
    // An unreachable venue is no reason to leave a proposal undecided: STALE_FACTS says so.
    if (CancellationScope.current().consideredCancelled) throw error;
  }
  const second = await ledger.reserveTrade(tradeId, false);
  if (second.kind === 'factsNeeded') throw ApplicationFailure.nonRetryable('undecided');
  return second;
}

/** Waits for the watch's signal; a durable timer asks the venue should none come. */
async function awaitSettlementAndRecord(
  tradeId: string,
  mail: TradeMail,
  firstCheckInMs: number,
  show: Show,
): Promise<TradeResult> {
  let checkInMs = firstCheckInMs;
  for (;;) {
    const signalled = await condition(() => mail.settled, checkInMs, {
      summary: 'safety net: ask the venue if no result was signalled',
    });
    mail.settled = false;
    if (!signalled) ({ lookAgainInMs: checkInMs } = await safetyNet.checkVenue(tradeId));
    const outcome = await ledger.recordTrade(tradeId);
    if (outcome.kind === 'recorded') {
      const pnl = `P&L ${formatUsd(outcome.pnlMicros)} on ${outcome.day}`;
      return finish(show, 'settled', pnl);
    }
    if (outcome.kind === 'notOpen' && isTerminal(outcome.status)) {
      return finish(show, outcome.status, 'ended without a position');
    }
    // The result came before the last fill was booked: the watch books it, then we look again.
    if (outcome.kind === 'notOpen' && signalled) checkInMs = 1_000;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof trade>(tradeId);
  }
}

type Show = (progress: Omit<TradeProgress, 'tradeId'>) => void;

/** Query, signals and the Web UI's details. Handlers take anything and never throw. */
function openForInspection(tradeId: string, mail: TradeMail): Show {
  let progress: TradeProgress = {
    tradeId,
    step: 'validate risk',
    status: 'received',
    detail: 'starting',
  };
  setHandler(tradeStatusQuery, () => progress, { description: 'where this trade stands' });
  setHandler(settledSignal, () => void (mail.settled = true), {
    description: 'the market has a final result',
  });
  setHandler(orderEventSignal, () => void (mail.orderEvent = true), {
    description: 'something happened to the order',
  });
  return (next) => {
    progress = { tradeId, ...next };
    setCurrentDetails(
      `**${next.step}** · ${next.status}\n\n${next.detail}\n\nTrade \`${tradeId}\``,
    );
  };
}

function finish(show: Show, status: TradeResult['status'], detail: string): TradeResult {
  show({ step: 'over', status, detail });
  return { status, detail };
}

function describe(leg: LegPlan): string {
  const price = formatDecimal(leg.leg.limitPrice);
  const outcome = leg.market.outcomes[leg.outcome];
  return `${formatDecimal(leg.quantity)} × ${leg.leg.venue} ${leg.leg.market} ${outcome} at ${price} or better; holds ${formatUsd(leg.worstCaseMicros)}`;
}

function holding(leg: LegPlan, finalQuantity: number | null): string {
  const settles =
    leg.market.settlesAtMs === undefined
      ? 'at an unknown time'
      : `about ${new Date(leg.market.settlesAtMs).toISOString()}`;
  const outcome = leg.market.outcomes[leg.outcome];
  return `holds ${formatDecimal(finalQuantity ?? 0)} × ${leg.market.title}: ${outcome}; result expected ${settles}`;
}
