/** What reads tell, and when: lag, stale reads, hidden and ghost fills, archives, groups, faults. */
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
const quotes = { asks: [['0.50', '10']] };

async function told(options = {}): Promise<Record<string, unknown>> {
  const [orders, fills, positions, balance] = await Promise.all([
    kalshi.get('/portfolio/orders', options),
    kalshi.get('/portfolio/fills', options),
    kalshi.get('/portfolio/positions', options),
    kalshi.get('/portfolio/balance', options),
  ]);
  const list = orders['orders'] as Record<string, unknown>[];
  return {
    status: list[0]?.['status'],
    fills: (fills['fills'] as []).length,
    positions: (positions['market_positions'] as []).length,
    balance: balance['balance_dollars'],
  };
}

const NOTHING = { status: undefined, fills: 0, positions: 0, balance: '1000.0000' };
const DONE = { status: 'executed', fills: 1, positions: 1, balance: '994.8250' };

describe('reads lag writes', () => {
  test('by as much as scripted, and say how fresh they are', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    kalshi.admin('setLag', { ms: 360 });
    kalshi.passMs(1000);
    await kalshi.place();
    expect(await told()).toEqual(NOTHING);
    expect(await kalshi.get('/exchange/user_data_timestamp')).toEqual({
      as_of_time: '2026-11-22T12:00:00.64Z',
    });
    kalshi.passMs(359);
    expect(await told()).toEqual(NOTHING);
    kalshi.passMs(1);
    expect(await told()).toEqual(DONE);
  });

  test('one read may be stale while the next is not', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    kalshi.passMs(1000);
    await kalshi.place();
    expect([await told({ staleMs: 1 }), await told()]).toEqual([NOTHING, DONE]);
  });

  test('failure case 16: after a cancel that was answered a stale read still says resting', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const { json } = await kalshi.place(GTC);
    const id = String(json['order_id']);
    kalshi.passMs(3000);
    const cancel = () => kalshi.request('DELETE', `${ORDERS}/${id}`);
    expect((await cancel()).status).toBe(200);
    kalshi.passMs(360);
    const stale = await kalshi.get(`/portfolio/orders/${id}`, { staleMs: 1000 });
    expect(stale['order']).toMatchObject({
      status: 'resting',
      remaining_count_fp: '10.00',
      last_update_time: '2026-11-22T12:00:00Z',
    });
    expect((await cancel()).status).toBe(404);
    expect(await kalshi.get(`/portfolio/orders/${id}`)).toMatchObject({
      order: { status: 'canceled', last_update_time: '2026-11-22T12:00:03Z' },
    });
  });
});

describe('what is not told at once', () => {
  test('an order hidden by script is absent, then there with its fills', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    kalshi.admin('hideNext', { count: 1, hiddenMs: 5000 });
    expect((await kalshi.place()).json['fill_count']).toBe('10.00');
    kalshi.passMs(4999);
    expect(await told()).toEqual(NOTHING);
    kalshi.passMs(1);
    expect(await told()).toEqual(DONE);
  });

  test('a ghost fill: the cancel finds nothing, reads say resting, the fill comes later', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const { json } = await kalshi.place({ ...GTC, client_order_id: 'ghost' });
    kalshi.admin('ghostFill', { clientOrderId: 'ghost', hiddenMs: 2000 });
    const path = `${ORDERS}/${String(json['order_id'])}?market_ticker=M1`;
    expect((await kalshi.request('DELETE', path)).status).toBe(404);
    expect(await told()).toEqual({ ...NOTHING, status: 'resting' });
    kalshi.passMs(2000);
    expect(await told()).toEqual({ ...DONE, balance: '995.0000' });
  });

  test('an order that was cancelled can still turn out to have filled', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const { json } = await kalshi.place({ ...GTC, client_order_id: 'late' });
    const id = String(json['order_id']);
    expect((await kalshi.request('DELETE', `${ORDERS}/${id}`)).status).toBe(200);
    expect(kalshi.admin('ghostFill', { clientOrderId: 'late', count: '4', hiddenMs: 0 })).toEqual({
      filled: true,
    });
    expect(await kalshi.get(`/portfolio/orders/${id}`)).toMatchObject({
      order: { status: 'canceled', fill_count_fp: '4.00', remaining_count_fp: '0.00' },
    });
    expect(await told()).toMatchObject({ fills: 1, balance: '998.0000' });
  });

  test('the oracle sees everything at once', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    kalshi.admin('hideNext', { count: 1, hiddenMs: 5000 });
    await kalshi.place({ client_order_id: 'hidden' });
    expect(kalshi.simulator.records()).toMatchObject({
      orders: [{ client_order_id: 'hidden', status: 'executed' }],
      fills: [{ client_order_id: 'hidden', user_id: 'user-1', count_fp: '10.00' }],
      positions: [{ ticker: 'M1', position_fp: '10.00' }],
      balances: [{ user_id: 'user-1', balance_dollars: '994.825000' }, { user_id: 'user-2' }],
      settlements: [],
    });
  });
});

