/** A pair from its reservation to its position: what is held and used at every step. */
import { describe, expect, test } from '@jest/globals';
import { balanceOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, usd, useLedger } from './harness.ts';
import {
  acceptPair,
  amounts,
  answer,
  book,
  ENTRY,
  fillAt,
  hear,
  HEDGE,
  KALSHI,
  nakedPair,
  openPair,
  permit,
  POLYMARKET,
  rowOf,
  send,
  store,
  trade,
} from './pair-harness.ts';

const under = useLedger();
const DAY = NOON.slice(0, 10);

/** `[used, held]` in dollars. */
const NOTHING = {
  exposure: [0, 0],
  event: [0, 0],
  kalshi: [0, 0],
  polymarket: [0, 0],
  loss: [0, 0],
  trades: [0, 0],
  kalshiCash: [0, 0],
  polymarketCash: [0, 0],
};

describe('I2 a pair that fills as planned', () => {
  test('holds and uses to the micro-dollar at each step', async () => {
    const it = under();
    await it.setUp();
    const now = () => amounts(it, 'a', DAY);
    await acceptPair(it, 'a');
    const reserved = {
      exposure: [0, 94],
      event: [0, 94],
      kalshi: [0, 48],
      polymarket: [0, 46],
      loss: [0, 48],
      trades: [0, 1],
      kalshiCash: [0, 48],
      polymarketCash: [0, 46],
    };
    expect(await now()).toEqual(reserved);
    await send(it, 'a', ENTRY);
    expect(await now()).toEqual(reserved);

    await book(it, await fillAt(it, 'a', ENTRY, 60, { name: 'one' }));
    const booked = {
      exposure: [27.6, 66.4],
      event: [27.6, 66.4],
      kalshi: [0, 48],
      polymarket: [27.6, 18.4],
      loss: [0, 48],
      trades: [0, 1],
      kalshiCash: [0, 48],
      polymarketCash: [-27.6, 18.4],
    };
    expect(await now()).toEqual(booked);
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'reserved', unhedged_since_ms: null });

    expect(await answer(it, 'a', ENTRY, 100)).toMatchObject({ tradeStatus: 'placing' });
    expect(await now()).toEqual({ ...booked, trades: [1, 0] });
    // The answer alone says that the legs differ; it books nothing.
    expect(Number((await rowOf(it, 'a')).unhedged_since_ms)).toBe(Date.parse(NOON));

    await send(it, 'a', HEDGE);
    expect(await answer(it, 'a', HEDGE, 100)).toMatchObject({ tradeStatus: 'placing' });
    expect(await rowOf(it, 'a')).toMatchObject({ unhedged_since_ms: null });
    await book(it, await fillAt(it, 'a', HEDGE, 100));
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'placing' });
    await book(it, await fillAt(it, 'a', ENTRY, 40, { name: 'two' }));
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'open' });
    expect(await now()).toEqual({
      exposure: [94, 0],
      event: [94, 0],
      kalshi: [48, 0],
      polymarket: [46, 0],
      // It costs 94 and pays 100: nothing can be lost.
      loss: [0, 0],
      trades: [1, 0],
      kalshiCash: [-48, 0],
      polymarketCash: [-46, 0],
    });
  });

  test('a pair that costs more than it pays keeps that at risk', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY, { fee: 4.5 });
    await trade(it, 'a', HEDGE, { fee: 3 });
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [101.5, 0],
      kalshi: [51, 0],
      polymarket: [50.5, 0],
      loss: [0, 1.5],
    });
  });

  test('a first leg that fills nothing gives everything back but its place', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    expect(await trade(it, 'a', ENTRY, { filled: 0 })).toMatchObject({ tradeStatus: 'unfilled' });
    expect(await amounts(it, 'a', DAY)).toEqual({ ...NOTHING, trades: [1, 0] });
    expect(await store(it, 'a', HEDGE)).toMatchObject({ kind: 'refused' });
  });

  test('an unwound pair is closed: its loss counts today, and nothing stays held', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    const exit = { kind: 'exit', leg: POLYMARKET, quantity: 100, price: 0.44, attempt: 1 } as const;
    await send(it, 'a', exit);
    await book(it, await fillAt(it, 'a', exit, 25, { name: 'one', fee: 0.1 }));
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [34.5, 48],
      polymarket: [34.5, 0],
      // 25 × 0.02 and the fee are lost; of the 48 held they are taken.
      loss: [0.6, 47.4],
      polymarketCash: [-46 + 11 - 0.1, 0],
    });
    await answer(it, 'a', exit, 100);
    await book(it, await fillAt(it, 'a', exit, 75, { name: 'two', fee: 0.3 }));
    expect(await rowOf(it, 'a')).toMatchObject({
      status: 'closed',
      pnl: BigInt(usd(-2.4)),
      loss_counted: BigInt(usd(2.4)),
      ended_day: DAY,
      unhedged_since_ms: null,
    });
    expect(await amounts(it, 'a', DAY)).toEqual({
      ...NOTHING,
      loss: [2.4, 0],
      trades: [1, 0],
      polymarketCash: [-2.4, 0],
    });
  });
});

