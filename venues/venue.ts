/**
 * The port every venue implements: `paper` here, the real exchanges beside it later. One suite,
 * `test/venues/conformance.ts`, holds all of them to the behaviour written down here.
 */
import type {
  Quote,
  VenueBalance,
  VenueFill,
  VenueMarket,
  VenueRedemption,
  VenueSettlement,
  VenueStatus,
} from '../domain/market.ts';
import type { MicroContracts, PriceMicros } from '../domain/money.ts';
import type { Book, OutcomeIndex, TimeInForce, VenueId } from '../domain/venue-id.ts';

export type {
  Level,
  Quote,
  VenueBalance,
  VenueFill,
  VenueMarket,
  VenueRedemption,
  VenueSettlement,
  VenueStatus,
} from '../domain/market.ts';

/** An order whose identity is decided and stored before the first send. */
export interface OrderRequest {
  /** The identity the venue deduplicates on; the same string on every send of this order. */
  readonly clientOrderId: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly quantity: MicroContracts;
  readonly limitPrice: PriceMicros;
  readonly timeInForce: TimeInForce;
  /** Unix ms after which a `gtd` order rests no longer. */
  readonly restUntilMs?: number;
  /** When it was decided, Unix ms of the Clock: a venue whose orders carry a time signs this one. */
  readonly decidedAtMs: number;
}

/** Bytes to store before the first send, and to send again unchanged. Opaque to the engine. */
export interface PreparedOrder {
  readonly request: OrderRequest;
  readonly wire: string;
  /** The venue's own id of the order, where it follows from the bytes. */
  readonly venueOrderId?: string;
}

/** What an order is found by: its identity, and what else narrows the search at the venue. */
export interface OrderRef {
  readonly clientOrderId: string;
  readonly marketId: string;
  /** Where the venue has told it. */
  readonly venueOrderId?: string;
  /** When its bytes may first have left, Unix ms of the Clock; absent: unknown. */
  readonly sentAtMs?: number;
}

/** What the venue says an order has come to. */
export interface OrderState {
  readonly venueOrderId: string;
  /** `final`: nothing more can fill. `resting`: it may. */
  readonly status: 'resting' | 'final';
  /** What it got and kept: a fill that is taken back later is gone from it, even when final. */
  readonly filled: MicroContracts;
  /** Volume-weighted over what it kept, rounded up; absent without a fill. Sizes the next leg, books nothing. */
  readonly averagePriceMicros?: PriceMicros;
}

/** An order that rests, as the venue lists it: enough to cancel it by. */
export interface OpenOrder extends OrderState {
  readonly clientOrderId: string;
  readonly marketId: string;
}

/**
 * The answer to a send. `unknown` keeps its hold until a look-up settles it; `notSent` means that
 * no byte left (the permit was refused or had expired). `deferred` means that the venue took
 * nothing and says when to ask again (429): the same bytes may be sent once more.
 */
export type PlaceOutcome =
  | { readonly kind: 'accepted'; readonly order: OrderState }
  | { readonly kind: 'rejected'; readonly code: string; readonly detail: string }
  | { readonly kind: 'notSent'; readonly detail: string }
  | { readonly kind: 'deferred'; readonly detail: string; readonly retryAfterMs: number }
  | { readonly kind: 'unknown'; readonly detail: string };

export type LookupOutcome =
  | { readonly kind: 'found'; readonly order: OrderState }
  /** Proves nothing before the venue's horizon has passed since the last send. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly detail: string };

/** A page of facts, oldest first, and where to go on. */
export interface FactPage<Fact> {
  readonly facts: readonly Fact[];
  /** Facts recorded up to here have been read; hand it back, less the overlap. Unix ms. */
  readonly cursorMs: number;
}

export interface VenueCapabilities {
  readonly timeInForce: readonly TimeInForce[];
  /** How long after a send the absence of the order proves that it never arrived. */
  readonly unknownHorizonMs: number;
  /** How often the watch may ask for facts. */
  readonly pollIntervalMs: number;
  /**
   * Starts of sends and of cancels a second over all workers, half of what the venue's burst
   * takes; absent where nothing limits them.
   */
  readonly startsPerSecond?: { readonly orders: number; readonly cancels: number };
}

/** A market's result where it is final: what each outcome pays, and since when. */
export interface MarketResult {
  readonly payoutMicros: readonly [PriceMicros, PriceMicros];
  readonly settledAtMs: number;
}

