/**
 * Moves the exchange on to now: lists markets, takes fills back, matches and ends resting orders,
 * settles.
 */
import type { PaperFile, PaperMarket } from '../../contracts/paper-file.ts';
import type { Exchange } from './exchange.ts';
import { fileIfReadable, now } from './exchange.ts';
import { marketsOf, phaseOf, resultAtMs, snapshotOf, venueTrades } from './listing.ts';
import type { StoredOrder } from './orders.ts';
import { restingOrders } from './orders.ts';
import { advanceResting } from './resting.ts';
import { keepFills, marketsWithReverts, revertFills } from './revert.ts';
import type { Session } from './session.ts';
import { inTransaction, withSession } from './session.ts';
import { settle } from './settle.ts';
import { sideTaken } from './book.ts';
import { listMarkets, lockMarket, openAccount, readMarkets } from './store.ts';

/** Which part of the exchange to move on, and by which reading of the file. */
export interface AdvanceOptions {
  /** Undefined while the file is damaged: then orders only expire. */
  readonly file: PaperFile | undefined;
  /** Only this market; all of them without it. */
  readonly marketId?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Brings the exchange to the Clock's now. Every market is worked in a transaction of its own under
 * the market's lock, so that whatever two processes do, each thing happens once.
 * @throws Error of the database, or the signal's reason
 */
export async function advance(exchange: Exchange, options: AdvanceOptions): Promise<void> {
  const due = await withSession(exchange.pool, options.signal, async (session) => {
    const nowMs = await now(exchange);
    await open(exchange, session, nowMs);
    if (options.file !== undefined) await list(exchange, session, options.file, nowMs);
    const resting = await restingOrders(session, exchange.owner, options.marketId);
    return [
      ...resultsDue(exchange, options, nowMs),
      ...(await revertsDue(exchange, session, options, nowMs)),
      ...resting
        .filter((order) => needsWork(exchange, order, options.file, nowMs))
        .map(({ marketId }) => marketId),
    ];
  });
  for (const marketId of [...new Set(due)].sort()) {
    await workMarket(exchange, marketId, options.signal);
  }
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
  session: Session,
  file: PaperFile,
  nowMs: number,
): Promise<void> {
  const { known, owner } = exchange;
  if (known.listedFile === file) return;
  const marketIds = [...marketsOf(file, owner.venue).keys()].filter(
    (id) => !known.listedAtMs.has(id),
  );
  if (marketIds.length > 0) {
    await listMarkets(session, owner, { marketIds, nowMs });
    remember(exchange, await readMarkets(session, owner, marketIds));
  }
  known.listedFile = file;
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

function resultsDue(exchange: Exchange, options: AdvanceOptions, nowMs: number): string[] {
  const { file, marketId } = options;
  if (file === undefined) return [];
  const markets = marketsOf(file, exchange.owner.venue);
  const one = marketId === undefined ? undefined : markets.get(marketId);
  const candidates = marketId === undefined ? markets.values() : one === undefined ? [] : [one];
  return [...candidates].filter((market) => resultDue(exchange, market, nowMs)).map(({ id }) => id);
}

/** Without the file nobody knows whether a result came first: nothing is taken back then. */
async function revertsDue(
  { owner }: Exchange,
  session: Session,
  { file, marketId }: AdvanceOptions,
  nowMs: number,
): Promise<string[]> {
  return file === undefined ? [] : marketsWithReverts(session, owner, { marketId, nowMs });
}

function resultDue({ known }: Exchange, market: PaperMarket, nowMs: number): boolean {
  const listedAtMs = known.listedAtMs.get(market.id);
  if (listedAtMs === undefined || known.settled.has(market.id)) return false;
  return nowMs >= (resultAtMs(market, listedAtMs) ?? Infinity);
}

/** Whether a resting order may change; decided without a lock, decided again under it. */
function needsWork(
  { known, owner }: Exchange,
  order: StoredOrder,
  file: PaperFile | undefined,
  nowMs: number,
): boolean {
  if (nowMs > (order.restUntilMs ?? Infinity)) return true;
  const market = file && marketsOf(file, owner.venue).get(order.marketId);
  const listedAtMs = known.listedAtMs.get(order.marketId);
  if (file === undefined || market === undefined || listedAtMs === undefined) return false;
  const settled = known.settled.has(market.id);
  const phase = phaseOf(market, { listedAtMs, settled, nowMs });
  if (phase !== 'open') return phase === 'closed';
  if (!venueTrades(file, owner.venue)) return false;
  const half = { outcome: order.outcome, side: sideTaken(order.action) };
  return snapshotOf(owner, market, half).snapshotId !== order.matchedSnapshotId;
}

async function workMarket(
  exchange: Exchange,
  marketId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { owner, pool, known } = exchange;
  const outcome = await inTransaction(pool, { signal }, async (session) => {
    const locked = await lockMarket(session, owner, marketId);
    if (locked === undefined) return false;
    const nowMs = await now(exchange);
    const file = await fileIfReadable(exchange);
    const market = file && marketsOf(file, owner.venue).get(marketId);
    const phase = market && phaseOf(market, { ...locked, nowMs });
    const trades = file !== undefined && venueTrades(file, owner.venue);
    if (file !== undefined) {
      // What is due after the result was final is not taken back, whenever somebody looks.
      const resultMs = market && resultAtMs(market, locked.listedAtMs);
      const untilMs = Math.min(nowMs, resultMs ?? nowMs);
      await revertFills(session, owner, { marketId, untilMs, nowMs });
    }
    for (const order of await restingOrders(session, owner, marketId)) {
      const matchable = trades && phase === 'open' ? market : undefined;
      const closed = phase === 'closed' || locked.settled;
      await advanceResting(session, owner, { order, market: matchable, closed, nowMs });
    }
    if (locked.settled || market === undefined) return locked.settled;
    const settled = await settle(session, owner, { market, listedAtMs: locked.listedAtMs, nowMs });
    if (settled) await keepFills(session, owner, marketId);
    return settled;
  });
  if (outcome.kind !== 'committed') throw new Error(outcome.detail);
  if (outcome.value) known.settled.add(marketId);
}