describe('unhedged_since', () => {
  test('is set when the answers differ, kept while they do, and cleared when they match', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY);
    const since = (await rowOf(it, 'a')).unhedged_since_ms;
    it.setClock('2026-11-22T12:00:05.000Z');
    await trade(it, 'a', HEDGE, { filled: 40 });
    expect((await rowOf(it, 'a')).unhedged_since_ms).toBe(since);
    await trade(it, 'a', { ...HEDGE, attempt: 1, quantity: 60 });
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'open', unhedged_since_ms: null });
  });

  test('begins anew when a fill of an open trade fails: its rest was carried since long ago', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY);
    const rest = await fillAt(it, 'a', HEDGE, 99.5);
    await send(it, 'a', HEDGE);
    await book(it, rest);
    // Half a contract is less than either venue takes.
    expect(await answer(it, 'a', HEDGE, 99.5)).toMatchObject({ tradeStatus: 'open' });
    it.setClock('2026-11-22T15:00:00.000Z');
    await book(it, {
      venue: rest.venue,
      fill: { ...rest.fill, fillId: 'r', reverts: rest.fill.fillId },
    });
    const answered = await answer(it, 'a', HEDGE, 0);
    expect(answered).toMatchObject({ orderState: 'done', tradeStatus: 'placing' });
    expect(Number((await rowOf(it, 'a')).unhedged_since_ms)).toBe(
      Date.parse('2026-11-22T15:00:00.000Z'),
    );
  });
});

describe('a hedge above its hold', () => {
  test('takes what it lacks, within every cap', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', { ...ENTRY, price: 0.4 });
    expect(await store(it, 'a', { ...HEDGE, price: 0.54 })).toEqual({ kind: 'stored' });
    expect(await amounts(it, 'a', DAY)).toEqual({
      exposure: [40, 60],
      event: [40, 60],
      kalshi: [0, 54],
      polymarket: [40, 6],
      loss: [0, 48],
      trades: [1, 0],
      kalshiCash: [0, 54],
      polymarketCash: [-40, 6],
    });
    await permit(it, 'a', HEDGE);
    await book(it, await fillAt(it, 'a', { ...HEDGE, price: 0.54 }, 100));
    await answer(it, 'a', HEDGE, 100);
    expect(await amounts(it, 'a', DAY)).toMatchObject({ exposure: [94, 0], loss: [0, 0] });
  });

  test('asked again after it was stored takes nothing more', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY);
    const dear = { ...HEDGE, price: 0.54 };
    await store(it, 'a', dear);
    const held = await amounts(it, 'a', DAY);
    expect(await store(it, 'a', dear)).toMatchObject({ kind: 'refused' });
    expect(await amounts(it, 'a', DAY)).toEqual(held);
  });

  test.each([
    ['the open exposure', { openExposureMicrosMax: usd(99) }],
    ["the event's", { eventExposureMicrosMax: usd(99) }],
    ["the market's, which another trade shares", { positionMicrosMax: usd(100) }],
    ["the venue's cash", { initialBalanceMicros: { kalshi: usd(53), polymarket: usd(500) } }],
  ])('is refused where %s leaves no room, and nothing changes', async (_what, limits) => {
    const it = under();
    await it.setUp({ ...limits });
    if ('positionMicrosMax' in limits) {
      await it.open('other', { market: 'K-a', quantity: 94, price: 0.5 });
    }
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY);
    const before = await amounts(it, 'a', DAY);
    expect(await store(it, 'a', { ...HEDGE, price: 0.54 })).toEqual({
      kind: 'refused',
      detail: expect.stringContaining('leaves no room for the hedge'),
    });
    expect(await amounts(it, 'a', DAY)).toEqual(before);
    expect(await it.ledger.readLegOrder('a', KALSHI)).not.toHaveProperty('stored');
    // What fits is stored all the same.
    expect(await store(it, 'a', { ...HEDGE, price: 0.53 })).toEqual({ kind: 'stored' });
  });
});

