/** Orders on the simulated Kalshi: placing, matching, cancelling, reading back. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KalshiUnderTest } from './harness.ts';
import { startKalshi } from './harness.ts';

let kalshi: KalshiUnderTest;
beforeEach(async () => {
  kalshi = await startKalshi();
});
afterEach(() => kalshi.close());

const GTC = { time_in_force: 'good_till_canceled' };
const ORDERS = '/portfolio/events/orders';

async function cash(): Promise<unknown> {
  return (await kalshi.get('/portfolio/balance'))['balance_dollars'];
}

async function orderRow(id: unknown): Promise<Record<string, unknown>> {
  return (await kalshi.get(`/portfolio/orders/${String(id)}`))['order'] as {};
}

async function fillRows(): Promise<Record<string, unknown>[]> {
  return (await kalshi.get('/portfolio/fills'))['fills'] as {}[];
}

describe('matching', () => {
  test('takes the better price, keeps its limit, and pays as recorded', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.52', '3']] } });
    const { status, json } = await kalshi.place({ count: '1.00', price: '0.9900' });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      average_fee_paid: '0.0175',
      average_fill_price: '0.5200',
      fill_count: '1.00',
      remaining_count: '0.00',
    });
    expect(await orderRow(json['order_id'])).toMatchObject({
      status: 'executed',
      yes_price_dollars: '0.9900',
      taker_fill_cost_dollars: '0.520000',
      taker_fees_dollars: '0.017500',
      book_side: 'bid',
      outcome_side: 'yes',
    });
    expect(await cash()).toBe('999.4625');
  });

  test.each([
    ['0.52', '1', '0.017500'],
    ['0.99', '1', '0.000700'],
    ['0.98', '4', '0.005500'],
    ['0.97', '1', '0.002100'],
    ['0.98', '1', '0.001400'],
  ])('charges %s × %s the recorded fee %s', async (price, count, fee) => {
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [[price, '9']] } });
    await kalshi.place({ count, price });
    expect((await fillRows())[0]).toMatchObject({ fee_cost: fee, yes_price_dollars: `${price}00` });
  });

  test('an ask buys NO: cost is one less the price', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: { bids: [['0.40', '10']] } });
    const { json } = await kalshi.place({ side: 'ask', price: '0.3500', count: '2' });
    expect(await orderRow(json['order_id'])).toMatchObject({
      taker_fill_cost_dollars: '1.200000',
      book_side: 'ask',
      outcome_side: 'no',
      side: 'yes',
      action: 'sell',
    });
    expect(json['average_fill_price']).toBe('0.4000');
  });

  test('what is sold again comes back as cash at once', async () => {
    const quotes = { asks: [['0.50', '10']], bids: [['0.49', '10']] };
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    await kalshi.place({});
    await kalshi.place({ side: 'ask', price: '0.4900' });
    const fees = (await fillRows()).reduce((sum, row) => sum + Number(row['fee_cost']), 0);
    expect(Number(await cash())).toBeCloseTo(1000 - 5 + 4.9 - fees, 6);
    expect(await kalshi.get('/portfolio/positions')).toMatchObject({
      market_positions: [{ position_fp: '0.00', realized_pnl_dollars: '-0.100000' }],
    });
  });

  test('a FOK fills whole across levels or not at all, and an IOC takes what there is', async () => {
    const asks = [
      ['0.40', '6'],
      ['0.50', '6'],
    ];
    const fok = { time_in_force: 'fill_or_kill' };
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks } });
    expect((await kalshi.place({ ...fok, count: '13' })).json).toMatchObject({
      fill_count: '0.00',
      remaining_count: '0.00',
    });
    expect((await kalshi.place({ ...fok, count: '7' })).json['fill_count']).toBe('7.00');
    const rest = await kalshi.place({ count: '13' });
    expect(rest.json).toMatchObject({ fill_count: '5.00', remaining_count: '0.00' });
    expect(await orderRow(rest.json['order_id'])).toMatchObject({
      status: 'canceled',
      fill_count_fp: '5.00',
      initial_count_fp: '13.00',
    });
    kalshi.admin('setFokMiss', { as: 'rejected' });
    expect((await kalshi.place({ ...fok })).status).toBe(409);
  });

  test('an order that rests fills at its own price when the book comes to it', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '4']] } });
    const { json } = await kalshi.place(GTC);
    expect(json).toMatchObject({ fill_count: '4.00', remaining_count: '6.00' });
    expect(await orderRow(json['order_id'])).toMatchObject({ status: 'resting' });
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.49', '20']] } });
    expect(await orderRow(json['order_id'])).toMatchObject({
      status: 'executed',
      maker_fill_cost_dollars: '3.000000',
      maker_fees_dollars: '0.000000',
    });
    expect(await fillRows()).toMatchObject([
      { is_taker: false, count_fp: '6.00', yes_price_dollars: '0.5000' },
      { is_taker: true, count_fp: '4.00' },
    ]);
    expect(await kalshi.get('/markets/M1/orderbook')).toEqual({
      orderbook_fp: { no_dollars: [['0.5100', '14.00']], yes_dollars: [] },
    });
  });

  test('makers pay a quarter of the taker where the series says so, and nothing while waived', async () => {
    kalshi.admin('openMarket', { ticker: 'M1', feeType: 'quadratic_with_maker_fees' });
    await kalshi.place(GTC);
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '10']] } });
    expect((await fillRows())[0]).toMatchObject({ is_taker: false, fee_cost: '0.043800' });
    const fields = { fee_waiver_expiration_time: '2026-11-23T00:00:00Z' };
    kalshi.admin('setMarket', { ticker: 'M1', fields });
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '10']] } });
    await kalshi.place({});
    expect((await fillRows())[0]).toMatchObject({ is_taker: true, fee_cost: '0.000000' });
  });

  test('two users trade with each other under one trade id', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    await kalshi.place(GTC, { key: 'other' });
    await kalshi.place({ side: 'ask', price: '0.4000' }, { key: 'ed25519' });
    const mine = (await fillRows())[0]!;
    const theirs = (await kalshi.get('/portfolio/fills', { key: 'other' }))['fills'];
    expect(mine).toMatchObject({ yes_price_dollars: '0.5000', outcome_side: 'no' });
    expect(theirs).toMatchObject([{ trade_id: mine['trade_id'], is_taker: false }]);
  });
});

describe('self trade prevention', () => {
  test('taker_at_cross ends the taker and leaves what rests', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const rests = (await kalshi.place(GTC)).json;
    const { status, json } = await kalshi.place({ side: 'ask' });
    expect(status).toBe(201);
    expect(json).toEqual({
      client_order_id: expect.any(String),
      fill_count: '0.00',
      order_id: expect.any(String),
      remaining_count: '0.00',
      ts_ms: kalshi.nowMs(),
    });
    expect(await orderRow(rests['order_id'])).toMatchObject({ status: 'resting' });
  });

  test('maker cancels what rests and goes on', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const rests = (await kalshi.place(GTC)).json;
    await kalshi.place({ ...GTC, price: '0.4900' }, { key: 'other' });
    const taker = { side: 'ask', price: '0.4900', self_trade_prevention_type: 'maker' };
    expect((await kalshi.place(taker)).json).toMatchObject({
      fill_count: '10.00',
      average_fill_price: '0.4900',
    });
    expect(await orderRow(rests['order_id'])).toMatchObject({ status: 'canceled' });
  });
});

describe('what an order may be', () => {
  test('rests until its expiration and no longer', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const expiration = { ...GTC, expiration_time: kalshi.nowMs() / 1000 + 60 };
    const { json } = await kalshi.place(expiration);
    kalshi.passMs(60_000);
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '10']] } });
    expect(await orderRow(json['order_id'])).toMatchObject({
      status: 'canceled',
      fill_count_fp: '0.00',
      last_update_time: '2026-11-22T12:01:00Z',
    });
  });

  test('reduce-only is capped by the position and refused without one', async () => {
    const quotes = { asks: [['0.50', '3']], bids: [['0.49', '10']] };
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    const sale = { side: 'ask', price: '0.4900', reduce_only: true };
    expect((await kalshi.place(sale)).status).toBe(400);
    await kalshi.place({});
    expect((await kalshi.place(sale)).json['fill_count']).toBe('3.00');
    expect((await kalshi.place(sale)).status).toBe(400);
  });

  test('needs collateral on the shard of its market, resting orders counted', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    kalshi.admin('openMarket', { ticker: 'C1', shard: 2 });
    expect((await kalshi.place({ ticker: 'C1' })).json).toMatchObject({
      error: { code: 'insufficient_balance' },
    });
    kalshi.admin('deposit', { shard: 2, amount: '10' });
    expect((await kalshi.place({ ...GTC, ticker: 'C1' })).status).toBe(201);
    expect((await kalshi.place({ ...GTC, ticker: 'C1' })).status).toBe(400);
    expect((await kalshi.place({ ...GTC, count: '1900' })).status).toBe(201);
    expect((await kalshi.place({ ...GTC, count: '200' })).status).toBe(400);
    // What rests is not taken off the balance.
    expect(await cash()).toBe('1010.0000');
    expect(await kalshi.get('/portfolio/balance?exchange_index=2')).toMatchObject({
      balance: 1000,
      balance_dollars: '10.0000',
      balance_breakdown: [{ exchange_index: 2, balance: '10.0000' }],
    });
  });

  test('keeps to the ranges of prices and to 0.01 contracts', async () => {
    const priceRanges = [
      { start: '0.0000', end: '0.1000', step: '0.0010' },
      { start: '0.1000', end: '1.0000', step: '0.0100' },
    ];
    kalshi.admin('openMarket', { ticker: 'M1', priceRanges });
    const codes = ['0.055', '0.0555', '0.505', '0', '1'].map(async (price) => {
      const { status } = await kalshi.place({ price, count: '0.01' });
      return status;
    });
    expect(await Promise.all(codes)).toEqual([201, 400, 400, 400, 400]);
    expect((await kalshi.place({ count: '0.001' })).json).toMatchObject({
      error: { code: 'invalid_order_size' },
    });
  });
});

describe('cancels', () => {
  test('name the order and what was taken off; nothing tells a second one from an unknown one', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const { json } = await kalshi.place(GTC);
    const path = `${ORDERS}/${String(json['order_id'])}?market_ticker=M1`;
    expect(await kalshi.request('DELETE', path)).toMatchObject({
      status: 200,
      json: { order_id: json['order_id'], reduced_by: '10.00', ts_ms: kalshi.nowMs() },
    });
    const again = await kalshi.request('DELETE', path);
    const unknown = await kalshi.request('DELETE', `${ORDERS}/${'0'.repeat(8)}`);
    expect([again.status, again.text]).toEqual([unknown.status, unknown.text]);
    expect(again.status).toBe(404);
  });

  test('without ticker or index go to shard 0 and miss other shards', async () => {
    kalshi.admin('openMarket', { ticker: 'C1', shard: 2 });
    kalshi.admin('deposit', { shard: 2, amount: '100' });
    const { json } = await kalshi.place({ ...GTC, ticker: 'C1' });
    const path = `${ORDERS}/${String(json['order_id'])}`;
    expect((await kalshi.request('DELETE', path)).status).toBe(404);
    expect((await kalshi.request('DELETE', `${path}?exchange_index=1`)).status).toBe(404);
    expect((await kalshi.request('DELETE', `${path}?exchange_index=2`)).status).toBe(200);
  });

  test('cancel-all takes every shard and what is placed in the next minute', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const before = (await kalshi.place(GTC)).json;
    const answer = await kalshi.request('DELETE', ORDERS);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await orderRow(before['order_id'])).toMatchObject({ status: 'canceled' });
    kalshi.passMs(59_000);
    expect((await kalshi.place(GTC)).json).toMatchObject({ remaining_count: '0.00' });
    kalshi.passMs(1000);
    expect((await kalshi.place(GTC)).json).toMatchObject({ remaining_count: '10.00' });
  });
});

describe('I1 one effect per identity', () => {
  test('a client order id is taken for ever, for every key of the user', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const { json } = await kalshi.place({ ...GTC, client_order_id: 'mine' });
    await kalshi.request('DELETE', `${ORDERS}/${String(json['order_id'])}`);
    kalshi.passMs(90 * 86_400_000);
    kalshi.admin('openMarket', { ticker: 'M2' });
    const again = await kalshi.place({ ticker: 'M2', client_order_id: 'mine' }, { key: 'ed25519' });
    expect(again.status).toBe(409);
    const other = await kalshi.place({ ticker: 'M2', client_order_id: 'mine' }, { key: 'other' });
    expect(other.status).toBe(201);
  });

  test('a refused order leaves its client order id free', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    expect((await kalshi.place({ client_order_id: 'x', price: '0.505' })).status).toBe(400);
    expect((await kalshi.place({ client_order_id: 'x' })).status).toBe(201);
  });
});
