/**
 * What an order has come to, by everything the venue tells: the order itself, the list of open
 * ones, and the trades. Its own page may be empty once it is over, and every list lags.
 */
import { parseJson } from '../../contracts/json.ts';
import type { PolymarketOrder } from '../../contracts/polymarket/orders.ts';
import { orderPageSchema, polymarketOrderSchema } from '../../contracts/polymarket/orders.ts';
import { tradePageSchema } from '../../contracts/polymarket/trades.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { microContracts, MICROS_PER_UNIT, mulDivCeil, priceMicros } from '../../domain/money.ts';
import { SHARE_STEP_MICROS } from '../../domain/polymarket-amounts.ts';
import { asOutcome } from '../as-outcome.ts';
import type { LookupOutcome, OpenOrder, OrderRef, OrderState } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';
import { remember } from './account.ts';
import { unheard } from './client.ts';
import type { OwnMatch } from './matches.ts';
import { matchOfOrder } from './matches.ts';
import { learnOrders } from './own-orders.ts';

/** Clocks differ, and the venue dates trades by its own. */
const SENT_SLACK_MS = 5 * 60_000;
/** Sizes of fills drift by this much. @source reference/polymarket.md §2.4 */
const DUST = SHARE_STEP_MICROS;

/** An order by its hash, and what narrows the search. */
export interface HashedRef extends OrderRef {
  readonly hash: string;
}

/** What the venue told of an order. */
export interface Evidence {
  /** Its own page; absent where that is empty. */
  readonly order?: PolymarketOrder;
  /** Whether the list of open orders has it. */
  readonly open: boolean;
  readonly matches: readonly OwnMatch[];
  readonly nowMs: number;
}

/** Finds an order and says what it has come to. Absent only where every list was read. */
export function lookUp(
  account: PolymarketAccount,
  ref: OrderRef,
  signal?: AbortSignal,
): Promise<LookupOutcome> {
  return asOutcome(async () => {
    const hash = hashOf(account, ref);
    // The hash is stored before the first send: without one nothing was ever sent.
    if (hash === undefined) return { kind: 'absent' };
    const known = { ...ref, hash };
    return outcomeOf(account, known, await readEvidence(account, known, signal));
  });
}

/** The order's hash, where the ledger or this process has one. */
export function hashOf(account: PolymarketAccount, ref: OrderRef): string | undefined {
  return ref.venueOrderId?.toLowerCase() ?? account.hashes.get(ref.clientOrderId);
}

/** Reads the order before its trades: these are then as new as what it says was matched. */
export async function readEvidence(
  account: PolymarketAccount,
  ref: HashedRef,
  signal?: AbortSignal,
): Promise<Evidence> {
  const { atMs: nowMs } = await account.options.clock.read();
  const order = await readOrder(account, ref.hash, signal);
  const conditionId = order?.market ?? (await conditionOf(account, ref.marketId, signal));
  const open = order === undefined && (await isListed(account, ref.hash, conditionId, signal));
  const matches = await readMatches(account, ref, conditionId, signal);
  const isAliveNow = open || (order !== undefined && isAlive(order.status));
  if (isAliveNow || order !== undefined || matches.length > 0) {
    const shownMs = performance.now();
    remember(account, ref.hash, { shownMs, ...(isAliveNow ? { aliveMs: shownMs } : {}) });
  }
  return { ...(order === undefined ? {} : { order }), open, matches, nowMs };
}

/** One order by its hash; undefined where its page is empty. @throws VenueUnreachable on another's */
async function readOrder(
  { clob, wallet }: PolymarketAccount,
  hash: string,
  signal?: AbortSignal,
): Promise<PolymarketOrder | undefined> {
  const path = `/data/order/${hash}`;
  const answer = await clob.get({ path, signal });
  // Orders that are over were seen to have no page. @source Polymarket/py-clob-client#217
  if (answer.status === 404 && isError(answer.text)) return undefined;
  if (answer.status !== 200) throw clob.failure(answer, path);
  if (['', 'null', '""', '{}'].includes(answer.text.trim())) return undefined;
  const order = clob.bodyOf(polymarketOrderSchema, answer, path);
  const maker = order.maker_address ?? wallet.maker.toLowerCase();
  if (order.id !== hash || maker !== wallet.maker.toLowerCase()) {
    throw unheard(`${path} answered with another order, ${order.id}`);
  }
  return order;
}

function isError(text: string): boolean {
  const body = parseJson(text);
  return typeof body === 'object' && body !== null && 'error' in body;
}

async function conditionOf(
  account: PolymarketAccount,
  marketId: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await account.markets.terms(marketId, signal))?.conditionId;
}

/** By the order's id and market: a filter by asset alone is refused from 2026-12-14 on. */
async function isListed(
  { clob }: PolymarketAccount,
  hash: string,
  market: string | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  const call = {
    path: '/data/orders',
    query: { id: hash, market },
    schema: orderPageSchema,
    signal,
  };
  for await (const { data } of clob.pages(call)) {
    if (data.some(({ id, status }) => id === hash && isAlive(status))) return true;
  }
  return false;
}

