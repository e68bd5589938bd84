/** What the domain's tests are written with: amounts in plain decimals, and an accepted view. */
import fc from 'fast-check';
import type { Counter } from '../../domain/counters.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { Limits } from '../../domain/limits.ts';
import type { Quote, VenueMarket, VenueStatus } from '../../domain/market.ts';
import type { MicroContracts, Micros, PriceMicros } from '../../domain/money.ts';
import { microContracts, micros, priceMicros } from '../../domain/money.ts';
import type { Proposal, ProposalLeg } from '../../domain/proposal.ts';
import type { AdmissionView, Fact, LegFacts, LegView, OpenTrade } from '../../domain/risk/view.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';

function millionths(text: string): number {
  const value = parseDecimal(text);
  if (value === undefined) throw new Error(`not a decimal: ${text}`);
  return value;
}

export const usd = (text: string): Micros => micros(millionths(text));
export const contracts = (text: string): MicroContracts => microContracts(millionths(text));
export const price = (text: string): PriceMicros => priceMicros(millionths(text));

export const KALSHI_FEES: FeeSchedule = { kind: 'kalshi', multiplierMillionths: 1_000_000 };
export const SPORTS_FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 50_000 };
export const NO_FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 0 };

/** 2026-11-22, a quarter to midnight in UTC. */
export const AT_MS = Date.parse('2026-11-22T23:45:00Z');

export const LIMITS: Limits = {
  initialBalanceMicros: { kalshi: usd('500'), polymarket: usd('500') },
  betAmountMicros: usd('50'),
  minRoiMillionths: 20_000,
  maxRoiMillionths: 100_000,
  positionMicrosMax: usd('500'),
  dailyTradesMax: 5,
  dailyLossMicrosMax: usd('200'),
  openExposureMicrosMax: usd('800'),
  eventExposureMicrosMax: usd('500'),
  quoteAgeMsMax: 5_000,
  strategyExecutionsMax: 5,
  strategyWindowMs: 600_000,
  legMs: 3_000,
  unhedgedMsMax: 20_000,
  unwindLossMicrosMax: usd('10'),
};

export const MARKET: VenueMarket = {
  marketId: 'KXNHLGAME-26NOV22CBJFLA-FLA',
  title: 'Blue Jackets at Panthers: Panthers',
  outcomes: ['Panthers', 'Blue Jackets'],
  tokenIds: ['71321', '52114'],
  tickMicros: 10_000,
  lotMicroContracts: 10_000,
  minQuantity: contracts('0.01'),
  fees: KALSHI_FEES,
  tradable: true,
  closesAtMs: AT_MS + 3_600_000,
  settlesAtMs: AT_MS + 7_200_000,
};

export const LEG: ProposalLeg = {
  venue: 'kalshi',
  market: MARKET.marketId,
  outcome: 'yes',
  limitPrice: price('0.58'),
};

/** The design's third example: ROI 7.19 % after fees. */
export const PROPOSAL: Proposal = {
  strategy: 'nhl-model',
  event: 'nhl:2026-11-22:CBJ@FLA',
  legs: [LEG],
  fairPrice: price('0.64'),
  budget: usd('50'),
  tif: 'ioc',
};

export const QUOTE: Quote = {
  marketId: MARKET.marketId,
  outcome: 0,
  asks: [
    { priceMicros: price('0.57'), quantity: contracts('40') },
    { priceMicros: price('0.58'), quantity: contracts('60') },
    { priceMicros: price('0.60'), quantity: contracts('500') },
  ],
  bids: [{ priceMicros: price('0.55'), quantity: contracts('100') }],
  asOfMs: AT_MS,
};

export const STATUS: VenueStatus = { trading: true, detail: 'trading' };

/** A fact read `ageMs` before the view's time. */
export function fact<Value>(value: Value, ageMs = 1_000): Fact<Value> {
  return { value, asOfMs: AT_MS - ageMs };
}

/** A counter with nothing taken. */
export function counter(cap: number, taken: Partial<Counter> = {}): Counter {
  return { used: 0, held: 0, overrun: 0, ...taken, cap };
}

