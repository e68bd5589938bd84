import { ApplicationFailure } from '@temporalio/common';
import { answeredQuantity, MEND_AGAIN_MS, nextStep } from '../domain/placing.ts';
import type { OrderWish, Step } from '../domain/placing.ts';
import { isFinalOrder } from '../domain/order-machine.ts';
import type { Verdict } from '../domain/risk/codes.ts';
import { verdict } from '../domain/risk/codes.ts';
import { failuresOf } from '../domain/risk/admission.ts';
import type { TradeStatus } from '../domain/trade.ts';
import { isTerminal } from '../domain/trade.ts';
import type { LegOrder, StoredOrder } from '../ledger/verbs/orders.ts';
import type { OrderOutcome } from '../ledger/verbs/outcomes.ts';
import type { TradeUnderWayStanding } from '../ledger/verbs/standing.ts';
import type { LookupOutcome, OrderRef, OrderRequest, PreparedOrder } from '../venues/venue.ts';
import { isVenueFailure } from '../venues/venue.ts';
import type { ActivityDeps } from './deps.ts';
import { lookupOutcome, placeOutcome } from './order-outcomes.ts';
import { judgeEntry } from './sending-gate.ts';
import { settlementCheckInMs } from './settlement.ts';
import { readVenue } from './watch-pass.ts';

/** What placing has come to, as the workflow needs it. */
export interface Placing {
  readonly tradeStatus: TradeStatus;
  readonly next: Step;
  readonly detail: string;
  /** Contracts in millionths each leg holds by the venues' answers. */
  readonly held: readonly number[];
  /** When to ask the venue for the result, should no signal come. */
  readonly checkSettlementInMs: number;
  /** A result came before this run: no signal will. */
  readonly resultKnown: boolean;
}

/** An order to send: the `attempt`-th of its leg. Without a wish it is the trade's entry. */
export interface OrderToSend {
  readonly leg: number;
  readonly attempt: number;
  readonly wish?: OrderWish;
}

/** Bytes may leave this long after the send began, by the monotonic and by the wall clock. */
const SEND_WINDOW_MS = 2_000;
/** A send without an answer by then is aborted and its outcome unknown. */
const SEND_DEADLINE_MS = 5_000;
/** An order that rests after its cancel is asked to end this often. */
const CANCEL_AGAIN_MS = 1_000;
/** A venue that asks for a longer pause is asked again all the same: the proposal grows old. */
const RETRY_AFTER_MS_MAX = 5_000;

/** Step 2: one POST an attempt; an order that may have been sent is looked up, never sent again. */
export function orderActivities(deps: ActivityDeps) {
  return {
    /** Sends the leg's order unless it was sent before; answers where the trade stands. */
    async sendOrder(tradeId: string, leg: number, order?: OrderToSend): Promise<Placing> {
      const { attempt, wish } = order ?? { attempt: 0 };
      const trade = await deps.ledger.readStanding(tradeId);
      if (trade.status === 'open' || isTerminal(trade.status)) return whereItStands(deps, trade);
      const stored = trade.legs[leg]?.orders[attempt];
      if (stored === undefined)
        return sendNew(deps, trade, { leg, attempt, ...(wish && { wish }) });
      const known = await deps.ledger.readLegOrder(tradeId, leg, attempt);
      return stored.state === 'created' ? sendStored(deps, trade, known) : lookUp(deps, known);
    },

    /** Asks the venue what became of the leg's latest order, by its identity. */
    async lookUpOrder(tradeId: string, leg: number): Promise<Placing> {
      return lookUp(deps, await latestOrder(deps, tradeId, leg));
    },

    /** Ends an order that has rested long enough; answers what it came to. */
    async cancelOrder(tradeId: string, leg: number): Promise<Placing> {
      const order = await latestOrder(deps, tradeId, leg);
      if (order.stored === undefined || isFinalOrder(order.stored.state)) {
        return whereItStands(deps, await deps.ledger.readStanding(tradeId));
      }
      const found = await deps.venue(order.venue, order.book).cancel(refOf(order));
      await bookFillsFirst(deps, order, found);
      const placing = await book(deps, order, lookupOutcome(found));
      const { next } = placing;
      // What the venue keeps, a delayed order above all, it will keep in a moment too.
      return next.kind === 'cancel'
        ? { ...placing, next: { ...next, inMs: Math.max(next.inMs, CANCEL_AGAIN_MS) } }
        : placing;
    },

    /** Where the trade stands, for a run that was told of a change. */
    async checkOrders(tradeId: string): Promise<Placing> {
      return whereItStands(deps, await deps.ledger.readStanding(tradeId));
    },
  };
}

