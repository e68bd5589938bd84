/**
 * Moves the exchange on to now: lists markets, takes fills back, matches and ends resting orders,
 * settles.
 */
import type { Exchange } from './exchange.ts';
import { now } from './exchange.ts';
import type { StoredOrder } from './orders.ts';
import { restingOrders } from './orders.ts';
import { advanceResting } from './resting.ts';
import { keepFills, marketsWithReverts, revertFills } from './revert.ts';
import type { Session } from './session.ts';
import { inTransaction, withSession } from './session.ts';
import { settle } from './settle.ts';
import { sideTaken } from './book.ts';
import { snapshotOf } from './snapshot.ts';
import type { MarketReading, Reading, UnderWay, Wanted } from './source.ts';
import { isTooOld } from './source.ts';
import { heldMarkets, listMarkets, lockMarket, openAccount, readMarkets } from './store.ts';

/** Which part of the exchange to move on, and by which reading. */
interface AdvanceOptions {
  /** What was just read of the market; without it the source is glanced at for all of them. */
  readonly reading?: Reading;
  /** Only this market; all of them without it. */
  readonly marketId?: string;
  readonly signal?: AbortSignal | undefined;
}

/** What the exchange had under way when it was asked to move on. */
interface Found {
  readonly nowMs: number;
  readonly resting: readonly StoredOrder[];
  /** Markets with fills that are to be taken back. */
  readonly reverts: readonly string[];
  readonly held: readonly string[];
}

/**
 * Brings the exchange to the Clock's now. Every market is worked in a transaction of its own under
 * the market's lock, so that whatever two processes do, each thing happens once.
 * @throws Error of the database, or the signal's reason
 */
export async function advance(exchange: Exchange, options: AdvanceOptions): Promise<void> {
  const { marketId, signal } = options;
  const found = await withSession(exchange.pool, signal, (session) =>
    findWork(exchange, session, marketId),
  );
  // No connection is held while a venue is asked.
  const reading = options.reading ?? (await exchange.source.glance(underWayOf(found), signal));
  await list(exchange, reading, { nowMs: found.nowMs, signal });
  const due = [
    ...resultsDue(exchange, reading, { marketId, nowMs: found.nowMs }),
    ...(reading.reverts ? found.reverts : []),
    ...found.resting
      .filter((order) => needsWork(exchange, order, { reading, nowMs: found.nowMs }))
      .map((order) => order.marketId),
  ];
  for (const dueId of [...new Set(due)].sort()) {
    await workMarket(exchange, { marketId: dueId, reading, signal });
  }
}

async function findWork(
  exchange: Exchange,
  session: Session,
  marketId: string | undefined,
): Promise<Found> {
  const { owner, source } = exchange;
  const nowMs = await now(exchange);
  await open(exchange, session, nowMs);
  const resting = await restingOrders(session, owner, marketId);
  const reverts = await marketsWithReverts(session, owner, { marketId, nowMs });
  // Only a glance at all of them asks for results.
  const asked = marketId === undefined && !source.whole;
  const held = asked ? await heldMarkets(session, owner) : [];
  return { nowMs, resting, reverts, held };
}

/** Resting orders by market, with the books they wait for. */
function underWayOf({ held, resting }: Found): UnderWay {
  const markets = new Map<string, Wanted>();
  for (const { marketId, outcome } of resting) {
    const outcomes = new Set([...(markets.get(marketId)?.outcomes ?? []), outcome]);
    markets.set(marketId, { marketId, outcomes: [...outcomes], status: true });
  }
  return { resting: [...markets.values()], held };
}

async function open(exchange: Exchange, session: Session, nowMs: number): Promise<void> {
  const { known, owner, initialCashMicros } = exchange;
  if (known.accountOpen) return;
  await openAccount(session, owner, { initialCashMicros, nowMs });
  remember(exchange, await readMarkets(session, owner));
  known.accountOpen = true;
}

