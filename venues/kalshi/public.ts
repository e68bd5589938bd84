/** What Kalshi tells everybody: markets, books, results and whether it trades. Needs no key. */
import { exchangeStatusSchema } from '../../contracts/kalshi/exchange.ts';
import type { KalshiMarket } from '../../contracts/kalshi/markets.ts';
import {
  eventAnswerSchema,
  marketAnswerSchema,
  orderbookAnswerSchema,
  seriesAnswerSchema,
} from '../../contracts/kalshi/markets.ts';
import type { Clock } from '../../domain/clock.ts';
import type { FeeReading } from '../../domain/fees/terms.ts';
import { kalshiFeeSchedule } from '../../domain/fees/terms.ts';
import type { Level } from '../../domain/market.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, priceMicros } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { MarketResult, PublicMarketData, Quote } from '../venue.ts';
import { VenueRefused } from '../venue.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { KalshiClientOptions } from './client.ts';
import { KalshiClient, unheard } from './client.ts';
import { venueMarketOf } from './market-body.ts';
import { statusOfShard } from './status.ts';

/** Where to read, and by which clock readings are dated. */
export interface KalshiPublicOptions extends Omit<KalshiClientOptions, 'signer'> {
  readonly clock: Clock;
}

/** Public data with what an account's half needs of it besides. */
export interface KalshiMarkets extends PublicMarketData {
  /** A market's body, fresh. */
  readMarket(marketId: string, signal?: AbortSignal): Promise<KalshiMarket | undefined>;
  /** The shard a market trades on where it has been seen; never reads. */
  knownShardOf(marketId: string): number | undefined;
  /** The same, read where it has not been seen; 0 for a market nobody knows. */
  shardOf(marketId: string, signal?: AbortSignal): Promise<number>;
}

/** Fees and shards change rarely and are announced; quotes and market states are never kept. */
const FEES_AGE_MS_MAX = 5 * 60_000;
const SHARD_AGE_MS_MAX = 60 * 60_000;
const CACHED_MAX = 5_000;

interface EventTerms {
  readonly series: string;
  readonly feeTypeOverride: string | null | undefined;
  readonly feeMultiplierOverride: number | null | undefined;
}
interface SeriesTerms {
  readonly feeType: string;
  readonly feeMultiplier: number;
}

/** Makes the public half of Kalshi. No request of it is signed. */
export function createKalshiPublic(options: KalshiPublicOptions): PublicMarketData {
  return createKalshiMarkets(options);
}

/** The same for the account's half. */
export function createKalshiMarkets({ clock, ...options }: KalshiPublicOptions): KalshiMarkets {
  return new PublicHalf(new KalshiClient(options), clock);
}

