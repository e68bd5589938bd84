/** Fills that fail after they were booked (Polymarket's FAILED): what goes back, and what cannot. */
import { describe, expect, test } from '@jest/globals';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, usd, useLedger } from './harness.ts';
import type { Sent } from './pair-harness.ts';
import {
  acceptPair,
  amounts,
  answer,
  balances,
  book,
  ENTRY,
  fillAt,
  HEDGE,
  KALSHI,
  nakedPair,
  openPair,
  POLYMARKET,
  result,
  reversalOf,
  rowOf,
  send,
  store,
  trade,
} from './pair-harness.ts';

const under = useLedger();
const DAY = NOON.slice(0, 10);
const EXIT: Sent = { kind: 'exit', leg: POLYMARKET, quantity: 60, price: 0.44, attempt: 1 };

async function alertsOf(it: LedgerUnderTest): Promise<string[]> {
  const rows = await it.db.selectFrom('alert').select('code').orderBy('id').execute();
  return rows.map(({ code }) => code);
}

async function orderStates(it: LedgerUnderTest, id: string): Promise<string[]> {
  const rows = await it.db
    .selectFrom('venue_order')
    .select('state')
    .where('trade_id', '=', id)
    .orderBy('leg')
    .orderBy('attempt')
    .execute();
  return rows.map(({ state }) => state);
}

async function deskState(it: LedgerUnderTest) {
  const { state, cause } = await it.db
    .selectFrom('desk')
    .select(['state', 'cause'])
    .executeTakeFirstOrThrow();
  return `${state} by ${cause}`;
}

describe('a bought fill that fails', () => {
  test('before the hedge: the order is asked again, and the hedge is sized to what is left', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await send(it, 'a', ENTRY);
    const [kept, lost] = [
      await fillAt(it, 'a', ENTRY, 60, { name: 'kept' }),
      await fillAt(it, 'a', ENTRY, 40, { name: 'lost' }),
    ];
    await book(it, kept);
    await book(it, lost);
    await answer(it, 'a', ENTRY, 100);
    expect(await book(it, reversalOf(lost))).toBe(true);
    expect(await orderStates(it, 'a')).toEqual(['unknown']);
    // Nothing is sent while it is not known what the order came to.
    expect(await store(it, 'a', HEDGE)).toMatchObject({ kind: 'refused' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [27.6, 48],
      polymarket: [27.6, 0],
      polymarketCash: [-27.6, 0],
      loss: [0, 48],
    });
    await answer(it, 'a', ENTRY, 60);
    expect(await trade(it, 'a', { ...HEDGE, quantity: 60 })).toMatchObject({ tradeStatus: 'open' });
    expect(await alertsOf(it)).toEqual(['FILL_REVERTED']);
  });

  test('of an open pair: the trade goes back to placing, at risk again, and is hedged anew', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    const failed = await fillAt(it, 'a', ENTRY, 100);
    await book(it, reversalOf(failed));
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'placing', unhedged_since_ms: null });
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [48, 0],
      kalshi: [48, 0],
      polymarket: [0, 0],
      loss: [0, 48],
      kalshiCash: [-48, 0],
      polymarketCash: [0, 0],
    });
    const signals = await it.ledger.unsentSignals({ book: 'paper', venue: 'polymarket' }, 10);
    expect(signals).toMatchObject([{ workflowId: 'trade:a', signal: 'order-event' }]);
    await answer(it, 'a', ENTRY, 0);
    expect(Number((await rowOf(it, 'a')).unhedged_since_ms)).toBe(Date.parse(NOON));
    const again: Sent = { kind: 'hedge', leg: POLYMARKET, quantity: 100, price: 0.5, attempt: 1 };
    expect(await trade(it, 'a', again)).toMatchObject({ tradeStatus: 'open' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({ exposure: [98, 0], loss: [0, 0] });
  });

  test('of both legs ends the trade unfilled, with everything given back', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    await book(it, reversalOf(await fillAt(it, 'a', ENTRY, 100)));
    await book(it, reversalOf(await fillAt(it, 'a', HEDGE, 100)));
    await answer(it, 'a', ENTRY, 0);
    expect(await answer(it, 'a', HEDGE, 0)).toMatchObject({ tradeStatus: 'unfilled' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [0, 0],
      loss: [0, 0],
      kalshiCash: [0, 0],
      polymarketCash: [0, 0],
    });
  });

  test('after a part of the leg was sold waits in suspense: nobody knows what was sold', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a', 40);
    await trade(it, 'a', EXIT);
    const before = await rowOf(it, 'a');
    await book(it, reversalOf(await fillAt(it, 'a', ENTRY, 100, { fee: 0.5 })));
    expect(await rowOf(it, 'a')).toEqual(before);
    expect(await balances(it)).toMatchObject({ 'polymarket/suspense': -46.5 });
    expect(await alertsOf(it)).toEqual(['DISCREPANCY']);
    expect(await deskState(it)).toBe('paused by breach');
  });

  test('after settlement waits in suspense, and P&L stays as it was booked', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    await result(it, 'a', KALSHI, 1);
    await result(it, 'a', POLYMARKET, 1);
    await it.record('a');
    await book(it, reversalOf(await fillAt(it, 'a', ENTRY, 100)));
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'settled', pnl: BigInt(usd(6)) });
    expect(await balances(it)).toMatchObject({ 'polymarket/suspense': -46 });
    expect(await deskState(it)).toBe('paused by breach');
  });

  test('after its own leg was paid, while the other leg is not final, waits in suspense too', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    await result(it, 'a', POLYMARKET, 0);
    await it.record('a');
    await book(it, reversalOf(await fillAt(it, 'a', ENTRY, 100)));
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'open' });
    expect(await balances(it)).toMatchObject({ 'polymarket/suspense': -46 });
    await result(it, 'a', KALSHI, 0);
    expect(await it.record('a')).toMatchObject({ pnlMicros: usd(6) });
  });

  test('I15 leaves a leg that was paid alone: its market takes no order any more', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    await result(it, 'a', POLYMARKET, 0);
    await it.record('a');
    await book(it, reversalOf(await fillAt(it, 'a', HEDGE, 100)));
    await answer(it, 'a', HEDGE, 0);
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'placing' });
    expect(await store(it, 'a', { ...EXIT, quantity: 100 })).toEqual({
      kind: 'refused',
      detail: 'the leg is paid already',
    });
    expect(await store(it, 'a', { ...HEDGE, attempt: 1 })).toEqual({ kind: 'stored' });
  });

  test('that the ledger never booked moves no position', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    const before = await amounts(it, 'a', DAY);
    const { venue, fill } = reversalOf(await fillAt(it, 'a', ENTRY, 100, { name: 'unheard' }));
    await book(it, { venue, fill });
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'open' });
    expect(await amounts(it, 'a', DAY)).toEqual({ ...before, polymarketCash: [0, 0] });
    expect(await balances(it)).toMatchObject({ 'polymarket/suspense': -46 });
    expect(await alertsOf(it)).toEqual(['DISCREPANCY']);
  });
});