/**
 * What a venue tells everybody, without a key. Methods reject with `VenueUnreachable` when the
 * venue was not heard and with `VenueRefused` when it said no.
 */
export interface MarketData {
  readonly id: VenueId;
  /** Undefined where the venue knows no such market. */
  market(marketId: string, signal?: AbortSignal): Promise<VenueMarket | undefined>;
  quote(marketId: string, outcome: OutcomeIndex, signal?: AbortSignal): Promise<Quote>;
  /** Whether the venue trades; with a market, whether that market's part of the venue does. */
  status(marketId?: string, signal?: AbortSignal): Promise<VenueStatus>;
}

/** Public data with results, as paper trading needs it. */
export interface PublicMarketData extends MarketData {
  /** Undefined until the result is final; a dispute is none. */
  result(marketId: string, signal?: AbortSignal): Promise<MarketResult | undefined>;
}

/** Who hears that something happened at a venue. */
export interface VenueListener {
  /** Something may have changed: look. Which venue's record is the truth is not said by it. */
  readonly onEvent: () => void;
  /** Events may be missed, for this reason; words for the log. */
  readonly onTrouble: (detail: string) => void;
}

/**
 * A venue as the engine sees it. Methods reject as `MarketData`'s do; `place`, `lookup` and
 * `cancel` answer instead, because there the difference is part of the result.
 */
export interface Venue extends MarketData {
  readonly book: Book;
  capabilities(): VenueCapabilities;
  /** What can be spent; with a market, on that market's part of the venue. */
  balance(marketId?: string, signal?: AbortSignal): Promise<VenueBalance>;
  /**
   * The same, looked up anew by a venue that may not know of cash that came past it. Absent where
   * `balance` is that already.
   */
  balanceNow?(signal?: AbortSignal): Promise<VenueBalance>;
  /** Decides the bytes; sends nothing. */
  prepare(request: OrderRequest): Promise<PreparedOrder>;
  /**
   * Sends the prepared bytes once. `mayWrite` is called synchronously right before they leave;
   * when it answers false nothing is written and the outcome is `notSent`.
   */
  place(order: PreparedOrder, mayWrite: () => boolean, signal?: AbortSignal): Promise<PlaceOutcome>;
  lookup(order: OrderRef, signal?: AbortSignal): Promise<LookupOutcome>;
  /** Idempotent; answers what the order has come to. */
  cancel(order: OrderRef, signal?: AbortSignal): Promise<LookupOutcome>;
  /** Cancels every resting order of this book; answers how many it asked for. */
  cancelAll(signal?: AbortSignal): Promise<number>;
  openOrders(signal?: AbortSignal): Promise<readonly OpenOrder[]>;
  /** Fills, and records that take one back (`reverts`), recorded at or after `sinceMs`. */
  fillsSince(sinceMs: number, signal?: AbortSignal): Promise<FactPage<VenueFill>>;
  /** Final results recorded at or after `sinceMs`. */
  settlementsSince(sinceMs: number, signal?: AbortSignal): Promise<FactPage<VenueSettlement>>;
  /**
   * Redemptions of won positions recorded at or after `sinceMs`. Absent where the venue pays cash
   * as a market settles.
   */
  redemptionsSince?(sinceMs: number, signal?: AbortSignal): Promise<FactPage<VenueRedemption>>;
  /**
   * Tells of events until the signal aborts, and resolves when the connection is closed. It only
   * makes looks come sooner: events may be missed or come twice. Absent where the venue has none.
   */
  listen?(listener: VenueListener, signal: AbortSignal): Promise<void>;
}

/** The venue said no, and will say it again: final, not to be retried unchanged. */
export class VenueRefused extends Error {
  override readonly name = 'VenueRefused';
  readonly code: string;
  constructor(options: { venue: VenueId; code: string; detail: string }) {
    super(`${options.venue} refused: ${options.code}: ${options.detail}`);
    this.code = options.code;
  }
}

/** The venue was not heard: the effect of what was asked is unknown; look it up before a repeat. */
export class VenueUnreachable extends Error {
  override readonly name = 'VenueUnreachable';
  readonly retryAfterMs: number | undefined;
  constructor(options: { venue: VenueId; detail: string; retryAfterMs?: number; cause?: unknown }) {
    super(`${options.venue} was not heard: ${options.detail}`, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether a venue said no or was not heard, and nothing of ours is wrong. */
export function isVenueFailure(error: unknown): error is VenueRefused | VenueUnreachable {
  return error instanceof VenueRefused || error instanceof VenueUnreachable;
}
