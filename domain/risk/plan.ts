/** What would be traded: resolved outcomes, what each leg may cost, one quantity, the worst case. */
import { formatDecimal, formatUsd } from '../decimal.ts';
import type { VenueMarket } from '../market.ts';
import { resolveOutcome } from '../market.ts';
import type { MicroContracts, PriceMicros } from '../money.ts';
import { MICROS_PER_UNIT, micros, priceMicros, sumMicros } from '../money.ts';
import { floorToGrid, lowestPrice } from '../price-grid.ts';
import type { Proposal } from '../proposal.ts';
import { roiAfterFees } from '../roi.ts';
import { quantityMinAt, sizeTrade, worstCaseCost } from '../sizing.ts';
import type { LegPlan, TradePlan } from '../trade-plan.ts';
import type { OutcomeIndex } from '../venue-id.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import { invalid, tradableLeg } from './facts.ts';
import type { AdmissionView } from './view.ts';

type Planned = { readonly plan: TradePlan } | { readonly refused: Verdict } | undefined;

/**
 * Plans the trade as it would be sent, whatever the limits say about it.
 * @returns undefined while a market's facts are missing; INVALID_PROPOSAL where it cannot be traded
 */
export function planTrade(view: AdmissionView): Planned {
  const { proposal } = view;
  const priced = priceLegs(view);
  if (priced === undefined || 'refused' in priced) return priced;
  const quantity = sizeTrade(proposal, priced.legs, view.limits.betAmountMicros);
  const quantityMin = Math.max(
    proposal.minQuantity ?? 0,
    ...priced.legs.map(({ market, priceMaxMicros }) => quantityMinAt(market, priceMaxMicros)),
  );
  if (quantity < quantityMin) {
    const detail = `${formatDecimal(quantity)} contracts fit quantity and budget, at least ${formatDecimal(quantityMin)} are needed${leastCosts(priced.legs)}`;
    return { refused: invalid('quantity', detail) };
  }
  return { plan: planOf(proposal, quantity, priced) };
}

/** Why that many: markets that ask for an order of so much money. */
function leastCosts(legs: Priced['legs']): string {
  const costs = legs.flatMap(({ market: { marketId, minCostMicros } }) => {
    return minCostMicros === undefined
      ? []
      : [`${marketId} takes no buy below $${formatUsd(minCostMicros)}`];
  });
  return costs.length === 0 ? '' : ` (${costs.join(', ')})`;
}

/** What one contract of each leg may cost: all that can be said before there is a size. */
export function priceLegs(view: AdmissionView): Priced | { refused: Verdict } | undefined {
  const { proposal } = view;
  const spendsBudget = budgetOrder(proposal);
  if (spendsBudget !== undefined) return { refused: spendsBudget };
  const found = view.legs.flatMap(({ facts }, index) => {
    const market = facts.market?.value;
    return market === undefined ? [] : [tradableLeg(index, proposal.legs[index]!, market)];
  });
  const wrong = found.filter((one) => !one.verdict.passed).map((one) => one.verdict);
  if (wrong.length > 0) return { refused: joined(proposal, wrong) };
  const markets = marketsOf(view);
  if (markets === undefined) return undefined;
  return markets.length === 1 ? priceSingle(proposal, markets[0]!) : pricePair(proposal, markets);
}

/**
 * A FOK buy on Polymarket spends its whole budget on more shares when the price improves, and its
 * fee comes on top: neither quantity nor hold would be what was asked for.
 * @source reference/polymarket.md §2.4
 */
function budgetOrder({ tif, legs }: Proposal): Verdict | undefined {
  if (tif !== 'fok' || !legs.some(({ venue }) => venue === 'polymarket')) return undefined;
  const detail =
    'polymarket fills a FOK buy for a budget of dollars, not for a number of contracts: use tif ioc, with minQuantity for the least that is worth it';
  return invalid('tif', detail);
}

/** The verdict that stands where market, outcome and price of every leg can be traded. */
export function tradable(): Verdict {
  return verdict('INVALID_PROPOSAL', true, 'market, outcome and price can be traded');
}

/** The leg of a pair that is sent first: Polymarket's order can be delayed, killed or reverted. */
export function firstLegOf(proposal: Pick<Proposal, 'legs'>): number {
  return Math.max(
    0,
    proposal.legs.findIndex(({ venue }) => venue === 'polymarket'),
  );
}

