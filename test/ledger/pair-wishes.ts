/** Pairs for the ledger's tests: two markets, a registered pair, a proposal and its facts in one line. */
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { VenueMarket } from '../../domain/market.ts';
import { micros, priceMicros } from '../../domain/money.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { PairAsked } from '../../ledger/verbs/pair-rows.ts';
import type { ReserveOutcome } from '../../ledger/verbs/reserve.ts';
import type { LedgerUnderTest } from './harness.ts';
import { contracts, equal } from './harness.ts';

/** What a pair is to be; the default is 100 contracts at 0.48 + 0.46, $94, on markets of its own. */
export interface PairWish {
  /** The markets are `K-<name>` and `P-<name>`; the proposal's id where absent. */
  readonly name?: string;
  readonly event?: string;
  readonly strategy?: string;
  /** The pair's id to be named; none where absent. */
  readonly pair?: string;
  /** Contracts a leg. */
  readonly quantity?: number;
  /** Dollars for all legs and fees. */
  readonly budget?: number;
  /** Dollars a contract. */
  readonly kalshiPrice?: number;
  readonly polymarketPrice?: number;
  readonly maxPairCost?: number;
  /** `Away` pays where Kalshi's yes does not. */
  readonly kalshiOutcome?: 'yes' | 'no';
  readonly polymarketOutcome?: 'Home' | 'Away';
  readonly rules?: string;
  readonly fees?: FeeSchedule;
  readonly settlesAt?: Partial<Record<VenueId, string>>;
  readonly polymarketFirst?: boolean;
}

const NO_FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 0 };

const price = (dollars: number) => priceMicros(Math.round(dollars * 1_000_000));

function marketOf(name: string, venue: VenueId): string {
  return `${venue === 'kalshi' ? 'K' : 'P'}-${name}`;
}

/** What a venue tells of one of the pair's markets. */
export function pairMarketOf(name: string, venue: VenueId, wish: PairWish = {}): VenueMarket {
  const settlesAt = wish.settlesAt?.[venue];
  return {
    marketId: marketOf(name, venue),
    title: `${name} at ${venue}`,
    rules: wish.rules ?? `Home wins ${name}.`,
    outcomes: ['Home', 'Away'],
    tickMicros: 10_000,
    lotMicroContracts: 10_000,
    minQuantity: contracts(1),
    fees: wish.fees ?? NO_FEES,
    tradable: true,
    ...(settlesAt === undefined ? {} : { settlesAtMs: Date.parse(settlesAt) }),
  };
}

/** Kalshi's yes with Polymarket's Away, asked for by `tester`. */
export function pairAsked(id: string, name = id, wish: PairWish = {}): PairAsked {
  const leg = (venue: VenueId, outcome: string): PairAsked['legs'][number] => ({
    venue,
    market: marketOf(name, venue),
    outcome,
    facts: pairMarketOf(name, venue, wish),
  });
  return {
    id,
    legs: [
      leg('kalshi', wish.kalshiOutcome ?? 'yes'),
      leg('polymarket', wish.polymarketOutcome ?? 'Away'),
    ],
    actor: 'tester',
    reason: 'the same game',
  };
}

export function pairProposalOf(id: string, wish: PairWish = {}): Proposal {
  const name = wish.name ?? id;
  const legs = [
    {
      venue: 'kalshi' as const,
      market: marketOf(name, 'kalshi'),
      outcome: wish.kalshiOutcome ?? 'yes',
      limitPrice: price(wish.kalshiPrice ?? 0.48),
    },
    {
      venue: 'polymarket' as const,
      market: marketOf(name, 'polymarket'),
      outcome: wish.polymarketOutcome ?? 'Away',
      limitPrice: price(wish.polymarketPrice ?? 0.46),
    },
  ];
  if (wish.polymarketFirst === true) legs.reverse();
  return {
    strategy: wish.strategy ?? 'pairs',
    event: wish.event ?? `EVENT-${name}`,
    ...(wish.pair === undefined ? {} : { pair: wish.pair }),
    legs,
    ...(wish.maxPairCost === undefined ? {} : { maxPairCost: price(wish.maxPairCost) }),
    ...(wish.budget === undefined ? {} : { budget: micros(wish.budget * 1_000_000) }),
    ...(wish.budget === undefined || wish.quantity !== undefined
      ? { quantity: contracts(wish.quantity ?? 100) }
      : {}),
    tif: 'ioc',
  };
}

/** Registers the pair of a name under that name. */
export async function registerPair(it: LedgerUnderTest, name: string): Promise<void> {
  const outcome = await it.ledger.addPair(pairAsked(name), it.reading());
  equal(outcome.kind, 'added');
}

/** Fresh facts on both markets of a wish. */
export async function storePairFacts(
  it: LedgerUnderTest,
  id: string,
  wish: PairWish = {},
): Promise<void> {
  const { legs } = pairProposalOf(id, wish);
  const asOfMs = it.reading().atMs;
  for (const { venue, market: marketId, outcome: word, limitPrice } of legs) {
    const outcome = word === 'yes' || word === 'Home' ? 0 : 1;
    const level = { priceMicros: limitPrice, quantity: contracts(1_000_000) };
    await it.ledger.storeFacts('paper', {
      venue,
      marketId,
      market: pairMarketOf(wish.name ?? id, venue, wish),
      quote: { marketId, outcome, asks: [level], bids: [], asOfMs },
      status: { trading: true, detail: 'open' },
      asOfMs,
    });
  }
}

/** Receives a pair's proposal and stores its facts: everything but the decision. */
export async function preparePair(
  it: LedgerUnderTest,
  id: string,
  wish: PairWish = {},
): Promise<void> {
  const proposal = pairProposalOf(id, wish);
  const received = await it.ledger.receiveProposal({ id, desk: 'main', proposal }, it.reading());
  equal(received, { kind: 'received' });
  await storePairFacts(it, id, wish);
}

/** Proposes a pair, which must be registered to be accepted. */
export async function proposePair(
  it: LedgerUnderTest,
  id: string,
  wish: PairWish = {},
): Promise<ReserveOutcome> {
  await preparePair(it, id, wish);
  return it.reserve(id);
}