async function list(
  exchange: Exchange,
  { markets }: Reading,
  options: { readonly nowMs: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { known, owner, pool } = exchange;
  const { nowMs, signal } = options;
  if (known.listed === markets) return;
  const marketIds = [...markets.keys()].filter((id) => !known.listedAtMs.has(id));
  if (marketIds.length > 0) {
    await withSession(pool, signal, async (session) => {
      await listMarkets(session, owner, { marketIds, nowMs });
      remember(exchange, await readMarkets(session, owner, marketIds));
    });
  }
  known.listed = markets;
}

function remember(
  exchange: Exchange,
  markets: ReadonlyMap<string, { readonly listedAtMs: number; readonly settled: boolean }>,
): void {
  for (const [marketId, { listedAtMs, settled }] of markets) {
    exchange.known.listedAtMs.set(marketId, listedAtMs);
    if (settled) exchange.known.settled.add(marketId);
  }
}

function resultsDue(
  exchange: Exchange,
  { markets }: Reading,
  options: { readonly marketId: string | undefined; readonly nowMs: number },
): string[] {
  const { marketId, nowMs } = options;
  const ids = marketId === undefined ? [...markets.keys()] : [marketId];
  return ids.filter((id) => {
    const market = markets.get(id);
    return market !== undefined && resultDue(exchange, id, { market, nowMs });
  });
}

function resultDue(
  { known }: Exchange,
  marketId: string,
  { market, nowMs }: { readonly market: MarketReading; readonly nowMs: number },
): boolean {
  const listedAtMs = known.listedAtMs.get(marketId);
  if (listedAtMs === undefined || known.settled.has(marketId)) return false;
  return market.result({ listedAtMs, settled: false, nowMs }) !== undefined;
}

/** Whether a resting order may change; decided without a lock, decided again under it. */
function needsWork(
  { known, owner }: Exchange,
  order: StoredOrder,
  { nowMs, reading }: { readonly nowMs: number; readonly reading: Reading },
): boolean {
  if (nowMs > (order.restUntilMs ?? Infinity)) return true;
  const { action, marketId, outcome } = order;
  const market = reading.markets.get(marketId);
  const listedAtMs = known.listedAtMs.get(marketId);
  if (market === undefined || listedAtMs === undefined) return false;
  const phase = market.phase({ listedAtMs, settled: known.settled.has(marketId), nowMs });
  if (phase !== 'open') return phase === 'closed';
  if (market.venueTrades !== true) return false;
  const half = { outcome, side: sideTaken(action) };
  const snapshot = snapshotOf(owner, marketId, { market, half });
  return snapshot !== undefined && snapshot.snapshotId !== order.matchedSnapshotId;
}

async function workMarket(
  exchange: Exchange,
  options: {
    readonly marketId: string;
    readonly reading: Reading;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const { owner, pool, known } = exchange;
  const { marketId, signal } = options;
  const outcome = await inTransaction(pool, { signal }, async (session) => {
    const locked = await lockMarket(session, owner, marketId);
    if (locked === undefined) return false;
    const { markets, reverts } = await options.reading.again();
    const nowMs = await now(exchange);
    const market = currentOf(markets.get(marketId), nowMs);
    const moment = { ...locked, nowMs };
    const result = market?.result(moment);
    if (reverts) {
      // What is due after the result was final is not taken back, whenever somebody looks.
      const untilMs = Math.min(nowMs, result?.settledAtMs ?? nowMs);
      await revertFills(session, owner, { marketId, untilMs, nowMs });
    }
    const phase = market?.phase(moment);
    for (const order of await restingOrders(session, owner, marketId)) {
      const matchable = market?.venueTrades === true && phase === 'open' ? market : undefined;
      const closed = phase === 'closed' || locked.settled;
      await advanceResting(session, owner, { order, market: matchable, closed, nowMs });
    }
    if (locked.settled || result === undefined) return locked.settled;
    await settle(session, owner, { marketId, result, nowMs });
    await keepFills(session, owner, marketId);
    return true;
  });
  if (outcome.kind !== 'committed') throw new Error(outcome.detail);
  if (outcome.value) known.settled.add(marketId);
}

/** A market read too long ago tells nothing: neither a book to match nor an end. */
function currentOf(market: MarketReading | undefined, nowMs: number): MarketReading | undefined {
  return market !== undefined && isTooOld(market, nowMs) ? undefined : market;
}
