/** What an account holds of one market and what a fill does to it and to cash; pure. */
import type { MicroContracts, Micros, PriceMicros } from '../../domain/money.ts';
import { micros, MICROS_PER_UNIT, priceMicros, ZERO_MICROS } from '../../domain/money.ts';
import type { BookSide } from '../engine/matching.ts';

/**
 * Gross lifetime counts and costs, as settlements tell them, and the net position. Selling YES
 * counts as buying NO. Counts in micro-contracts, money in µ$.
 */
export interface Holding {
  readonly yesCount: number;
  readonly yesCost: number;
  readonly noCount: number;
  readonly noCost: number;
  readonly fees: number;
  /** Cost of the open net position, at its average. */
  readonly openCost: number;
  readonly realized: number;
}

/** Nothing held, nothing traded. */
export const NO_HOLDING: Holding = {
  yesCount: 0,
  yesCost: 0,
  noCount: 0,
  noCost: 0,
  fees: 0,
  openCost: 0,
  realized: 0,
};

/** The net position: positive is YES, negative is NO; micro-contracts. */
export function netOf(holding: Holding): number {
  return holding.yesCount - holding.noCount;
}

/** How much of an order on this side closes what is held; micro-contracts. */
export function closable(holding: Holding, side: BookSide): number {
  return Math.max(0, side === 'bid' ? -netOf(holding) : netOf(holding));
}

/** The price paid on an order's own leg: YES for a bid, NO for an ask. */
export function legPrice(side: BookSide, price: PriceMicros): PriceMicros {
  return side === 'bid' ? price : priceMicros(MICROS_PER_UNIT - price);
}

/**
 * What `quantity` costs on its own leg. Exact: lots of 0.01 contracts at steps of $0.0001 make
 * whole micro-dollars.
 */
export function legCost(side: BookSide, price: PriceMicros, quantity: number): number {
  return (quantity / 10_000) * (legPrice(side, price) / 100);
}

/**
 * Books one fill. Holding both sides of a market pays back a dollar a pair at once (netting), so a
 * sale of YES brings its price: pays `1 − p` for NO, gets 1 back.
 * @returns the new holding and how cash moves, fee included
 */
export function applyFill(
  holding: Holding,
  fill: {
    readonly side: BookSide;
    readonly price: PriceMicros;
    readonly quantity: MicroContracts;
    readonly feeMicros: Micros;
  },
): { holding: Holding; cashMicros: Micros } {
  const { side, price, quantity, feeMicros } = fill;
  const cost = legCost(side, price, quantity);
  const closed = Math.min(quantity, closable(holding, side));
  const held = Math.abs(netOf(holding));
  const closedCost = held === 0 ? 0 : Math.floor((holding.openCost * closed) / held);
  const closingCost = legCost(side, price, closed);
  const yes = side === 'bid';
  return {
    holding: {
      yesCount: holding.yesCount + (yes ? quantity : 0),
      yesCost: holding.yesCost + (yes ? cost : 0),
      noCount: holding.noCount + (yes ? 0 : quantity),
      noCost: holding.noCost + (yes ? 0 : cost),
      fees: holding.fees + feeMicros,
      openCost: holding.openCost - closedCost + (cost - closingCost),
      realized: holding.realized + (closed - closingCost - closedCost),
    },
    cashMicros: micros(closed - cost - feeMicros),
  };
}

/** A settlement's numbers: what is paid for the net position. */
export interface Payout {
  /** Whole cents, the exact payout rounded down. @source reference/kalshi.md §3.4 */
  readonly revenueCents: number;
  readonly cashMicros: Micros;
}

const MICROS_PER_CENT = 10_000;

/** What a holding gets when YES pays `valueMicros` a contract: the net payout floored to cents. */
export function payoutOf(holding: Holding, valueMicros: PriceMicros): Payout {
  const net = netOf(holding);
  const each = net >= 0 ? valueMicros : MICROS_PER_UNIT - valueMicros;
  const exact = Math.floor((Math.abs(net) / 10_000) * (each / 100));
  const revenueCents = Math.floor(exact / MICROS_PER_CENT);
  return {
    revenueCents,
    cashMicros: revenueCents === 0 ? ZERO_MICROS : micros(revenueCents * MICROS_PER_CENT),
  };
}