class PublicHalf implements KalshiMarkets {
  readonly id = 'kalshi';
  readonly #client: KalshiClient;
  readonly #clock: Clock;
  readonly #events = new BoundedMap<string, EventTerms>({
    sizeMax: CACHED_MAX,
    ageMsMax: FEES_AGE_MS_MAX,
  });
  readonly #series = new BoundedMap<string, SeriesTerms>({
    sizeMax: CACHED_MAX,
    ageMsMax: FEES_AGE_MS_MAX,
  });
  readonly #shards = new BoundedMap<string, number>({
    sizeMax: CACHED_MAX,
    ageMsMax: SHARD_AGE_MS_MAX,
  });

  constructor(client: KalshiClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async market(marketId: string, signal?: AbortSignal) {
    const body = await this.readMarket(marketId, signal);
    return body && venueMarketOf(body, await this.#feesOf(body, signal));
  }

  async quote(marketId: string, outcome: OutcomeIndex, signal?: AbortSignal): Promise<Quote> {
    // Callers from JSON may hand in anything.
    if (![0, 1].includes(outcome)) throw refused('outcome_not_found', `no outcome ${outcome}`);
    // Before the reading: a quote is never younger than it says.
    const { atMs: asOfMs } = await this.#clock.read();
    const path = `/markets/${encodeURIComponent(marketId)}/orderbook`;
    const body = await this.#client.find({ path, schema: orderbookAnswerSchema, signal });
    if (body === undefined) throw refused('market_not_found', `no market ${marketId}`);
    const { yes_dollars: yes, no_dollars: no } = body.orderbook_fp;
    const [own, other] = outcome === 0 ? [yes, no] : [no, yes];
    return { marketId, outcome, asks: asksOf(other), bids: bidsOf(own), asOfMs };
  }

  async status(marketId?: string, signal?: AbortSignal) {
    const { atMs } = await this.#clock.read();
    const shard = marketId === undefined ? 0 : await this.shardOf(marketId, signal);
    const path = '/exchange/status';
    const body = await this.#client.read({ path, schema: exchangeStatusSchema, signal });
    return statusOfShard(body, shard, atMs);
  }

  async result(marketId: string, signal?: AbortSignal): Promise<MarketResult | undefined> {
    const body = await this.readMarket(marketId, signal);
    return body && resultOf(body);
  }

  async readMarket(marketId: string, signal?: AbortSignal): Promise<KalshiMarket | undefined> {
    const path = `/markets/${encodeURIComponent(marketId)}`;
    const found = await this.#client.find({ path, schema: marketAnswerSchema, signal });
    if (found === undefined) return undefined;
    const { market } = found;
    if (market.ticker !== marketId) {
      throw unheard(`${path} answered with another market, ${market.ticker}`);
    }
    this.#shards.set(marketId, market.exchange_index ?? 0);
    return market;
  }

  knownShardOf(marketId: string): number | undefined {
    return this.#shards.get(marketId);
  }

  async shardOf(marketId: string, signal?: AbortSignal): Promise<number> {
    const known = this.knownShardOf(marketId);
    if (known !== undefined) return known;
    return (await this.readMarket(marketId, signal))?.exchange_index ?? 0;
  }

  async #feesOf(body: KalshiMarket, signal?: AbortSignal): Promise<FeeReading> {
    const { atMs } = await this.#clock.read();
    const event = await this.#eventOf(body.event_ticker, signal);
    const series = event && (await this.#seriesOf(event.series, signal));
    if (event === undefined || series === undefined) {
      return { kind: 'unsupported', reason: 'the venue does not tell its event or its series' };
    }
    const waivedUntilMs = body.fee_waiver_expiration_time ?? undefined;
    return kalshiFeeSchedule({ ...series, ...event, waivedUntilMs }, atMs);
  }

  async #eventOf(ticker: string, signal?: AbortSignal): Promise<EventTerms | undefined> {
    const known = this.#events.get(ticker);
    if (known !== undefined) return known;
    const path = `/events/${encodeURIComponent(ticker)}`;
    const found = await this.#client.find({ path, schema: eventAnswerSchema, signal });
    if (found === undefined) return undefined;
    const { event } = found;
    if (event.event_ticker !== ticker) throw unheard(`${path} answered with another event`);
    const terms = {
      series: event.series_ticker,
      feeTypeOverride: event.fee_type_override,
      feeMultiplierOverride: event.fee_multiplier_override,
    };
    this.#events.set(ticker, terms);
    return terms;
  }

  async #seriesOf(ticker: string, signal?: AbortSignal): Promise<SeriesTerms | undefined> {
    const known = this.#series.get(ticker);
    if (known !== undefined) return known;
    const path = `/series/${encodeURIComponent(ticker)}`;
    const found = await this.#client.find({ path, schema: seriesAnswerSchema, signal });
    if (found === undefined) return undefined;
    const { series } = found;
    if (series.ticker !== ticker) throw unheard(`${path} answered with another series`);
    const terms = { feeType: series.fee_type, feeMultiplier: series.fee_multiplier };
    this.#series.set(ticker, terms);
    return terms;
  }
}

/**
 * What a market pays once it is `finalized`, the only state in which it has paid.
 * @throws VenueUnreachable where a finalized market does not say what or when
 */
export function resultOf(body: KalshiMarket): MarketResult | undefined {
  if (body.status !== 'finalized') return undefined;
  const yes = payoutOf(body);
  if (yes === undefined || body.settlement_ts == null) {
    throw unheard(
      `market ${body.ticker} is finalized with the result ${JSON.stringify(body.result)} and no payout or time that fit`,
    );
  }
  const no = priceMicros(MICROS_PER_UNIT - yes);
  return { payoutMicros: [yes, no], settledAtMs: body.settlement_ts };
}

/** Undefined where result and value are missing or contradict each other. */
function payoutOf({ result, settlement_value_dollars: value }: KalshiMarket) {
  const whole = result === 'yes' ? MICROS_PER_UNIT : result === 'no' ? 0 : undefined;
  if (whole === undefined) return result === 'scalar' ? (value ?? undefined) : undefined;
  return value == null || value === whole ? priceMicros(whole) : undefined;
}

type BookLevels = readonly (readonly [PriceMicros, MicroContracts])[];

/** Both arrays hold bids. Highest first, whatever order they came in. */
function bidsOf(levels: BookLevels): Level[] {
  return levels
    .filter(([price, quantity]) => quantity > 0 && price > 0 && price < MICROS_PER_UNIT)
    .map(([price, quantity]) => ({ priceMicros: price, quantity }))
    .toSorted((a, b) => b.priceMicros - a.priceMicros);
}

/** Who bids q for the other outcome offers this one at 1 − q. */
function asksOf(othersBids: BookLevels): Level[] {
  return bidsOf(othersBids).map(({ priceMicros: price, quantity }) => ({
    priceMicros: priceMicros(MICROS_PER_UNIT - price),
    quantity,
  }));
}

function refused(code: string, detail: string): VenueRefused {
  return new VenueRefused({ venue: 'kalshi', code, detail });
}
