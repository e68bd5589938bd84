/** The read models of orders, positions, cash, days, audit and one trade's details. */
import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { z } from 'zod';
import { auditViewSchema } from '../../contracts/audit.ts';
import { daysViewSchema, dayViewSchema } from '../../contracts/days.ts';
import { cashViewSchema, positionsViewSchema } from '../../contracts/money-views.ts';
import { ordersViewSchema } from '../../contracts/orders.ts';
import { tradeDetailsSchema } from '../../contracts/trade-details.ts';
import { parseDecimal } from '../../domain/decimal.ts';
import { readAudit } from '../../ledger/read/audit.ts';
import { readCash } from '../../ledger/read/cash.ts';
import { listDays, readDay } from '../../ledger/read/days.ts';
import { listOrders } from '../../ledger/read/orders.ts';
import { readPositions } from '../../ledger/read/positions.ts';
import { readTradeDetails } from '../../ledger/read/trade-details.ts';
import type { LedgerUnderTest } from './harness.ts';
import { APPEND_ONLY, contracts, NOON, useLedger } from './harness.ts';

const under = useLedger();
const PAPER = { book: 'paper', limit: 50 } as const;

/** What crosses the edge is what the schema says, nothing more. */
function conforming<Value>(schema: z.ZodType, value: Value): Value {
  expect(schema.parse(value)).toEqual(value);
  return value;
}

const ordersOf = async (it: LedgerUnderTest, query: object = {}) => {
  const orders = await listOrders(it.db, { ...PAPER, open: false, ...query });
  return conforming(ordersViewSchema, { orders }).orders;
};
const positionsOf = async (it: LedgerUnderTest, query: object = {}) => {
  const { atMs } = it.reading();
  const asked = { book: 'paper', ...query } as const;
  const view = await readPositions(it.db, asked, { atMs, freshMsMax: 5_000 });
  return conforming(positionsViewSchema, view).positions;
};
const cashOf = async (it: LedgerUnderTest, query: object = {}) =>
  conforming(cashViewSchema, await readCash(it.db, { ...PAPER, ...query }));
const auditOf = async (it: LedgerUnderTest, query: object = {}) =>
  conforming(auditViewSchema, await readAudit(it.db, { limit: 50, ...query }));

describe('orders', () => {
  test('have their permits, and what was booked beside what the venue says', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a', { market: 'M', price: 0.5, quantity: 100 });
    await it.permit('a');
    await it.fill('a', 40, 0.45);
    expect(await ordersOf(it)).toMatchObject([
      {
        tradeId: 'a',
        leg: 0,
        attempt: 0,
        kind: 'entry',
        action: 'buy',
        venue: 'kalshi',
        market: 'M',
        outcome: 'Home',
        state: 'sending',
        limitPrice: '0.5',
        quantity: '100',
        finalQuantity: null,
        bookedQuantity: '40',
        permits: [{ grantedAt: NOON, closedAt: null, outcome: null }],
      },
    ]);
    await it.answer('a', { event: 'order.finished', filled: 40 });
    expect(await ordersOf(it)).toMatchObject([
      {
        state: 'done',
        finalQuantity: '40',
        venueOrderId: 'venue-a',
        permits: [{ closedAt: expect.any(String), outcome: expect.any(String) }],
      },
    ]);
  });

  test('are found by trade, venue, state and book, and while more may come of them', async () => {
    const it = under();
    await it.setUp();
    await it.open('done');
    await it.accept('lost', { venue: 'polymarket' });
    await it.permit('lost');
    await it.answer('lost', { event: 'order.lost' });
    await it.accept('sent');
    await it.permit('sent');
    const tradesOf = async (query: object) =>
      (await ordersOf(it, query)).map(({ tradeId }) => tradeId).toSorted();
    expect(await tradesOf({})).toEqual(['done', 'lost', 'sent']);
    expect(await tradesOf({ open: true })).toEqual(['lost', 'sent']);
    expect(await tradesOf({ state: 'unknown' })).toEqual(['lost']);
    expect(await tradesOf({ venue: 'kalshi' })).toEqual(['done', 'sent']);
    expect(await tradesOf({ trade: 'done' })).toEqual(['done']);
    expect(await tradesOf({ book: 'drill' })).toEqual([]);
  });

  test('come page by page, the newest first, none twice', async () => {
    const it = under();
    await it.setUp();
    for (const id of ['a', 'b', 'c', 'd', 'e']) await it.open(id);
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const page = await ordersOf(it, { limit: 2, before });
      seen.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    } while (before !== undefined);
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });
});

