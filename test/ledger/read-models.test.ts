import { expect, test } from '@jest/globals';
import { readStatus } from '../../ledger/read/status.ts';
import { findTrade, listTrades } from '../../ledger/read/trades.ts';
import { NOON, useLedger } from './harness.ts';

const under = useLedger();

test('trades are listed newest first, page by page, ties by id', async () => {
  const it = under();
  await it.setUp();
  for (const [index, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    // b and c, d and e are received in the same millisecond.
    it.setClock(`2026-11-22T12:00:0${Math.ceil(index / 2)}Z`);
    await it.receive(id);
  }
  const pages: string[][] = [];
  let before: string | undefined;
  do {
    const page = await listTrades(it.db, { limit: 2, ...(before === undefined ? {} : { before }) });
    before = page.at(-1)?.id;
    if (page.length > 0) pages.push(page.map(({ id }) => id));
  } while (before !== undefined);
  expect(pages).toEqual([['e', 'd'], ['c', 'b'], ['a']]);
  expect(await listTrades(it.db, { limit: 2, before: 'nobody' })).toEqual([]);
});

test('trades can be listed by status, and only what is not over', async () => {
  const it = under();
  await it.setUp();
  await it.open('open');
  await it.open('settled');
  await it.settle('settled', 1);
  await it.accept('reserved');
  await it.propose('denied', { quantity: 1_000_000 });
  await it.receive('received');
  const idsOf = async (query: { status?: string; openOnly?: boolean }) =>
    (await listTrades(it.db, { limit: 50, ...query })).map(({ id }) => id).toSorted();
  expect(await idsOf({ openOnly: true })).toEqual(['open', 'reserved']);
  for (const status of ['open', 'settled', 'reserved', 'denied', 'received']) {
    expect(await idsOf({ status })).toEqual([status]);
  }
  expect(await idsOf({})).toHaveLength(5);
});

test('a trade is shown with its decision, legs, order and result', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a', { event: 'e', market: 'M', settlesAt: '2026-11-23T01:00:00Z' });
  await it.permit('a');
  await it.fill('a', 40, 0.45);
  await it.answer('a', { event: 'order.finished', filled: 40 });
  await it.settle('a', 0.25);
  expect(await findTrade(it.db, 'a')).toMatchObject({
    id: 'a',
    book: 'paper',
    status: 'settled',
    event: 'e',
    day: '2026-11-22',
    receivedAt: NOON,
    decidedAt: NOON,
    settledAt: NOON,
    expectedSettlement: '2026-11-23T01:00:00.000Z',
    worstCase: '50.00',
    payout: '10.00',
    realizedPnl: '-8.00',
    failures: [],
    legs: [
      {
        venue: 'kalshi',
        market: 'M',
        outcome: 'Home',
        title: 'Title of M',
        limitPrice: '0.5',
        quantity: '100',
        filledQuantity: '40',
        cost: '18.00',
        fees: '0.00',
        orderId: 'venue-a',
        orderState: 'done',
      },
    ],
  });
});

test('a denied trade is shown with what it asked for and why not', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 0 });
  await it.propose('a', { market: 'M' });
  expect(await findTrade(it.db, 'a')).toMatchObject({
    status: 'denied',
    day: '2026-11-22',
    worstCase: null,
    failures: [{ code: 'DAILY_TRADES_REACHED' }],
    legs: [{ market: 'M', limitPrice: '0.5', quantity: '100', orderId: null }],
  });
  expect(await findTrade(it.db, 'nobody')).toBeUndefined();
});

test('the status after a small story: two settled, one open, one unknown', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 10 });
  it.setClock('2026-11-21T12:00:00Z');
  await it.open('yesterday');
  await it.settle('yesterday', 0);
  it.setClock(NOON);
  await it.open('won');
  await it.settle('won', 1);
  await it.open('open', { venue: 'polymarket' });
  await it.accept('unknown', { quantity: 20 });
  await it.permit('unknown');
  await it.answer('unknown', { event: 'order.lost' });
  await it.ledger.writeCursor(
    { book: 'paper', venue: 'kalshi', cursorMs: 1 },
    { ...it.reading(), atMs: it.reading().atMs - 1_500 },
  );
  const status = await readStatus(it.db, 'main', ['kalshi', 'polymarket'], it.reading());
  expect(status).toMatchObject({
    now: NOON,
    desk: { id: 'main', phase: 'paper', state: 'active' },
    book: 'paper',
    day: '2026-11-22',
    dayEndsInSeconds: 43_200,
    gauges: [
      { name: 'trades', used: '3', held: '0', left: '7', limit: '10' },
      { name: 'day loss', used: '0.00', held: '60.00', left: '19940.00', limit: '20000.00' },
      { name: 'exposure', used: '50.00', held: '10.00', left: '19940.00', limit: '20000.00' },
    ],
    venues: [
      { venue: 'kalshi', cash: '10000.00', reserved: '10.00', open: '0.00', watchAgeSeconds: 1.5 },
      {
        venue: 'polymarket',
        cash: '9950.00',
        reserved: '0.00',
        open: '50.00',
        watchAgeSeconds: null,
      },
    ],
    unknownOrders: 1,
    realizedPnl: '0.00',
    realizedPnlToday: '50.00',
  });
  expect(status.openTrades.map(({ id }) => id).toSorted()).toEqual(['open', 'unknown']);
});

test('a watch cursor moves forward only', async () => {
  const it = under();
  expect(await it.ledger.readCursor('paper', 'kalshi')).toBe(0);
  for (const cursorMs of [500, 900, 700]) {
    await it.ledger.writeCursor({ book: 'paper', venue: 'kalshi', cursorMs }, it.reading());
  }
  expect(await it.ledger.readCursor('paper', 'kalshi')).toBe(900);
  expect(await it.ledger.readCursor('paper', 'polymarket')).toBe(0);
});
