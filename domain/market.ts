/** What a venue tells about a market, as facts the rules judge. All of it is JSON-safe. */
import type { FeeSchedule } from './fees/schedule.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import type { OutcomeIndex } from './venue-id.ts';

/** One market as the venue describes it. Times are Unix milliseconds. */
export interface VenueMarket {
  readonly marketId: string;
  readonly title: string;
  /** The rules the market settles by, as the venue words them; absent where it tells none. */
  readonly rules?: string;
  /** The venue's own words for its two sides; index 0 is yes. */
  readonly outcomes: readonly [string, string];
  /** Ids of the two sides where the venue trades them by id (Polymarket tokens). */
  readonly tokenIds?: readonly [string, string];
  readonly tickMicros: number;
  /** Where steps differ by price, every range of them, rising; `tickMicros` is the widest step. */
  readonly priceRanges?: readonly PriceRange[];
  /** Quantities are multiples of this. */
  readonly lotMicroContracts: number;
  readonly minQuantity: MicroContracts;
  /** What a buy must come to at its limit price, fees apart, µ$; absent where nothing asks for it. */
  readonly minCostMicros?: number;
  readonly fees: FeeSchedule;
  readonly tradable: boolean;
  /** Why the kind of market is refused; absent where it is supported. */
  readonly unsupported?: string;
  readonly closesAtMs?: number;
  /** When the result is expected; absent means unknown. */
  readonly settlesAtMs?: number;
}

/** Prices from `startMicros` to `endMicros`, both included, in steps counted from the start. */
export interface PriceRange {
  readonly startMicros: number;
  readonly endMicros: number;
  readonly stepMicros: number;
}

/** One price level: what is offered at `priceMicros`. */
export interface Level {
  readonly priceMicros: PriceMicros;
  readonly quantity: MicroContracts;
}

/** What one outcome can be bought and sold for, best level first. */
export interface Quote {
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly asks: readonly Level[];
  readonly bids: readonly Level[];
  /** When the venue's data was read, Unix ms of the Clock. */
  readonly asOfMs: number;
}

export interface VenueStatus {
  readonly trading: boolean;
  readonly detail: string;
}

export interface VenueBalance {
  /** Cash that can be spent, in the venue's own accounting. */
  readonly cashMicros: Micros;
}

/** A fill as the venue records it; `fillId` is the venue's own and never repeats. */
export interface VenueFill {
  readonly fillId: string;
  readonly venueOrderId: string;
  /** Present where the venue tells it. */
  readonly clientOrderId?: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly quantity: MicroContracts;
  readonly priceMicros: PriceMicros;
  readonly feeMicros: Micros;
  readonly filledAtMs: number;
  /**
   * The id of an earlier fill that failed after all: this record, with an id of its own and the
   * same quantity, price and fee, takes it back.
   */
  readonly reverts?: string;
}

/** A market's final payout. Only final results appear here; a dispute is no settlement. */
export interface VenueSettlement {
  readonly settlementId: string;
  readonly marketId: string;
  /** Paid per contract of outcome 0 and of outcome 1, 0 … 1,000,000 each. */
  readonly payoutMicros: readonly [PriceMicros, PriceMicros];
  readonly settledAtMs: number;
  /**
   * The venue tells each market's present result and no list of those there were: one that was told
   * before holds again when it is told after another.
   */
  readonly isPresent?: boolean;
}

/**
 * Cash that came for a won position that the venue pays only when it is redeemed. `redemptionId` is
 * the venue's own and never repeats; a position that won nothing is redeemed for 0.
 */
export interface VenueRedemption {
  readonly redemptionId: string;
  readonly marketId: string;
  readonly amountMicros: Micros;
  readonly redeemedAtMs: number;
}

/**
 * Which side of `market` the proposal's word means: `yes` and `no`, the venue's own label, or a
 * token id, compared exactly.
 * @returns undefined where the market has no such outcome
 */
export function resolveOutcome(market: VenueMarket, word: string): OutcomeIndex | undefined {
  for (const index of [0, 1] as const) {
    const plain = index === 0 ? 'yes' : 'no';
    if (word === plain || word === market.outcomes[index] || word === market.tokenIds?.[index]) {
      return index;
    }
  }
  return undefined;
}

/** Contracts on offer at `limitPrice` or better. */
export function depthWithin(quote: Quote, limitPrice: PriceMicros): number {
  let total = 0;
  for (const level of quote.asks) if (level.priceMicros <= limitPrice) total += level.quantity;
  return total;
}
