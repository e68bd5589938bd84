/** What the simulated exchange keeps. Records are replaced, never changed in place. */
import type { KeyObject } from 'node:crypto';
import type { PriceRange } from '../../domain/market.ts';
import type { MicroContracts, Micros, PriceMicros } from '../../domain/money.ts';
import type { Book } from '../engine/book.ts';
import type { Holding } from './holdings.ts';
import type { BookSide, SelfTradePrevention } from '../engine/matching.ts';
import type { Timeline } from '../engine/timeline.ts';

/** How long an order may wait, in the venue's words. */
export type KalshiTimeInForce = 'fill_or_kill' | 'good_till_canceled' | 'immediate_or_cancel';

/** An API key of a user. */
export interface ApiKey {
  readonly keyId: string;
  readonly userId: string;
  readonly publicKey: KeyObject;
  readonly scopes: readonly string[];
}

/** A user: its tier, and until when its region is attested (Unix ms; absent: never asked). */
export interface User {
  readonly userId: string;
  readonly tier: string;
  readonly regionExpiresAtMs?: number;
}

/** A subaccount's money per shard, and what it holds by ticker. */
export interface Wallet {
  readonly userId: string;
  readonly subaccount: number;
  readonly cash: Map<number, Micros>;
  readonly cashTold: Map<number, Timeline<Micros>>;
  readonly holdings: Map<string, Holding>;
}

/** A client's order. Prices are YES prices; money in µ$. */
export interface Order {
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly userId: string;
  readonly subaccount: number;
  readonly ticker: string;
  readonly shard: number;
  readonly side: BookSide;
  readonly price: PriceMicros;
  readonly initial: MicroContracts;
  readonly remaining: MicroContracts;
  readonly filled: MicroContracts;
  readonly status: 'resting' | 'canceled' | 'executed';
  readonly timeInForce: KalshiTimeInForce;
  readonly selfTrade: SelfTradePrevention;
  readonly expiresAtMs?: number;
  readonly cancelOnPause: boolean;
  readonly groupId?: string;
  readonly takerCost: number;
  readonly makerCost: number;
  readonly takerFees: number;
  readonly makerFees: number;
  /** Rounding charged and not yet given back: see domain/fees/kalshi.ts. */
  readonly feeCarry: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly sequence: number;
  /** Reads do not tell this order's changes before then. */
  readonly hiddenUntilMs: number;
}

/** One side of one match. */
export interface Fill {
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly userId: string;
  readonly subaccount: number;
  readonly ticker: string;
  readonly shard: number;
  readonly side: BookSide;
  readonly price: PriceMicros;
  readonly quantity: MicroContracts;
  readonly isTaker: boolean;
  readonly feeMicros: Micros;
  readonly atMs: number;
  readonly shownAtMs: number;
  readonly sequence: number;
  /** Net position after it. */
  readonly positionAfter: number;
}

/** What was paid for a holding. */
export interface SettlementRow {
  readonly ticker: string;
  readonly eventTicker: string;
  readonly shard: number;
  readonly userId: string;
  readonly subaccount: number;
  readonly result: Exclude<MarketResult, ''>;
  readonly valueMicros: PriceMicros;
  readonly holding: Holding;
  readonly revenueCents: number;
  readonly settledAtMs: number;
  readonly sequence: number;
}

export type MarketResult = 'yes' | 'no' | 'scalar' | '';

/** @source SDK 3.30 models/market.ts */
export type MarketStatus =
  | 'initialized'
  | 'inactive'
  | 'active'
  | 'closed'
  | 'determined'
  | 'disputed'
  | 'amended'
  | 'finalized';

/** A market and its book; the one record that changes in place. */
export interface Market {
  readonly ticker: string;
  readonly marketId: string;
  readonly eventTicker: string;
  readonly shard: number;
  readonly sequence: number;
  readonly createdAtMs: number;
  readonly book: Book;
  /** Whatever else `/markets` tells, as the admin port set it. */
  fields: Readonly<Record<string, unknown>>;
  ranges: readonly PriceRange[];
  status: MarketStatus;
  openAtMs: number;
  closeAtMs: number;
  settlementTimerSeconds: number;
  updatedAtMs: number;
  result: MarketResult;
  valueMicros?: PriceMicros;
  /** Resting orders go then: shortly after closing. */
  sweepAtMs?: number;
  finalizesAtMs?: number;
  settledAtMs?: number;
  lastPrice: number;
  volume: number;
}

/** A group of orders with a limit on what matches within 15 seconds. */
export interface OrderGroup {
  readonly groupId: string;
  readonly userId: string;
  readonly subaccount: number;
  readonly shard: number;
  limit: MicroContracts;
  triggered: boolean;
  matched: { readonly atMs: number; readonly quantity: number }[];
}

/** What happened, for the websocket. */
export type ExchangeEvent =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'book'; readonly market: Market }
  | {
      readonly kind: 'lifecycle';
      readonly market: Market;
      readonly eventType: string;
      readonly more: Readonly<Record<string, unknown>>;
    };
