/** What a fill does to a leg's position, and what a position may still lose. Pure integers. */
import type { VenueFill } from './market.ts';
import { costCeil, mulDivFloor, proceedsFloor } from './money.ts';

/** A leg's position: what is held, what it cost, and what sales have realised. */
export interface LegPosition {
  /** µ-contracts held. */
  readonly filled: number;
  /** µ$ what is held has cost, fees apart. */
  readonly cost: number;
  /** µ$ all fees so far. */
  readonly fees: number;
  /** µ-contracts sold again. */
  readonly sold: number;
  /** µ$ sales brought less what they cost, fees of both included. */
  readonly realised: number;
  /** µ$ of `fees` that are in `realised`. */
  readonly realisedFees: number;
}

/** By how much a fill changes each of them. */
export type LegEffect = LegPosition;

/**
 * A bought fill adds its cost and fee. A sold one takes its share of cost and of the fees of
 * buying, by average and rounded down: the last sale takes what is left.
 */
export function effectOf(leg: LegPosition, fill: VenueFill): LegEffect {
  const { quantity, priceMicros, feeMicros } = fill;
  if (fill.action === 'buy') {
    const cost = costCeil(quantity, priceMicros);
    return { filled: quantity, cost, fees: feeMicros, sold: 0, realised: 0, realisedFees: 0 };
  }
  const share = (amount: number): number =>
    quantity >= leg.filled ? amount : mulDivFloor(amount, quantity, leg.filled);
  const cost = share(leg.cost);
  const boughtFees = share(leg.fees - leg.realisedFees);
  const brought = proceedsFloor(quantity, priceMicros);
  return {
    filled: 0 - quantity,
    cost: -cost,
    fees: feeMicros,
    sold: quantity,
    realised: brought - cost - boughtFees - feeMicros,
    realisedFees: boughtFees + feeMicros,
  };
}

/** The opposite of an effect: what the reversal of its fill does. */
export function reversed(effect: LegEffect): LegEffect {
  return {
    filled: -effect.filled,
    cost: -effect.cost,
    fees: -effect.fees,
    sold: -effect.sold,
    realised: -effect.realised,
    realisedFees: -effect.realisedFees,
  };
}

/** What a leg's open position has cost with the fees of buying it; counts against every limit. µ$ */
export function paidFor(leg: Pick<LegPosition, 'cost' | 'fees' | 'realisedFees'>): number {
  return leg.cost + leg.fees - leg.realisedFees;
}

/**
 * What a position may still lose, µ$: a single leg all it cost; a pair what its matched contracts
 * cost beyond the 1 they pay, and all of its unmatched rest. @source DESIGN §5, AT_RISK_REACHED
 */
export function positionRisk(legs: readonly LegPosition[]): number {
  const paid = legs.map(paidFor);
  if (legs.length < 2) return paid[0] ?? 0;
  const matched = Math.min(...legs.map(({ filled }) => filled));
  const forMatched = legs.map(({ filled }, index) =>
    matched === filled ? paid[index]! : mulDivFloor(paid[index]!, matched, filled),
  );
  const total = paid.reduce((sum, amount) => sum + amount, 0);
  const hedged = forMatched.reduce((sum, amount) => sum + amount, 0);
  return Math.max(0, hedged - matched) + (total - hedged);
}

/** P&L of a trade that is over: its payouts and sales less all it cost. µ$ */
export function tradePnl(legs: readonly (LegPosition & { readonly payout: number })[]): number {
  return legs.reduce((sum, leg) => sum + leg.payout - paidFor(leg) + leg.realised, 0);
}