const ACCEPTED: AdmissionView = {
  book: 'paper',
  proposal: PROPOSAL,
  atMs: AT_MS,
  expiresAtMs: AT_MS + 60_000,
  day: '2026-11-22',
  desk: {
    id: 'main',
    phase: 'paper',
    liveBook: null,
    state: 'active',
    cause: 'operator',
    reason: 'started',
    epoch: 1,
  },
  gates: { caps: null, armedUntilMs: null, reconciledAtMs: null },
  limits: LIMITS,
  legs: [
    {
      facts: {
        market: fact(MARKET),
        quote: fact(QUOTE),
        status: fact(STATUS),
        balance: fact({ cashMicros: usd('500') }),
      },
      market: counter(LIMITS.positionMicrosMax),
      cashFreeMicros: usd('500'),
      cashHeldMicros: 0,
      openTrades: [],
    },
  ],
  counters: {
    trades: counter(LIMITS.dailyTradesMax),
    loss: counter(LIMITS.dailyLossMicrosMax),
    exposure: counter(LIMITS.openExposureMicrosMax),
    event: counter(LIMITS.eventExposureMicrosMax),
  },
  strategy: {
    enabled: true,
    executionsInWindow: 0,
    caps: null,
    tradesToday: 0,
    openMicros: 0,
  },
};

/** What a test changes; objects are laid over the accepted view's, key by key. */
export interface ViewChanges extends Partial<
  Omit<AdmissionView, 'proposal' | 'desk' | 'gates' | 'limits' | 'counters' | 'strategy'>
> {
  readonly proposal?: Partial<Proposal>;
  readonly leg?: Partial<ProposalLeg>;
  readonly market?: Partial<VenueMarket>;
  readonly desk?: Partial<AdmissionView['desk']>;
  readonly gates?: Partial<AdmissionView['gates']>;
  readonly limits?: Partial<Limits>;
  readonly facts?: Partial<LegFacts>;
  /** The counter of the leg's market, its cash and the trades open on it. */
  readonly legView?: Partial<Omit<LegView, 'facts'>>;
  readonly counters?: Partial<AdmissionView['counters']>;
  readonly strategy?: Partial<AdmissionView['strategy']>;
}

/** A single leg's view that is accepted but for what `changes` spoils. */
export function viewOf(changes: ViewChanges = {}): AdmissionView {
  const {
    proposal,
    leg,
    market,
    desk,
    gates,
    limits,
    facts,
    legView,
    counters,
    strategy,
    ...rest
  } = changes;
  const [accepted] = ACCEPTED.legs;
  return {
    ...ACCEPTED,
    proposal: { ...PROPOSAL, legs: [{ ...LEG, ...leg }], ...proposal },
    desk: { ...ACCEPTED.desk, ...desk },
    gates: { ...ACCEPTED.gates, ...gates },
    limits: { ...LIMITS, ...limits },
    legs: [
      {
        ...accepted!,
        ...legView,
        facts: { ...accepted!.facts, market: fact({ ...MARKET, ...market }), ...facts },
      },
    ],
    counters: { ...ACCEPTED.counters, ...counters },
    strategy: { ...ACCEPTED.strategy, ...strategy },
    ...rest,
  };
}

/** A trade open on the leg's market. */
export function openTrade(id: string, outcome: OutcomeIndex, legs = 1): OpenTrade {
  return { id, outcome, legs };
}

/** 50 contracts at 0.58: worst case 29 + 0.875 + 0.005 = 29.88 dollars, ROI 7.1933 %. */
export function fiftyAt58(changes: ViewChanges = {}): AdmissionView {
  const proposal = { quantity: contracts('50'), budget: undefined, ...changes.proposal };
  return viewOf({ ...changes, proposal });
}

/** Prices of whole cents, 0.01 to 0.99. */
export const anyCent = fc.integer({ min: 1, max: 99 }).map((cents) => priceMicros(cents * 10_000));
/** Prices on the finest grid of both venues, 0.001 to 0.999. */
export const anyTenthOfCent = fc
  .integer({ min: 1, max: 999 })
  .map((tenths) => priceMicros(tenths * 1_000));
/** Quantities in lots of 0.01, up to 5,000 contracts. */
export const anyQuantity = fc
  .integer({ min: 1, max: 500_000 })
  .map((lots) => microContracts(lots * 10_000));
export const anyFees: fc.Arbitrary<FeeSchedule> = fc.oneof(
  fc
    .constantFrom(0, 500_000, 1_000_000, 2_000_000)
    .map((multiplierMillionths) => ({ kind: 'kalshi' as const, multiplierMillionths })),
  fc
    .constantFrom(0, 40_000, 50_000, 70_000)
    .map((rateMillionths) => ({ kind: 'polymarket' as const, rateMillionths })),
);
