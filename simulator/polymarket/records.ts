/** What the simulated exchange keeps. Orders and trades are replaced, never changed in place. */
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import type { Book } from '../engine/book.ts';
import type { BookSide } from '../engine/matching.ts';
import type { Timeline } from '../engine/timeline.ts';

/** 0 EOA, 1 proxy, 2 Gnosis safe, 3 deposit wallet (ERC-1271). @source reference §1.4 */
export type SignatureType = 0 | 1 | 2 | 3;
export type Side = 'BUY' | 'SELL';
export type OrderType = 'GTC' | 'GTD' | 'FOK' | 'FAK';
/** The place of an outcome's token in its market. */
export type TokenIndex = 0 | 1;

/** Who may trade: a key of the venue, the Ethereum key behind it, and the wallet that pays. */
export interface Account {
  /** The API key, by which the venue names an owner. */
  readonly owner: string;
  /** Of the key that signs; lower case. */
  readonly address: string;
  /** The wallet that pays and holds; lower case. */
  readonly funder: string;
  readonly signatureType: SignatureType;
  readonly secret: string;
  readonly passphrase: string;
  readonly tier: string;
  readonly banned: boolean;
  readonly closedOnly: boolean;
  /** Whether the exchanges may take the wallet's pUSD and tokens. */
  readonly allowed: boolean;
  /** A sum of matched orders that the venue never lets go of, µ$. @source reference §5.3 */
  readonly stuckMicros: number;
}

/** Tokens of one kind: `pending` are matched and not mined, and cannot be sold. Micro-shares. */
export interface Tokens {
  readonly held: number;
  readonly pending: number;
}

/** What a wallet has. */
export interface Wallet {
  /** pUSD, µ$. */
  cash: number;
  readonly tokens: Map<string, Tokens>;
  /** Balances as told, by asset: `''` is pUSD. */
  readonly told: Map<string, Timeline<number>>;
}

/** The venue's words for where an order stands. */
export type OrderStatus =
  | 'LIVE'
  | 'DELAYED'
  | 'UNMATCHED'
  | 'MATCHED'
  | 'CANCELED'
  | 'CANCELED_MARKET_RESOLVED'
  | 'INVALID';

/** A client's order. Its price is the token's; the book is quoted in YES. */
export interface Order {
  /** The EIP-712 hash. */
  readonly orderId: string;
  readonly owner: string;
  readonly funder: string;
  readonly conditionId: string;
  readonly token: TokenIndex;
  readonly side: Side;
  readonly orderType: OrderType;
  /** The worst price it may trade at. */
  readonly price: PriceMicros;
  /** As told: the price it was made with, a decimal. */
  readonly priceText: string;
  /** Shares asked for; a budget buy may get more. */
  readonly size: MicroContracts;
  /** A FOK or FAK buy spends this, µ$, on as many shares as it buys. */
  readonly budgetMicros?: number;
  readonly matched: MicroContracts;
  /** pUSD paid or received in its trades, without fees, µ$. */
  readonly matchedMicros: number;
  readonly status: OrderStatus;
  /** Why it was killed; told behind the status. */
  readonly reason?: string;
  readonly tradeIds: readonly string[];
  /** Seconds, as sent; 0 is none. */
  readonly expiration: number;
  readonly expiresAtMs?: number;
  readonly delayedUntilMs?: number;
  readonly createdAtMs: number;
  readonly sequence: number;
  /** Reads do not tell this order's changes before then. */
  readonly hiddenUntilMs: number;
  /** What becomes of its trades. */
  readonly fate: Fate;
}

/** How a trade ends: mined and confirmed, after a retry, or never. */
export type Fate = 'confirm' | 'retry' | 'fail';

/** @source reference §2.7 */
export type TradeStatus = 'MATCHED' | 'MINED' | 'CONFIRMED' | 'RETRYING' | 'FAILED';

