/** What the two halves of the adapter agree on: the public half tells it, the trading half uses it. */
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { MicroContracts } from '../../domain/money.ts';
import type { MarketResult, PublicMarketData } from '../venue.ts';

/** What trading a market needs. */
export interface MarketTerms {
  /** The slug. */
  readonly marketId: string;
  /** `0x…`, in lower case. */
  readonly conditionId: string;
  readonly tokenIds: readonly [string, string];
  readonly outcomes: readonly [string, string];
  /** Decides which contract an order is signed for. */
  readonly negRisk: boolean;
  readonly tickMicros: number;
  /** `min_order_size`. */
  readonly minQuantity: MicroContracts;
  readonly fees: FeeSchedule;
  readonly tradable: boolean;
  /** Sports: a marketable order answers `delayed` and is matched this much later. */
  readonly delaySeconds: number;
}

/** Public data with what an account's half needs of it besides. */
export interface PolymarketMarkets extends PublicMarketData {
  /**
   * Fresh tick and minimum size; ids and the neg-risk flag from memory. Undefined where the venue
   * has no such market, or no tokens of it yet.
   */
  terms(marketId: string, signal?: AbortSignal): Promise<MarketTerms | undefined>;
  /** The slug of a condition id seen in a trade or order; undefined where the venue knows none. */
  slugOf(conditionId: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Final results of many markets, asked in batches of at most 100; unresolved ones are left out. */
  results(
    marketIds: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, MarketResult>>;
}
