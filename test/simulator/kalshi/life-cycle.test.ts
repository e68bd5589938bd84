/** Markets' lives on the simulated Kalshi: closing, results, disputes, amendments, payment. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KalshiUnderTest } from './harness.ts';
import { startKalshi } from './harness.ts';

let kalshi: KalshiUnderTest;
beforeEach(async () => {
  kalshi = await startKalshi();
});
afterEach(() => kalshi.close());

const GTC = { time_in_force: 'good_till_canceled' };
const quotes = { asks: [['0.50', '500']], bids: [['0.49', '500']] };

async function market(): Promise<Record<string, unknown>> {
  return (await kalshi.get('/markets/M1'))['market'] as {};
}

async function cash(): Promise<number> {
  return Number((await kalshi.get('/portfolio/balance'))['balance_dollars']);
}

async function settlements(): Promise<Record<string, unknown>[]> {
  return (await kalshi.get('/portfolio/settlements'))['settlements'] as {}[];
}

/** A bid for 10 at 0.50, filled. */
async function hold(changes: Record<string, unknown> = {}): Promise<void> {
  kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
  expect((await kalshi.place(changes)).json['fill_count']).toBe(changes['count'] ?? '10.00');
}

test('a market closes by the clock: every order operation is refused, resting orders go later', async () => {
  kalshi.admin('openMarket', { ticker: 'M1', closeAt: kalshi.nowMs() + 60_000 });
  const { json } = await kalshi.place(GTC);
  const id = String(json['order_id']);
  kalshi.passMs(60_000);
  expect(await market()).toMatchObject({ status: 'closed', result: '' });
  const cancel = await kalshi.request('DELETE', `/portfolio/events/orders/${id}`);
  const refused = { status: 400, json: { error: { code: 'MARKET_INACTIVE' } } };
  expect(cancel).toMatchObject(refused);
  expect(await kalshi.place(GTC)).toMatchObject(refused);
  const status = async () =>
    ((await kalshi.get(`/portfolio/orders/${id}`))['order'] as Record<string, unknown>)['status'];
  expect(await status()).toBe('resting');
  kalshi.passMs(1000);
  expect(await status()).toBe('canceled');
});

test('a result is final after the settlement timer, and pays once', async () => {
  await hold();
  kalshi.admin('close', { ticker: 'M1' });
  kalshi.admin('determine', { ticker: 'M1', result: 'yes' });
  const before = await cash();
  expect(await market()).toMatchObject({
    status: 'determined',
    result: 'yes',
    settlement_value_dollars: '1.0000',
  });
  kalshi.passMs(59_999);
  expect(await settlements()).toEqual([]);
  kalshi.passMs(1);
  expect(await market()).toMatchObject({
    status: 'finalized',
    settlement_ts: '2026-11-22T12:01:00Z',
  });
  kalshi.passMs(86_400_000);
  expect(await settlements()).toEqual([
    {
      event_ticker: 'M1-EVENT',
      exchange_index: 0,
      fee_cost: '0.175000',
      market_result: 'yes',
      no_count_fp: '0.00',
      no_total_cost_dollars: '0.000000',
      revenue: 1000,
      settled_time: '2026-11-22T12:01:00Z',
      ticker: 'M1',
      value: 100,
      yes_count_fp: '10.00',
      yes_total_cost_dollars: '5.000000',
    },
  ]);
  expect((await cash()) - before).toBeCloseTo(10, 6);
  expect(await kalshi.get('/portfolio/positions')).toMatchObject({ market_positions: [] });
});

test('a position closed before is told gross, with a revenue of 0', async () => {
  await hold();
  await kalshi.place({ side: 'ask', price: '0.4900' });
  const before = await cash();
  kalshi.admin('setResult', { ticker: 'M1', payout: '1' });
  expect(await settlements()).toMatchObject([
    { yes_count_fp: '10.00', no_count_fp: '10.00', revenue: 0, no_total_cost_dollars: '5.100000' },
  ]);
  expect(await cash()).toBe(before);
});

