/**
 * A venue's public data as a source of markets: only what is asked for or under way is read, each
 * reading is fresh, and what was not heard is told as nothing but that.
 */
import type { Clock } from '../../domain/clock.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { MarketResult, PublicMarketData, Quote, VenueMarket, VenueStatus } from '../venue.ts';
import { VenueUnreachable } from '../venue.ts';
import { isBug } from './exchange.ts';
import type { FreshReadings } from './fresh-readings.ts';
import { createFreshReadings } from './fresh-readings.ts';
import { closedReading, publicReading } from './public-reading.ts';
import type { ResultPace } from './result-pace.ts';
import { createResultSchedule } from './result-pace.ts';
import type { MarketReading, MarketSource, Reading, UnderWay, Wanted } from './source.ts';

/** How often the venue is asked, ms. */
export interface PublicPace extends ResultPace {
  /** Readings begun less than this ago serve everybody who asks. */
  readonly sharedMs: number;
  /** Between two readings of a market with resting orders that nobody asks about. */
  readonly restingMs: number;
}

/**
 * A read costs Kalshi's lowest tier one of 20 a second: resting orders take at most 6 of them (3
 * calls a market, each market every `restingMs`, less often from the third on), results 4.
 */
const PACE: PublicPace = {
  sharedMs: 300,
  restingMs: 1000,
  resultMs: 60_000,
  expectedResultMs: 10_000,
  resultBatchMs: 1000,
};
const POLL_INTERVAL_MS = 1000;
/** A verb about what is recorded already waits no longer for the venue. */
const GLANCE_MS_MAX = 2000;

interface Feeds {
  readonly markets: FreshReadings<VenueMarket | undefined>;
  readonly statuses: FreshReadings<VenueStatus>;
  readonly quotes: readonly [FreshReadings<Quote>, FreshReadings<Quote>];
  readonly results: FreshReadings<MarketResult | undefined>;
}

/** How a wanted market is read. */
interface Asking {
  readonly ageMsMax: number;
  readonly signal: AbortSignal | undefined;
}

/** The markets of one venue as its public data tells them. */
export function publicSource(options: {
  readonly data: PublicMarketData;
  readonly clock: Clock;
  readonly pace?: PublicPace;
}): MarketSource {
  const { clock, pace = PACE } = options;
  const feeds = feedsOf(options);
  const schedule = createResultSchedule(pace);
  return {
    whole: false,
    pollIntervalMs: POLL_INTERVAL_MS,
    async read(wanted, signal) {
      const asking = { ageMsMax: pace.sharedMs, signal };
      const entries = await Promise.all(wanted.map((one) => readMarket(feeds, one, asking)));
      return readingOf(entries);
    },
    async glance(underWay, signal) {
      const { atMs: nowMs } = await clock.read();
      const expectedAtMs = (marketId: string) => feeds.markets.latest(marketId)?.settlesAtMs;
      const asked = schedule.next(underWay.held, { nowMs, expectedAtMs });
      return glanceAt(feeds, { pace, underWay, asked, signal });
    },
    async status(marketId, signal) {
      const asking = { ageMsMax: pace.sharedMs, signal };
      return (await feeds.statuses.get(marketId ?? VENUE, asking)).value;
    },
  };
}

/** The key of the status of the venue as a whole; no market is called so. */
const VENUE = '';

function feedsOf({ clock, data }: { data: PublicMarketData; clock: Clock }): Feeds {
  const late = (timeoutMs: number) =>
    new VenueUnreachable({ venue: data.id, detail: `no answer within ${timeoutMs} ms` });
  const quotesOf = (outcome: OutcomeIndex) =>
    createFreshReadings({
      clock,
      late,
      ask: (marketId, signal) => data.quote(marketId, outcome, signal),
    });
  return {
    markets: createFreshReadings({
      clock,
      late,
      ask: (marketId, signal) => data.market(marketId, signal),
    }),
    statuses: createFreshReadings({
      clock,
      late,
      ask: (key, signal) => data.status(key === VENUE ? undefined : key, signal),
    }),
    quotes: [quotesOf(0), quotesOf(1)],
    results: createFreshReadings({ clock, late, ask: (id, signal) => resultOf(data, id, signal) }),
  };
}

/** @throws VenueUnreachable for payouts that no market of two outcomes has */
async function resultOf(
  data: PublicMarketData,
  marketId: string,
  signal: AbortSignal,
): Promise<MarketResult | undefined> {
  const result = await data.result(marketId, signal);
  if (result === undefined) return undefined;
  const [yes, no] = result.payoutMicros;
  if (yes >= 0 && no >= 0 && yes + no === MICROS_PER_UNIT) return result;
  const detail = `${marketId} would pay ${yes} and ${no} µ$, which do not make one dollar`;
  throw new VenueUnreachable({ venue: data.id, detail });
}

type Entry = readonly [marketId: string, market: MarketReading];

/** Nothing is written down under a lock but what was read before: venues answer too slowly. */
function readingOf(entries: readonly (Entry | undefined)[]): Reading {
  const markets = new Map(entries.filter((entry) => entry !== undefined));
  const reading: Reading = { markets, reverts: false, again: () => Promise.resolve(reading) };
  return reading;
}

/** @throws whatever any part of it failed with */
async function readMarket(
  feeds: Feeds,
  { marketId, outcomes, status }: Wanted,
  asking: Asking,
): Promise<Entry | undefined> {
  const statusAsked = status ? feeds.statuses.get(marketId, asking) : undefined;
  const quotesAsked = outcomes.map((outcome) => feeds.quotes[outcome].get(marketId, asking));
  // They are awaited later, or not at all where the venue has no such market.
  for (const part of [statusAsked, ...quotesAsked]) part?.catch(() => {});
  const market = await feeds.markets.get(marketId, asking);
  if (market.value === undefined) return undefined;
  const facts = { value: market.value, asOfMs: market.asOfMs };
  const quotes = await Promise.all(quotesAsked);
  return [marketId, publicReading({ facts, quotes, status: await statusAsked })];
}

async function glanceAt(
  feeds: Feeds,
  options: {
    readonly pace: PublicPace;
    readonly underWay: UnderWay;
    readonly asked: readonly string[];
    readonly signal: AbortSignal | undefined;
  },
): Promise<Reading> {
  const { asked, pace, signal } = options;
  const { resting } = options.underWay;
  const signals = [AbortSignal.timeout(GLANCE_MS_MAX), ...(signal === undefined ? [] : [signal])];
  const patience = AbortSignal.any(signals);
  const restingMs = Math.max(pace.restingMs, (pace.restingMs / 2) * resting.length);
  const asking = { ageMsMax: restingMs, signal: patience };
  const entries = await Promise.all([
    ...resting.map((wanted) => ifHeard(readMarket(feeds, wanted, asking), signal)),
    ...asked.map((marketId) => ifHeard(readResult(feeds, marketId, patience), signal)),
  ]);
  return readingOf(entries);
}

async function readResult(
  feeds: Feeds,
  marketId: string,
  signal: AbortSignal,
): Promise<Entry | undefined> {
  const { value } = await feeds.results.get(marketId, { ageMsMax: 0, signal });
  return value === undefined ? undefined : [marketId, closedReading(value)];
}

/** What failed is left out: it may be read by the next glance. @throws the signal's reason, bugs */
async function ifHeard(
  entry: Promise<Entry | undefined>,
  signal: AbortSignal | undefined,
): Promise<Entry | undefined> {
  try {
    return await entry;
  } catch (error) {
    signal?.throwIfAborted();
    if (isBug(error)) throw error;
    return undefined;
  }
}