describe('faults of the venue', () => {
  test('hideEffect and ghostFill play on the request that drew them', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    await kalshi.place({}, { fault: { kind: 'hideEffect', ms: 1000 } });
    expect(await told()).toEqual(NOTHING);
    kalshi.passMs(1000);
    const { json } = await kalshi.place({ ...GTC, price: '0.0100' });
    const path = `${ORDERS}/${String(json['order_id'])}?market_ticker=M1`;
    const fault = { kind: 'ghostFill', ms: 1000 };
    expect((await kalshi.request('DELETE', path, { fault })).status).toBe(404);
    expect(await told()).toMatchObject({ status: 'resting', fills: 1 });
    kalshi.passMs(1000);
    expect(await told()).toMatchObject({ status: 'executed', fills: 2 });
  });

  test('partialFill leaves about half of what the order would have taken', async () => {
    const asks = [
      ['0.40', '3'],
      ['0.50', '10'],
    ];
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks } });
    const { json } = await kalshi.place({}, { fault: { kind: 'partialFill' } });
    expect(json).toMatchObject({ fill_count: '5.00', remaining_count: '0.00' });
  });

  test('pauseTrading begins with the order and ends by itself', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    const paused = await kalshi.place({}, { fault: { kind: 'pauseTrading', ms: 1000 } });
    expect(paused.json).toMatchObject({ error: { code: 'trading_paused' } });
    kalshi.passMs(999);
    expect((await kalshi.place()).status).toBe(400);
    kalshi.passMs(1);
    expect((await kalshi.place()).status).toBe(201);
  });
});

describe('lists', () => {
  test('filter by ticker, event, status, time and subaccount', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    kalshi.admin('openMarket', { ticker: 'M2', event: 'E2' });
    kalshi.admin('deposit', { subaccount: 3, amount: '10' });
    await kalshi.place();
    kalshi.passMs(10_000);
    await kalshi.place({ ...GTC, ticker: 'M2', subaccount: 3 });
    const count = async (query: string) =>
      ((await kalshi.get(`/portfolio/orders?${query}`))['orders'] as []).length;
    const at = kalshi.nowMs() / 1000;
    expect(await count('')).toBe(2);
    expect(await count('ticker=M1')).toBe(1);
    expect(await count('event_ticker=E2,M1-EVENT')).toBe(2);
    expect(await count('status=resting')).toBe(1);
    expect(await count(`min_ts=${at}`)).toBe(1);
    expect(await count(`max_ts=${at - 1}`)).toBe(1);
    expect([await count('subaccount=0'), await count('subaccount=3')]).toEqual([1, 1]);
    expect(await count('exchange_index=1')).toBe(0);
    const balances = ['', '?subaccount=3'].map((query) => kalshi.get(`/portfolio/balance${query}`));
    expect((await Promise.all(balances)).map((one) => one['balance'])).toEqual([99_482, 1000]);
  });

  test('what is final and old is told by the history only; what rests stays', async () => {
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    const old = String((await kalshi.place()).json['order_id']);
    const rests = String((await kalshi.place({ ...GTC, price: '0.0100' })).json['order_id']);
    kalshi.passMs(1000);
    kalshi.admin('archive', { before: kalshi.nowMs() });
    const status = (id: string) =>
      kalshi.request('GET', `/portfolio/orders/${id}`).then((one) => one.status);
    expect([await status(old), await status(rests)]).toEqual([404, 200]);
    expect(await kalshi.get('/historical/orders')).toMatchObject({ orders: [{ order_id: old }] });
    expect(await kalshi.get('/historical/fills')).toMatchObject({ fills: [{ order_id: old }] });
    expect(await kalshi.get('/portfolio/fills')).toMatchObject({ fills: [] });
    expect(await kalshi.get('/historical/cutoff')).toMatchObject({
      orders_updated_ts: '2026-11-22T12:00:01Z',
    });
  });

  test('an event tells its markets and overrides, a series its fees', async () => {
    kalshi.admin('openMarket', { ticker: 'M1', event: 'E1', series: 'S1', feeMultiplier: 0.5 });
    kalshi.admin('setEventFees', { ticker: 'M1', feeType: 'quadratic', feeMultiplier: 2 });
    expect(await kalshi.get('/events/E1')).toMatchObject({
      event: { series_ticker: 'S1', fee_multiplier_override: 2 },
      markets: [{ ticker: 'M1' }],
    });
    const at = kalshi.nowMs() + 1000;
    const change = { ticker: 'M1', feeType: 'quadratic', feeMultiplier: 4, at };
    kalshi.admin('scheduleFees', change);
    expect(await kalshi.get('/series/S1')).toMatchObject({ series: { fee_multiplier: 0.5 } });
    expect(await kalshi.get('/series/fee_changes?series_ticker=S1')).toMatchObject({
      series_fee_change_arr: [{ fee_multiplier: 4, scheduled_ts: '2026-11-22T12:00:01Z' }],
    });
    // The event's override charges twice the usual 0.0175.
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '10']] } });
    expect((await kalshi.place({ count: '1' })).json['average_fee_paid']).toBe('0.0350');
  });
});

