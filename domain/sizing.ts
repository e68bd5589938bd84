/** How many contracts a single leg may have: the smaller of quantity and budget. */
import { takerFeeMax } from './fees/schedule.ts';
import type { VenueMarket } from './market.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import { costCeil, floorToStep, microContracts, sumMicros } from './money.ts';
import type { Proposal } from './proposal.ts';

/** The most a leg can cost, fees included, at its limit price or better. µ$ */
export function worstCaseCost(
  market: VenueMarket,
  quantity: MicroContracts,
  limitPrice: PriceMicros,
): Micros {
  return sumMicros([
    costCeil(quantity, limitPrice),
    takerFeeMax(market.fees, quantity, limitPrice),
  ]);
}

/** More contracts than this are never sized: keeps a tiny price from an absurd order. */
const LOTS_MAX = 2 ** 32;

/**
 * The largest quantity on the market's grid whose worst case stays within `budget`.
 * @returns 0 where not even one lot fits
 */
export function quantityWithin(
  market: VenueMarket,
  budget: Micros,
  limitPrice: PriceMicros,
): MicroContracts {
  let fits = 0;
  let tooMany = LOTS_MAX;
  while (tooMany - fits > 1) {
    const lots = Math.floor((fits + tooMany) / 2);
    const quantity = lots * market.lotMicroContracts;
    const affordable =
      Number.isSafeInteger(quantity) &&
      quantity < Number.MAX_SAFE_INTEGER / 2 &&
      worstCaseCost(market, microContracts(quantity), limitPrice) <= budget;
    if (affordable) fits = lots;
    else tooMany = lots;
  }
  return microContracts(fits * market.lotMicroContracts);
}

/**
 * The quantity of a single leg: `quantity` and `budget` where given (both: the smaller), the bet
 * amount where neither is, rounded down to the market's grid.
 */
export function sizeSingleLeg(
  proposal: Proposal,
  market: VenueMarket,
  limitPrice: PriceMicros,
  betAmount: Micros,
): MicroContracts {
  const wanted = microContracts(floorToStep(proposal.quantity ?? 0, market.lotMicroContracts));
  if (proposal.quantity !== undefined && proposal.budget === undefined) return wanted;
  const affordable = quantityWithin(market, proposal.budget ?? betAmount, limitPrice);
  if (proposal.quantity === undefined) return affordable;
  return affordable < wanted ? affordable : wanted;
}
