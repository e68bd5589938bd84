/**
 * A pair whose legs do not match is completed or unwound, whichever costs less, within the time
 * and the loss allowed; else a person decides. Pure over the ledger's standing and both books.
 */
import { takerFeeAt, takerFeeMax } from './fees/schedule.ts';
import type { Level, Quote } from './market.ts';
import type { MicroContracts, PriceMicros } from './money.ts';
import { costCeil, microContracts, priceMicros, proceedsFloor } from './money.ts';
import type { Excess, LegStanding, OrderWish, TradeStanding } from './placing.ts';
import {
  answeredQuantity,
  boughtFor,
  buyTerms,
  excessOf,
  MEND_AGAIN_MS,
  tradable,
  whyTooSmall,
} from './placing.ts';

/** The books of both legs' outcomes by leg; absent where a venue could not be read. */
export type Quotes = readonly (Quote | undefined)[];

/** One way out of an excess, as far as the book offers it within the loss allowed. */
export interface WayOut {
  readonly action: 'complete' | 'unwind';
  /** The leg whose market it trades on. */
  readonly leg: number;
  readonly quantity: MicroContracts;
  /** The worst price it needs. */
  readonly limitPrice: PriceMicros;
  /** µ$ lost against what the contracts were bought for; negative where it gains. */
  readonly lossMicros: number;
}

export type Mending =
  | {
      readonly kind: 'send';
      readonly leg: number;
      readonly attempt: number;
      readonly wish: OrderWish;
    }
  /** Nothing acceptable is on offer and there is time left. */
  | { readonly kind: 'wait'; readonly inMs: number }
  /** A person has to decide. */
  | { readonly kind: 'strand'; readonly why: string }
  /** A person's order ended without a match. */
  | { readonly kind: 'exhausted'; readonly why: string }
  /** There is nothing to mend (any more). */
  | { readonly kind: 'matched' };

/** Decides what to do about a trade whose legs do not match. `atMs` is the Clock's. */
export function decideMending(trade: TradeStanding, quotes: Quotes, atMs: number): Mending {
  const excess = excessOf(trade);
  if (excess === undefined) return { kind: 'matched' };
  const { resolution } = trade;
  const byPerson = resolution !== null;
  if (!byPerson && trade.deskState === 'halted') {
    return { kind: 'strand', why: 'the desk is halted' };
  }
  // No offer can make dust tradable: nobody waits for one.
  const tooSmall = whyTooSmall(
    trade,
    excess,
    resolution?.action === 'hold' ? undefined : resolution?.action,
  );
  if (tooSmall !== undefined) return { kind: byPerson ? 'exhausted' : 'strand', why: tooSmall };
  const deadlineMs =
    resolution?.untilMs ?? (trade.unhedgedSinceMs ?? atMs) + trade.terms.unhedgedMsMax;
  const allowed = resolution?.maxLossMicros ?? trade.terms.unwindLossMicrosMax - lockedLoss(trade);
  const ways = waysOut(trade, excess, quotes, allowed).filter(
    ({ action }) => resolution === null || action === resolution.action,
  );
  const chosen = cheapest(leastTried(trade, ways));
  if (chosen !== undefined && atMs < deadlineMs) return send(trade, chosen, atMs);
  if (atMs < deadlineMs) {
    return { kind: 'wait', inMs: Math.min(MEND_AGAIN_MS, deadlineMs - atMs) };
  }
  const why = noWayOut(trade, excess, resolution?.action);
  return byPerson ? { kind: 'exhausted', why } : { kind: 'strand', why };
}

/** A way that no offer opens is named, so that nobody looks for it in the book. */
function noWayOut(trade: TradeStanding, excess: Excess, ordered?: string): string {
  const closed = (['complete', 'unwind'] as const)
    .filter((action) => ordered === undefined || ordered === action)
    .map((action) => whyTooSmall(trade, excess, action))
    .filter((why) => why !== undefined);
  return ['nothing within the loss allowed was on offer in time', ...closed].join('; ');
}

/** Both ways out of an excess within `lossMicrosMax`; a way that the books do not offer is left out. */
export function waysOut(
  trade: TradeStanding,
  excess: Excess,
  quotes: Quotes,
  lossMicrosMax: number,
): WayOut[] {
  return [
    completing(trade, excess, quotes[excess.short]?.asks ?? [], lossMicrosMax),
    unwinding(trade, excess, quotes[excess.long]?.bids ?? [], lossMicrosMax),
  ].filter((way) => way !== undefined);
}

/** A way that came to nothing this often in a row gives way to the other one. */
const FAILURES_BEFORE_CHANGE = 2;

/** Leaves out the way that failed more often: a venue may refuse what its book offers. */
function leastTried(trade: TradeStanding, ways: readonly WayOut[]): WayOut[] {
  const rounds = ways.map((way) => Math.floor(failures(trade, way) / FAILURES_BEFORE_CHANGE));
  const least = Math.min(...rounds);
  return ways.filter((_, index) => rounds[index] === least);
}

/** How many orders of this way were last answered with nothing, one after the other. */
function failures(trade: TradeStanding, way: WayOut): number {
  const action = way.action === 'complete' ? 'buy' : 'sell';
  const orders = trade.legs[way.leg]!.orders.filter((order) => order.action === action);
  const lastFilled = orders.findLastIndex(({ finalQuantity }) => (finalQuantity ?? 0) > 0);
  return orders.length - 1 - lastFilled;
}