test('a scalar result pays whole cents of the net position', async () => {
  // Reference §3.4: yes 19.00, no 18.86, scalar 45: 6.3 cents are paid as 6.
  await hold({ count: '19.00' });
  await kalshi.place({ side: 'ask', price: '0.4900', count: '18.86' });
  const before = await cash();
  kalshi.admin('setResult', { ticker: 'M1', payout: '0.45' });
  expect(await settlements()).toMatchObject([
    { market_result: 'scalar', value: 45, revenue: 6, yes_count_fp: '19.00', no_count_fp: '18.86' },
  ]);
  expect((await cash()) - before).toBeCloseTo(0.06, 6);
  expect(await market()).toMatchObject({ result: 'scalar', settlement_value_dollars: '0.4500' });
});

test('a dispute stops the timer, an amendment flips the result and starts it again', async () => {
  await hold();
  kalshi.admin('close', { ticker: 'M1' });
  kalshi.admin('determine', { ticker: 'M1', result: 'yes' });
  kalshi.passMs(30_000);
  kalshi.admin('dispute', { ticker: 'M1' });
  kalshi.passMs(600_000);
  expect(await market()).toMatchObject({ status: 'disputed', result: 'yes' });
  kalshi.admin('amend', { ticker: 'M1', result: 'no' });
  kalshi.passMs(59_999);
  expect(await market()).toMatchObject({ status: 'amended', result: 'no' });
  expect(await settlements()).toEqual([]);
  kalshi.passMs(1);
  expect(await settlements()).toMatchObject([{ market_result: 'no', revenue: 0, value: 0 }]);
});

test('a result amended after payment adds a second row and moves the difference', async () => {
  await hold();
  const before = await cash();
  kalshi.admin('setResult', { ticker: 'M1', payout: '1' });
  kalshi.passMs(5000);
  kalshi.admin('amend', { ticker: 'M1', result: 'scalar', value: '0.25' });
  expect(await settlements()).toMatchObject([
    { market_result: 'scalar', revenue: 250, settled_time: '2026-11-22T12:00:05Z' },
    { market_result: 'yes', revenue: 1000 },
  ]);
  expect((await cash()) - before).toBeCloseTo(2.5, 6);
});

test('steps out of turn are refused and change nothing', async () => {
  kalshi.admin('openMarket', { ticker: 'M1' });
  expect(() => kalshi.admin('determine', { ticker: 'M1', result: 'yes' })).toThrow('is active');
  expect(() => kalshi.admin('finalize', { ticker: 'M1' })).toThrow('M1 is active');
  expect(() => kalshi.admin('close', { ticker: 'M2' })).toThrow('no market M2');
  expect(() => kalshi.admin('amend', { ticker: 'M1', result: 'scalar' })).toThrow('needs a value');
  expect(await market()).toMatchObject({ status: 'active' });
});

test('a market opens by the clock, can be stopped, and loses its orders when it goes on', async () => {
  kalshi.admin('openMarket', { ticker: 'M1', openAt: kalshi.nowMs() + 1000 });
  expect((await kalshi.place(GTC)).status).toBe(400);
  kalshi.passMs(1000);
  const { json } = await kalshi.place(GTC);
  const status = async () =>
    (
      (await kalshi.get(`/portfolio/orders/${String(json['order_id'])}`))['order'] as Record<
        string,
        unknown
      >
    )['status'];
  kalshi.admin('deactivate', { ticker: 'M1' });
  expect([await status(), (await kalshi.place(GTC)).status]).toEqual(['resting', 400]);
  kalshi.admin('activate', { ticker: 'M1' });
  expect([await status(), (await kalshi.place(GTC)).status]).toEqual(['canceled', 201]);
});

test('the status filter speaks its own words', async () => {
  for (const ticker of ['A', 'B', 'C', 'D']) kalshi.admin('openMarket', { ticker });
  kalshi.admin('close', { ticker: 'B' });
  kalshi.admin('setResult', { ticker: 'C', payout: '0' });
  kalshi.admin('close', { ticker: 'D' });
  kalshi.admin('determine', { ticker: 'D', result: 'no' });
  const tickers = async (status: string) => {
    const { markets } = (await kalshi.get(`/markets?status=${status}`)) as {
      markets: { ticker: string }[];
    };
    return markets.map(({ ticker }) => ticker).toSorted();
  };
  expect(await tickers('open')).toEqual(['A']);
  expect(await tickers('closed')).toEqual(['B', 'D']);
  expect(await tickers('settled')).toEqual(['C']);
  expect((await kalshi.request('GET', '/markets?status=finalized')).status).toBe(400);
});

