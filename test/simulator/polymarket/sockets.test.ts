/** The market and user websockets of the simulated Polymarket. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/children.ts';
import type { PolymarketUnderTest } from './harness.ts';
import { CLIENTS, startPolymarket } from './harness.ts';

let venue: PolymarketUnderTest;
beforeEach(async () => {
  venue = await startPolymarket();
});
afterEach(() => venue.close());

const { apiKey, secret, passphrase } = CLIENTS.one;

async function listening(path: string, first: unknown) {
  const { socket, frames } = await venue.socket(path);
  socket.send(JSON.stringify(first));
  // What was sent before PING has been read when PONG comes.
  socket.send('PING');
  await eventually('the answer to PING', () => frames.some(({ text }) => text === 'PONG'));
  const of = (type: string) => frames.filter((one) => one['event_type'] === type);
  const heard = (type: string, count = 1) =>
    eventually(`${count} ${type}`, () => of(type).length >= count).then(() => of(type));
  return { socket, of, heard };
}

describe('the market channel', () => {
  test('begins with the books, then tells absolute sizes, trades, ticks and results', async () => {
    await venue.admin('setBook', { slug: 'M1', yes: { asks: [['0.50', '20']] } });
    const [yes, no] = await venue.tokens();
    const market = { assets_ids: [yes, no], type: 'market', custom_feature_enabled: true };
    const { of, heard } = await listening('/ws/market', market);
    expect(of('book')).toMatchObject([
      { asset_id: yes, asks: [{ price: '0.5', size: '20' }] },
      { asset_id: no, bids: [{ price: '0.5', size: '20' }] },
    ]);
    await venue.placed();
    const [change] = await heard('price_change');
    expect(change?.['price_changes']).toMatchObject([
      { asset_id: yes, price: '0.5', size: '10', side: 'SELL', best_ask: '0.5', best_bid: '0' },
      { asset_id: no, price: '0.5', size: '10', side: 'BUY' },
    ]);
    expect(await heard('last_trade_price')).toMatchObject([
      { asset_id: yes, price: '0.5', size: '10' },
    ]);
    await venue.admin('setBook', { slug: 'M1' });
    const changes = await heard('price_change', 2);
    expect(changes.at(-1)?.['price_changes']).toMatchObject([{ size: '0' }, { size: '0' }]);
    expect(of('best_bid_ask').at(-1)).toMatchObject({ best_bid: '', best_ask: '' });
    await venue.admin('setTick', { slug: 'M1', tick: '0.001' });
    expect((await heard('tick_size_change', 2))[0]).toMatchObject({
      old_tick_size: '0.01',
      new_tick_size: '0.001',
    });
    await venue.admin('openMarket', { slug: 'M3' });
    expect(await heard('new_market')).toMatchObject([{ slug: 'M3' }]);
    await venue.admin('resolve', { slug: 'M1', payout: '0' });
    expect(await heard('market_resolved')).toMatchObject([
      { winning_asset_id: no, winning_outcome: 'No' },
    ]);
  });

  test('adds and drops assets, and tells no results unasked', async () => {
    await venue.admin('openMarket', { slug: 'M2' });
    const [[yes], [other]] = [await venue.tokens(), await venue.tokens('M2')];
    const { socket, of, heard } = await listening('/ws/market', {
      assets_ids: [yes],
      type: 'market',
    });
    socket.send(JSON.stringify({ assets_ids: [other], operation: 'subscribe' }));
    await heard('book', 2);
    socket.send(JSON.stringify({ assets_ids: [yes], operation: 'unsubscribe' }));
    await venue.placed({ slug: 'M2', price: 0.2 });
    await heard('price_change');
    await venue.placed({ price: 0.2 });
    await venue.admin('resolve', { slug: 'M2', payout: '1' });
    await heard('price_change', 2);
    expect(of('price_change').map((one) => one['market'])).toEqual(
      [0, 1].map(() => of('price_change')[0]?.['market']),
    );
    expect(of('market_resolved')).toEqual([]);
  });
});

describe('the user channel', () => {
  const first = { auth: { apiKey, secret, passphrase }, type: 'user' };

  test("tells the account's orders and every step of its trades, and nobody else's", async () => {
    await venue.admin('setSettlement', { minedMs: 1000, confirmedMs: 2000 });
    const { of, heard } = await listening('/ws/user', first);
    await venue.placed({ as: 'two', price: 0.1 });
    const id = await venue.placed({ price: 0.5 });
    await venue.admin('setBook', { slug: 'M1', no: { bids: [['0.50', '10']] } });
    expect(await heard('order', 3)).toMatchObject([
      { id, type: 'PLACEMENT', status: 'LIVE' },
      { id, type: 'UPDATE', size_matched: '0' },
      { id, type: 'UPDATE', status: 'MATCHED', size_matched: '10' },
    ]);
    venue.passMs(1000);
    await venue.order(id);
    venue.passMs(1000);
    await venue.order(id);
    const trades = await heard('trade', 3);
    expect(trades.map(({ status }) => status)).toEqual(['MATCHED', 'MINED', 'CONFIRMED']);
    expect(trades[0]).toMatchObject({ type: 'TRADE', trader_side: 'MAKER' });
    expect(of('order').every((one) => one['owner'] === apiKey)).toBe(true);
  });

  test("tells a FOK buy's size in pUSD and why it was killed", async () => {
    const { heard } = await listening('/ws/user', first);
    await venue.post({ type: 'FOK' });
    const told = await heard('order', 2);
    expect(told.at(-1)).toMatchObject({ type: 'CANCELLATION', original_size: '5' });
    expect(told.at(-1)?.['status']).toMatch(/^CANCELED_order couldn't be fully filled/);
  });

  test('may be of some markets only', async () => {
    await venue.admin('openMarket', { slug: 'M2' });
    const markets = [await venue.conditionId('M2')];
    const { heard } = await listening('/ws/user', { ...first, markets });
    await venue.placed();
    const id = await venue.placed({ slug: 'M2' });
    expect((await heard('order', 2)).every((one) => one['id'] === id)).toBe(true);
  });

  test('is closed to whoever does not know the secret', async () => {
    const { socket } = await venue.socket('/ws/user');
    const closed = once(socket, 'close');
    socket.send(JSON.stringify({ ...first, auth: { ...first.auth, secret: 'guessed' } }));
    await closed;
    expect(venue.simulator.requests('socket')).toMatchObject([{ answer: { status: 101 } }]);
  });
});
