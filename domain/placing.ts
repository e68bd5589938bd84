/**
 * What a trade under way does next: pure over what the ledger has of it. A pair's first leg is sent
 * alone; the second is sized to what the first was filled; what does not match is mended.
 */
import { formatDecimal } from './decimal.ts';
import type { DeskState, OrderKind } from './desk.ts';
import { takerFeeAt, takerFeeMax } from './fees/schedule.ts';
import type { MicroContracts, PriceMicros } from './money.ts';
import { costCeil, floorToStep, microContracts, MICROS_PER_UNIT, priceMicros } from './money.ts';
import type { OrderStateName } from './order-machine.ts';
import { isFinalOrder } from './order-machine.ts';
import { floorToGrid } from './price-grid.ts';
import { quantityMinAt } from './sizing.ts';
import type { LegPlan, TradePlan } from './trade-plan.ts';
import type { TradeStatus } from './trade.ts';
import type { TimeInForce } from './venue-id.ts';

/** An order a trade wants to send. */
export interface OrderWish {
  readonly kind: OrderKind;
  readonly action: 'buy' | 'sell';
  readonly quantity: MicroContracts;
  /** The worst price it may be filled at. */
  readonly limitPrice: PriceMicros;
  readonly timeInForce: TimeInForce;
  /** Unix ms after which a `gtd` order is cancelled. */
  readonly restUntilMs?: number;
  /** The person's order it carries out, past what the desk's state allows. */
  readonly resolutionId?: string;
}

/** One order of a leg as the ledger has it. */
export interface OrderOnLeg {
  readonly state: OrderStateName;
  readonly action: 'buy' | 'sell';
  /** What the venue finally filled; null while that is open. */
  readonly finalQuantity: number | null;
  readonly averagePriceMicros: number | null;
  readonly restUntilMs: number | null;
}

/** One leg: its orders by attempt, and what their answers and their booked fills come to. */
export interface LegStanding {
  readonly plan: LegPlan;
  readonly orders: readonly OrderOnLeg[];
  /** Contracts held by the venue's fills as booked. */
  readonly bookedQuantity: number;
  /** Every fill the venue told of is booked. */
  readonly allBooked: boolean;
  /** µ$ this leg's holds still hold, and could take besides within every cap and the cash. */
  readonly spendableMicros: number;
}

/** What a person ordered for a trade that stands on one leg. */
export interface ResolutionOrder {
  readonly id: string;
  readonly action: 'complete' | 'unwind' | 'hold';
  readonly maxLossMicros: number;
  readonly untilMs: number;
}

export interface TradeStanding {
  readonly tradeId: string;
  readonly status: TradeStatus;
  readonly deskState: DeskState;
  readonly plan: TradePlan;
  readonly legs: readonly LegStanding[];
  /** Since when the legs do not match, Unix ms; null while they do. */
  readonly unhedgedSinceMs: number | null;
  /** How a single leg is sent, and until when. */
  readonly entry: { readonly timeInForce: TimeInForce; readonly expiresAtMs: number };
  readonly terms: {
    readonly legMs: number;
    readonly unhedgedMsMax: number;
    readonly unwindLossMicrosMax: number;
  };
  readonly resolution: ResolutionOrder | null;
}

/** What the driver does next. Times are durations, for a workflow has no clock. */
export type Step =
  | {
      readonly kind: 'send';
      readonly leg: number;
      readonly attempt: number;
      readonly wish: OrderWish;
    }
  | { readonly kind: 'look'; readonly leg: number; readonly inMs: number }
  | { readonly kind: 'cancel'; readonly leg: number; readonly inMs: number }
  /** Legs do not match: read both books and complete or unwind. */
  | { readonly kind: 'mend'; readonly inMs: number }
  /** Nothing more to send: the trade waits for its result or has ended. */
  | { readonly kind: 'over' };

/** An order whose outcome is not known yet is looked up this often. */
const LOOK_AGAIN_MS = 1_000;
/** Between two attempts to mend. */
export const MEND_AGAIN_MS = 500;

