/** How many contracts a trade may have: the same number in every leg, within quantity and budget. */
import { takerFeeMax } from './fees/schedule.ts';
import type { VenueMarket } from './market.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import {
  ceilToStep,
  costCeil,
  floorToStep,
  microContracts,
  MICROS_PER_UNIT,
  mulDivCeil,
  sumMicros,
} from './money.ts';
import type { Proposal } from './proposal.ts';

/** A leg as far as its size is concerned. */
export interface SizedLeg {
  readonly market: Pick<VenueMarket, 'fees' | 'lotMicroContracts'>;
  /** What one contract may cost at most before fees. */
  readonly priceMaxMicros: PriceMicros;
}

/** The most a leg can cost, fees included, at `priceMax` or better. µ$ */
export function worstCaseCost(
  market: Pick<VenueMarket, 'fees'>,
  quantity: MicroContracts,
  priceMax: PriceMicros,
): Micros {
  return sumMicros([costCeil(quantity, priceMax), takerFeeMax(market.fees, quantity, priceMax)]);
}

/**
 * The fewest contracts a market takes in a buy at `price`: its least size, and what its least cost
 * comes to, rounded up to its lots.
 */
export function quantityMinAt(
  market: Pick<VenueMarket, 'minQuantity' | 'minCostMicros' | 'lotMicroContracts'>,
  price: PriceMicros,
): MicroContracts {
  const { minQuantity, minCostMicros = 0, lotMicroContracts } = market;
  const forCost = price === 0 ? 0 : mulDivCeil(minCostMicros, MICROS_PER_UNIT, price);
  return microContracts(Math.max(minQuantity, ceilToStep(forCost, lotMicroContracts), 1));
}

/** The most all legs can cost together at `quantity` each. µ$ */
function worstCaseOfAll(legs: readonly SizedLeg[], quantity: MicroContracts): Micros {
  return sumMicros(
    legs.map(({ market, priceMaxMicros }) => worstCaseCost(market, quantity, priceMaxMicros)),
  );
}

/**
 * The smallest step that every leg's market can trade: the least common multiple of their lots.
 * @returns undefined where it is beyond any quantity
 */
export function commonLot(legs: readonly SizedLeg[]): number | undefined {
  let lot = 1;
  for (const { market } of legs) {
    lot = (lot / greatestCommonDivisor(lot, market.lotMicroContracts)) * market.lotMicroContracts;
    if (lot > QUANTITY_MAX) return undefined;
  }
  return lot;
}

/** More contracts than this are never sized: keeps a tiny price from an absurd order. */
const LOTS_MAX = 2 ** 32;
/** Two legs of so many contracts with their fees still are a safe integer of micro-dollars. */
const QUANTITY_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 8);

/**
 * The largest quantity on the common grid whose worst case over all legs stays within `budget`.
 * @returns 0 where not even one lot fits
 */
export function quantityWithin(legs: readonly SizedLeg[], budget: Micros): MicroContracts {
  const lot = commonLot(legs);
  if (lot === undefined) return microContracts(0);
  let fits = 0;
  let tooMany = LOTS_MAX;
  while (tooMany - fits > 1) {
    const lots = Math.floor((fits + tooMany) / 2);
    const quantity = lots * lot;
    const affordable =
      quantity <= QUANTITY_MAX && worstCaseOfAll(legs, microContracts(quantity)) <= budget;
    if (affordable) fits = lots;
    else tooMany = lots;
  }
  return microContracts(fits * lot);
}

/**
 * Contracts a leg: `quantity` and `budget` where given (both: the smaller), the bet amount where
 * neither is, rounded down to the grid that all legs share. A budget is for all legs and fees.
 */
export function sizeTrade(
  proposal: Pick<Proposal, 'quantity' | 'budget'>,
  legs: readonly SizedLeg[],
  betAmount: Micros,
): MicroContracts {
  const lot = commonLot(legs);
  if (lot === undefined) return microContracts(0);
  const wanted = microContracts(floorToStep(proposal.quantity ?? 0, lot));
  if (proposal.quantity !== undefined && proposal.budget === undefined) return wanted;
  const affordable = quantityWithin(legs, proposal.budget ?? betAmount);
  if (proposal.quantity === undefined) return affordable;
  return affordable < wanted ? affordable : wanted;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
