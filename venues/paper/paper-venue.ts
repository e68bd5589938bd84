/**
 * The paper exchange: plays a venue with an account, a book, fees and settlements of its own in the
 * Postgres schema `paper_exchange`, so that it survives a killed worker and is one for all workers.
 */
import type { Pool } from 'pg';
import { assert } from '../../domain/assert.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Micros } from '../../domain/money.ts';
import { micros } from '../../domain/money.ts';
import type { Book, OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import { TIME_IN_FORCE } from '../../domain/venue-id.ts';
import type {
  Quote,
  Venue,
  VenueBalance,
  VenueCapabilities,
  VenueMarket,
  VenueStatus,
} from '../venue.ts';
import { VenueRefused, VenueUnreachable } from '../venue.ts';
import { advance } from './advance.ts';
import { remainingLevels } from './book.ts';
import type { Side } from './book.ts';
import type { Exchange, PaperHooks } from './exchange.ts';
import { heard, now } from './exchange.ts';
import { readFills, readSettlements } from './facts.ts';
import { cancelAllOrders, cancelOrder, listOpenOrders, lookUpOrder } from './lookup.ts';
import { placeOrder } from './place.ts';
import { wireOf } from './request.ts';
import type { Int8, Session } from './session.ts';
import { withSession } from './session.ts';
import { snapshotOf } from './snapshot.ts';
import type { MarketSource } from './source.ts';
import { readMarkets, safe, takenOf } from './store.ts';

/** Everything a paper venue is made of; the schema must be migrated (`migratePaperExchange`). */
export interface PaperVenueOptions {
  readonly pool: Pool;
  /** Whose fees and defaults it plays. */
  readonly venue: VenueId;
  readonly book: Book;
  readonly clock: Clock;
  /** Where its markets, books and results come from. */
  readonly source: MarketSource;
  /** Deposited once per book and venue, when first used; µ$. */
  readonly initialCashMicros: Micros;
  readonly hooks?: PaperHooks;
}

const CAPABILITIES: Omit<VenueCapabilities, 'pollIntervalMs'> = {
  timeInForce: TIME_IN_FORCE,
  // A send ends at its COMMIT, which the permit allows at most 2 s after it was asked for; a
  // look-up waits for a transaction under way. The rest is room for a slow machine.
  unknownHorizonMs: 5000,
};

/** Makes the paper exchange's face of one venue in one book; instances share the database only. */
export function createPaperVenue(options: PaperVenueOptions): Venue {
  const { pool, venue, book, clock, source, initialCashMicros, hooks = {} } = options;
  const owner = { book, venue };
  const known = { accountOpen: false, listedAtMs: new Map(), settled: new Set<string>() };
  const exchange: Exchange = { pool, owner, clock, source, initialCashMicros, hooks, known };
  return {
    id: venue,
    book,
    capabilities: () => ({ ...CAPABILITIES, pollIntervalMs: source.pollIntervalMs }),
    market: (marketId, signal) => heard(exchange, () => readMarket(exchange, marketId, signal)),
    quote: (marketId, outcome, signal) =>
      heard(exchange, () => readQuote(exchange, { marketId, outcome, signal })),
    status: (marketId, signal) => heard(exchange, () => readStatus(exchange, marketId, signal)),
    balance: (_marketId, signal) => heard(exchange, () => readBalance(exchange, signal)),
    prepare: (request) => Promise.resolve({ request, wire: wireOf(request) }),
    place: (order, mayWrite, signal) => placeOrder(exchange, order, mayWrite, signal),
    lookup: (order, signal) => lookUpOrder(exchange, order.clientOrderId, signal),
    cancel: (order, signal) => cancelOrder(exchange, order.clientOrderId, signal),
    cancelAll: (signal) => heard(exchange, () => cancelAllOrders(exchange, signal)),
    openOrders: (signal) =>
      heard(exchange, async () => {
        await advance(exchange, { signal });
        return listOpenOrders(exchange, signal);
      }),
    fillsSince: (sinceMs, signal) =>
      heard(exchange, () => readRecorded(exchange, signal, (s) => readFills(s, owner, sinceMs))),
    settlementsSince: (sinceMs, signal) =>
      heard(exchange, () =>
        readRecorded(exchange, signal, (s) => readSettlements(s, owner, sinceMs)),
      ),
  };
}

async function readMarket(
  exchange: Exchange,
  marketId: string,
  signal: AbortSignal | undefined,
): Promise<VenueMarket | undefined> {
  const found = await findMarket(exchange, { marketId, outcomes: [], signal });
  return found && found.market.facts(found);
}

async function findMarket(
  exchange: Exchange,
  options: {
    readonly marketId: string;
    readonly outcomes: readonly OutcomeIndex[];
    readonly signal: AbortSignal | undefined;
  },
) {
  const { owner, pool } = exchange;
  const { marketId, outcomes, signal } = options;
  // Before the reading: a fact is never younger than it says.
  const nowMs = await now(exchange);
  const reading = await exchange.source.read([{ marketId, outcomes, status: false }], signal);
  await advance(exchange, { reading, marketId, signal });
  const market = reading.markets.get(marketId);
  if (market === undefined) return undefined;
  if (market.unreachable) {
    const detail = `${marketId} is unreachable by the paper file`;
    throw new VenueUnreachable({ venue: owner.venue, detail });
  }
  const rows = await withSession(pool, signal, (s) => readMarkets(s, owner, [marketId]));
  const row = rows.get(marketId);
  assert(row !== undefined, `${marketId} was listed by advance`);
  return { market, nowMs, ...row };
}

async function readQuote(
  exchange: Exchange,
  options: {
    readonly marketId: string;
    readonly outcome: OutcomeIndex;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Quote> {
  const { marketId, outcome, signal } = options;
  const { owner, pool } = exchange;
  const refuse = (code: string, detail: string) =>
    new VenueRefused({ venue: owner.venue, code, detail });
  // Callers from JSON may hand in anything.
  if (![0, 1].includes(outcome)) throw refuse('outcome_not_found', `no outcome ${outcome}`);
  const found = await findMarket(exchange, { marketId, outcomes: [outcome], signal });
  if (found === undefined) throw refuse('market_not_found', `no market ${marketId}`);
  const { market, nowMs } = found;
  const asOfMs = Math.min(nowMs, market.asOfMs ?? nowMs);
  // The book of a closed market is empty, whatever the source still says.
  if (market.phase(found) === 'closed') return { marketId, outcome, asks: [], bids: [], asOfMs };
  return withSession(pool, signal, async (session) => {
    const left = async (side: Side) => {
      const snapshot = snapshotOf(owner, marketId, { market, half: { outcome, side } });
      assert(snapshot !== undefined, 'the book was asked for with its market');
      return remainingLevels(snapshot.levels, await takenOf(session, snapshot.snapshotId));
    };
    return { marketId, outcome, asks: await left('asks'), bids: await left('bids'), asOfMs };
  });
}

async function readStatus(
  exchange: Exchange,
  marketId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<VenueStatus> {
  const status = await exchange.source.status(marketId, signal);
  // An exchange whose database is gone does not trade, whatever its source says.
  await advance(exchange, { signal });
  return status;
}

async function readBalance(
  exchange: Exchange,
  signal: AbortSignal | undefined,
): Promise<VenueBalance> {
  const { book, venue } = exchange.owner;
  // Like both real venues it leaves out what resting orders reserve; a place does count that.
  return readRecorded(exchange, signal, async (session) => {
    const [row] = await session.rows<{ cash_micros: Int8 }>(
      'SELECT cash_micros FROM paper_exchange.account WHERE book = $1 AND venue = $2',
      [book, venue],
    );
    assert(row !== undefined, 'the account is opened by advance');
    return { cashMicros: micros(safe(row.cash_micros)) };
  });
}

/** Reads what is recorded after moving on as far as the source is heard. */
async function readRecorded<Value>(
  exchange: Exchange,
  signal: AbortSignal | undefined,
  read: (session: Session) => Promise<Value>,
): Promise<Value> {
  await advance(exchange, { signal });
  return withSession(exchange.pool, signal, read);
}