/** Contracts of a leg by the venue's answers: bought less sold. µ-contracts */
export function answeredQuantity(leg: LegStanding): number {
  return leg.orders.reduce(
    (sum, { action, finalQuantity }) =>
      sum + (action === 'buy' ? (finalQuantity ?? 0) : -(finalQuantity ?? 0)),
    0,
  );
}

/** The order of a trade whose end is not known; a trade has one at a time. */
export function liveOrder(
  trade: Pick<TradeStanding, 'legs'>,
): { leg: number; attempt: number; order: OrderOnLeg } | undefined {
  for (const [leg, { orders }] of trade.legs.entries()) {
    const attempt = orders.findIndex(({ state }) => !isFinalOrder(state));
    if (attempt >= 0) return { leg, attempt, order: orders[attempt]! };
  }
  return undefined;
}

/** What one leg holds more than the other, by the venue's answers. */
export interface Excess {
  /** The leg that has more. */
  readonly long: number;
  /** The leg that has less. */
  readonly short: number;
  readonly quantity: MicroContracts;
}

/** The unmatched part of a pair; undefined where the legs match, or there is one leg only. */
export function excessOf(trade: Pick<TradeStanding, 'legs'>): Excess | undefined {
  if (trade.legs.length < 2) return undefined;
  const [zero, one] = trade.legs.map(answeredQuantity) as [number, number];
  if (zero === one) return undefined;
  const [long, short] = zero > one ? [0, 1] : [1, 0];
  return { long, short, quantity: microContracts(Math.abs(zero - one)) };
}

/**
 * Whether an excess is too small for either venue to trade and costs no more than mending may
 * lose: it is carried to settlement as an unmatched rest.
 */
export function isCarried(trade: TradeStanding, excess: Excess): boolean {
  if (whyTooSmall(trade, excess) === undefined) return false;
  const { unwindLossMicrosMax } = trade.terms;
  return boughtFor(trade.legs[excess.long]!, excess.quantity) <= unwindLossMicrosMax;
}

/**
 * The part of `quantity` that the leg's market takes as an order; 0 where that is too little.
 * @param buyAt the limit of a buy, whose cost may have a least too
 */
export function tradable(
  { market }: LegPlan,
  quantity: number,
  buyAt?: PriceMicros,
): MicroContracts {
  const lots = floorToStep(quantity, market.lotMicroContracts);
  const least =
    buyAt === undefined ? Math.max(market.minQuantity, 1) : quantityMinAt(market, buyAt);
  return microContracts(lots < least ? 0 : lots);
}

/**
 * Why no order could end an excess: it is below what the markets take on either side, or on the
 * side of `only`. Undefined where one could.
 */
export function whyTooSmall(
  trade: Pick<TradeStanding, 'legs'>,
  { long, short, quantity }: Excess,
  only?: 'complete' | 'unwind',
): string | undefined {
  const ways = [
    { action: 'complete', verb: 'bought', plan: trade.legs[short]!.plan },
    { action: 'unwind', verb: 'sold', plan: trade.legs[long]!.plan },
  ].filter(({ action }) => only === undefined || only === action);
  if (ways.some(({ plan }) => tradable(plan, quantity) > 0)) return undefined;
  const why = ways.map(({ verb, plan: { leg, market } }) => {
    const least = Math.max(market.minQuantity, market.lotMicroContracts);
    return `cannot be ${verb} at ${leg.venue}, which takes ${formatDecimal(least)} at least`;
  });
  return `${formatDecimal(quantity)} contracts ${why.join(' and ')}`;
}

/** What `quantity` of a leg was bought for by the venue's answers, with the fee; µ$, rounded up. */
export function boughtFor(leg: LegStanding, quantity: MicroContracts): number {
  const price = averagePrice(leg);
  return costCeil(quantity, price) + takerFeeAt(leg.plan.market.fees, quantity, price);
}