/** The least loss a contract; completing where both are equal, since it ends the exposure too. */
export function cheapest(ways: readonly WayOut[]): WayOut | undefined {
  const [first, second] = ways;
  if (first === undefined || second === undefined) return first;
  const firstLoss = BigInt(first.lossMicros) * BigInt(second.quantity);
  return firstLoss <= BigInt(second.lossMicros) * BigInt(first.quantity) ? first : second;
}

function completing(
  trade: TradeStanding,
  { long, short, quantity }: Excess,
  asks: readonly Level[],
  lossMicrosMax: number,
): WayOut | undefined {
  const leg = trade.legs[short]!;
  const { fees } = leg.plan.market;
  return within({
    action: 'complete',
    leg: short,
    standing: leg,
    wanted: quantity,
    levels: asks,
    accepts: (taken, limit) =>
      costCeil(taken, limit) + takerFeeMax(fees, taken, limit) <= leg.spendableMicros,
    lossOf: (taken, value, fee) => boughtFor(trade.legs[long]!, taken) + value + fee - taken,
    feeOf: (part, price) => takerFeeAt(fees, part, price),
    valueOf: costCeil,
    lossMicrosMax,
  });
}

function unwinding(
  trade: TradeStanding,
  { long, quantity }: Excess,
  bids: readonly Level[],
  lossMicrosMax: number,
): WayOut | undefined {
  const leg = trade.legs[long]!;
  const { fees } = leg.plan.market;
  return within({
    action: 'unwind',
    leg: long,
    standing: leg,
    wanted: quantity,
    levels: bids,
    accepts: () => true,
    lossOf: (taken, value, fee) => boughtFor(leg, taken) - value + fee,
    feeOf: (part, price) => takerFeeAt(fees, part, price),
    valueOf: proceedsFloor,
    lossMicrosMax,
  });
}

/**
 * What is lost already, whatever the results: what matched contracts cost beyond the 1 they pay,
 * and what sales brought less than was paid. µ$, never negative
 */
export function lockedLoss(trade: Pick<TradeStanding, 'legs'>): number {
  const matched = microContracts(Math.max(0, Math.min(...trade.legs.map(answeredQuantity))));
  const cost = trade.legs.reduce((sum, leg) => sum + boughtFor(leg, matched), 0);
  return Math.max(0, cost - matched) + trade.legs.reduce((sum, leg) => sum + soldAtLoss(leg), 0);
}

function soldAtLoss(leg: LegStanding): number {
  const losses = leg.orders.map(({ action, finalQuantity, averagePriceMicros }) => {
    if (action === 'buy' || averagePriceMicros === null) return 0;
    const quantity = microContracts(finalQuantity ?? 0);
    const price = priceMicros(averagePriceMicros);
    const brought =
      proceedsFloor(quantity, price) - takerFeeAt(leg.plan.market.fees, quantity, price);
    return boughtFor(leg, quantity) - brought;
  });
  return losses.reduce((sum, loss) => sum + Math.max(0, loss), 0);
}

interface Walk {
  readonly action: WayOut['action'];
  readonly leg: number;
  readonly standing: LegStanding;
  readonly wanted: MicroContracts;
  readonly levels: readonly Level[];
  accepts(taken: MicroContracts, limit: PriceMicros): boolean;
  lossOf(taken: MicroContracts, value: number, fee: number): number;
  feeOf(part: MicroContracts, price: PriceMicros): number;
  valueOf(part: MicroContracts, price: PriceMicros): number;
  readonly lossMicrosMax: number;
}

/** Takes level after level as long as the loss of all taken stays within what is allowed. */
function within(walk: Walk): WayOut | undefined {
  let best: WayOut | undefined;
  let offered = 0;
  let taken = 0;
  let value = 0;
  let fee = 0;
  for (const { priceMicros: price, quantity } of walk.levels) {
    offered = Math.min(offered + quantity, walk.wanted);
    // Levels too small for an order of their own go with the next, at its price.
    const buyAt = walk.action === 'complete' ? price : undefined;
    const part = tradable(walk.standing.plan, offered, buyAt) - taken;
    if (part <= 0) continue;
    const more = microContracts(part);
    value += walk.valueOf(more, price);
    fee += walk.feeOf(more, price);
    taken += part;
    const all = microContracts(taken);
    const lossMicros = walk.lossOf(all, value, fee);
    if (lossMicros > walk.lossMicrosMax || !walk.accepts(all, price)) break;
    best = { action: walk.action, leg: walk.leg, quantity: all, limitPrice: price, lossMicros };
  }
  return best;
}

function send(trade: TradeStanding, way: WayOut, atMs: number): Mending {
  const { plan, orders } = trade.legs[way.leg]!;
  const terms =
    way.action === 'complete' ? buyTerms(trade, plan, atMs) : ({ timeInForce: 'ioc' } as const);
  return {
    kind: 'send',
    leg: way.leg,
    attempt: orders.length,
    wish: {
      kind: way.action === 'complete' ? 'hedge' : 'exit',
      action: way.action === 'complete' ? 'buy' : 'sell',
      quantity: way.quantity,
      limitPrice: way.limitPrice,
      ...terms,
      ...(trade.resolution === null ? {} : { resolutionId: trade.resolution.id }),
    },
  };
}
