/** Polymarket as a venue: the port over its CLOB, one wallet a book. */
import { balanceAllowanceSchema } from '../../contracts/polymarket/account.ts';
import { TIME_IN_FORCE } from '../../domain/venue-id.ts';
import type { FactPage, Venue, VenueBalance, VenueCapabilities, VenueListener } from '../venue.ts';
import type { PolymarketAccount, PolymarketVenueOptions } from './account.ts';
import { openAccount } from './account.ts';
import { cancelAllOrders, cancelOrder } from './cancel.ts';
import { readFills } from './fills.ts';
import { lookUp, readOpenOrders } from './order-reads.ts';
import { placeOrder, prepareOrder } from './place.ts';
import type { PolymarketRedemption } from './redemptions.ts';
import { readRedemptions } from './redemptions.ts';
import { createSettlementReads } from './settlements.ts';
import { listenTo } from './stream.ts';

/** What Polymarket's venue can besides the port. */
export interface PolymarketVenue extends Venue {
  /** Cash that winning positions were redeemed for, recorded at or after `sinceMs`. */
  redemptionsSince(sinceMs: number, signal?: AbortSignal): Promise<FactPage<PolymarketRedemption>>;
  listen(listener: VenueListener, signal: AbortSignal): Promise<void>;
  /** Names the account to bind a book to: the address that holds the money, in lower case. */
  accountId(signal?: AbortSignal): Promise<string>;
  /** The same cash as the port's: there is one wallet. */
  totalBalance(signal?: AbortSignal): Promise<VenueBalance>;
}

const POLL_INTERVAL_MS = 1_000;
/** Half of the Standard tier's bursts of 60 and 120. @source reference/polymarket.md §4 */
const STARTS_PER_SECOND = { orders: 30, cancels: 60 } as const;

/**
 * Opens an account's venue. Nothing is sent by it.
 * @throws Error where a base URL is none of Polymarket's, or key, type and funder give no wallet
 */
export function createPolymarketVenue(options: PolymarketVenueOptions): PolymarketVenue {
  const account = openAccount(options);
  const { markets } = account;
  const capabilities: VenueCapabilities = {
    timeInForce: TIME_IN_FORCE,
    unknownHorizonMs: account.unknownHorizonMs,
    pollIntervalMs: options.pollIntervalMs ?? POLL_INTERVAL_MS,
    startsPerSecond: STARTS_PER_SECOND,
  };
  const settlementsSince = createSettlementReads(account);
  return {
    id: 'polymarket',
    book: options.book,
    capabilities: () => capabilities,
    market: (marketId, signal) => markets.market(marketId, signal),
    quote: (marketId, outcome, signal) => markets.quote(marketId, outcome, signal),
    status: (marketId, signal) => markets.status(marketId, signal),
    balance: (_marketId, signal) => readBalance(account, signal),
    balanceNow: (signal) => readBalanceNow(account, signal),
    prepare: (request) => prepareOrder(account, request),
    place: (order, mayWrite, signal) => placeOrder(account, order, mayWrite, signal),
    lookup: (order, signal) => lookUp(account, order, signal),
    cancel: (order, signal) => cancelOrder(account, order, signal),
    cancelAll: (signal) => cancelAllOrders(account, signal),
    openOrders: (signal) => readOpenOrders(account, signal),
    fillsSince: (sinceMs, signal) => readFills(account, sinceMs, signal),
    settlementsSince,
    redemptionsSince: (sinceMs, signal) => readRedemptions(account, sinceMs, signal),
    listen: (listener, signal) => listenTo(account, listener, signal),
    accountId: () => Promise.resolve(account.wallet.maker.toLowerCase()),
    totalBalance: (signal) => readBalance(account, signal),
  };
}

async function readBalance(account: PolymarketAccount, signal?: AbortSignal) {
  return { cashMicros: (await readCollateral(account, signal)).balance };
}

/** The venue keeps a copy of the wallet's balance, which winnings are paid past. @source reference §3.2 */
async function readBalanceNow(account: PolymarketAccount, signal?: AbortSignal) {
  const { clob, wallet } = account;
  const path = '/balance-allowance/update';
  const query = { asset_type: 'COLLATERAL', signature_type: wallet.signatureType };
  const answer = await clob.get({ path, query, signal });
  if (answer.status !== 200) throw clob.failure(answer, path);
  return readBalance(account, signal);
}

/** pUSD of the wallet, and what the exchanges may take of it. */
export function readCollateral({ clob, wallet }: PolymarketAccount, signal?: AbortSignal) {
  return clob.read({
    path: '/balance-allowance',
    query: { asset_type: 'COLLATERAL', signature_type: wallet.signatureType },
    schema: balanceAllowanceSchema,
    signal,
  });
}