/** The average price of the leg's buys, rounded up; its price limit before the first answer. */
export function averagePrice(leg: LegStanding): PriceMicros {
  let quantity = 0n;
  let value = 0n;
  for (const order of leg.orders) {
    if (order.action !== 'buy' || order.averagePriceMicros === null) continue;
    const filled = BigInt(order.finalQuantity ?? 0);
    quantity += filled;
    value += filled * BigInt(order.averagePriceMicros);
  }
  if (quantity === 0n) return leg.plan.priceMaxMicros;
  return priceMicros(Number((value + quantity - 1n) / quantity));
}

/**
 * Why an order must not be stored: one order at a time, an entry only as the first of its trade, a
 * hedge and an exit only up to what the legs differ by (I15). Undefined where it may.
 */
export function whyNotStored(
  trade: TradeStanding,
  order: {
    readonly leg: number;
    readonly attempt: number;
    readonly kind: OrderKind;
    readonly quantity: number;
    readonly resolutionId?: string | undefined;
  },
): string | undefined {
  if (liveOrder(trade) !== undefined) return 'another order of the trade is under way';
  if (trade.legs[order.leg]?.orders.length !== order.attempt) return 'the leg has moved on';
  if (order.kind === 'entry') {
    return trade.status === 'reserved' ? undefined : `the trade is ${trade.status}`;
  }
  const byPerson = trade.resolution !== null && trade.resolution.id === order.resolutionId;
  if (trade.status !== 'placing' && !(trade.status === 'one_legged' && byPerson)) {
    return `the trade is ${trade.status}`;
  }
  const excess = excessOf(trade);
  const leg = order.kind === 'hedge' ? excess?.short : excess?.long;
  return excess !== undefined && leg === order.leg && order.quantity <= excess.quantity
    ? undefined
    : 'the legs do not differ by that much';
}

/**
 * The highest price on the leg's grid, at most `priceMax`, at which `quantity` with its highest
 * fee fits into `spendable`; undefined where there is none.
 */
export function affordablePrice(
  { market, outcome }: Pick<LegPlan, 'market' | 'outcome'>,
  quantity: MicroContracts,
  priceMax: number,
  spendable: number,
): PriceMicros | undefined {
  let fits = 0;
  let tooMuch = Math.min(priceMax, MICROS_PER_UNIT - 1) + 1;
  // Cost and highest fee rise with the price, so the grid matters only for the last step.
  while (tooMuch - fits > 1) {
    const price = priceMicros(Math.floor((fits + tooMuch) / 2));
    if (costCeil(quantity, price) + takerFeeMax(market.fees, quantity, price) <= spendable) {
      fits = price;
    } else tooMuch = price;
  }
  return floorToGrid(market, outcome, fits);
}

/** What comes next. `atMs` is the Clock's. */
export function nextStep(trade: TradeStanding, atMs: number): Step {
  const live = liveOrder(trade);
  if (live !== undefined) return followUp(trade, live, atMs);
  // What a person holds unmatched stays so.
  if (trade.status === 'open') return { kind: 'over' };
  const excess = excessOf(trade);
  if (excess === undefined) {
    const untouched = trade.legs.every(({ orders }) => orders.length === 0);
    return untouched && trade.status === 'reserved' ? firstEntry(trade, atMs) : { kind: 'over' };
  }
  if (trade.status === 'one_legged' && trade.resolution === null) return { kind: 'over' };
  if (isCarried(trade, excess)) return { kind: 'over' };
  const neverTried = trade.legs[excess.short]!.orders.length === 0;
  const hedge =
    neverTried && trade.resolution === null ? firstHedge(trade, excess, atMs) : undefined;
  // The first answer to a failed hedge is at once; what the venues refuse again and again is paced.
  const tried = trade.legs.reduce((sum, { orders }) => sum + orders.length, 0);
  return hedge ?? { kind: 'mend', inMs: tried <= 2 ? 0 : MEND_AGAIN_MS };
}