describe('positions', () => {
  test('sum what is open by market and outcome, and name the trades', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M', quantity: 100, price: 0.5 });
    await it.open('b', { market: 'N', venue: 'polymarket', quantity: 30, price: 0.4 });
    await it.open('over', { market: 'O' });
    await it.settle('over', 1);
    expect(await positionsOf(it)).toMatchObject([
      {
        venue: 'kalshi',
        market: 'M',
        title: 'Title of M',
        outcome: 'Home',
        quantity: '100',
        cost: '50.00',
        averagePrice: '0.5',
        mark: null,
        trades: [{ id: 'a', leg: 0, quantity: '100' }],
      },
      { venue: 'polymarket', quantity: '30', cost: '12.00', averagePrice: '0.4' },
    ]);
    expect(await positionsOf(it, { venue: 'polymarket' })).toHaveLength(1);
    expect(await positionsOf(it, { market: 'M' })).toHaveLength(1);
    expect(await positionsOf(it, { market: 'O' })).toEqual([]);
  });

  test('equal the cost that the ledger’s position accounts hold', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { quantity: 7, price: 0.33 });
    await it.open('b', { quantity: 11, price: 0.47 });
    const sum = (await positionsOf(it)).reduce((all, { cost }) => all + parseDecimal(cost)!, 0);
    const [kalshi] = (await cashOf(it)).venues;
    expect(sum).toBe(parseDecimal(kalshi!.positions));
  });

  test('are marked by the best bid of a fresh quote alone', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { market: 'M', quantity: 10 });
    const quoteAt = async (atMs: number) => {
      const bids = [{ priceMicros: 470_000, quantity: contracts(5) }];
      const body = JSON.stringify({ marketId: 'M', outcome: 0, asks: [], bids, asOfMs: atMs });
      await sql`UPDATE fact SET body = ${body}::jsonb, as_of_ms = ${atMs}
        WHERE kind = 'quote' AND key = 'M/0'`.execute(it.db);
    };
    const { atMs } = it.reading();
    await quoteAt(atMs - 5_000);
    expect(await positionsOf(it)).toMatchObject([{ mark: { bid: '0.47', value: '4.70' } }]);
    for (const stale of [atMs - 5_001, atMs + 5_001]) {
      await quoteAt(stale);
      expect(await positionsOf(it)).toMatchObject([{ mark: null }]);
    }
  });
});

