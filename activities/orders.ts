import type { ClockReading } from '../domain/clock.ts';
import { isFinalOrder } from '../domain/order-machine.ts';
import type { OrderStateName } from '../domain/order-machine.ts';
import type { Verdict } from '../domain/risk/codes.ts';
import { verdict } from '../domain/risk/codes.ts';
import { failuresOf } from '../domain/risk/admission.ts';
import { judgeSending } from '../domain/risk/sending.ts';
import type { TradeStatus } from '../domain/trade.ts';
import type { LegOrder } from '../ledger/verbs/orders.ts';
import type { OrderOutcome, OrderStanding } from '../ledger/verbs/outcomes.ts';
import type { OrderRequest } from '../venues/venue.ts';
import { isTerminal } from '../domain/trade.ts';
import type { ActivityDeps } from './deps.ts';
import { lookupOutcome, placeOutcome } from './order-outcomes.ts';
import { settlementCheckInMs } from './settlement.ts';

/** What placing has come to, as the workflow needs it. */
export interface Placing {
  readonly orderState: OrderStateName;
  readonly tradeStatus: TradeStatus;
  /** Contracts in millionths the venue finally filled; null while that is open. */
  readonly finalQuantity: number | null;
  readonly detail: string;
  /** When to look the order up again; 0 where it is final. */
  readonly lookAgainInMs: number;
  /** When to ask the venue for the result, should no signal come. */
  readonly checkSettlementInMs: number;
  /** The result came before this run: no signal will. */
  readonly resultKnown: boolean;
}

/** Bytes may leave this long after the send began, by the monotonic and by the wall clock. */
const SEND_WINDOW_MS = 2_000;
/** A send without an answer by then is aborted and its outcome unknown. */
const SEND_DEADLINE_MS = 5_000;
const LOOK_AGAIN_MS = 1_000;

/** Step 2: one POST an attempt; an order that may have been sent is looked up, never sent again. */
export function orderActivities(deps: ActivityDeps) {
  return {
    /** Sends the leg's order unless it was sent before; answers where it stands. */
    async sendOrder(tradeId: string, leg: number): Promise<Placing> {
      const order = await deps.ledger.readLegOrder(tradeId, leg);
      if (order.tradeStatus === 'open' || isTerminal(order.tradeStatus)) {
        return whereItStands(deps, order);
      }
      const state = order.stored?.state ?? 'created';
      return state === 'created' ? sendFirst(deps, order) : lookUp(deps, order);
    },

    /** Asks the venue what became of the order, by its identity. */
    async lookUpOrder(tradeId: string, leg: number): Promise<Placing> {
      return lookUp(deps, await deps.ledger.readLegOrder(tradeId, leg));
    },
  };
}

/** Identity and bytes stored, second gate, permit, bytes — in that order. */
async function sendFirst(deps: ActivityDeps, order: LegOrder): Promise<Placing> {
  const { ledger, clock } = deps;
  const venue = deps.venue(order.venue, order.book);
  const reading = await clock.read();
  const prepared = await venue.prepare(requestOf(order));
  await ledger.storeOrder(order, prepared, reading);
  const failures = failuresOf(await judge(deps, order));
  if (failures.length > 0) return withhold(deps, order, failures);
  const mayWrite = sendWindow();
  const permit = await ledger.grantPermit(
    { orderId: order.orderId, desk: order.desk, kind: 'entry' },
    await clock.read(),
  );
  if (permit.kind === 'forbidden') return withhold(deps, order, [deskVerdict(permit)]);
  if (permit.kind === 'taken') return lookUp(deps, await ledger.readLegOrder(order.tradeId, 0));
  const answer = await venue.place(prepared, mayWrite, AbortSignal.timeout(SEND_DEADLINE_MS));
  const { tradeId, orderId } = order;
  deps.log.info({ tradeId, orderId, outcome: answer.kind }, 'order sent');
  return book(deps, order, placeOutcome(answer));
}

function requestOf(order: LegOrder): OrderRequest {
  return {
    clientOrderId: order.orderId,
    marketId: order.market,
    outcome: order.outcome,
    action: 'buy',
    quantity: order.quantity,
    limitPrice: order.limitPrice,
    timeInForce: order.timeInForce,
    ...(order.timeInForce === 'gtd' ? { restUntilMs: order.expiresAtMs } : {}),
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

async function lookUp(deps: ActivityDeps, order: LegOrder): Promise<Placing> {
  const { stored } = order;
  if (stored === undefined || isFinalOrder(stored.state)) return whereItStands(deps, order);
  const venue = deps.venue(order.venue, order.book);
  const found = await venue.lookup(order.orderId);
  const { atMs } = await deps.clock.read();
  const sinceMs = atMs - (stored.permittedAtMs ?? atMs);
  return book(deps, order, lookupOutcome(found, sinceMs > venue.capabilities().unknownHorizonMs));
}

async function book(deps: ActivityDeps, order: LegOrder, outcome: OrderOutcome): Promise<Placing> {
  const reading = await deps.clock.read();
  const standing = await deps.ledger.bookOutcome(order.orderId, outcome, reading);
  return placing(standing, outcome.detail, order, reading);
}

async function whereItStands(deps: ActivityDeps, order: LegOrder): Promise<Placing> {
  const standing: OrderStanding = {
    orderState: order.stored?.state ?? 'notSent',
    tradeStatus: order.tradeStatus,
    finalQuantity: order.stored?.finalQuantity ?? null,
  };
  return placing(standing, order.stored?.detail ?? '', order, await deps.clock.read());
}

async function judge(deps: ActivityDeps, order: LegOrder): Promise<Verdict[]> {
  const venue = deps.venue(order.venue, order.book);
  const [market, quote, status] = await Promise.all([
    venue.market(order.market),
    venue.quote(order.market, order.outcome),
    venue.status(),
  ]);
  // After the reading: what it took counts against the proposal's life.
  const { atMs } = await deps.clock.read();
  return judgeSending({
    atMs,
    expiresAtMs: order.expiresAtMs,
    limitPrice: order.limitPrice,
    quantity: order.quantity,
    minQuantity: order.minQuantity,
    timeInForce: order.timeInForce,
    market: market ?? null,
    quote,
    status,
  });
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
  const code = permit.state === 'halted' ? 'DESK_HALTED' : 'DESK_PAUSED';
  return verdict(code, false, `desk is ${permit.state}: ${permit.reason}`);
}

function placing(
  standing: OrderStanding,
  detail: string,
  order: LegOrder,
  reading: ClockReading,
): Placing {
  const final = isFinalOrder(standing.orderState);
  const restsForMs =
    standing.orderState === 'resting' ? Math.max(0, order.expiresAtMs - reading.atMs) : 0;
  return {
    ...standing,
    detail,
    lookAgainInMs: final ? 0 : restsForMs + LOOK_AGAIN_MS,
    checkSettlementInMs: settlementCheckInMs(order.settlesAtMs, reading.atMs),
    resultKnown: order.resultKnown,
  };
}
