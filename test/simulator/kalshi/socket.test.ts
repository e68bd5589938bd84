/** The websocket of the simulated Kalshi. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { KalshiUnderTest } from './harness.ts';
import { startKalshi } from './harness.ts';

let kalshi: KalshiUnderTest;
beforeEach(async () => {
  kalshi = await startKalshi();
});
afterEach(() => kalshi.close());

async function open(params: Record<string, unknown>) {
  const { socket, frames } = await kalshi.openSocket();
  const say = (command: Record<string, unknown>): void => socket.send(JSON.stringify(command));
  const next = async (count: number): Promise<Record<string, unknown>[]> => {
    while (frames.length < count) await once(socket, 'message');
    return frames.splice(0, count);
  };
  say({ id: 1, cmd: 'subscribe', params });
  return { socket, say, next };
}

test.each([
  [true, '0.5200'],
  [false, '0.4800'],
])('a book is a snapshot and deltas; with use_yes_price %s NO is at %s', async (flag, shown) => {
  const yes = { bids: [['0.47', '3']], asks: [['0.52', '1']] };
  kalshi.admin('setBook', { ticker: 'M1', yes });
  const { next } = await open({
    channels: ['orderbook_delta'],
    market_tickers: ['M1'],
    use_yes_price: flag,
  });
  expect(await next(2)).toEqual([
    { type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } },
    {
      type: 'orderbook_snapshot',
      sid: 1,
      seq: 1,
      msg: {
        market_ticker: 'M1',
        market_id: expect.any(String),
        yes_dollars_fp: [['0.4700', '3.00']],
        no_dollars_fp: [[shown, '1.00']],
      },
    },
  ]);
  await kalshi.place({ price: '0.5200', count: '0.40' });
  expect(await next(1)).toMatchObject([
    {
      type: 'orderbook_delta',
      sid: 1,
      seq: 2,
      msg: { price_dollars: shown, delta_fp: '-0.40', side: 'no', ts_ms: kalshi.nowMs() },
    },
  ]);
  await kalshi.place({ price: '0.4600', time_in_force: 'good_till_canceled' });
  expect(await next(1)).toMatchObject([
    { seq: 3, msg: { price_dollars: '0.4600', delta_fp: '10.00', side: 'yes' } },
  ]);
});

test('an empty side is left out of the snapshot', async () => {
  kalshi.admin('openMarket', { ticker: 'M1' });
  const { next } = await open({ channels: ['orderbook_delta'], market_tickers: ['M1'] });
  const [, snapshot] = await next(2);
  expect(Object.keys(snapshot!['msg'] as {})).toEqual(['market_ticker', 'market_id']);
});

test("a user's own orders and fills are told, with the client order id, no one else's", async () => {
  kalshi.admin('setBook', { ticker: 'M1', yes: { asks: [['0.50', '20']] } });
  const { next } = await open({ channels: ['fill', 'user_orders'] });
  await next(2);
  await kalshi.place({}, { key: 'other' });
  const { json } = await kalshi.place({ client_order_id: 'mine' });
  const frames = await next(3);
  expect(frames).toMatchObject([
    { type: 'user_order', sid: 2, msg: { client_order_id: 'mine', status: 'resting' } },
    { type: 'user_order', sid: 2, msg: { status: 'executed', fill_count_fp: '10.00' } },
    {
      type: 'fill',
      sid: 1,
      msg: {
        order_id: json['order_id'],
        client_order_id: 'mine',
        market_ticker: 'M1',
        book_side: 'bid',
        count_fp: '10.00',
        yes_price_dollars: '0.5000',
        fee_cost: '0.175000',
        post_position_fp: '10.00',
        is_taker: true,
      },
    },
  ]);
  const { fills } = (await kalshi.get('/portfolio/fills')) as { fills: { trade_id: string }[] };
  expect((frames[2]!['msg'] as Record<string, unknown>)['trade_id']).toBe(fills[0]!.trade_id);
});

test('the life cycle of markets is told, the silent close is not', async () => {
  kalshi.admin('openMarket', { ticker: 'M1' });
  const { next } = await open({ channels: ['market_lifecycle_v2'] });
  await next(1);
  kalshi.admin('close', { ticker: 'M1' });
  kalshi.admin('determine', { ticker: 'M1', result: 'yes' });
  kalshi.passMs(60_000);
  await kalshi.get('/markets/M1');
  const told = (await next(2)).map(({ msg }) => msg);
  expect(told).toMatchObject([
    { event_type: 'determined', market_ticker: 'M1', result: 'yes', settlement_value: '1.0000' },
    { event_type: 'settled', market_ticker: 'M1', settled_ts: kalshi.nowMs() / 1000 },
  ]);
});

test('wrong commands get the codes of the venue', async () => {
  kalshi.admin('openMarket', { ticker: 'M1' });
  const { say, next, socket } = await open({ channels: ['fill'] });
  await next(1);
  say({ id: 2, cmd: 'subscribe', params: { channels: ['fill'] } });
  say({ id: 3, cmd: 'subscribe', params: { channels: ['nothing'] } });
  say({ id: 4, cmd: 'subscribe', params: { channels: ['fill'], market_tickers: ['nowhere'] } });
  say({ id: 5, cmd: 'dance' });
  socket.send('no JSON');
  const told = (await next(5)).map(({ id, msg }) => [id, (msg as { code: number }).code]);
  expect(told).toEqual([
    [2, 6],
    [3, 8],
    [4, 16],
    [5, 5],
    [0, 1],
  ]);
});

test('subscriptions can be listed, changed and ended', async () => {
  for (const ticker of ['M1', 'M2']) kalshi.admin('openMarket', { ticker });
  const { say, next } = await open({ channels: ['orderbook_delta'], market_tickers: ['M1'] });
  await next(2);
  const change = { sids: [1], market_tickers: ['M2'], action: 'add_markets' };
  say({ id: 2, cmd: 'update_subscription', params: change });
  say({ id: 3, cmd: 'list_subscriptions' });
  say({ id: 4, cmd: 'unsubscribe', params: { sids: [1] } });
  expect(await next(4)).toMatchObject([
    { type: 'ok', id: 2, sid: 1, msg: { market_tickers: ['M1', 'M2'] } },
    { type: 'orderbook_snapshot', sid: 1, seq: 2, msg: { market_ticker: 'M2' } },
    { type: 'ok', id: 3, msg: [{ channel: 'orderbook_delta', sid: 1 }] },
    { type: 'unsubscribed', id: 4, sid: 1 },
  ]);
});

test('an unsigned connection is refused', async () => {
  const socket = new WebSocket(`${kalshi.url.replace('http', 'ws')}/trade-api/ws/v2`);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('401');
});