describe('cash', () => {
  test('is shown with what is held and open, and balances', async () => {
    const it = under();
    await it.setUp();
    await it.open('open', { quantity: 100, price: 0.5 });
    await it.open('won', { quantity: 10, price: 0.5 });
    await it.settle('won', 1);
    await it.accept('held', { quantity: 20, price: 0.5 });
    const { venues, unsettled } = await cashOf(it);
    expect(venues).toEqual([
      {
        venue: 'kalshi',
        cash: '9955.00',
        held: '10.00',
        free: '9945.00',
        positions: '50.00',
        unsettled: '0.00',
        suspense: '0.00',
        redeemable: '0.00',
        venueCredit: '0.00',
        capital: '10000.00',
        fees: '0.00',
        pnl: '5.00',
      },
      expect.objectContaining({ venue: 'polymarket', cash: '10000.00', held: '0.00' }),
    ]);
    expect(unsettled).toEqual([]);
    for (const venue of venues) {
      const micros = (name: keyof typeof venue): number => parseDecimal(venue[name])!;
      expect(micros('cash') + micros('positions') + micros('fees') + micros('suspense')).toBe(
        micros('capital') + micros('pnl') + micros('unsettled'),
      );
    }
  });

  test('what waits for a pair’s other leg is shown by trade', async () => {
    const it = under();
    await it.setUp();
    // Paid 20, cost 8: the difference waits.
    await sql`INSERT INTO account (id, book, venue, kind, guarded, debits, credits)
      VALUES ('paper/kalshi/unsettled/nhl-1', 'paper', 'kalshi', 'asset', false, 8000000, 20000000)
      `.execute(it.db);
    const { venues, unsettled } = await cashOf(it);
    expect(unsettled).toEqual([{ venue: 'kalshi', tradeId: 'nhl-1', amount: '12.00' }]);
    expect(venues[0]).toMatchObject({ venue: 'kalshi', unsettled: '12.00' });
    await sql`DELETE FROM account WHERE id LIKE '%/unsettled/%'`.execute(it.db);
  });

  test('transfers come newest first, by trade, page by page', async () => {
    const it = under();
    await it.setUp();
    await it.open('a');
    it.setClock('2026-11-22T12:00:10Z');
    await it.settle('a', 1);
    const all = (await cashOf(it)).transfers;
    expect(all[0]).toMatchObject({ tradeId: 'a', recordedAt: '2026-11-22T12:00:10.000Z' });
    expect(all.at(-1)).toMatchObject({ code: 'deposit', tradeId: null });
    const ofTrade = (await cashOf(it, { trade: 'a' })).transfers;
    expect(new Set(ofTrade.map(({ code }) => code))).toEqual(new Set(['buy', 'settle', 'gain']));
    const pages: string[] = [];
    let before: string | undefined;
    do {
      const { transfers } = await cashOf(it, { limit: 2, before });
      pages.push(...transfers.map(({ id }) => id));
      before = transfers.at(-1)?.id;
    } while (before !== undefined);
    expect(pages).toEqual(all.map(({ id }) => id));
    expect((await cashOf(it, { book: 'drill' })).transfers).toEqual([]);
  });
});

describe('days', () => {
  test('an open day has its numbers as they stand', async () => {
    const it = under();
    await it.setUp({ dailyTradesMax: 5 });
    await it.open('lost', { quantity: 10, price: 0.5 });
    await it.settle('lost', 0);
    await it.open('open', { quantity: 100, price: 0.5 });
    await it.propose('denied', { quantity: 1_000_000 });
    const day = conforming(dayViewSchema, await readDay(it.db, 'paper', '2026-11-22'));
    expect(day).toMatchObject({
      state: 'open',
      endsAt: '2026-11-23T00:00:00.000Z',
      trades: { used: '2', held: '0', limit: '5' },
      loss: { used: '5.00', held: '50.00' },
      realizedPnl: '-5.00',
      gains: '0.00',
      losses: '5.00',
      proposals: { accepted: 2, denied: 1, denials: { POSITION_TOO_LARGE: 1 } },
      byStatus: { open: 1, settled: 1 },
      sent: 2,
    });
    expect(await readDay(it.db, 'paper', '2026-11-21')).toBeUndefined();
    expect(await readDay(it.db, 'drill', '2026-11-22')).toBeUndefined();
  });

  test('a closed day is its report; the list has both, the newest first', async () => {
    const it = under();
    await it.setUp();
    await it.open('a');
    it.setClock('2026-11-23T00:00:05Z');
    await it.open('b');
    await it.ledger.closeDays({ book: 'paper', before: '2026-11-23' }, it.reading());
    const closed = conforming(dayViewSchema, await readDay(it.db, 'paper', '2026-11-22'));
    expect(closed).toMatchObject({ state: 'closed', report: { date: '2026-11-22', revision: 1 } });
    const days = await listDays(it.db, PAPER);
    expect(conforming(daysViewSchema, days).days).toMatchObject([
      { date: '2026-11-23', state: 'open', closedAt: null, revision: null, trades: { used: '1' } },
      { date: '2026-11-22', state: 'closed', revision: 1, trades: { used: '1' } },
    ]);
    const older = await listDays(it.db, { ...PAPER, before: '2026-11-23' });
    expect(older.days.map(({ date }) => date)).toEqual(['2026-11-22']);
  });
});

