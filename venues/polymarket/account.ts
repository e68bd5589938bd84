/** One account as the parts of its venue share it: clients, public half, and what is remembered. */
import type { PolymarketTrade } from '../../contracts/polymarket/trades.ts';
import type { Clock } from '../../domain/clock.ts';
import type { VenueMarket } from '../../domain/market.ts';
import type { MicroContracts } from '../../domain/money.ts';
import type { Book, OutcomeIndex } from '../../domain/venue-id.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { TransportDeadlines } from '../http/transport.ts';
import { PolymarketClient } from './client.ts';
import type { PolymarketUrls } from './hosts.ts';
import type { PolymarketApiKey } from './l2.ts';
import { l2Headers } from './l2.ts';
import type { PolymarketDoubt } from './public.ts';
import { createPolymarketMarkets } from './public.ts';
import type { PolymarketWallet, PolymarketWalletOptions } from './sign.ts';
import { createWallet } from './sign.ts';
import type { MarketTerms, PolymarketMarkets } from './terms.ts';
import type { TradingModes } from './trading-mode.ts';
import { createTradingModes } from './trading-mode.ts';

/** The wallet that trades, and the API key that its requests are signed with. */
export interface PolymarketCredentials extends PolymarketWalletOptions, PolymarketApiKey {}

/** What a Polymarket account is opened with. */
export interface PolymarketVenueOptions {
  readonly urls: PolymarketUrls;
  readonly book: Book;
  readonly clock: Clock;
  readonly credentials: PolymarketCredentials;
  /** Unix ms of the wall clock that requests are signed with; absent: the machine's. */
  readonly wallMs?: (() => number) | undefined;
  /** What is learnt of the venue's trading modes; absent: a holder of its own. */
  readonly modes?: TradingModes | undefined;
  /** Markets the ledger holds positions in, and those paid lately; absent: those dealt with here. */
  readonly heldMarkets?: (() => Promise<readonly string[]>) | undefined;
  /** What the ledger knows of orders by their hashes; those it does not know are left out. */
  readonly ordersOf?:
    ((venueOrderIds: readonly string[]) => Promise<ReadonlyMap<string, KnownOrder>>) | undefined;
  /** Two sources of one fact disagree, or a fact has to wait for one that cannot be read now. */
  readonly onDoubt?: ((doubt: PolymarketDoubt) => void) | undefined;
  /** How long absence proves nothing; absent: 180 s. Shorter in tests only. */
  readonly unknownHorizonMs?: number | undefined;
  /** How often the watch asks for facts; absent: every second. */
  readonly pollIntervalMs?: number | undefined;
  /** How often results are asked for at most; absent: every 10 s. */
  readonly resultIntervalMs?: number | undefined;
  /** How long a restriction that was told is believed at most; absent: as its kind lasts. Shorter in tests only. */
  readonly modeHoldMsMax?: number | undefined;
  readonly deadlines?: TransportDeadlines | undefined;
  /** Reads a second of each host; absent: half of what each takes. */
  readonly readsPerSecond?: number | undefined;
}

/** An order as the ledger knows it. */
export interface KnownOrder {
  readonly clientOrderId: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  /** As it was when the order was decided: its fills are read and charged by it. */
  readonly market: Pick<VenueMarket, 'marketId' | 'tokenIds' | 'fees'>;
}

/** What this process knows of an order by its hash. Another one may have sent it. */
export interface OrderMemory {
  marketId?: string;
  quantity?: MicroContracts;
  /** Bytes of it have left. */
  sent?: boolean;
  /** When the venue last showed that it has it (process clock, ms): it did not fail to arrive. */
  shownMs?: number;
  /** When it was last seen to rest or to be delayed, by the same clock. */
  aliveMs?: number;
  /** The venue said that it rests no longer by our cancel. */
  canceled?: boolean;
  /** The least that the answer to its send said was matched. */
  matchedMin?: MicroContracts;
}