async function readMatches(
  { clob }: PolymarketAccount,
  { hash, sentAtMs }: HashedRef,
  market: string | undefined,
  signal?: AbortSignal,
): Promise<OwnMatch[]> {
  const after =
    sentAtMs === undefined ? undefined : Math.floor(Math.max(0, sentAtMs - SENT_SLACK_MS) / 1000);
  const call = { path: '/data/trades', query: { market, after }, schema: tradePageSchema, signal };
  // A list that moves while it is read may tell one trade twice.
  const found = new Map<string, OwnMatch>();
  for await (const { data } of clob.pages(call)) {
    for (const trade of data) {
      const match = matchOfOrder(trade, hash);
      if (match !== undefined) found.set(trade.id, match);
    }
  }
  return [...found.values()];
}

/**
 * Judges the evidence. An order that the venue has shown and that is nowhere for as long as a list
 * may lag is over: it is not absent, and shall not be sent again.
 * @throws VenueUnreachable where it was shown and is nowhere now
 */
export function outcomeOf(
  account: PolymarketAccount,
  ref: HashedRef,
  evidence: Evidence,
): LookupOutcome {
  const { order, open, matches } = evidence;
  const memory = account.orders.get(ref.hash);
  if (order === undefined && !open && matches.length === 0 && memory?.canceled !== true) {
    if (memory?.shownMs === undefined) return { kind: 'absent' };
    if (performance.now() - memory.shownMs <= account.unknownHorizonMs) {
      throw unheard(`order ${ref.hash} was told before and is nowhere now`);
    }
  }
  const status = isOver(account, ref, evidence) ? 'final' : 'resting';
  return { kind: 'found', order: stateOf(ref.hash, status, matches) };
}

/**
 * Whether nothing more can fill, and every fill is listed: what the order says was matched counts
 * against all its trades, those that failed included.
 */
function isOver(
  account: PolymarketAccount,
  { hash, sentAtMs }: HashedRef,
  { order, open, matches, nowMs }: Evidence,
): boolean {
  const memory = account.orders.get(hash);
  const told = sumOf(matches);
  const matchedMin = Math.max(order?.size_matched ?? 0, memory?.matchedMin ?? 0);
  if (open || told + DUST < matchedMin) return false;
  if (order !== undefined) return !isAlive(order.status);
  if (memory?.canceled === true) return true;
  if (memory?.quantity !== undefined && told >= memory.quantity) return true;
  // No page, not open, sent and last alive so long ago that no list can lag behind it.
  const aliveMs = memory?.aliveMs ?? Number.NEGATIVE_INFINITY;
  const { unknownHorizonMs } = account;
  if (performance.now() - aliveMs <= unknownHorizonMs) return false;
  return sentAtMs !== undefined && nowMs - sentAtMs > unknownHorizonMs;
}

function isAlive(status: PolymarketOrder['status']): boolean {
  return status === 'LIVE' || status === 'DELAYED' || status === 'UNMATCHED';
}

function sumOf(matches: readonly OwnMatch[]): number {
  return matches.reduce((sum, { quantity }) => sum + quantity, 0);
}

function stateOf(
  hash: string,
  status: OrderState['status'],
  matches: readonly OwnMatch[],
): OrderState {
  const kept = matches.filter((match) => match.status !== 'FAILED');
  const filled = microContracts(sumOf(kept));
  return {
    venueOrderId: hash,
    status,
    filled,
    ...(filled === 0 ? {} : { averagePriceMicros: averageOf(kept, filled) }),
  };
}

function averageOf(kept: readonly OwnMatch[], filled: number): PriceMicros {
  const [first] = kept;
  if (kept.every(({ priceMicros: price }) => price === first!.priceMicros))
    return first!.priceMicros;
  const dollars = kept.reduce(
    (sum, { quantity, priceMicros: price }) => sum + mulDivCeil(quantity, price, MICROS_PER_UNIT),
    0,
  );
  return priceMicros(Math.min(mulDivCeil(dollars, MICROS_PER_UNIT, filled), MICROS_PER_UNIT));
}

/** Every order that rests on the account; one that is not ours has no client order id. */
export async function readOpenOrders(
  account: PolymarketAccount,
  signal?: AbortSignal,
): Promise<OpenOrder[]> {
  const call = { path: '/data/orders', schema: orderPageSchema, signal };
  const open = new Map<string, PolymarketOrder>();
  for await (const { data } of account.clob.pages(call)) {
    for (const order of data) if (isAlive(order.status)) open.set(order.id, order);
  }
  const orders = [...open.values()];
  const known = await learnOrders(account, [...open.keys()]);
  const found: OpenOrder[] = [];
  for (const { id, market, size_matched: filled } of orders) {
    const clientOrderId = account.clientIds.get(id) ?? '';
    const marketId =
      account.orders.get(id)?.marketId ??
      known.get(id)?.market.marketId ??
      (await account.markets.slugOf(market, signal)) ??
      market;
    found.push({ venueOrderId: id, status: 'resting', filled, clientOrderId, marketId });
  }
  return found;
}
