/** What admission decided to do: legs with sizes and holds, and which is sent first. JSON-safe. */
import type { VenueMarket } from './market.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import type { ProposalLeg } from './proposal.ts';
import type { Roi } from './roi.ts';
import type { OutcomeIndex } from './venue-id.ts';

/** One leg as it may be sent. */
export interface LegPlan {
  readonly leg: ProposalLeg;
  /** Without its rule text, which is long and judged already. */
  readonly market: VenueMarket;
  readonly outcome: OutcomeIndex;
  readonly quantity: MicroContracts;
  /** What one contract may cost within the hold: a pair's second leg may go above its own limit. */
  readonly priceMaxMicros: PriceMicros;
  /** Cost at `priceMaxMicros` plus the highest fee: what is held for this leg. */
  readonly worstCaseMicros: Micros;
}

/** One or two legs; two are share-matched and together pay 1 per contract. */
export interface TradePlan {
  readonly legs: readonly LegPlan[];
  /** The leg sent first: a pair's Polymarket leg, which may be delayed, killed or reverted. */
  readonly first: number;
  /** All legs' worst cases together. */
  readonly worstCaseMicros: Micros;
  /** What may be lost today: a single leg's worst case, a pair's dearer leg. */
  readonly riskMicros: Micros;
  /** What one contract of both legs may cost before fees; absent for a single leg. */
  readonly maxPairCostMicros?: PriceMicros;
  readonly roi: Roi;
}

/** A single leg's plan as it was stored before there were pairs. */
type SingleLegPlan = Omit<LegPlan, 'priceMaxMicros'> & { readonly roi: Roi };

/** Reads a stored plan; decisions made before there were pairs have the leg alone. */
export function tradePlanOf(stored: unknown): TradePlan {
  const plan = stored as TradePlan | SingleLegPlan;
  if ('legs' in plan) return plan;
  const { roi, ...leg } = plan;
  return {
    legs: [{ ...leg, priceMaxMicros: leg.leg.limitPrice }],
    first: 0,
    worstCaseMicros: leg.worstCaseMicros,
    riskMicros: leg.worstCaseMicros,
    roi,
  };
}