/** One party's side of a trade. */
export interface Leg {
  readonly orderId: string;
  readonly owner: string;
  readonly funder: string;
  readonly token: TokenIndex;
  readonly side: Side;
  readonly price: PriceMicros;
  readonly quantity: MicroContracts;
}

/** A match at one price: one taker, one or more makers. */
export interface Trade {
  readonly tradeId: string;
  readonly conditionId: string;
  readonly taker: Leg;
  readonly makers: readonly Leg[];
  /** What the taker paid, µ$. */
  readonly feeMicros: number;
  readonly status: TradeStatus;
  readonly fate: Fate;
  readonly atMs: number;
  readonly updatedAtMs: number;
  /** When its status changes next; absent once it is final. */
  readonly stepAtMs?: number;
  readonly transactionHash: string;
  readonly error: string;
  readonly sequence: number;
  readonly hiddenUntilMs: number;
}

/** Payouts per token, µ$ a share. */
export type Payouts = readonly [PriceMicros, PriceMicros];

/** The oracle's word for a question; empty before anything is proposed. */
export type UmaStatus = '' | 'proposed' | 'disputed' | 'resolved';

/** A market and its book; the one record that changes in place. */
export interface Market {
  readonly slug: string;
  readonly conditionId: string;
  readonly questionId: string;
  readonly gammaId: string;
  readonly tokenIds: readonly [string, string];
  readonly outcomes: readonly [string, string];
  readonly question: string;
  readonly eventSlug: string;
  readonly negRisk: boolean;
  readonly minSize: number;
  readonly fee: { readonly rateMillionths: number; readonly exponent: number } | undefined;
  readonly sequence: number;
  readonly listedAtMs: number;
  readonly book: Book;
  /** The outcome a level of the house was quoted for. */
  readonly houseTokens: Map<string, TokenIndex>;
  /** Whatever else Gamma tells, as the admin port set it. */
  fields: Readonly<Record<string, unknown>>;
  tickMicros: number;
  secondsDelay: number;
  /** The CLOB knows nothing of it before then. @source reference §5.10 */
  clobFromMs: number;
  endAtMs: number;
  accepting: boolean;
  closedAtMs?: number;
  uma: UmaStatus;
  /** Every word of the oracle so far. */
  umaHistory: readonly string[];
  proposed?: Payouts;
  /** When a proposal becomes the result by itself. */
  resolvesAtMs?: number;
  livenessMs: number;
  payouts?: Payouts;
  lastPrice: PriceMicros;
  volume: number;
}

/** Winnings paid out on the chain. */
export interface Redemption {
  readonly owner: string;
  readonly funder: string;
  readonly conditionId: string;
  readonly amountMicros: number;
  readonly quantity: number;
  readonly atMs: number;
  readonly transactionHash: string;
}

/** The kind of an order's event on the user channel. */
export type OrderEventType = 'PLACEMENT' | 'UPDATE' | 'CANCELLATION';

/** What happened, for the websockets. */
export type ExchangeEvent =
  | { readonly kind: 'order'; readonly order: Order; readonly type: OrderEventType }
  | { readonly kind: 'trade'; readonly trade: Trade }
  | { readonly kind: 'book'; readonly market: Market }
  | { readonly kind: 'tick'; readonly market: Market; readonly oldTickMicros: number }
  | { readonly kind: 'listed'; readonly market: Market }
  | { readonly kind: 'resolved'; readonly market: Market };

/** The side of the YES book a token's side stands on: selling NO buys YES. */
export function bookSideOf(side: Side, token: TokenIndex): BookSide {
  return (side === 'BUY') === (token === 0) ? 'bid' : 'ask';
}

/** The token's side behind a side of the YES book; the inverse of `bookSideOf`. */
export function sideOf(side: BookSide, token: TokenIndex): Side {
  return (side === 'bid') === (token === 0) ? 'BUY' : 'SELL';
}