describe('I15 no order without a hold, none beyond the position', () => {
  const exit = { kind: 'exit', leg: POLYMARKET, quantity: 60, price: 0.45, attempt: 1 } as const;
  test.each([
    ['an exit larger than what the legs differ by', { ...exit, quantity: 60.000001 }],
    ['an exit of the leg that has less', { ...exit, leg: KALSHI, quantity: 1 }],
    ['a hedge larger than what the legs differ by', { ...HEDGE, attempt: 1, quantity: 61 }],
    ['a second entry', { ...ENTRY, attempt: 1 }],
  ])('%s is refused', async (_what, order) => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a', 40);
    const before = await amounts(it, 'a', DAY);
    // A second entry finds the trade no longer reserved; its first one is what was stored.
    const refused = await store(it, 'a', order);
    const orders = await it.db.selectFrom('venue_order').select('id').execute();
    expect([refused.kind, orders.length]).toEqual(['refused', 2]);
    expect(await amounts(it, 'a', DAY)).toEqual(before);
    expect(await store(it, 'a', exit)).toEqual({ kind: 'stored' });
  });

  test('two orders at once are one: the other is refused, and 10 at a time too', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    const orders = [
      { ...HEDGE, attempt: 1, price: 0.5 },
      { ...exit, quantity: 100 },
    ];
    const asked = await Promise.all(
      Array.from({ length: 10 }, (_, index) => store(it, 'a', orders[index % 2]!)),
    );
    expect(asked.filter(({ kind }) => kind === 'stored')).toHaveLength(1);
    expect(await it.db.selectFrom('venue_order').select('id').execute()).toHaveLength(3);
  });

  test('nothing is stored for an open trade, nor after its end', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    expect(await store(it, 'a', { ...HEDGE, attempt: 1 })).toMatchObject({ kind: 'refused' });
    expect(await store(it, 'a', { ...exit, quantity: 1 })).toMatchObject({ kind: 'refused' });
  });

  test('an abandoned trade gets no entry any more', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await it.ledger.abandonTrade('a', it.reading());
    expect(await store(it, 'a', ENTRY)).toMatchObject({ kind: 'refused' });
    expect(await amounts(it, 'a', DAY)).toEqual(NOTHING);
    expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ held: 0 });
  });

  test('abandoning a trade that holds a fill changes nothing but an unsent order', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY);
    await store(it, 'a', HEDGE);
    const before = await amounts(it, 'a', DAY);
    await it.ledger.abandonTrade('a', it.reading());
    expect(await amounts(it, 'a', DAY)).toEqual(before);
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'placing' });
    expect(await permit(it, 'a', HEDGE)).toMatchObject({ kind: 'taken', state: 'notSent' });
  });
});

describe('permits', () => {
  async function kinds(it: LedgerUnderTest): Promise<Record<string, string>> {
    await acceptPair(it, 'entry');
    await store(it, 'entry', ENTRY);
    await acceptPair(it, 'hedge');
    await trade(it, 'hedge', ENTRY);
    await store(it, 'hedge', HEDGE);
    await nakedPair(it, 'exit');
    const exit = { kind: 'exit', leg: POLYMARKET, quantity: 100, price: 0.45, attempt: 1 } as const;
    await store(it, 'exit', exit);
    return { entry: '', hedge: '', exit: '' };
  }

  test.each([
    ['active', 'granted', 'granted', 'granted'],
    ['paused', 'forbidden', 'granted', 'granted'],
    ['halted', 'forbidden', 'forbidden', 'forbidden'],
  ])('I3 a desk that is %s: entry %s, hedge %s, exit %s', async (state, ...expected) => {
    const it = under();
    await it.setUp();
    await kinds(it);
    if (state === 'paused') await it.pause();
    if (state === 'halted') await it.setDesk('halted');
    const asked = [
      await permit(it, 'entry', ENTRY),
      await permit(it, 'hedge', HEDGE),
      await permit(it, 'exit', { ...ENTRY, kind: 'exit', attempt: 1 }),
    ];
    expect(asked.map(({ kind }) => kind)).toEqual(expected);
  });

  test('a hedge that is withheld leaves the trade where it was', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY);
    await store(it, 'a', HEDGE);
    const withheld = { event: { type: 'order.withheld' }, detail: 'halted' } as const;
    expect(await hear(it, 'a', HEDGE, withheld)).toMatchObject({
      orderState: 'notSent',
      tradeStatus: 'placing',
    });
    expect(await store(it, 'a', { ...HEDGE, attempt: 1 })).toEqual({ kind: 'stored' });
  });
});
