/** Kalshi as a venue: the port over its REST API, one account and subaccount a book. */
import type { KalshiBalance } from '../../contracts/kalshi/portfolio.ts';
import { balanceSchema } from '../../contracts/kalshi/portfolio.ts';
import { communicationsIdSchema } from '../../contracts/kalshi/exchange.ts';
import { sumMicros, ZERO_MICROS } from '../../domain/money.ts';
import { TIME_IN_FORCE } from '../../domain/venue-id.ts';
import type { FactPage, Venue, VenueBalance, VenueCapabilities, VenueListener } from '../venue.ts';
import type { KalshiAccount, KalshiVenueOptions } from './account.ts';
import { openAccount, subaccountOf } from './account.ts';
import { cancelAllOrders, cancelOrder } from './cancel.ts';
import { readFills } from './fills.ts';
import type { KalshiOrderGroups } from './order-groups.ts';
import { orderGroupsOf } from './order-groups.ts';
import { lookUp, readOpenOrders } from './order-reads.ts';
import { placeOrder, prepareOrder } from './place.ts';
import type { KalshiSettlementRecord } from './settlements.ts';
import { readSettlements } from './settlements.ts';
import { openKalshiStream } from './stream.ts';

/** What Kalshi's venue can besides the port. */
export interface KalshiVenue extends Venue, KalshiOrderGroups {
  /** Settlements with the venue's own numbers, which booked P&L is checked against. */
  settlementsSince(
    sinceMs: number,
    signal?: AbortSignal,
  ): Promise<FactPage<KalshiSettlementRecord>>;
  /**
   * Names the account to bind a book to: the same for every key of the user, whatever was traded.
   * A venue that does not tell the user (a simulator) is bound by its key.
   */
  accountId(signal?: AbortSignal): Promise<string>;
  /** Cash of all shards together. */
  totalBalance(signal?: AbortSignal): Promise<VenueBalance>;
}

/** Absence proves that an order never arrived after this. @source DESIGN §8 */
const UNKNOWN_HORIZON_MS = 60_000;
const POLL_INTERVAL_MS = 1_000;
/** Half of the Basic tier's write burst of 100 tokens: creates cost 10, cancels 2. */
const STARTS_PER_SECOND = { orders: 5, cancels: 25 } as const;

/**
 * Opens an account's venue. Nothing is sent by it.
 * @throws Error where the base URL is none of Kalshi's, or the key is no RSA or Ed25519 key
 */
export function createKalshiVenue(options: KalshiVenueOptions): KalshiVenue {
  const account = openAccount(options);
  const { markets } = account;
  const capabilities: VenueCapabilities = {
    timeInForce: TIME_IN_FORCE,
    unknownHorizonMs: options.unknownHorizonMs ?? UNKNOWN_HORIZON_MS,
    pollIntervalMs: options.pollIntervalMs ?? POLL_INTERVAL_MS,
    startsPerSecond: STARTS_PER_SECOND,
  };
  return {
    id: 'kalshi',
    book: options.book,
    capabilities: () => capabilities,
    market: (marketId, signal) => markets.market(marketId, signal),
    quote: (marketId, outcome, signal) => markets.quote(marketId, outcome, signal),
    status: (marketId, signal) => markets.status(marketId, signal),
    balance: (marketId, signal) => readBalance(account, marketId, signal),
    prepare: (request) => prepareOrder(account, request),
    place: (order, mayWrite, signal) => placeOrder(account, order, mayWrite, signal),
    lookup: (order, signal) => lookUp(account, order, signal),
    cancel: (order, signal) => cancelOrder(account, order, signal),
    cancelAll: (signal) => cancelAllOrders(account, signal),
    openOrders: (signal) => readOpenOrders(account, signal),
    fillsSince: (sinceMs, signal) => readFills(account, sinceMs, signal),
    settlementsSince: (sinceMs, signal) => readSettlements(account, sinceMs, signal),
    listen: (listener, signal) => listenTo(account, listener, signal),
    totalBalance: (signal) => readTotal(account, signal),
    accountId: (signal) => readAccountId(account, signal),
    ...orderGroupsOf(account),
  };
}

/**
 * Fills and orders are the account's own; of markets the stream tells every one the exchange has,
 * and only those this process has dealt with are worth a look.
 */
async function listenTo(
  { options, marketIds }: KalshiAccount,
  { onEvent, onTrouble }: VenueListener,
  signal: AbortSignal,
): Promise<void> {
  const { baseUrl, credentials, wallMs } = options;
  const stream = openKalshiStream(
    { baseUrl, credentials, wallMs, onTrouble },
    ({ kind, marketId }) => {
      const isForeign = kind === 'market' && marketIds.get(marketId ?? '') === undefined;
      if (!isForeign) onEvent();
    },
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await stream.close();
}

/**
 * Collateral is kept a shard: money on one buys nothing on another. A shard the venue lists no
 * money for has none.
 */
async function readBalance(
  account: KalshiAccount,
  marketId: string | undefined,
  signal?: AbortSignal,
): Promise<VenueBalance> {
  const shard = marketId === undefined ? 0 : await account.markets.shardOf(marketId, signal);
  return { cashMicros: cashOf(await readCash(account, signal), shard) };
}

async function readTotal(account: KalshiAccount, signal?: AbortSignal): Promise<VenueBalance> {
  const { balance_dollars: all, balance_breakdown: parts } = await readCash(account, signal);
  if (parts == null || parts.length === 0) return { cashMicros: all };
  return { cashMicros: sumMicros(parts.map(({ balance }) => balance)) };
}

/** Cash of every shard. */
export async function readCash(
  account: KalshiAccount,
  signal?: AbortSignal,
): Promise<KalshiBalance> {
  const query = { subaccount: subaccountOf(account) };
  const path = '/portfolio/balance';
  return account.client.read({ path, query, schema: balanceSchema, signal });
}

function cashOf({ balance_dollars: all, balance_breakdown: parts }: KalshiBalance, shard: number) {
  if (parts == null || parts.length === 0) return shard === 0 ? all : ZERO_MICROS;
  return parts.find(({ exchange_index: index }) => index === shard)?.balance ?? ZERO_MICROS;
}

async function readAccountId(account: KalshiAccount, signal?: AbortSignal): Promise<string> {
  const path = '/communications/id';
  const told = await account.client.find({ path, schema: communicationsIdSchema, signal });
  const { keyId } = account.options.credentials;
  const owner = told === undefined ? `key:${keyId}` : `user:${told.communications_id}`;
  return `${owner}/${subaccountOf(account)}`;
}