describe('pauses', () => {
  const placeAndCancel = async () => {
    const placed = (await kalshi.place(GTC)).status;
    const orders = await kalshi.get('/portfolio/orders?status=resting');
    const id = (orders['orders'] as Record<string, unknown>[]).at(-1)?.['order_id'];
    const path = `/portfolio/events/orders/${String(id)}`;
    return [placed, (await kalshi.request('DELETE', path)).status];
  };
  beforeEach(() => {
    kalshi.admin('openMarket', { ticker: 'M1' });
  });

  test('a trading pause takes no orders and lets cancels through', async () => {
    await kalshi.place(GTC);
    kalshi.admin('setExchange', { trading: false });
    expect(await kalshi.get('/exchange/status')).toMatchObject({
      exchange_active: true,
      trading_active: false,
    });
    expect(await placeAndCancel()).toEqual([400, 200]);
  });

  test('an exchange pause lets nothing through', async () => {
    await kalshi.place(GTC);
    kalshi.admin('setExchange', { exchange: false, resumeAt: '2026-11-22T13:00:00Z' });
    expect(await placeAndCancel()).toEqual([503, 503]);
    expect(await kalshi.get('/exchange/status')).toMatchObject({
      exchange_active: false,
      exchange_estimated_resume_time: '2026-11-22T13:00:00Z',
    });
    kalshi.admin('setExchange', { exchange: true });
    expect(await placeAndCancel()).toEqual([201, 200]);
  });

  test('a pause of one shard leaves the others; the top of the status is shard 0', async () => {
    kalshi.admin('openMarket', { ticker: 'C1', shard: 2 });
    kalshi.admin('deposit', { shard: 2, amount: '100' });
    kalshi.admin('setExchange', { trading: false, shard: 2 });
    const statuses = [(await kalshi.place()).status, (await kalshi.place({ ticker: 'C1' })).status];
    expect(statuses).toEqual([201, 400]);
    expect(await kalshi.get('/exchange/status')).toMatchObject({
      trading_active: true,
      exchange_index_statuses: [
        { exchange_index: 0, trading_active: true },
        { exchange_index: 1, trading_active: true },
        { exchange_index: 2, trading_active: false },
        { exchange_index: 3, trading_active: true },
      ],
    });
  });

  test('orders that asked for it go with a pause, others stay and fill after it', async () => {
    const asked = (await kalshi.place({ ...GTC, cancel_order_on_pause: true })).json['order_id'];
    await kalshi.place(GTC);
    kalshi.admin('setExchange', { trading: false });
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    const resting = await kalshi.get('/portfolio/orders?status=resting');
    expect(resting['orders']).toHaveLength(1);
    expect(await kalshi.get(`/portfolio/orders/${String(asked)}`)).toMatchObject({
      order: { status: 'canceled', cancel_order_on_pause: true },
    });
    kalshi.admin('setExchange', { trading: true });
    kalshi.admin('setBook', { ticker: 'M1', yes: quotes });
    expect((await kalshi.get('/portfolio/fills'))['fills']).toHaveLength(1);
  });

  test.each([
    ['2026-11-26T07:59:59Z', true],
    ['2026-11-26T08:00:00Z', false],
    ['2026-11-26T09:59:59Z', false],
    ['2026-11-26T10:00:00Z', true],
    ['2026-11-25T08:30:00Z', true],
    // Summer time: 03:00 in New York is an hour earlier in UTC.
    ['2027-07-01T07:00:00Z', false],
    ['2027-07-01T09:00:00Z', true],
  ])('with the schedule on, at %s trading is %s', async (at, trading) => {
    kalshi.admin('setSchedule', { on: true });
    kalshi.setNow(Date.parse(at));
    const status = await kalshi.get('/exchange/status');
    expect(status['trading_active']).toBe(trading);
    expect('exchange_estimated_resume_time' in status).toBe(!trading);
  });
});