describe('a reversal told twice', () => {
  test('I5 under its own id is booked once', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    const reversal = reversalOf(await fillAt(it, 'a', ENTRY, 100));
    expect(await book(it, reversal)).toBe(true);
    const before = await balances(it);
    expect(await book(it, reversal)).toBe(false);
    expect(await balances(it)).toEqual(before);
    expect(await alertsOf(it)).toEqual(['FILL_REVERTED']);
  });

  test('I5 under another id takes no other fill back: it is a discrepancy', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await send(it, 'a', ENTRY);
    const lost = await fillAt(it, 'a', ENTRY, 50, { name: 'lost' });
    await book(it, lost);
    await book(it, await fillAt(it, 'a', ENTRY, 50, { name: 'kept' }));
    await book(it, reversalOf(lost, 'r-1'));
    const before = await balances(it);
    expect(await book(it, reversalOf(lost, 'r-2'))).toBe(true);
    expect(await balances(it)).toEqual(before);
    expect(await alertsOf(it)).toEqual(['FILL_REVERTED', 'DISCREPANCY']);
    expect(await deskState(it)).toBe('paused by breach');
  });
});

describe('a sold fill that fails', () => {
  test('gives the contracts back: the rest is naked again, and is sold again', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a', 40);
    const before = await amounts(it, 'a', DAY);
    await trade(it, 'a', EXIT, { fee: 0.6 });
    await book(it, reversalOf(await fillAt(it, 'a', EXIT, 60, { fee: 0.6 })));
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'placing' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [before['exposure']![0], 0],
      polymarket: [46, 0],
      polymarketCash: [-46, 0],
      // What was counted as lost stays counted; 60 at 0.46 are at risk again.
      loss: [1.8, 27.6],
    });
    await answer(it, 'a', EXIT, 0);
    const again = { ...EXIT, attempt: 2, price: 0.5 };
    expect(await trade(it, 'a', again)).toMatchObject({ tradeStatus: 'open' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({ loss: [1.8, 0] });
  });

  test('after the trade was closed: the cash it takes back waits in suspense', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    await trade(it, 'a', { ...EXIT, quantity: 100 }, { fee: 0.6 });
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'closed' });
    await book(it, reversalOf(await fillAt(it, 'a', EXIT, 100, { fee: 0.6 })));
    const after = await balances(it);
    expect(after).toMatchObject({ 'polymarket/suspense': 43.4 });
    expect(after['polymarket/cash']).toBe(10_000 - 46);
    expect(await deskState(it)).toBe('paused by breach');
  });
});

describe('an answer lower than what is booked', () => {
  test('is asked for again until the reversal is booked, and counts then', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await send(it, 'a', ENTRY);
    const [kept, lost] = [
      await fillAt(it, 'a', ENTRY, 60, { name: 'kept' }),
      await fillAt(it, 'a', ENTRY, 40, { name: 'lost' }),
    ];
    await book(it, kept);
    await book(it, lost);
    expect(await answer(it, 'a', ENTRY, 60)).toMatchObject({ orderState: 'unknown' });
    await book(it, reversalOf(lost));
    expect(await answer(it, 'a', ENTRY, 60)).toMatchObject({
      orderState: 'done',
      tradeStatus: 'placing',
    });
    expect(await trade(it, 'a', { ...HEDGE, quantity: 60 })).toMatchObject({ tradeStatus: 'open' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({ exposure: [56.4, 0], loss: [0, 0] });
  });
});

describe('a fill that no leg can take', () => {
  test('a sale told before its purchase waits in suspense, and what comes after is booked', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    await send(it, 'a', EXIT);
    const sale = await fillAt(it, 'a', EXIT, 200);
    expect(await book(it, sale)).toBe(true);
    expect(await book(it, sale)).toBe(false);
    // 200 at 0.44 came into cash.
    expect((await balances(it))['polymarket/suspense']).toBe(-88);
    expect(await alertsOf(it)).toContain('DISCREPANCY');
    expect(await deskState(it)).toBe('paused by breach');
  });

  test('one that comes after its leg was paid does not block the watch', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    await result(it, 'a', POLYMARKET, 1);
    await it.record('a');
    expect(await book(it, await fillAt(it, 'a', ENTRY, 60, { name: 'late' }))).toBe(true);
    expect((await balances(it))['polymarket/suspense']).toBe(27.6);
    expect(await alertsOf(it)).toContain('DISCREPANCY');
  });
});
