/** Pairs: two outcomes, one a venue, that together pay 1 per contract. Their opposites are the same pair. */
import type { OutcomeIndex, VenueId } from './venue-id.ts';

/** A pair as it is registered: Kalshi's yes and one outcome at Polymarket. */
export interface RegisteredPair {
  readonly id: string;
  readonly kalshiMarket: string;
  readonly polymarketMarket: string;
  /** The outcome at Polymarket that pays where Kalshi's yes does not. */
  readonly polymarketOutcome: OutcomeIndex;
  /** SHA-256 over both rule texts as they were when the pair was added. */
  readonly rulesHash: string;
  /** Who confirmed it by name; null while nobody has. */
  readonly approvedBy: string | null;
}

/** One leg with its outcome resolved. */
export interface PairLeg {
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
}

/** What identifies a pair, whichever of its two ways it was worded. */
export type PairKey = Pick<
  RegisteredPair,
  'kalshiMarket' | 'polymarketMarket' | 'polymarketOutcome'
>;

/**
 * The key of the pair that two legs belong to: Kalshi's no with an outcome is the same pair as
 * Kalshi's yes with the other outcome.
 * @returns undefined unless one leg is at Kalshi and one at Polymarket
 */
export function pairKeyOf(legs: readonly PairLeg[]): PairKey | undefined {
  const kalshi = legs.find(({ venue }) => venue === 'kalshi');
  const polymarket = legs.find(({ venue }) => venue === 'polymarket');
  if (legs.length !== 2 || kalshi === undefined || polymarket === undefined) return undefined;
  return {
    kalshiMarket: kalshi.market,
    polymarketMarket: polymarket.market,
    polymarketOutcome: kalshi.outcome === 0 ? polymarket.outcome : opposite(polymarket.outcome),
  };
}

/** Whether two keys name the same two markets. */
export function sameMarkets(
  one: Pick<PairKey, 'kalshiMarket' | 'polymarketMarket'>,
  other: Pick<PairKey, 'kalshiMarket' | 'polymarketMarket'>,
): boolean {
  return one.kalshiMarket === other.kalshiMarket && one.polymarketMarket === other.polymarketMarket;
}

function opposite(outcome: OutcomeIndex): OutcomeIndex {
  return outcome === 0 ? 1 : 0;
}