describe('the audit log', () => {
  const story = async (it: LedgerUnderTest) => {
    await it.setUp();
    await it.pause('lunch');
    await it.ledger.enableStrategy('paper', 's', { actor: 'ann', atMs: 1, reason: 'fixed' });
  };

  test('is shown newest first, filtered and page by page, and links', async () => {
    const it = under();
    await story(it);
    const all = await auditOf(it);
    expect(all).toMatchObject({ linked: true, faults: [], head: { seq: all.entries[0]!.seq } });
    expect(all.entries[0]).toMatchObject({ action: 'strategy.enabled', actor: 'ann' });
    const paused = await auditOf(it, { action: 'desk.paused' });
    expect(paused.entries).toMatchObject([{ reason: 'lunch', desk: 'main', verified: true }]);
    expect(paused.linked).toBe(true);
    const older = await auditOf(it, { before: all.entries[0]!.seq, limit: 1 });
    expect(older.entries.map(({ seq }) => seq)).toEqual([all.entries[0]!.seq - 1]);
    expect((await auditOf(it, { desk: 'drill' })).entries).toEqual([]);
  });

  test.each([
    ['was changed', `UPDATE audit SET reason = 'dinner' WHERE action = 'desk.paused'`, /changed/],
    ['is gone', `DELETE FROM audit WHERE action = 'desk.paused'`, /does not follow/],
    ['is no JSON', `UPDATE audit SET detail = '{' WHERE action = 'desk.paused'`, /changed/],
    ['is missing at the end', `UPDATE audit_head SET hash = 'other'`, /is not the one/],
  ])('tells when an entry %s', async (_what, damage, says) => {
    const it = under();
    await story(it);
    await it.db.transaction().execute(async (tx) => {
      await sql`ALTER TABLE audit DISABLE TRIGGER USER`.execute(tx);
      await sql.raw(damage).execute(tx);
      await sql`ALTER TABLE audit ENABLE TRIGGER USER`.execute(tx);
    });
    const { linked, faults } = await auditOf(it);
    expect(linked).toBe(false);
    expect(faults.join()).toMatch(says);
    // The harness checks the books when a test is over, and this one broke them on purpose.
    await sql`ALTER TABLE audit DISABLE TRIGGER USER`.execute(it.db);
    await sql`DELETE FROM audit`.execute(it.db);
    await sql`ALTER TABLE audit ENABLE TRIGGER USER`.execute(it.db);
    await sql`UPDATE audit_head SET seq = 0, hash = ''`.execute(it.db);
    expect(APPEND_ONLY).toContain('audit');
  });
});

describe('one trade in detail', () => {
  test('has orders, fills, every verdict and its holds', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a', { market: 'M', quantity: 100, price: 0.5 });
    await it.permit('a');
    await it.fill('a', 40, 0.45, { feeMicros: 10_000 as never });
    const details = conforming(tradeDetailsSchema, await readTradeDetails(it.db, 'a'));
    expect(details).toMatchObject({
      id: 'a',
      unhedgedSince: null,
      approvalUntil: null,
      imported: false,
      orders: [{ tradeId: 'a', bookedQuantity: '40' }],
      fills: [{ leg: 0, quantity: '40', price: '0.45', fee: '0.01', reverts: null }],
      approval: null,
      resolutions: [],
    });
    expect(details!.verdicts.length).toBeGreaterThan(8);
    expect(details!.verdicts.every(({ passed }) => passed)).toBe(true);
    const held = Object.fromEntries(details!.holds.map(({ target, left }) => [target, left]));
    expect(held).toMatchObject({ 'paper/kalshi/cash': '31.99' });
    expect(details!.holds.find(({ unit }) => unit === 'trades')).toMatchObject({ amount: '1' });
  });

  test('of a denied proposal has no holds but all verdicts; of nobody there is none', async () => {
    const it = under();
    await it.setUp({ dailyTradesMax: 0 });
    await it.propose('no');
    const details = conforming(tradeDetailsSchema, await readTradeDetails(it.db, 'no'));
    expect(details).toMatchObject({ status: 'denied', orders: [], fills: [], holds: [] });
    expect(details!.verdicts.length).toBeGreaterThan(details!.failures.length);
    expect(await readTradeDetails(it.db, 'nobody')).toBeUndefined();
  });
});
