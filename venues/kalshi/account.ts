/** One account as the parts of its venue share it: client, public half, and what is remembered. */
import type { Clock } from '../../domain/clock.ts';
import type { Book } from '../../domain/venue-id.ts';
import type { MarketResult } from '../venue.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { KalshiClientOptions } from './client.ts';
import { KalshiClient } from './client.ts';
import type { KalshiMarkets } from './public.ts';
import { createKalshiMarkets } from './public.ts';
import type { KalshiCredentials } from './sign.ts';
import { createSigner } from './sign.ts';
import type { OrderTerms } from './wire.ts';

/** What a Kalshi account is opened with. */
export interface KalshiVenueOptions extends Omit<KalshiClientOptions, 'signer'> {
  readonly book: Book;
  readonly credentials: KalshiCredentials;
  /** 0 is the primary one; absent: the same, left out of what is written. */
  readonly subaccount?: number | undefined;
  readonly clock: Clock;
  /** The order group new orders join, asked at each `prepare`. */
  readonly orderGroupId?: (() => Promise<string | undefined>) | undefined;
  /**
   * What the ledger knows orders were for, by client order id; those it does not know are left
   * out. The venue's own words cannot tell a sale of YES from a purchase of NO.
   */
  readonly termsOf?:
    ((clientOrderIds: readonly string[]) => Promise<ReadonlyMap<string, OrderTerms>>) | undefined;
  /**
   * What the ledger knows of orders by the venue's id; those it does not know are left out. Fills
   * carry no client id: without this each is read from its order.
   */
  readonly ordersOf?:
    ((venueOrderIds: readonly string[]) => Promise<ReadonlyMap<string, KnownOrder>>) | undefined;
  /** Two sources of one fact disagree, or a fact has to wait for one that cannot be read now. */
  readonly onDoubt?: ((doubt: KalshiDoubt) => void) | undefined;
  /** How long absence proves nothing; absent: 60 s. Shorter in tests only. */
  readonly unknownHorizonMs?: number | undefined;
  /** How often the watch asks for facts; absent: every second. */
  readonly pollIntervalMs?: number | undefined;
}

/** An order as the ledger knows it. */
export interface KnownOrder extends OrderTerms {
  readonly clientOrderId: string;
}

/** Something a person should look at. */
export interface KalshiDoubt {
  readonly marketId: string;
  readonly detail: string;
}

/** The shared state of one account's venue. */
export interface KalshiAccount {
  readonly client: KalshiClient;
  readonly markets: KalshiMarkets;
  readonly options: KalshiVenueOptions;
  /** Client order id → the venue's, where this process has seen it. */
  readonly venueIds: BoundedMap<string, string>;
  /** The venue's order id → the client's; empty for an order without one. */
  readonly clientIds: BoundedMap<string, string>;
  readonly terms: BoundedMap<string, OrderTerms>;
  /** Markets this process has ordered on or read fills of. */
  readonly marketIds: BoundedMap<string, true>;
  /** Final results by market; an amended one is read again after a while. */
  readonly results: BoundedMap<string, MarketResult>;
}

const REMEMBERED_MAX = 50_000;
const RESULT_AGE_MS_MAX = 60_000;

/** @throws Error where the base URL or the key cannot be used */
export function openAccount(options: KalshiVenueOptions): KalshiAccount {
  const { baseUrl, wallMs, deadlines, readTokensPerSecond, clock } = options;
  const connection = { baseUrl, wallMs, deadlines, readTokensPerSecond };
  const sizes = { sizeMax: REMEMBERED_MAX };
  return {
    client: new KalshiClient({ ...connection, signer: createSigner(options.credentials) }),
    markets: createKalshiMarkets({ ...connection, clock }),
    options,
    venueIds: new BoundedMap(sizes),
    clientIds: new BoundedMap(sizes),
    terms: new BoundedMap(sizes),
    marketIds: new BoundedMap(sizes),
    results: new BoundedMap({ ...sizes, ageMsMax: RESULT_AGE_MS_MAX }),
  };
}

/** The subaccount lists are read for; without it they would be of all subaccounts. */
export function subaccountOf({ options }: KalshiAccount): number {
  return options.subaccount ?? 0;
}

/** What each of these orders was for, as far as this process or the ledger knows. */
export async function termsOf(
  account: KalshiAccount,
  clientOrderIds: readonly string[],
): Promise<ReadonlyMap<string, OrderTerms>> {
  const known = new Map<string, OrderTerms>();
  const missing: string[] = [];
  for (const id of new Set(clientOrderIds)) {
    const terms = account.terms.get(id);
    if (terms === undefined) missing.push(id);
    else known.set(id, terms);
  }
  if (missing.length === 0) return known;
  for (const [id, terms] of (await account.options.termsOf?.(missing)) ?? []) {
    account.terms.set(id, terms);
    known.set(id, terms);
  }
  return known;
}
