/** A venue's public data in the test's hands: markets, books, results, and faults on demand. */
import type { Clock } from '../../domain/clock.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type {
  Level,
  MarketResult,
  PublicMarketData,
  Quote,
  VenueMarket,
  VenueStatus,
} from '../../venues/venue.ts';
import { contracts, price } from './venue-under-test.ts';
import type { TestBook } from './venue-under-test.ts';

/** What the data was asked for. */
export type Asked = 'market' | 'quote' | 'status' | 'result';

interface ScriptedMarket {
  readonly facts: VenueMarket;
  readonly books: readonly [TestBook, TestBook];
  readonly result?: MarketResult;
}

/** Plays Kalshi's public side, with a tick of 0.01 and the usual fees. */
export class ScriptedData implements PublicMarketData {
  readonly id = 'kalshi';
  readonly #clock: Clock;
  readonly #markets = new Map<string, ScriptedMarket>();
  trading = true;
  /** Every question, e.g. `quote M1`, in the order they came. */
  asked: string[] = [];
  /** Runs before each answer; what it throws is the answer. */
  onAsked: (asked: Asked, marketId: string | undefined) => void | Promise<void> = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Opens a market or changes what is told of it. */
  set(marketId: string, changes: Partial<ScriptedMarket>): void {
    const facts: VenueMarket = {
      marketId,
      title: marketId,
      outcomes: ['yes', 'no'],
      tickMicros: 10_000,
      lotMicroContracts: 10_000,
      minQuantity: contracts(0.01),
      fees: { kind: 'kalshi', multiplierMillionths: 1_000_000 },
      tradable: true,
    };
    this.#markets.set(marketId, {
      facts,
      books: [{}, {}],
      ...this.#markets.get(marketId),
      ...changes,
    });
  }

  /** Changes single facts of a market. */
  setFacts(marketId: string, changes: Partial<VenueMarket>): void {
    this.set(marketId, {});
    const market = this.#markets.get(marketId);
    if (market !== undefined) this.set(marketId, { facts: { ...market.facts, ...changes } });
  }

  /** The venue tells nothing of it any more. */
  forget(marketId: string): void {
    this.#markets.delete(marketId);
  }

  async market(marketId: string): Promise<VenueMarket | undefined> {
    await this.#answer('market', marketId);
    return this.#markets.get(marketId)?.facts;
  }

  async quote(marketId: string, outcome: OutcomeIndex): Promise<Quote> {
    const { atMs: asOfMs } = await this.#clock.read();
    await this.#answer('quote', marketId);
    const book = this.#markets.get(marketId)?.books[outcome];
    const { asks = [], bids = [] } = book ?? {};
    return { marketId, outcome, asks: levelsOf(asks), bids: levelsOf(bids), asOfMs };
  }

  async status(marketId?: string): Promise<VenueStatus> {
    await this.#answer('status', marketId);
    return { trading: this.trading, detail: this.trading ? 'open' : 'paused' };
  }

  async result(marketId: string): Promise<MarketResult | undefined> {
    await this.#answer('result', marketId);
    return this.#markets.get(marketId)?.result;
  }

  async #answer(asked: Asked, marketId: string | undefined): Promise<void> {
    this.asked.push(`${asked} ${marketId ?? ''}`.trim());
    await this.onAsked(asked, marketId);
  }
}

function levelsOf(levels: readonly (readonly [string, string])[]): Level[] {
  return levels.map(([at, quantity]) => ({
    priceMicros: price(Number(at)),
    quantity: contracts(Number(quantity)),
  }));
}
