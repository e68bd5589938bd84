/** A paper exchange with a file and a clock in the test's hands. */
import pg from 'pg';
import { paperFileSchema } from '../../contracts/paper-file.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Micros } from '../../domain/money.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { PaperHooks } from '../../venues/paper/exchange.ts';
import { migratePaperExchange } from '../../venues/paper/migrate.ts';
import { fileSource } from '../../venues/paper/file-source.ts';
import type { PaperFileSource } from '../../venues/paper/paper-file.ts';
import { createPaperVenue } from '../../venues/paper/paper-venue.ts';
import type { Venue } from '../../venues/venue.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase } from '../support/servers.ts';
import type { TestBook, VenueUnderTest } from './venue-under-test.ts';

export const INITIAL_CASH_MICROS = 1_000_000_000 as Micros;
export const START_MS = Date.parse('2026-11-22T12:00:00Z');

type MarketInput = Record<string, unknown> & { id: string };

/** The levers of the conformance suite and those that only the paper exchange has. */
export interface PaperUnderTest extends VenueUnderTest {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly file: PaperFileSource;
  setMarket(marketId: string, changes: Record<string, unknown>): void;
  open(options?: { pool?: pg.Pool; hooks?: PaperHooks; file?: PaperFileSource }): Venue;
}

/** A migrated database for one test file; every exchange in it starts from empty tables. */
export class PaperDatabase {
  readonly #database: TestDatabase;
  readonly pool: pg.Pool;

  private constructor(database: TestDatabase) {
    this.#database = database;
    this.pool = this.connect();
  }

  static async create(): Promise<PaperDatabase> {
    const database = new PaperDatabase(await createTestDatabase());
    await migratePaperExchange(database.pool);
    return database;
  }

  /** Another pool on the same database, as another process would have. */
  connect(): pg.Pool {
    const pool = new pg.Pool({ connectionString: this.#database.url, max: 10 });
    // Tests end connections on purpose; an idle one that dies is no failure.
    pool.on('error', () => {});
    return pool;
  }

  /** Forgets every account, order and fact. */
  async empty(): Promise<void> {
    await this.pool.query(
      `TRUNCATE paper_exchange.account, paper_exchange.market, paper_exchange.snapshot,
         paper_exchange.client_order, paper_exchange.fill, paper_exchange.settlement,
         paper_exchange.arrival, paper_exchange.scheduled_revert`,
    );
  }

  async drop(): Promise<void> {
    await this.pool.end();
    await this.#database.drop();
  }
}

/** Empties the exchange and opens it for a venue, with a market M1 that nobody quotes. */
export async function newPaper(
  database: PaperDatabase,
  venueId: VenueId = 'kalshi',
): Promise<PaperUnderTest> {
  const { pool } = database;
  await database.empty();
  let nowMs = START_MS;
  const clock: Clock = { read: () => Promise.resolve({ atMs: nowMs, offsetMs: 0 }) };
  const markets = new Map<string, MarketInput>();
  let trading = true;
  let file = parse();
  function parse() {
    const venues = { [venueId]: { trading } };
    return paperFileSchema.parse({ venues, markets: [...markets.values()] });
  }
  const setMarket = (id: string, changes: Record<string, unknown>): void => {
    const none = { venue: venueId, id, title: id, book: { yes: {}, no: {} } };
    markets.set(id, { ...none, ...markets.get(id), ...changes, id });
    file = parse();
  };
  const paperFile: PaperFileSource = { read: () => Promise.resolve(file) };
  const open: PaperUnderTest['open'] = ({ file: other = paperFile, ...options } = {}) =>
    createPaperVenue({
      pool,
      venue: venueId,
      book: 'paper',
      clock,
      source: fileSource(other, venueId),
      ...options,
      initialCashMicros: INITIAL_CASH_MICROS,
    });
  return {
    venue: open(),
    pool,
    clock,
    file: paperFile,
    setMarket,
    open,
    reopen: () => open(),
    setBook: (id, books: { yes?: TestBook; no?: TestBook }) =>
      setMarket(id, { book: { yes: books.yes ?? {}, no: books.no ?? {} } }),
    setResult: (id, payout) =>
      setMarket(id, { result: { at: new Date(nowMs).toISOString(), payout } }),
    setTrading(on) {
      trading = on;
      file = parse();
    },
    nowMs: () => nowMs,
    passMs(durationMs) {
      nowMs += durationMs;
    },
    close: () => Promise.resolve(),
  };
}