/** The shared state of one account's venue. */
export interface PolymarketAccount {
  readonly clob: PolymarketClient;
  readonly data: PolymarketClient;
  readonly markets: PolymarketMarkets;
  readonly modes: TradingModes;
  readonly wallet: PolymarketWallet;
  readonly options: PolymarketVenueOptions;
  readonly unknownHorizonMs: number;
  /** Client order id → hash, where this process has sent the order. */
  readonly hashes: BoundedMap<string, string>;
  readonly orders: BoundedMap<string, OrderMemory>;
  /** Hashes whose last send has no known outcome, as long as that proves nothing. */
  readonly doubtful: BoundedMap<string, true>;
  /** Hash → the client's id; empty for an order that is not ours. */
  readonly clientIds: BoundedMap<string, string>;
  /** Hash → what the ledger knows of the order; null for one it does not. */
  readonly known: BoundedMap<string, KnownOrder | null>;
  /** Condition id → the market's terms when its first trade was read. */
  readonly terms: BoundedMap<string, MarketTerms>;
  /** Trades of the last day that were read and not confirmed, by their ids. */
  readonly followed: Map<string, FollowedTrade>;
  /** Markets this process has ordered on or read trades of. */
  readonly dealtWith: BoundedMap<string, true>;
  /** Markets in which shares that were just bought may not be there to sell yet. */
  readonly unsettled: BoundedMap<string, true>;
  /** Buys refused in a row for want of balance, and until when none is tried (process clock, ms). */
  readonly balance: { refusals: number; openUntilMs: number };
  /**
   * Up to when this process has read trades, Unix ms of the Clock; and when it asked for results,
   * by its own clock.
   */
  readonly due: { tradesReadAtMs: number | undefined; resultsAskedMs: number };
}

/** A trade that may fail still, or whose failure may not be booked yet. */
export type FollowedTrade = Pick<PolymarketTrade, 'market' | 'status' | 'match_time'>;

const REMEMBERED_MAX = 50_000;
const MARKETS_REMEMBERED_MAX = 2_000;
/** Twice what settling was seen to take. @source reference/polymarket.md §5.6 */
const UNSETTLED_MS_MAX = 120_000;
/** Absence proves that an order never arrived after this. @source DESIGN §8 */
const UNKNOWN_HORIZON_MS = 180_000;
/** Half of the 500 in ten seconds that /data/orders and /data/trades take. @source reference §4 */
const READS_PER_SECOND = 25;
/** Half of the Data API's 150 positions in ten seconds. @source the same */
const DATA_READS_PER_SECOND = 7;

/** @throws Error where a base URL or the wallet cannot be used */
export function openAccount(options: PolymarketVenueOptions): PolymarketAccount {
  const { urls, clock, credentials, deadlines, readsPerSecond, onDoubt } = options;
  const wallMs = options.wallMs ?? Date.now;
  const wallet = createWallet(credentials);
  const modes =
    options.modes ??
    createTradingModes({
      nowMs: wallMs,
      holdMsMax: options.modeHoldMsMax,
    });
  const unknownHorizonMs = options.unknownHorizonMs ?? UNKNOWN_HORIZON_MS;
  const sizes = { sizeMax: REMEMBERED_MAX };
  return {
    clob: new PolymarketClient({
      url: urls.clob,
      deadlines,
      readsPerSecond: readsPerSecond ?? READS_PER_SECOND,
      headersOf: (call) =>
        l2Headers(credentials, wallet.address, call, Math.floor(wallMs() / 1000)),
    }),
    data: new PolymarketClient({
      url: urls.data,
      deadlines,
      readsPerSecond: readsPerSecond ?? DATA_READS_PER_SECOND,
    }),
    markets: createPolymarketMarkets({ urls, clock, deadlines, readsPerSecond, modes, onDoubt }),
    modes,
    wallet,
    options,
    unknownHorizonMs,
    hashes: new BoundedMap(sizes),
    orders: new BoundedMap(sizes),
    doubtful: new BoundedMap({ ...sizes, ageMsMax: unknownHorizonMs }),
    clientIds: new BoundedMap(sizes),
    known: new BoundedMap(sizes),
    terms: new BoundedMap({ sizeMax: MARKETS_REMEMBERED_MAX }),
    followed: new Map(),
    dealtWith: new BoundedMap({ sizeMax: MARKETS_REMEMBERED_MAX }),
    unsettled: new BoundedMap({ sizeMax: MARKETS_REMEMBERED_MAX, ageMsMax: UNSETTLED_MS_MAX }),
    balance: { refusals: 0, openUntilMs: 0 },
    due: { tradesReadAtMs: undefined, resultsAskedMs: Number.NEGATIVE_INFINITY },
  };
}

/** Adds to what is known of an order. */
export function remember(
  { orders }: PolymarketAccount,
  hash: string,
  known: Readonly<OrderMemory>,
): void {
  orders.set(hash, { ...orders.get(hash), ...known });
}
