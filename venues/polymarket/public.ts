/** What Polymarket tells everybody: markets, books, results and whether it trades. Needs no key. */
import { bookSchema } from '../../contracts/polymarket/books.ts';
import type { MarketDetails } from '../../contracts/polymarket/markets.ts';
import { marketDetailsSchema, versionSchema } from '../../contracts/polymarket/markets.ts';
import type { Clock } from '../../domain/clock.ts';
import { microContracts, MICROS_PER_UNIT } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { TransportDeadlines } from '../http/transport.ts';
import type { Level, MarketResult, Quote, VenueMarket, VenueStatus } from '../venue.ts';
import { isVenueFailure } from '../venue.ts';
import { PolymarketClient, refused, unheard } from './client.ts';
import { GammaMarkets, MARKETS_PER_READ, readable } from './gamma-markets.ts';
import type { GeoblockWatch } from './geoblock.ts';
import { createGeoblockWatch } from './geoblock.ts';
import type { PolymarketUrls } from './hosts.ts';
import { environmentOfUrls } from './hosts.ts';
import { termsOf, venueMarketOf } from './market-body.ts';
import { MarketResults } from './results.ts';
import type { MarketTerms, PolymarketMarkets } from './terms.ts';
import type { RestrictedMode, TradingModes } from './trading-mode.ts';
import { createTradingModes, modeOfAnswer } from './trading-mode.ts';

/** Where to read, and by which clock readings are dated. */
export interface PolymarketPublicOptions {
  readonly urls: PolymarketUrls;
  readonly clock: Clock;
  readonly deadlines?: TransportDeadlines | undefined;
  /** Reads a second of each host; absent: half of what each takes. */
  readonly readsPerSecond?: number | undefined;
  /** Shared with whoever hears more of the venue; absent: a holder of its own. */
  readonly modes?: TradingModes | undefined;
  /** A result that has to wait for a source that cannot be read now. */
  readonly onDoubt?: ((doubt: PolymarketDoubt) => void) | undefined;
}

/** Something a person should look at. */
export interface PolymarketDoubt {
  readonly marketId: string;
  readonly detail: string;
}

/** Half of /book's 1,500 and of Gamma's /markets' 300 in ten seconds. @source reference §4 */
const CLOB_READS_PER_SECOND = 75;
const GAMMA_READS_PER_SECOND = 15;
const SITE_READS_PER_SECOND = 1;
const PROTOCOL_VERSION = 2;

/**
 * Makes the public half of Polymarket. No request of it is signed.
 * @throws Error where a base URL is none of Polymarket's, or production is mixed with loopback
 */
export function createPolymarketMarkets(options: PolymarketPublicOptions): PolymarketMarkets {
  const { urls, deadlines, readsPerSecond } = options;
  const open = (url: string, usual: number) =>
    new PolymarketClient({ url, deadlines, readsPerSecond: readsPerSecond ?? usual });
  const clients = {
    clob: open(urls.clob, CLOB_READS_PER_SECOND),
    gamma: open(urls.gamma, GAMMA_READS_PER_SECOND),
    site: open(urls.site, SITE_READS_PER_SECOND),
  };
  if (environmentOfUrls(urls) === 'unknown') {
    throw new Error("Polymarket's base URLs must all be its own or all be loopback addresses");
  }
  return new PublicHalf(clients, options);
}

interface Clients {
  readonly clob: PolymarketClient;
  readonly gamma: PolymarketClient;
  readonly site: PolymarketClient;
}

class PublicHalf implements PolymarketMarkets {
  readonly id = 'polymarket';
  readonly #clob: PolymarketClient;
  readonly #clock: Clock;
  readonly #modes: TradingModes;
  readonly #geoblock: GeoblockWatch;
  readonly #gamma: GammaMarkets;
  readonly #results: MarketResults;
  readonly #onDoubt: PolymarketPublicOptions['onDoubt'];
  /** What the last question about the version was answered with instead. */
  #toldMode: RestrictedMode | undefined;

  constructor({ clob, gamma, site }: Clients, options: PolymarketPublicOptions) {
    this.#clob = clob;
    this.#clock = options.clock;
    this.#modes = options.modes ?? createTradingModes({ nowMs: Date.now });
    this.#geoblock = createGeoblockWatch(site);
    this.#gamma = new GammaMarkets(gamma);
    this.#results = new MarketResults(clob, options.clock);
    this.#onDoubt = options.onDoubt;
  }

