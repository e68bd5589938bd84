/** Trades and lists: statuses on the clock, ghost fills, attribution, pages, lag. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketUnderTest } from './harness.ts';
import { startPolymarket } from './harness.ts';

let venue: PolymarketUnderTest;
beforeEach(async () => {
  venue = await startPolymarket();
  await venue.admin('setSettlement', { minedMs: 2000, confirmedMs: 5000 });
  await venue.admin('setBook', { slug: 'M1', yes: { asks: [['0.50', '500']] } });
});
afterEach(() => venue.close());

const word = (status: unknown): string => String(status).replace('TRADE_STATUS_', '');

async function trade(): Promise<Record<string, unknown>> {
  const [found] = await venue.list('/data/trades');
  return found ?? {};
}

async function held(token = 0): Promise<[cash: string, tokens: string]> {
  const [cash, tokens] = await Promise.all([
    venue.get('/balance-allowance?asset_type=COLLATERAL&signature_type=0'),
    venue.get(
      `/balance-allowance?asset_type=CONDITIONAL&token_id=${(await venue.tokens())[token]}&signature_type=0`,
    ),
  ]);
  return [String(cash['balance']), String(tokens['balance'])];
}

describe('a trade', () => {
  test('is matched, mined and confirmed; its tokens can be sold once it is mined', async () => {
    await venue.placed();
    expect(word((await trade())['status'])).toBe('MATCHED_NOT_BROADCASTED');
    expect(await held()).toEqual(['994875000', '0']);
    expect((await venue.post({ side: 'SELL' })).json['error']).toMatch(/^not enough balance/);
    venue.passMs(2000);
    expect(word((await trade())['status'])).toBe('MINED');
    expect(await held()).toEqual(['994875000', '10000000']);
    await venue.placed({ side: 'SELL', price: 0.6 });
    venue.passMs(3000);
    expect(word((await trade())['status'])).toBe('CONFIRMED');
  });

  test('that is retried has another hash in the end', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'retryTrade' });
    await venue.placed();
    venue.passMs(2000);
    const retried = await trade();
    expect(word(retried['status'])).toBe('RETRYING');
    venue.passMs(6000);
    const final = await trade();
    expect(word(final['status'])).toBe('CONFIRMED');
    expect(final['transaction_hash']).not.toBe(retried['transaction_hash']);
  });

  test('pitfall 6: a ghost fill is undone, and its order still says it matched', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'ghostFill' });
    const id = await venue.placed();
    expect(await held()).toEqual(['994875000', '0']);
    venue.passMs(5000);
    expect(word((await trade())['status'])).toBe('FAILED');
    expect((await trade())['err_msg']).toMatch(/reverted/);
    expect(await held()).toEqual(['1000000000', '0']);
    expect(await venue.order(id)).toMatchObject({ status: 'MATCHED', size_matched: '10' });
  });

  test('fails by the admin port until it is confirmed, then no longer', async () => {
    const id = await venue.placed();
    venue.passMs(2000);
    expect((await venue.admin('failTrades', { id }))['failed']).toHaveLength(1);
    expect(await held()).toEqual(['1000000000', '0']);
    const again = await venue.placed();
    venue.passMs(5000);
    expect((await venue.admin('failTrades', { id: again }))['failed']).toEqual([]);
    await expect(venue.admin('failTrades', { id: 'nothing' })).rejects.toThrow('no trade or order');
  });
});

describe('fees', () => {
  test.each([
    ['nearest', '0.10883'],
    ['up', '0.10884'],
  ])('rounded %s', async (feeRounding, fee) => {
    await venue.admin('setFeeRounding', { feeRounding });
    await venue.admin('openMarket', { slug: 'F', tick: '0.001', feeRate: '0.07' });
    await venue.admin('setBook', { slug: 'F', yes: { asks: [['0.333', '10']] } });
    await venue.placed({ slug: 'F', price: 0.333, size: 7 });
    // 7 × 0.07 × 0.333 × 0.667 = 0.1088333…
    expect(venue.records().fills[0]?.['fee']).toBe(fee);
  });

  test('are 1.25 for 100 shares at a half on a market of 5 %, and none for makers', async () => {
    await venue.placed({ size: 100 });
    expect(venue.records().fills.map((one) => one['fee'])).toEqual(['1.25']);
    await venue.placed({ size: 10, price: 0.3 });
    await venue.admin('setBook', { slug: 'M1', yes: { asks: [['0.30', '10']] } });
    expect(venue.records().fills.map((one) => one['fee'])).toEqual(['1.25', '0']);
    expect(await held()).toEqual([String(1_000_000_000 - 50_000_000 - 1_250_000 - 3_000_000), '0']);
  });
});

describe('lists', () => {
  test('have cursors that begin at MA== and end at LTE=', async () => {
    await venue.admin('setPageSize', { pageSize: 2 });
    const ids = [];
    for (const price of [0.1, 0.2, 0.3]) ids.push(await venue.placed({ price }));
    const first = await venue.get('/data/orders?next_cursor=MA==');
    expect(first).toMatchObject({ limit: 2, count: 2 });
    const second = await venue.get(`/data/orders?next_cursor=${String(first['next_cursor'])}`);
    expect(second).toMatchObject({ next_cursor: 'LTE=', count: 1 });
    const told = [first, second].flatMap((page) => page['data'] as Record<string, unknown>[]);
    expect(told.map(({ id }) => id)).toEqual(ids.toReversed());
  });

  test('of trades are cut by time and by address', async () => {
    await venue.placed();
    const seconds = Math.floor(venue.nowMs() / 1000);
    venue.passMs(10_000);
    await venue.placed();
    expect(await venue.list(`/data/trades?after=${seconds}`)).toHaveLength(1);
    expect(await venue.list(`/data/trades?before=${seconds + 1}`)).toHaveLength(1);
    expect(await venue.list('/data/trades?maker_address=0x12')).toEqual([]);
    expect(await venue.list('/data/trades', 'two')).toEqual([]);
  });

  test('lag behind where they are told to, and a stale read is of the past', async () => {
    await venue.admin('setLag', { ms: 1500 });
    const id = await venue.placed({ price: 0.3 });
    expect(await venue.list('/data/orders')).toEqual([]);
    expect((await venue.send('GET', `/data/order/${id}`)).status).toBe(404);
    venue.passMs(1500);
    expect(await venue.list('/data/orders')).toHaveLength(1);
    await venue.simulator.failNext('orders', { kind: 'staleRead', ms: 1000 });
    expect(await venue.list('/data/orders')).toEqual([]);
  });

  test('do not tell a hidden order or its trades for a while', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'hideEffect', ms: 4000 });
    const id = await venue.placed();
    expect((await venue.send('GET', `/data/order/${id}`)).status).toBe(404);
    expect(await venue.list('/data/trades')).toEqual([]);
    venue.passMs(4000);
    expect(await venue.order(id)).toMatchObject({ status: 'MATCHED' });
    expect(await venue.list('/data/trades')).toHaveLength(1);
  });

  test('change on 2026-12-14: no associate_trades, no filter by asset alone', async () => {
    const id = await venue.placed();
    const [yes] = await venue.tokens();
    expect((await venue.order(id))['associate_trades']).toHaveLength(1);
    expect((await venue.send('GET', `/data/orders?asset_id=${yes}`)).status).toBe(200);
    venue.passMs(Date.parse('2026-12-14T00:00:00Z') - venue.nowMs());
    expect(await venue.order(id)).not.toHaveProperty('associate_trades');
    expect((await venue.send('GET', `/data/orders?asset_id=${yes}`)).status).toBe(400);
    const market = await venue.conditionId();
    expect((await venue.send('GET', `/data/orders?asset_id=${yes}&market=${market}`)).status).toBe(
      200,
    );
  });
});

describe('faults on a post', () => {
  test('partialFill takes about half of the offer away', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'partialFill' });
    expect((await venue.post()).json).toMatchObject({ status: 'matched', takingAmount: '5' });
  });

  test('delayedOrder holds it back for its time', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'delayedOrder', ms: 2500 });
    const { json } = await venue.post();
    expect(json).toMatchObject({ status: 'delayed' });
    venue.passMs(2500);
    expect(await venue.order(String(json['orderID']))).toMatchObject({ status: 'MATCHED' });
  });

  test('tickChange makes the tick finer just before', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'tickChange' });
    await venue.placed();
    const [yes] = await venue.tokens();
    expect(await venue.get(`/tick-size?token_id=${yes}`)).toEqual({ minimum_tick_size: 0.005 });
  });

  test('pitfall 3: a sum of matched orders that sticks locks the balance', async () => {
    await venue.admin('setAccount', { apiKey: 'key-one', stuck: '996' });
    expect((await venue.post()).json['error']).toMatch(/sum of matched orders: 996000000/);
    await venue.admin('setAccount', { apiKey: 'key-one', stuck: '0' });
    await venue.placed();
  });

  test('another signature type asks about another wallet, which is empty', async () => {
    const told = await venue.get('/balance-allowance?asset_type=COLLATERAL&signature_type=3');
    expect(told['balance']).toBe('0');
  });
});