interface Priced {
  /** In the proposal's order. */
  readonly legs: readonly { readonly market: VenueMarket; readonly priceMaxMicros: PriceMicros }[];
  readonly first: number;
  /** What one contract of all legs is expected to pay. */
  readonly payout: PriceMicros;
  /** Before fees, for both legs of a pair together. */
  readonly maxPairCost?: PriceMicros;
}

function priceSingle(proposal: Proposal, market: VenueMarket): Priced | { refused: Verdict } {
  const { fairPrice } = proposal;
  if (fairPrice === undefined) {
    const detail = 'a single leg needs fairPrice, what one contract is believed to be worth';
    return { refused: invalid('fairPrice', detail) };
  }
  const priceMaxMicros = proposal.legs[0]!.limitPrice;
  return { legs: [{ market, priceMaxMicros }], first: 0, payout: fairPrice };
}

/**
 * The first leg may cost its limit, the second what the pair's cost leaves after it, rounded down
 * to its price grid: more than its own limit, or less.
 */
function pricePair(
  proposal: Proposal,
  markets: readonly VenueMarket[],
): Priced | { refused: Verdict } {
  const first = firstLegOf(proposal);
  const second = 1 - first;
  const firstLimit = proposal.legs[first]!.limitPrice;
  const market = markets[second]!;
  const outcome = resolveOutcome(market, proposal.legs[second]!.outcome) as OutcomeIndex;
  const sumOfLimits = proposal.legs.reduce((sum, leg) => sum + leg.limitPrice, 0);
  const maxPairCost = (proposal.maxPairCost ?? sumOfLimits) as PriceMicros;
  const secondMax = floorToGrid(market, outcome, maxPairCost - firstLimit);
  if (secondMax === undefined) {
    const least = formatDecimal(lowestPrice(market, outcome) ?? market.tickMicros);
    const detail = `maxPairCost ${formatDecimal(maxPairCost)} leaves legs.${second} (${proposal.legs[second]!.venue}) less than its tick ${least} after legs.${first} at its limit ${formatDecimal(firstLimit)}; raise maxPairCost`;
    return { refused: invalid('maxPairCost', detail) };
  }
  const legs = markets.map((market, index) => ({
    market,
    priceMaxMicros: index === first ? firstLimit : secondMax,
  }));
  return { legs, first, payout: priceMicros(MICROS_PER_UNIT), maxPairCost };
}

function planOf(proposal: Proposal, quantity: MicroContracts, priced: Priced): TradePlan {
  const { first, payout, maxPairCost } = priced;
  const legs = proposal.legs.map((leg, index): LegPlan => {
    const { market: described, priceMaxMicros } = priced.legs[index]!;
    const { rules: _rules, ...market } = described;
    const worstCaseMicros = worstCaseCost(market, quantity, priceMaxMicros);
    const outcome = resolveOutcome(market, leg.outcome) as OutcomeIndex;
    return { leg, market, outcome, quantity, priceMaxMicros, worstCaseMicros };
  });
  const worstCases = legs.map((leg) => leg.worstCaseMicros);
  return {
    legs,
    first,
    worstCaseMicros: sumMicros(worstCases),
    // One leg of a pair wins: only the dearer one can be lost, and until both are filled either.
    riskMicros: micros(Math.max(...worstCases)),
    ...(maxPairCost === undefined ? {} : { maxPairCostMicros: maxPairCost }),
    roi: roiAfterFees({
      quantity,
      legs: legs.map(({ leg, market }) => ({ limitPrice: leg.limitPrice, fees: market.fees })),
      payout,
      costLimit: maxPairCost,
    }),
  };
}

/** Undefined unless there are one or two legs and every leg's market is known. */
function marketsOf(view: AdmissionView): VenueMarket[] | undefined {
  const markets = view.legs.map(({ facts }) => facts.market?.value ?? undefined);
  if (markets.length < 1 || markets.length > 2) return undefined;
  return markets.every((market) => market !== undefined) ? markets : undefined;
}

/** A pair is told of the faults of both legs at once, each by its field. */
function joined(proposal: Proposal, wrong: readonly Verdict[]): Verdict {
  if (proposal.legs.length === 1) return wrong[0]!;
  const field = wrong.map(({ numbers }) => numbers['field']).join(', ');
  return invalid(
    field,
    wrong.map(({ numbers, detail }) => `${numbers['field']}: ${detail}`).join('; '),
  );
}
