/** Failure cases of reference/peers.md §7 and pitfalls of reference/polymarket.md §5, at the adapter. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketDoubt } from '../../../venues/polymarket/public.ts';
import type { Answer } from '../kalshi/raw-server.ts';
import { json } from '../kalshi/raw-server.ts';
import { accepted, contracts } from '../venue-under-test.ts';
import { orderOfNow, posted, refOf, tradeBody, TradingStub } from './trading.ts';

let t: TradingStub;
beforeEach(async () => {
  t = await TradingStub.start();
});
afterEach(() => t.close());

const FILLED = { status: 'final', filled: contracts(10) };
const error = (status: number, words: string): Answer => json({ error: words }, status);
const SHORT = error(400, 'not enough balance / allowance: the balance is 0');

describe('failure case 1: a POST without an answer', () => {
  test.each([
    ['a reset', undefined],
    ['a 500', error(500, 'could not insert order')],
    ['half a body', { status: 200, body: '{"success":true,"ord' }],
    ['a 425', { status: 425, body: '' }],
  ] as const)(
    'pitfall 1 three times %s: unknown each time, the same bytes, and found filled',
    async (_name, answer) => {
      const venue = t.venue();
      const prepared = await t.prepare(venue);
      t.posts = [answer];
      for (let sent = 0; sent < 3; sent += 1) {
        expect((await venue.place(prepared, () => true)).kind).toBe('unknown');
      }
      const bodies = t.sent('POST', '/order').map(({ body }) => body);
      expect(bodies).toEqual([prepared.wire, prepared.wire, prepared.wire]);
      expect(await venue.lookup(refOf(prepared))).toEqual({ kind: 'absent' });
      t.put(prepared.hash);
      t.trades = [tradeBody('t-1', prepared.hash)];
      expect(await venue.lookup(refOf(prepared))).toMatchObject({ kind: 'found', order: FILLED });
    },
  );

  test('pitfall 1 a deadline is no refusal', async () => {
    const venue = t.venue({ deadlines: { connectMs: 2_000, answerMs: 100 } });
    const prepared = await t.prepare(venue);
    t.stub.answers.set('/order', () => new Promise(() => {}) as never);
    expect(await venue.place(prepared, () => true)).toMatchObject({
      kind: 'unknown',
      detail: expect.stringContaining('no answer in 100 ms'),
    });
  });

  test('pitfall 8 "could not run the execution" is asked for by hash, never believed', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [error(500, 'could not run the execution')];
    expect((await venue.place(prepared, () => true)).kind).toBe('unknown');
    t.put(prepared.hash, { status: 'CANCELED', size_matched: '0' });
    expect(await venue.lookup(refOf(prepared))).toMatchObject({
      order: { status: 'final', filled: 0 },
    });
  });
});

describe('failure case 2: another process after the POST', () => {
  test('pitfall 2 decides the same hash and the same bytes, and the repeat is the first order', async () => {
    const request = orderOfNow();
    const sent = await t.prepare(t.venue(), request);
    t.posts = [undefined];
    await t.venue().place(sent, () => true);
    const successor = t.venue();
    expect(await t.prepare(successor, { ...request })).toEqual(sent);
    t.put(sent.hash);
    t.trades = [tradeBody('t-1', sent.hash)];
    expect(await successor.lookup(refOf(sent))).toMatchObject({ kind: 'found', order: FILLED });
    t.posts = [error(400, `order ${sent.hash} is invalid. Duplicated.`)];
    expect(accepted(await successor.place(sent, () => true))).toMatchObject(FILLED);
  });
});

describe('failure case 10: accepted, without a fill, and not final', () => {
  test.each(['delayed', 'live'])(
    '%s: resting at each look until it is final, sent once',
    async (status) => {
      const venue = t.venue();
      const prepared = await t.prepare(venue, orderOfNow({ action: 'sell' }));
      t.posts = [posted(prepared.hash, { status, takingAmount: '', makingAmount: '' })];
      const resting = { status: 'resting', filled: 0 };
      expect(accepted(await venue.place(prepared, () => true))).toMatchObject(resting);
      t.put(prepared.hash, { status: status.toUpperCase(), side: 'SELL', size_matched: '0' });
      for (let look = 0; look < 3; look += 1) {
        expect(await venue.lookup(refOf(prepared))).toMatchObject({ order: resting });
      }
      t.put(prepared.hash, { side: 'SELL' });
      t.trades = [tradeBody('t-1', prepared.hash, { side: 'SELL' })];
      expect(await venue.lookup(refOf(prepared))).toMatchObject({ order: FILLED });
      expect(t.sent('POST', '/order')).toHaveLength(1);
    },
  );

  test('pitfall 6 matched by its own page alone it rests: no second order is bought on that', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.put(prepared.hash, { status: 'MATCHED', size_matched: '10' });
    expect(await venue.lookup(refOf(prepared))).toMatchObject({
      kind: 'found',
      order: { status: 'resting', filled: 0 },
    });
  });

  test('what the answer said was matched is not lost while the lists lag', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash, { takingAmount: '4', makingAmount: '2' })];
    accepted(await venue.place(prepared, () => true));
    t.put(prepared.hash, { status: 'CANCELED', size_matched: '0' });
    expect(await venue.lookup(refOf(prepared))).toMatchObject({ order: { status: 'resting' } });
    t.trades = [tradeBody('t-1', prepared.hash, { size: '4', maker_orders: [] })];
    expect(await venue.lookup(refOf(prepared))).toMatchObject({
      order: { status: 'final', filled: contracts(4) },
    });
  });
});

describe('pitfall 3: a balance that stays locked', () => {
  test('after three refusals in a row no buy is tried for a while, sales are, and one that is taken ends it', async () => {
    const doubts: PolymarketDoubt[] = [];
    const venue = t.venue({ onDoubt: (doubt) => doubts.push(doubt) });
    const buy = async () => venue.place(await t.prepare(venue, orderOfNow()), () => true);
    t.posts = [SHORT];
    for (let tried = 0; tried < 3; tried += 1) {
      expect(await buy()).toMatchObject({ kind: 'rejected', code: 'not_enough_balance' });
    }
    expect(doubts).toEqual([
      { marketId: 'M1', detail: expect.stringContaining('3 buys in a row') },
    ]);
    expect(t.sent('GET', '/balance-allowance/update')).toHaveLength(3);
    expect(await buy()).toMatchObject({ kind: 'rejected', code: 'balance_locked' });
    expect(t.sent('POST', '/order')).toHaveLength(3);
    const sale = await t.prepare(venue, orderOfNow({ action: 'sell' }));
    t.posts = [posted(sale.hash, { makingAmount: '10', takingAmount: '5' })];
    accepted(await venue.place(sale, () => true));
    const next = await t.prepare(venue, orderOfNow());
    t.posts = [posted(next.hash)];
    accepted(await venue.place(next, () => true));
  });

  test('a refusal between two that were taken counts alone', async () => {
    const venue = t.venue();
    for (let round = 0; round < 4; round += 1) {
      const refused = await t.prepare(venue, orderOfNow());
      t.posts = [SHORT];
      expect(await venue.place(refused, () => true)).toMatchObject({ code: 'not_enough_balance' });
      const taken = await t.prepare(venue, orderOfNow());
      t.posts = [posted(taken.hash)];
      accepted(await venue.place(taken, () => true));
    }
  });
});

describe('pitfall 4: a sale right after its buy', () => {
  test('is to be tried again while the shares are on their way, and refused where none are', async () => {
    const venue = t.venue();
    const sell = async () =>
      venue.place(await t.prepare(venue, orderOfNow({ action: 'sell' })), () => true);
    t.posts = [SHORT];
    expect(await sell()).toMatchObject({ kind: 'rejected', code: 'not_enough_balance' });
    const buy = await t.prepare(venue);
    t.posts = [posted(buy.hash)];
    accepted(await venue.place(buy, () => true));
    t.posts = [SHORT];
    expect(await sell()).toMatchObject({ kind: 'deferred', retryAfterMs: 2_000 });
    const asked = t.sent('GET', '/balance-allowance/update').map(({ query }) => query);
    expect(asked.map((query) => query.get('asset_type'))).toEqual(['CONDITIONAL', 'CONDITIONAL']);
  });
});

test('failure case 16: nothing is flat, absent or cancelled on a venue that is not heard', async () => {
  const venue = t.venue();
  const prepared = await t.prepare(venue);
  const paths = ['/data/trades', '/data/orders', `/data/order/${prepared.hash}`, '/order'];
  for (const path of [...paths, '/balance-allowance', '/version', '/data-api/activity']) {
    t.stub.answers.set(path, { status: 502, body: '<html>bad gateway</html>' });
  }
  expect((await venue.lookup(refOf(prepared))).kind).toBe('unknown');
  expect((await venue.cancel(refOf(prepared))).kind).toBe('unknown');
  const unheard = { name: 'VenueUnreachable' };
  await expect(venue.openOrders()).rejects.toMatchObject(unheard);
  await expect(venue.cancelAll()).rejects.toMatchObject(unheard);
  await expect(venue.fillsSince(0)).rejects.toMatchObject(unheard);
  await expect(venue.redemptionsSince(0)).rejects.toMatchObject(unheard);
  await expect(venue.balance()).rejects.toMatchObject(unheard);
  await expect(venue.status()).rejects.toMatchObject(unheard);
});