/** Identity and bytes stored, second gate, permit, bytes — in that order. */
async function sendNew(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  { leg, attempt, wish }: OrderToSend,
): Promise<Placing> {
  const { atMs } = await deps.clock.read();
  const next = nextStep(trade, atMs);
  const wanted = wish ?? (next.kind === 'send' && next.leg === leg ? next.wish : undefined);
  if (wanted === undefined) return whereItStands(deps, trade);
  const place = await deps.ledger.readLegOrder(trade.tradeId, leg, attempt);
  const order: LegOrder = { ...place, ...wanted };
  const venue = deps.venue(order.venue, order.book);
  const prepared = await venue.prepare(requestOf(order, wanted, atMs));
  const kept = await deps.ledger.storeOrder(order, prepared, await deps.clock.read());
  if (kept.kind === 'refused') {
    deps.log.info({ tradeId: trade.tradeId, leg, detail: kept.detail }, 'order not stored');
    const stands = await whereItStands(deps, await deps.ledger.readStanding(trade.tradeId));
    // What was refused for want of room is not asked again at once.
    const isMended = stands.next.kind === 'mend';
    return isMended ? { ...stands, next: { kind: 'mend', inMs: MEND_AGAIN_MS } } : stands;
  }
  const { stored } = await deps.ledger.readLegOrder(trade.tradeId, leg, attempt);
  return send(deps, trade, order, preparedOf(stored!));
}

/** What was stored before a crash is sent as it was stored. */
async function sendStored(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  order: LegOrder,
): Promise<Placing> {
  return send(deps, trade, order, preparedOf(order.stored!));
}

function preparedOf({ request, wire, venueOrderId }: StoredOrder): PreparedOrder {
  return {
    request: request as OrderRequest,
    wire,
    ...(venueOrderId === null ? {} : { venueOrderId }),
  };
}

async function send(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  order: LegOrder,
  prepared: PreparedOrder,
): Promise<Placing> {
  const { ledger, clock } = deps;
  // An entry is judged once more; a hedge or an exit reduces what is at risk already.
  const failures =
    order.kind === 'entry' ? failuresOf(await judgeEntry(deps, trade, prepared.request)) : [];
  if (failures.length > 0) return withhold(deps, order, failures);
  if (order.resolutionId === undefined && deps.isWoundDown(order.book)) {
    const detail = `LIVE_TRADING is not true: the ${order.book} book is only wound down`;
    return withhold(deps, order, [verdict('PHASE_LIMIT', false, detail)]);
  }
  const { orderId, kind, resolutionId } = order;
  const inTime = sendWindow();
  // What a person orders by name passes the latch, as it passes the ledger's halt.
  const mayWrite = () => inTime() && (resolutionId !== undefined || !deps.haltLatched());
  const permit = await ledger.grantPermit(
    { orderId, desk: order.desk, kind, resolutionId },
    await clock.read(),
  );
  if (permit.kind === 'forbidden') return withhold(deps, order, [deskVerdict(permit)]);
  const venue = deps.venue(order.venue, order.book);
  if (permit.kind === 'taken')
    return lookUp(deps, await latestOrder(deps, order.tradeId, order.leg));
  const answer = await venue.place(prepared, mayWrite, AbortSignal.timeout(SEND_DEADLINE_MS));
  const { tradeId } = order;
  deps.log.info({ tradeId, orderId, kind, outcome: answer.kind }, 'order sent');
  const placing = await book(deps, order, placeOutcome(answer, kind));
  if (answer.kind !== 'deferred' || kind !== 'entry') return placing;
  // The next attempt of this activity sends the same bytes, past both gates once more.
  throw ApplicationFailure.create({
    message: answer.detail,
    type: 'VenueBusy',
    nextRetryDelay: Math.min(answer.retryAfterMs, RETRY_AFTER_MS_MAX),
  });
}

function requestOf(order: LegOrder, wish: OrderWish, decidedAtMs: number): OrderRequest {
  return {
    clientOrderId: order.orderId,
    marketId: order.market,
    outcome: order.outcome,
    action: wish.action,
    quantity: wish.quantity,
    limitPrice: wish.limitPrice,
    timeInForce: wish.timeInForce,
    decidedAtMs,
    ...(wish.restUntilMs === undefined ? {} : { restUntilMs: wish.restUntilMs }),
  };
}

function refOf({ orderId, market, stored }: LegOrder): OrderRef {
  const { venueOrderId, firstPermittedAtMs } = stored!;
  return {
    clientOrderId: orderId,
    marketId: market,
    ...(venueOrderId === null ? {} : { venueOrderId }),
    ...(firstPermittedAtMs === null ? {} : { sentAtMs: firstPermittedAtMs }),
  };
}

