import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { migratePaperExchange } from '../../venues/paper/migrate.ts';
import type { OrderRequest, Venue } from '../../venues/venue.ts';
import { createTestDatabase } from '../support/servers.ts';
import { runVenueConformance } from './conformance.ts';
import { accepted, contracts, orderOf, price, send } from './venue-under-test.ts';
import type { PaperUnderTest } from './paper-harness.ts';
import { INITIAL_CASH_MICROS, newPaper, PaperDatabase } from './paper-harness.ts';
import pg from 'pg';

let database: PaperDatabase;
let t: PaperUnderTest;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());

runVenueConformance({ name: 'paper kalshi', newVenue: () => newPaper(database) });
runVenueConformance({
  name: 'paper polymarket',
  newVenue: () => newPaper(database, 'polymarket'),
});

beforeEach(async () => {
  t = await newPaper(database);
});

const filledOf = async (venue: Venue): Promise<number> =>
  (await venue.fillsSince(0)).facts.reduce((sum, { quantity }) => sum + quantity, 0);
const cashOf = async (venue: Venue): Promise<number> => (await venue.balance()).cashMicros;
const gtd = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000, ...changes });

describe('liquidity of a snapshot', () => {
  test('what an order took is gone from quotes and for later orders, until the book changes', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '15']] } });
    accepted(await send(t.venue, orderOf()));
    expect((await t.venue.quote('M1', 0)).asks).toEqual([
      { priceMicros: price(0.5), quantity: contracts(5) },
    ]);
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(5));
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(0);
    t.setBook('M1', { yes: { asks: [['0.50', '16']] } });
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
  });

  test('a change of the other outcome brings nothing back', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    t.setBook('M1', { yes: { asks: [['0.50', '10']] }, no: { asks: [['0.60', '10']] } });
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(0);
  });

  test('the book an order was filled from is kept', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    t.setBook('M1', {});
    const { rows } = await t.pool.query(
      'SELECT s.side, s.levels FROM paper_exchange.fill JOIN paper_exchange.snapshot s USING (snapshot_id)',
    );
    const levels = [{ priceMicros: price(0.5), quantity: contracts(10) }];
    expect(rows).toEqual([{ side: 'asks', levels }]);
  });

  test('levels of one price count together, unsorted files are sorted', async () => {
    const asks = [
      ['0.52', '1'],
      ['0.50', '2'],
      ['0.50', '3'],
    ] as const;
    t.setBook('M1', { yes: { asks } });
    expect((await t.venue.quote('M1', 0)).asks).toEqual([
      { priceMicros: price(0.5), quantity: contracts(5) },
      { priceMicros: price(0.52), quantity: contracts(1) },
    ]);
  });
});

describe('refusals name their reason', () => {
  const rows: readonly (readonly [string, Partial<OrderRequest>])[] = [
    ['market_not_found', { marketId: 'nowhere' }],
    ['invalid_price', { limitPrice: price(0.505) }],
    ['invalid_price', { limitPrice: price(1) }],
    ['invalid_quantity', { quantity: contracts(0.005) }],
    ['invalid_quantity', { quantity: contracts(0) }],
    ['invalid_expiry', { timeInForce: 'gtd' }],
    ['insufficient_balance', { quantity: contracts(2000) }],
    ['insufficient_position', { action: 'sell' }],
  ];
  test.each(rows)('%s for %j', async (code, changes) => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']], bids: [['0.40', '10']] } });
    expect(await send(t.venue, orderOf(changes))).toMatchObject({ kind: 'rejected', code });
  });

  test('trading_paused, market_closed and client_order_id_reused', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    t.setTrading(false);
    expect(await send(t.venue, orderOf())).toMatchObject({ code: 'trading_paused' });
    t.setTrading(true);
    const request = orderOf();
    accepted(await send(t.venue, request));
    const other = { ...request, limitPrice: price(0.49) };
    expect(await send(t.venue, other)).toMatchObject({ code: 'client_order_id_reused' });
    t.setMarket('M1', { trading: false });
    expect(await send(t.venue, orderOf())).toMatchObject({ code: 'market_closed' });
    t.setMarket('M1', { trading: true, closes: new Date(t.nowMs()).toISOString() });
    expect(await send(t.venue, orderOf())).toMatchObject({ code: 'market_closed' });
  });

  test('a refused order is refused again, though it could be filled by now', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    const request = orderOf();
    t.setTrading(false);
    const first = await send(t.venue, request);
    t.setTrading(true);
    expect(await send(t.venue, request)).toEqual(first);
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
  });

  test('cash reserved by a resting order is not there for another', async () => {
    t.setBook('M1', {});
    const rest = gtd({ quantity: contracts(1900) });
    accepted(await send(t.venue, rest));
    const next = { quantity: contracts(200) };
    expect(await send(t.venue, orderOf(next))).toMatchObject({ code: 'insufficient_balance' });
    await t.venue.cancel(rest);
    expect((await send(t.venue, orderOf(next))).kind).toBe('accepted');
  });

  test('a position offered by a resting order cannot be sold twice', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    accepted(await send(t.venue, gtd({ action: 'sell', quantity: contracts(6) })));
    const next = orderOf({ action: 'sell', quantity: contracts(5) });
    expect(await send(t.venue, next)).toMatchObject({ code: 'insufficient_position' });
  });
});