  async market(marketId: string, signal?: AbortSignal): Promise<VenueMarket | undefined> {
    if (isConditionId(marketId)) return this.#byCondition(marketId, signal);
    const gamma = await this.#gamma.bySlug(marketId, signal);
    if (gamma === undefined) return undefined;
    return venueMarketOf({ gamma, details: await this.#details(gamma.conditionId, signal) });
  }

  async quote(marketId: string, outcome: OutcomeIndex, signal?: AbortSignal): Promise<Quote> {
    // Callers from JSON may hand in anything.
    if (![0, 1].includes(outcome)) throw refused('outcome_not_found', `no outcome ${outcome}`);
    const ids = isConditionId(marketId) ? undefined : await this.#gamma.idsOf(marketId, signal);
    if (ids === undefined) throw refused('market_not_found', `no market ${marketId}`);
    // Before the reading: a quote is never younger than it says.
    const { atMs: asOfMs } = await this.#clock.read();
    const none = { marketId, outcome, asks: [], bids: [], asOfMs };
    if (ids === 'none') return none;
    const asset = ids.tokenIds[outcome];
    const call = { path: '/book', query: { token_id: asset }, schema: bookSchema, signal };
    const book = await this.#clob.find(call);
    // A market that is over, or that the CLOB does not list yet, has no book: nothing is on offer.
    if (book === undefined) return none;
    if (book.asset_id !== asset || book.market !== ids.conditionId) {
      throw unheard(`/book answered ${marketId} with the book of another asset`);
    }
    const asks = levelsOf(book.asks).toSorted((a, b) => a.priceMicros - b.priceMicros);
    const bids = levelsOf(book.bids).toSorted((a, b) => b.priceMicros - a.priceMicros);
    return { ...none, asks, bids };
  }

  async status(_marketId?: string, signal?: AbortSignal): Promise<VenueStatus> {
    const { atMs } = await this.#clock.read();
    const [version, place] = await Promise.all([
      this.#readVersion(signal),
      this.#geoblock.status(atMs),
    ]);
    if (version !== undefined && version !== PROTOCOL_VERSION) {
      const detail = `the exchange speaks version ${version} of its protocol, Ballast only ${PROTOCOL_VERSION}`;
      return { trading: false, detail };
    }
    if (!place.trading) return place;
    const { mode, detail } = this.#modes.current();
    return { trading: mode === 'NORMAL', detail };
  }

  async result(marketId: string, signal?: AbortSignal): Promise<MarketResult | undefined> {
    if (isConditionId(marketId)) return undefined;
    const [gamma] = await this.#gamma.closedOf([marketId], signal);
    return gamma && this.#results.of(readable(gamma), signal);
  }

  async results(
    marketIds: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, MarketResult>> {
    const slugs = [...new Set(marketIds)].filter((id) => id !== '' && !isConditionId(id));
    const found = new Map<string, MarketResult>();
    for (let start = 0; start < slugs.length; start += MARKETS_PER_READ) {
      const batch = slugs.slice(start, start + MARKETS_PER_READ);
      for (const gamma of await this.#gamma.closedOf(batch, signal)) {
        const result = await this.#resultOrDoubt(gamma, signal);
        if (result !== undefined) found.set(gamma.slug, result);
      }
    }
    return found;
  }

  async terms(marketId: string, signal?: AbortSignal): Promise<MarketTerms | undefined> {
    if (isConditionId(marketId)) return undefined;
    const gamma = await this.#gamma.bySlugLately(marketId, signal);
    if (gamma === undefined) return undefined;
    return termsOf({ gamma, details: await this.#details(gamma.conditionId, signal) });
  }

  slugOf(conditionId: string, signal?: AbortSignal): Promise<string | undefined> {
    return this.#gamma.slugOf(conditionId, signal);
  }

  /** One market whose word cannot be had does not keep the others waiting. */
  async #resultOrDoubt(gamma: Parameters<typeof readable>[0], signal?: AbortSignal) {
    try {
      return await this.#results.of(readable(gamma), signal);
    } catch (error) {
      if (!isVenueFailure(error)) throw error;
      const detail = `result of a closed market: ${error.message}`;
      this.#onDoubt?.({ marketId: gamma.slug, detail });
      return undefined;
    }
  }

  /** Markets are named by their slugs; somebody who has the other id is told which. */
  async #byCondition(conditionId: string, signal?: AbortSignal): Promise<VenueMarket | undefined> {
    const gamma = await this.#gamma.byCondition(conditionId, signal);
    if (gamma === undefined) return undefined;
    const unsupported = `markets are named by their slug here: use ${gamma.slug}`;
    const market = venueMarketOf({ gamma, details: undefined }, conditionId);
    return { ...market, tradable: false, unsupported };
  }

  /** Undefined where the CLOB does not list the market. */
  async #details(
    conditionId: string | null | undefined,
    signal?: AbortSignal,
  ): Promise<MarketDetails | undefined> {
    if (conditionId == null || conditionId === '') return undefined;
    const path = `/clob-markets/${encodeURIComponent(conditionId)}`;
    const details = await this.#clob.find({ path, schema: marketDetailsSchema, signal });
    if (details !== undefined && details.c !== conditionId.toLowerCase()) {
      throw unheard(`${path} answered with another market, ${details.c}`);
    }
    return details;
  }

  /** Undefined where the answer told a mode instead. @throws VenueUnreachable on any other failure */
  async #readVersion(signal?: AbortSignal): Promise<number | undefined> {
    const path = '/version';
    const answer = await this.#clob.get({ path, signal });
    if (answer.status === 200) {
      const { version } = this.#clob.bodyOf(versionSchema, answer, path);
      // Whoever said it has stopped saying it; what follows a restart goes on.
      if (this.#toldMode !== undefined) this.#modes.learn(this.#toldMode, 0);
      this.#toldMode = undefined;
      return version;
    }
    const mode = modeOfAnswer(answer);
    if (mode === undefined) throw this.#clob.failure(answer, path);
    this.#modes.learn(mode);
    this.#toldMode = mode;
    return undefined;
  }
}

function isConditionId(text: string): boolean {
  return text.startsWith('0x');
}

function levelsOf(
  levels: readonly { readonly price: Level['priceMicros']; size: number }[],
): Level[] {
  return levels
    .filter(({ price, size }) => size > 0 && price > 0 && price < MICROS_PER_UNIT)
    .map(({ price, size }) => ({ priceMicros: price, quantity: microContracts(size) }));
}
