/** A pair that is accepted: the design's hockey example, 50 contracts, with a view to spoil. */
import type { Quote, VenueMarket } from '../../domain/market.ts';
import type { Proposal, ProposalLeg } from '../../domain/proposal.ts';
import type { AdmissionView, LegFacts, LegView, PairView } from '../../domain/risk/view.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { ViewChanges } from './builders.ts';
import {
  AT_MS,
  contracts,
  counter,
  fact,
  KALSHI_FEES,
  LIMITS,
  price,
  SPORTS_FEES,
  STATUS,
  usd,
  viewOf,
} from './builders.ts';

/** Kalshi's yes wins with the Blue Jackets. */
export const KALSHI_MARKET: VenueMarket = {
  marketId: 'KXNHLGAME-26NOV22CBJFLA-CBJ',
  title: 'Blue Jackets at Panthers: Blue Jackets',
  rules: 'If the Blue Jackets win, yes.',
  outcomes: ['Blue Jackets', 'Panthers'],
  tickMicros: 10_000,
  lotMicroContracts: 10_000,
  minQuantity: contracts('0.01'),
  fees: KALSHI_FEES,
  tradable: true,
  settlesAtMs: AT_MS + 7_200_000,
};

export const POLYMARKET_MARKET: VenueMarket = {
  marketId: 'nhl-cbj-fla-2026-11-22',
  title: 'Blue Jackets vs. Panthers',
  rules: 'Resolves to the team that wins.',
  outcomes: ['Blue Jackets', 'Panthers'],
  tokenIds: ['9001', '9002'],
  tickMicros: 10_000,
  lotMicroContracts: 10_000,
  minQuantity: contracts('5'),
  fees: SPORTS_FEES,
  tradable: true,
  settlesAtMs: AT_MS + 7_300_000,
};

/** The design's first example, in contracts rather than dollars. */
export const PAIR_PROPOSAL: Proposal = {
  strategy: 'nhl-pairs',
  event: 'nhl:2026-11-22:CBJ@FLA',
  pair: 'nhl-20261122-cbj-fla',
  legs: [
    { venue: 'kalshi', market: KALSHI_MARKET.marketId, outcome: 'yes', limitPrice: price('0.36') },
    {
      venue: 'polymarket',
      market: POLYMARKET_MARKET.marketId,
      outcome: 'Panthers',
      limitPrice: price('0.58'),
    },
  ],
  maxPairCost: price('0.945'),
  quantity: contracts('50'),
  tif: 'ioc',
};

export const PAIR: PairView = {
  registered: {
    id: 'nhl-20261122-cbj-fla',
    kalshiMarket: KALSHI_MARKET.marketId,
    polymarketMarket: POLYMARKET_MARKET.marketId,
    polymarketOutcome: 1,
    rulesHash: 'hash',
    approvedBy: 'ada',
  },
  rulesHashNow: 'hash',
};

/** What a test changes; what belongs to a leg is named by its venue. */
export interface PairChanges extends Omit<
  ViewChanges,
  'leg' | 'legs' | 'market' | 'facts' | 'legView'
> {
  readonly legs?: Partial<Record<VenueId, Partial<ProposalLeg>>>;
  readonly markets?: Partial<Record<VenueId, Partial<VenueMarket>>>;
  readonly facts?: Partial<Record<VenueId, Partial<LegFacts>>>;
  readonly legViews?: Partial<Record<VenueId, Partial<Omit<LegView, 'facts'>>>>;
  /** The Polymarket leg comes first in the proposal. */
  readonly swapped?: boolean;
}

/** A pair's view that is accepted but for what `changes` spoils. */
export function pairViewOf(changes: PairChanges = {}): AdmissionView {
  const { legs, markets, facts, legViews, swapped, proposal, pair, ...rest } = changes;
  const proposed = PAIR_PROPOSAL.legs.map((leg) => ({ ...leg, ...legs?.[leg.venue] }));
  const ofVenue = (venue: VenueId): LegView => {
    const market = venue === 'kalshi' ? KALSHI_MARKET : POLYMARKET_MARKET;
    const outcome = venue === 'kalshi' ? 0 : 1;
    const quote: Quote = { marketId: market.marketId, outcome, asks: [], bids: [], asOfMs: AT_MS };
    return {
      market: counter(LIMITS.positionMicrosMax),
      cashFreeMicros: usd('500'),
      cashHeldMicros: 0,
      openTrades: [],
      ...legViews?.[venue],
      facts: {
        market: fact({ ...market, ...markets?.[venue] }),
        quote: fact(quote),
        status: fact(STATUS),
        balance: fact({ cashMicros: usd('500') }),
        ...facts?.[venue],
      },
    };
  };
  const views = PAIR_PROPOSAL.legs.map(({ venue }) => ofVenue(venue));
  if (swapped === true) {
    proposed.reverse();
    views.reverse();
  }
  return viewOf({
    ...rest,
    proposal: {
      ...PAIR_PROPOSAL,
      fairPrice: undefined,
      budget: undefined,
      legs: proposed,
      ...proposal,
    },
    legs: views,
    pair: 'pair' in changes ? pair : PAIR,
  });
}
