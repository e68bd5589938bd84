/**
 * Places a trade's leg or legs and sees every order through to a final answer. What comes next is
 * the ledger's answer, never remembered here: a run that takes over goes on where the last one was.
 */
import type { RetryPolicy } from '@temporalio/common';
import { ActivityCancellationType, condition, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Placing } from '../activities/orders.ts';
import { formatDecimal } from '../domain/decimal.ts';
import type { OrderWish, Step } from '../domain/placing.ts';
import { summaryLine } from '../domain/summary-line.ts';
import type { TradePlan } from '../domain/trade-plan.ts';
import type { TradeStatus } from '../domain/trade.ts';
import type { Book } from '../domain/venue-id.ts';
import { cancelQueue, MAIN_QUEUE, orderQueue, readQueue } from './messages.ts';
import { nameOf } from './trade-texts.ts';

export interface LegsToPlace {
  readonly tradeId: string;
  readonly plan: TradePlan;
  readonly book: Book;
  readonly mail: { orderEvent: boolean };
  /** Told before each step, for people. */
  readonly tell: (detail: string) => void;
  /** What people find the trade as; billed where that changes. */
  readonly findAs: (status: TradeStatus) => void;
}

/** A trade whose orders have waited this long in all is found as `placing`: a person may look. */
const SLOW_MS = 10_000;

/** An answer as it was recorded before there were pairs. */
interface EarlierPlacing extends Omit<Placing, 'next' | 'held'> {
  readonly orderState: string;
  readonly finalQuantity: number | null;
  readonly lookAgainInMs: number;
}

const RETRY: RetryPolicy = {
  initialInterval: '200ms',
  maximumInterval: '5s',
  nonRetryableErrorTypes: ['NotInLedger'],
};

/** The first order, and then whatever the ledger says comes next, until nothing does. */
export async function placeLegs(legs: LegsToPlace): Promise<Placing> {
  const { plan } = legs;
  const summary = `send ${nameOf(plan.legs[plan.first]!)}`;
  const first = await onQueue(legs, plan.first, orderQueue, summary).sendOrder(
    legs.tradeId,
    plan.first,
  );
  return goOn(legs, first);
}

/** Goes on with a trade whose orders changed after it was placed: a fill failed, a person decided. */
export async function placeOn(legs: LegsToPlace): Promise<Placing> {
  const check = onQueue(legs, legs.plan.first, () => MAIN_QUEUE, 'where the orders stand');
  return goOn(legs, await check.checkOrders(legs.tradeId));
}

async function goOn(legs: LegsToPlace, from: Placing | EarlierPlacing): Promise<Placing> {
  let answer = from;
  let waitsMs = 0;
  for (;;) {
    const placed = today(answer);
    if (placed.next.kind === 'over') return placed;
    waitsMs += 'inMs' in placed.next ? placed.next.inMs : 0;
    // Runs that were recorded before there were pairs are found as they were then.
    if (waitsMs > SLOW_MS && 'next' in answer) legs.findAs(slowStatus(placed));
    answer = await take(legs, placed.next);
  }
}

/** What a person is to complete or unwind stays found as such until that is done. */
function slowStatus({ tradeStatus }: Placing): TradeStatus {
  return tradeStatus === 'one_legged' ? tradeStatus : 'placing';
}

async function take(
  legs: LegsToPlace,
  step: Exclude<Step, { kind: 'over' }>,
): Promise<Placing | EarlierPlacing> {
  const { tradeId, plan } = legs;
  if (step.kind === 'mend') return mend(legs, step.inMs);
  const { leg } = step;
  if (step.kind === 'send') {
    const { attempt, wish } = step;
    const summary = `${wishText(wish)} ${nameOf(plan.legs[leg]!)}`;
    legs.tell(summary);
    return onQueue(legs, leg, orderQueue, summary).sendOrder(tradeId, leg, { leg, attempt, wish });
  }
  const what = step.kind === 'look' ? 'look the order up' : 'cancel the rest';
  const woken = await wait(legs, step.inMs, `${what}: ${nameOf(plan.legs[leg]!)}`);
  if (step.kind === 'look' || woken) {
    const summary = `look up ${nameOf(plan.legs[leg]!)}`;
    return onQueue(legs, leg, orderQueue, summary).lookUpOrder(tradeId, leg);
  }
  return onQueue(legs, leg, cancelQueue, `cancel ${nameOf(plan.legs[leg]!)}`).cancelOrder(
    tradeId,
    leg,
  );
}

async function mend(legs: LegsToPlace, inMs: number): Promise<Placing> {
  const summary = 'the legs do not match: complete or unwind, whichever costs less';
  if (inMs > 0) await wait(legs, inMs, 'look at both books again, as the legs do not match,');
  legs.tell(summary);
  return onQueue(legs, legs.plan.first, readQueue, summary).mendPair(legs.tradeId);
}

/** @returns whether something happened to the order before the time was over */
async function wait(legs: LegsToPlace, ms: number, what: string): Promise<boolean> {
  const summary = summaryLine(`${what} at ${new Date(Date.now() + ms).toISOString()}`);
  legs.tell(`waits to ${summary}, or as soon as the venue watch tells of the order`);
  const woken = await condition(() => legs.mail.orderEvent, ms, { summary });
  legs.mail.orderEvent = false;
  return woken;
}

function onQueue(
  { plan, book }: LegsToPlace,
  leg: number,
  queueOf: typeof orderQueue,
  summary: string,
) {
  return proxyActivities<Activities>({
    taskQueue: queueOf(plan.legs[leg]!.leg.venue, book),
    // A killed worker is noticed by this alone; a send is over after 5 s, a look-up sooner.
    startToCloseTimeout: '15s',
    // The outcome of a send must be known even when the trade is cancelled meanwhile.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: RETRY,
    summary: summaryLine(summary),
  });
}

/** Reads an answer recorded before there were pairs as today's. */
function today(placed: Placing | EarlierPlacing): Placing {
  if ('next' in placed) return placed;
  const { lookAgainInMs, finalQuantity, ...rest } = placed;
  const next: Step =
    lookAgainInMs > 0 ? { kind: 'look', leg: 0, inMs: lookAgainInMs } : { kind: 'over' };
  return { ...rest, next, held: [finalQuantity ?? 0] };
}

function wishText({ kind, action, quantity, limitPrice }: OrderWish): string {
  const what = { entry: '', hedge: 'hedge: ', exit: 'unwind: ' }[kind];
  return `${what}${action} ${formatDecimal(quantity)} at ${formatDecimal(limitPrice)}`;
}