function withhold(
  deps: ActivityDeps,
  order: LegOrder,
  failures: readonly Verdict[],
): Promise<Placing> {
  return book(deps, order, {
    event: { type: 'order.withheld' },
    detail: failures.map(({ code, detail }) => `${code}: ${detail}`).join('; '),
    failures,
  });
}

/** The last order of a leg; its first one where none is stored. */
async function latestOrder(deps: ActivityDeps, tradeId: string, leg: number): Promise<LegOrder> {
  const trade = await deps.ledger.readStanding(tradeId);
  const attempt = Math.max(0, (trade.legs[leg]?.orders.length ?? 0) - 1);
  return deps.ledger.readLegOrder(tradeId, leg, attempt);
}

async function lookUp(deps: ActivityDeps, order: LegOrder): Promise<Placing> {
  const { stored } = order;
  if (stored === undefined || isFinalOrder(stored.state)) {
    return whereItStands(deps, await deps.ledger.readStanding(order.tradeId), stored?.detail);
  }
  const venue = deps.venue(order.venue, order.book);
  const found = await venue.lookup(refOf(order));
  await bookFillsFirst(deps, order, found);
  const { atMs } = await deps.clock.read();
  const sinceMs = atMs - (stored.permittedAtMs ?? atMs);
  if (found.kind !== 'absent' || sinceMs <= venue.capabilities().unknownHorizonMs) {
    return book(deps, order, lookupOutcome(found));
  }
  // One that is on its way for so long is ended by its identity before it is taken for absent.
  const ended = await venue.cancel(refOf(order));
  if (ended.kind !== 'absent') {
    await bookFillsFirst(deps, order, ended);
    return book(deps, order, lookupOutcome(ended));
  }
  const trade = await deps.ledger.readStanding(order.tradeId);
  const stillWanted = order.kind === 'entry' && atMs < trade.entry.expiresAtMs;
  return book(deps, order, lookupOutcome(found, stillWanted ? 'sendAgain' : 'end'));
}

/**
 * Before an order ends with nothing, what it filled and lost again while nobody looked is booked:
 * a trade that is over has no place for a fill any more. A venue that does not tell its fills now
 * holds nobody up: the watch finds them later, and that they came too late.
 * @throws Error of the ledger
 */
async function bookFillsFirst(
  deps: ActivityDeps,
  order: LegOrder,
  found: LookupOutcome,
): Promise<void> {
  if (found.kind !== 'found' || found.order.status !== 'final' || found.order.filled > 0) return;
  const { venue, book: of, orderId } = order;
  try {
    await readVenue(deps, venue, of);
  } catch (error) {
    if (!isVenueFailure(error)) throw error;
    deps.log.warn({ orderId, venue, err: error }, 'fills could not be read before the outcome');
  }
}

async function book(deps: ActivityDeps, order: LegOrder, outcome: OrderOutcome): Promise<Placing> {
  await deps.ledger.bookOutcome(order.orderId, outcome, await deps.clock.read());
  return whereItStands(deps, await deps.ledger.readStanding(order.tradeId), outcome.detail);
}

/** The trade as the ledger has it, and what comes next. */
export async function whereItStands(
  deps: ActivityDeps,
  trade: TradeUnderWayStanding,
  detail = '',
): Promise<Placing> {
  const { atMs } = await deps.clock.read();
  return {
    tradeStatus: trade.status,
    next: isTerminal(trade.status) ? { kind: 'over' } : nextStep(trade, atMs),
    detail,
    held: trade.legs.map(answeredQuantity),
    checkSettlementInMs: settlementCheckInMs(trade.settlesAtMs, atMs),
    resultKnown: trade.resultKnown,
  };
}

/** t0 on both clocks: a process frozen after this writes nothing when it wakes. */
function sendWindow(): () => boolean {
  const monotonicMs = performance.now();
  const wallMs = Date.now();
  return () =>
    performance.now() - monotonicMs <= SEND_WINDOW_MS &&
    Math.abs(Date.now() - wallMs) <= SEND_WINDOW_MS;
}

function deskVerdict(permit: { state: string; reason: string }): Verdict {
  if (permit.state === 'active') return verdict('PHASE_LIMIT', false, permit.reason);
  const code = permit.state === 'halted' ? 'DESK_HALTED' : 'DESK_PAUSED';
  return verdict(code, false, `desk is ${permit.state}: ${permit.reason}`);
}