describe('time', () => {
  test('"after listing" counts from the first time this book saw the market', async () => {
    const book = { yes: { asks: [['0.50', '10']] }, no: {} };
    t.setMarket('M1', { book, closes: 60, settles: 90, result: { at: 120, payout: '1' } });
    const listedAtMs = t.nowMs();
    expect(await t.venue.market('M1')).toMatchObject({
      tradable: true,
      closesAtMs: listedAtMs + 60_000,
      settlesAtMs: listedAtMs + 90_000,
    });
    t.passMs(60_000);
    expect(await t.reopen().market('M1')).toMatchObject({ tradable: false });
    expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
    t.passMs(60_000);
    const { facts } = await t.venue.settlementsSince(0);
    expect(facts).toMatchObject([{ settledAtMs: listedAtMs + 120_000 }]);
  });

  test('a market that closes ends what rests in it', async () => {
    t.setMarket('M1', { closes: 30 });
    const request = gtd();
    accepted(await send(t.venue, request));
    t.passMs(30_000);
    expect(await t.venue.openOrders()).toEqual([]);
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'final', filled: 0 },
    });
  });

  test('a suspended market and a paused venue keep what rests and match nothing', async () => {
    const request = gtd();
    t.setBook('M1', {});
    accepted(await send(t.venue, request));
    t.setMarket('M1', { trading: false, book: { yes: { asks: [['0.50', '10']] }, no: {} } });
    expect(await t.venue.openOrders()).toHaveLength(1);
    t.setTrading(false);
    t.setMarket('M1', { trading: true });
    expect(await t.venue.openOrders()).toHaveLength(1);
    t.setTrading(true);
    expect(await t.venue.openOrders()).toEqual([]);
    expect(await filledOf(t.venue)).toBe(contracts(10));
  });

  test('the cursor never passes a fact, also when the clock jumps back', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    accepted(await send(t.venue, orderOf()));
    const { cursorMs } = await t.venue.fillsSince(0);
    t.passMs(-3_600_000);
    const late = orderOf();
    accepted(await send(t.venue, late));
    const { facts } = await t.venue.fillsSince(cursorMs);
    const fact = facts.find(({ clientOrderId }) => clientOrderId === late.clientOrderId);
    expect(fact).toMatchObject({ filledAtMs: t.nowMs() });
  });
});

describe('results', () => {
  test('a result once recorded never changes when the file is edited', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    t.setResult('M1', '1');
    const { facts } = await t.venue.settlementsSince(0);
    const cash = await cashOf(t.venue);
    t.setResult('M1', '0');
    expect((await t.reopen().settlementsSince(0)).facts).toEqual(facts);
    t.setMarket('M1', { result: undefined });
    expect(await t.venue.market('M1')).toMatchObject({ tradable: false });
    expect(await cashOf(t.reopen())).toBe(cash);
  });

  test('ten processes that see a result pay it once', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    const before = await cashOf(t.venue);
    t.setResult('M1', '1');
    const venues = Array.from({ length: 10 }, () => t.open());
    await Promise.all(venues.map((venue) => venue.settlementsSince(0)));
    expect((await cashOf(t.venue)) - before).toBe(10_000_000);
  });

  test('yes and no of one market are separate positions', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] }, no: { asks: [['0.45', '4']] } });
    accepted(await send(t.venue, orderOf()));
    accepted(await send(t.venue, orderOf({ outcome: 1, quantity: contracts(4) })));
    const before = await cashOf(t.venue);
    t.setResult('M1', '0.25');
    expect((await cashOf(t.venue)) - before).toBe(2_500_000 + 3_000_000);
  });
});

/** Stops a pool's connections before the first statement that matches, until released. */
function pausedBefore(pool: pg.Pool, statement: RegExp) {
  let release: () => void = () => {};
  let arrived: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (config: pg.QueryConfig) => Promise<unknown>;
    const paused = async (config: pg.QueryConfig): Promise<unknown> => {
      if (statement.test(config.text)) {
        arrived();
        await released;
      }
      return query(config);
    };
    Object.assign(client, { query: paused });
  });
  return { reached, release: () => release() };
}