function followUp(
  trade: TradeStanding,
  { leg, attempt, order }: { leg: number; attempt: number; order: OrderOnLeg },
  atMs: number,
): Step {
  if (order.state === 'created') {
    // Stored and never permitted: what was stored is sent, whatever this wish says.
    return { kind: 'send', leg, attempt, wish: entryWish(trade, leg, atMs) };
  }
  if (order.state !== 'resting') return { kind: 'look', leg, inMs: LOOK_AGAIN_MS };
  return { kind: 'cancel', leg, inMs: Math.max(0, (order.restUntilMs ?? atMs) - atMs) };
}

function firstEntry(trade: TradeStanding, atMs: number): Step {
  const leg = trade.plan.first;
  return { kind: 'send', leg, attempt: 0, wish: entryWish(trade, leg, atMs) };
}

function entryWish(trade: TradeStanding, leg: number, atMs: number): OrderWish {
  const { plan } = trade.legs[leg]!;
  return {
    kind: 'entry',
    action: 'buy',
    quantity: plan.quantity,
    limitPrice: plan.leg.limitPrice,
    ...(trade.legs.length > 1 ? buyTerms(trade, plan, atMs) : singleTerms(trade)),
  };
}

function singleTerms({ entry }: TradeStanding): Pick<OrderWish, 'timeInForce' | 'restUntilMs'> {
  const { timeInForce, expiresAtMs } = entry;
  return timeInForce === 'gtd' ? { timeInForce, restUntilMs: expiresAtMs } : { timeInForce };
}

/** The second leg at what the pair may still cost; undefined where no such order can be made. */
function firstHedge(trade: TradeStanding, excess: Excess, atMs: number): Step | undefined {
  const leg = trade.legs[excess.short]!;
  const { plan } = leg;
  const quantity = tradable(plan, excess.quantity);
  const pairCost = trade.plan.maxPairCostMicros ?? 0;
  const left = pairCost - averagePrice(trade.legs[excess.long]!);
  const limitPrice = affordablePrice(plan, quantity, left, leg.spendableMicros);
  if (limitPrice === undefined || tradable(plan, quantity, limitPrice) === 0) return undefined;
  const terms = buyTerms(trade, plan, atMs);
  return {
    kind: 'send',
    leg: excess.short,
    attempt: leg.orders.length,
    wish: { kind: 'hedge', action: 'buy', quantity, limitPrice, ...terms },
  };
}

/** What placing has come to: `unmatched` legs go on being mended. */
export type PlacingEnd = 'open' | 'closed' | 'unfilled' | 'rejected' | 'not_sent' | 'unmatched';

/** How placing ends once no order is live and every fill is booked; undefined before that. */
export function placingEnd(trade: TradeStanding): PlacingEnd | undefined {
  if (liveOrder(trade) !== undefined || !trade.legs.every((leg) => leg.allBooked)) return undefined;
  const orders = trade.legs.flatMap((leg) => leg.orders);
  if (trade.legs.every((leg) => answeredQuantity(leg) === 0)) {
    if (orders.some(({ action, finalQuantity }) => action === 'sell' && (finalQuantity ?? 0) > 0)) {
      return 'closed';
    }
    if (orders.some(({ state }) => state === 'done')) return 'unfilled';
    return orders.some(({ state }) => state === 'rejected') ? 'rejected' : 'not_sent';
  }
  const excess = excessOf(trade);
  return excess === undefined || isCarried(trade, excess) ? 'open' : 'unmatched';
}

/**
 * How a leg of a pair is bought: share-denominated everywhere. On Polymarket that is a resting
 * order cancelled after a few seconds, since its FOK and FAK buys spend a budget of dollars.
 */
export function buyTerms(
  trade: Pick<TradeStanding, 'terms'>,
  plan: LegPlan,
  atMs: number,
): Pick<OrderWish, 'timeInForce' | 'restUntilMs'> {
  return plan.leg.venue === 'polymarket'
    ? { timeInForce: 'gtd', restUntilMs: atMs + trade.terms.legMs }
    : { timeInForce: 'ioc' };
}