describe('order groups', () => {
  const groups = '/portfolio/order_groups';
  const create = async (body: Record<string, unknown>): Promise<string> =>
    String((await kalshi.request('POST', `${groups}/create`, { body })).json['order_group_id']);
  beforeEach(() => {
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '100']] } });
  });

  test('trip at their limit within 15 seconds: orders go, new ones are refused until a reset', async () => {
    const id = await create({ contracts_limit: 20 });
    const order = { order_group_id: id };
    const rests = (await kalshi.place({ ...order, ...GTC, price: '0.0100' })).json['order_id'];
    expect(await kalshi.get(`${groups}/${id}`)).toEqual({
      contracts_limit_fp: '20.00',
      exchange_index: 0,
      is_auto_cancel_enabled: true,
      orders: [rests],
    });
    await kalshi.place(order);
    kalshi.passMs(15_000);
    await kalshi.place(order);
    expect((await kalshi.place({ ...order, ...GTC, price: '0.0100' })).status).toBe(201);
    await kalshi.place(order);
    expect((await kalshi.get(`${groups}/${id}`))['orders']).toEqual([]);
    expect((await kalshi.place(order)).json).toMatchObject({
      error: { code: 'order_group_triggered' },
    });
    await kalshi.request('PUT', `${groups}/${id}/reset`);
    expect((await kalshi.place(order)).status).toBe(201);
  });

  test('one order that matches beyond the limit loses its rest', async () => {
    const asks = [
      ['0.40', '5'],
      ['0.50', '100'],
    ];
    kalshi.admin('setBook', { ticker: 'M1', yes: { asks } });
    const id = await create({ contracts_limit_fp: '5.00' });
    const { json } = await kalshi.place({ order_group_id: id, ...GTC });
    expect(json).toMatchObject({ fill_count: '5.00', remaining_count: '0.00' });
  });

  test('can be triggered by hand, limited anew, listed and deleted; belong to one user', async () => {
    const id = await create({ contracts_limit: 20 });
    const order = { order_group_id: id, ...GTC, price: '0.0100' };
    const write = (method: string, path: string, options = {}) =>
      kalshi.request(method, `${groups}/${id}${path}`, options).then(({ status }) => status);
    await kalshi.place(order);
    expect(await write('PUT', '/trigger', { key: 'other' })).toBe(404);
    expect(await write('PUT', '/trigger')).toBe(200);
    expect((await kalshi.place(order)).status).toBe(400);
    expect(await write('PUT', '/reset')).toBe(200);
    expect(await write('PUT', '/limit', { body: { contracts_limit: 0 } })).toBe(400);
    expect(await write('PUT', '/limit', { body: { contracts_limit: 7 } })).toBe(200);
    expect(await kalshi.get(groups)).toMatchObject({
      order_groups: [{ id, contracts_limit_fp: '7.00' }],
    });
    const { json } = await kalshi.place(order);
    expect(await write('DELETE', '')).toBe(200);
    expect(await kalshi.get(`/portfolio/orders/${String(json['order_id'])}`)).toMatchObject({
      order: { status: 'canceled', order_group_id: id },
    });
    expect((await kalshi.place(order)).status).toBe(404);
  });
});