describe('many at once', () => {
  test('twenty sends of one identity have one effect', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    const request = orderOf();
    const venues = [t.venue, t.open()];
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => send(venues[index % 2] ?? t.venue, request)),
    );
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ kind: 'accepted', order: { filled: contracts(10) } });
    expect(await filledOf(t.venue)).toBe(contracts(10));
  });

  test('one identity for orders in two markets is taken once', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    t.setBook('M2', { yes: { asks: [['0.50', '100']] } });
    const request = orderOf();
    const outcomes = await Promise.all(
      ['M1', 'M2'].map((marketId) => send(t.venue, { ...request, marketId })),
    );
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['accepted', 'rejected']);
    expect(await filledOf(t.venue)).toBe(contracts(10));
  });

  test('twenty orders share ten contracts exactly', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    const venues = [t.venue, t.open(), t.open()];
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        send(venues[index % 3] ?? t.venue, orderOf({ quantity: contracts(1.5) })),
      ),
    );
    const told = outcomes.reduce((sum, outcome) => sum + accepted(outcome).filled, 0);
    expect(told).toBe(contracts(10));
    expect(await filledOf(t.venue)).toBe(contracts(10));
  });

  test('a cancel that a fill overtakes tells and keeps the fill', async () => {
    t.setBook('M1', {});
    const request = gtd();
    accepted(await send(t.venue, request));
    t.setBook('M1', { yes: { asks: [['0.50', '6']] } });
    const pool = database.connect();
    try {
      // It has read the order as resting and empty, and is about to wait for the market.
      const { reached, release } = pausedBefore(pool, /paper_exchange\.market .* FOR UPDATE/s);
      const cancelling = t.open({ pool }).cancel(request);
      await reached;
      await t.venue.status();
      expect(await filledOf(t.venue)).toBe(contracts(6));
      release();
      const cancelled = await cancelling;
      const final = { status: 'final', filled: contracts(6), averagePriceMicros: price(0.5) };
      expect(cancelled).toMatchObject({ kind: 'found', order: final });
      expect(await t.venue.cancel(request)).toEqual(cancelled);
      expect(await t.venue.lookup(request)).toEqual(cancelled);
    } finally {
      await pool.end();
    }
  });

  test('cancels and fills at once come to one answer, and the fills add up to it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const marketId = `R${round}`;
      t.setBook(marketId, {});
      const request = gtd({ marketId });
      accepted(await send(t.venue, request));
      t.setBook(marketId, { yes: { asks: [['0.50', '6']] } });
      const venues = Array.from({ length: 3 }, () => t.open());
      const [cancels] = await Promise.all([
        Promise.all(venues.map((venue) => venue.cancel(request))),
        Promise.all(venues.map((venue) => venue.status())),
      ]);
      const found = await t.venue.lookup(request);
      expect(cancels).toEqual(venues.map(() => found));
      const own = (await t.venue.fillsSince(0)).facts.filter((fill) => fill.marketId === marketId);
      const filled = own.reduce((sum, { quantity }) => sum + quantity, 0);
      expect(found).toMatchObject({ order: { status: 'final', filled } });
    }
  });

  test('orders in many markets never spend more than the cash', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `C${index}`);
    for (const id of ids) t.setBook(id, { yes: { asks: [['0.50', '1000']] } });
    const outcomes = await Promise.all(
      ids.map((marketId) => send(t.venue, orderOf({ marketId, quantity: contracts(600) }))),
    );
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(3);
    expect(await cashOf(t.venue)).toBeGreaterThanOrEqual(0);
  });

  test('two processes may migrate at once', async () => {
    const fresh = await createTestDatabase();
    const pools = [1, 2].map(() => new pg.Pool({ connectionString: fresh.url }));
    try {
      await Promise.all(pools.map((pool) => migratePaperExchange(pool)));
      await expect(migratePaperExchange(pools[0] ?? t.pool)).resolves.toBeUndefined();
    } finally {
      await Promise.all(pools.map((pool) => pool.end()));
      await fresh.drop();
    }
  });
});

describe('books', () => {
  test('the initial cash is deposited once per venue', async () => {
    expect(await cashOf(t.venue)).toBe(INITIAL_CASH_MICROS);
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    expect(await cashOf(t.reopen())).toBe(await cashOf(t.venue));
    expect(await cashOf(t.venue)).toBeLessThan(INITIAL_CASH_MICROS);
  });

  test('facts cannot be changed or removed, not even by hand', async () => {
    t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
    accepted(await send(t.venue, orderOf()));
    await expect(t.pool.query('DELETE FROM paper_exchange.fill')).rejects.toThrow('append-only');
  });
});
