/** How an order is found again and cancelled, and what rests. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/children.ts';
import { json } from '../kalshi/raw-server.ts';
import { accepted, contracts, price } from '../venue-under-test.ts';
import { idsOf, movableClock, NOW_MS } from './stub.ts';
import { orderBody, orderOfNow, posted, refOf, tradeBody, TradingStub } from './trading.ts';

let t: TradingStub;
beforeEach(async () => {
  t = await TradingStub.start();
});
afterEach(() => t.close());

const FIFTY = { averagePriceMicros: price(0.5) };

describe('a look-up', () => {
  const look = async (
    changes: object | undefined,
    trades: (hash: string) => object[],
    sentAtMs = NOW_MS,
  ) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    if (changes !== undefined) t.put(prepared.hash, changes);
    t.trades = trades(prepared.hash);
    return venue.lookup(refOf(prepared, sentAtMs));
  };
  const none = () => [];
  const whole = (hash: string) => [tradeBody('t-1', hash)];
  const found = (status: string, filled: number, more: object = {}) => ({
    kind: 'found',
    order: { status, filled: contracts(filled), ...more },
  });

  test.each([
    ['live', { status: 'LIVE', size_matched: '0' }, none, found('resting', 0)],
    ['delayed', { status: 'DELAYED', size_matched: '0' }, none, found('resting', 0)],
    ['unmatched', { status: 'UNMATCHED', size_matched: '0' }, none, found('resting', 0)],
    ['matched', {}, whole, found('final', 10, FIFTY)],
    ['cancelled', { status: 'CANCELED', size_matched: '0' }, none, found('final', 0)],
    ['invalid', { status: 'INVALID', size_matched: '0' }, none, found('final', 0)],
    [
      'cancelled at the result',
      { status: 'CANCELED_MARKET_RESOLVED', size_matched: '10' },
      whole,
      found('final', 10),
    ],
    ['with the prefix', { status: 'ORDER_STATUS_MATCHED' }, whole, found('final', 10)],
    ['matched, the trade not listed yet', {}, none, found('resting', 0)],
    [
      'cancelled after a part, the trade not listed yet',
      { status: 'CANCELED', size_matched: '4' },
      none,
      found('resting', 0),
    ],
    [
      'matched within a hundredth of a share',
      { size_matched: '9.997714' },
      (hash: string) => [tradeBody('t-1', hash, { size: '9.99', maker_orders: [] })],
      found('final', 9.99),
    ],
    ['without a page and with its trade', undefined, whole, found('resting', 10)],
    ['without a page or a trade', undefined, none, { kind: 'absent' }],
  ] as const)('%s', async (_name, changes, trades, expected) => {
    expect(await look(changes, trades)).toMatchObject(expected);
  });

  test('without a page a trade of long ago is final, and so is one of the whole order', async () => {
    const longAgo = NOW_MS - 180_001;
    expect(await look(undefined, whole, longAgo)).toMatchObject(found('final', 10));
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [undefined];
    await venue.place(prepared, () => true);
    t.trades = whole(prepared.hash);
    expect(await venue.lookup(refOf(prepared))).toMatchObject(found('final', 10));
  });

  test('without a page but in the list of open orders it rests', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.open = [orderBody(prepared.hash, { status: 'LIVE', size_matched: '0' })];
    expect(await venue.lookup(refOf(prepared, 0))).toMatchObject(found('resting', 0));
    const [asked] = t.sent('GET', '/data/orders');
    expect(asked!.query.get('market')).toBe(idsOf('M1').conditionId);
    expect(asked!.query.has('asset_id')).toBe(false);
  });

  test.each([
    ['a null', json(null)],
    ['nothing', { status: 200, body: '' }],
    ['an empty object', json({})],
    ['a 404', json({ error: 'order not found' }, 404)],
  ])('%s for a page is no order', async (_name, answer) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.stub.answers.set(`/data/order/${prepared.hash}`, answer);
    expect(await venue.lookup(refOf(prepared))).toEqual({ kind: 'absent' });
  });

  test.each([
    ['HTML', { status: 200, body: '<html>' }],
    ['a 404 of the edge', { status: 404, body: '<html>' }],
    ['a 425', { status: 425, body: '' }],
    ['a 500', json({ error: 'oops' }, 500)],
    ['another order', json(orderBody(`0x${'9'.repeat(64)}`))],
    ['somebody else’s order', 'foreign'],
    ['a status nobody knows', 'odd'],
  ] as const)('failure case 16: %s proves nothing', async (_name, answer) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    const told =
      answer === 'foreign'
        ? json(orderBody(prepared.hash, { maker_address: `0x${'3'.repeat(40)}` }))
        : answer === 'odd'
          ? json(orderBody(prepared.hash, { status: 'PENDING' }))
          : answer;
    t.stub.answers.set(`/data/order/${prepared.hash}`, told);
    expect((await venue.lookup(refOf(prepared))).kind).toBe('unknown');
  });

  test('an order the venue had and has no more is unknown, not absent', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash, { status: 'live' })];
    accepted(await venue.place(prepared, () => true));
    expect((await venue.lookup(refOf(prepared))).kind).toBe('unknown');
  });

  test('an order that is nowhere any more is over with nothing once no list can lag', async () => {
    const clock = movableClock();
    const venue = t.venue({ clock: clock.clock, unknownHorizonMs: 200 });
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash, { status: 'delayed' })];
    accepted(await venue.place(prepared, () => true));
    clock.nowMs += 1_000;
    expect((await venue.lookup(refOf(prepared))).kind).toBe('unknown');
    const isKnown = async () => (await venue.lookup(refOf(prepared))).kind !== 'unknown';
    await eventually('the horizon passed', isKnown);
    expect(await venue.lookup(refOf(prepared))).toMatchObject(found('final', 0));
  });

  test('an order that was seen a moment ago and is nowhere now is unknown, however old', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    const longAgo = refOf(prepared, NOW_MS - 3_600_000);
    t.open = [orderBody(prepared.hash, { status: 'LIVE', size_matched: '0' })];
    expect(await venue.lookup(longAgo)).toMatchObject(found('resting', 0));
    t.open = [];
    expect((await venue.lookup(longAgo)).kind).toBe('unknown');
  });

  test('an order that rested a moment ago is not over while its last trades may not be listed', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    const longAgo = refOf(prepared, NOW_MS - 3_600_000);
    t.trades = [tradeBody('t-1', prepared.hash, { size: '4', maker_orders: [] })];
    t.open = [orderBody(prepared.hash, { status: 'LIVE', size_matched: '4' })];
    expect(await venue.lookup(longAgo)).toMatchObject(found('resting', 4));
    t.open = [];
    expect(await venue.lookup(longAgo)).toMatchObject(found('resting', 4));
  });

  test('sums several trades, those that failed left out, at the average rounded up', async () => {
    const outcome = await look({ size_matched: '9' }, (hash) => [
      tradeBody('t-1', hash, { size: '3', price: '0.5', maker_orders: [] }),
      tradeBody('t-2', hash, { size: '3', price: '0.49', maker_orders: [] }),
      tradeBody('t-3', hash, { size: '3', status: 'FAILED', maker_orders: [] }),
    ]);
    expect(outcome).toMatchObject(found('final', 6, { averagePriceMicros: 495_000 }));
  });

  test('reads every page of the trades', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.put(prepared.hash);
    const pages = [
      json({
        data: [tradeBody('t-1', prepared.hash, { size: '4', maker_orders: [] })],
        next_cursor: 'NQ==',
      }),
      json({
        data: [tradeBody('t-2', prepared.hash, { size: '6', maker_orders: [] })],
        next_cursor: 'LTE=',
      }),
    ];
    t.stub.answers.set('/data/trades', () => pages.shift());
    expect(await venue.lookup(refOf(prepared))).toMatchObject(found('final', 10));
    const asked = t.sent('GET', '/data/trades').map(({ query }) => query.get('next_cursor'));
    expect(asked).toEqual(['MA==', 'NQ==']);
  });

  test('an order never prepared was never sent', async () => {
    expect(await t.venue().lookup(orderOfNow())).toEqual({ kind: 'absent' });
    expect(await t.venue().cancel(orderOfNow())).toEqual({ kind: 'absent' });
  });
});

describe('a cancel', () => {
  test('by the hash alone, of an order whose answer was lost, and again', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    const ended = { status: 'CANCELED', size_matched: '4' };
    t.stub.answers.set('/order', () => {
      t.put(prepared.hash, ended);
      t.trades = [tradeBody('t-1', prepared.hash, { size: '4', maker_orders: [] })];
      return json({ canceled: [prepared.hash], not_canceled: {} });
    });
    const first = await t.venue().cancel(refOf(prepared));
    expect(first).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: contracts(4) },
    });
    expect(t.sent('DELETE', '/order')[0]!.body).toBe(`{"orderID":"${prepared.hash}"}`);
    t.stub.answers.set(
      '/order',
      json({ canceled: [], not_canceled: { [prepared.hash]: 'already canceled or matched' } }),
    );
    expect(await t.venue().cancel(refOf(prepared))).toEqual(first);
  });

  test('waits for the trade of a fill that raced it', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.put(prepared.hash, { status: 'CANCELED', size_matched: '4' });
    let reads = 0;
    t.stub.answers.set('/data/trades', () => {
      reads += 1;
      const trade = tradeBody('t-1', prepared.hash, { size: '4', maker_orders: [] });
      return json({ data: reads < 3 ? [] : [trade], next_cursor: 'LTE=' });
    });
    expect(await venue.cancel(refOf(prepared))).toMatchObject({
      order: { status: 'final', filled: contracts(4) },
    });
    expect(reads).toBe(3);
  });

  test('of an order without a page is over when the venue says so', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash, { status: 'live' })];
    accepted(await venue.place(prepared, () => true));
    t.deletes = [json({ canceled: [prepared.hash], not_canceled: {} })];
    expect(await venue.cancel(refOf(prepared))).toMatchObject({
      order: { status: 'final', filled: 0 },
    });
  });

  test('of an order without a page is over for a process that did not send it', async () => {
    const prepared = await t.prepare(t.venue());
    t.deletes = [json({ canceled: [prepared.hash], not_canceled: {} })];
    expect(await t.venue().cancel(refOf(prepared))).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: 0 },
    });
  });

  test('of a delayed order leaves it resting: it cannot be cancelled yet', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.put(prepared.hash, { status: 'DELAYED', size_matched: '0' });
    t.deletes = [json({ canceled: [], not_canceled: { [prepared.hash]: 'order is delayed' } })];
    expect(await venue.cancel(refOf(prepared))).toMatchObject({
      kind: 'found',
      order: { status: 'resting', filled: 0 },
    });
  });

  test('that is not heard is asked again; an order that still rests then is unknown', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.put(prepared.hash, { status: 'LIVE', size_matched: '0' });
    t.deletes = [undefined, { status: 425, body: '' }, json({ canceled: [], not_canceled: {} })];
    const outcome = await venue.cancel(refOf(prepared));
    expect(outcome).toMatchObject({ kind: 'unknown', detail: expect.stringContaining('resting') });
    expect(t.sent('DELETE', '/order')).toHaveLength(3);
  });

  test('of all leaves no open order, and fails where one is left', async () => {
    const hashes = [1, 2, 3].map((digit) => `0x${String(digit).repeat(64)}`);
    t.open = hashes.map((hash) => orderBody(hash, { status: 'LIVE', size_matched: '0' }));
    t.stub.answers.set('/orders', () => {
      t.open = [];
      return json({ canceled: hashes, not_canceled: {} });
    });
    expect(await t.venue().cancelAll()).toBe(3);
    expect(JSON.parse(t.sent('DELETE', '/orders')[0]!.body)).toEqual(hashes);
    expect(await t.venue().cancelAll()).toBe(0);
    t.open = [orderBody(hashes[0]!, { status: 'LIVE', size_matched: '0' })];
    t.stub.answers.set('/order', json({ canceled: [], not_canceled: {} }));
    await expect(t.venue().cancelAll()).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });
});

test('a cancel of all costs at once no more than the venue’s bucket holds', async () => {
  const hashes = Array.from({ length: 150 }, (_, index) => `0x${String(index).padStart(64, '0')}`);
  t.open = hashes.map((hash) => orderBody(hash, { status: 'LIVE', size_matched: '0' }));
  t.stub.answers.set('/orders', () => {
    const asked = JSON.parse(t.sent('DELETE', '/orders').at(-1)!.body) as string[];
    // A batch is taken whole or not at all. @source reference/polymarket.md §4, Standard tier
    if (asked.length > 120)
      return { status: 429, body: '', headers: { 'poly-ratelimit-tier': '' } };
    t.open = t.open.filter((order) => !asked.includes((order as { id: string }).id));
    return json({ canceled: asked, not_canceled: {} });
  });
  expect(await t.venue().cancelAll()).toBe(150);
});

describe('open orders', () => {
  test('are all pages, named by the ledger, empty where they are not ours', async () => {
    const [ours, foreign] = [`0x${'1'.repeat(64)}`, `0x${'2'.repeat(64)}`];
    const alive = { status: 'LIVE', size_matched: '2' };
    const pages = [
      json({ data: [orderBody(ours, alive)], next_cursor: 'MQ==' }),
      json({
        data: [
          orderBody(foreign, { ...alive, market: `0x${'7'.repeat(64)}` }),
          orderBody(`0x${'3'.repeat(64)}`, { status: 'MATCHED' }),
        ],
        next_cursor: 'LTE=',
      }),
    ];
    t.stub.answers.set('/data/orders', () => pages.shift());
    const asked: string[][] = [];
    const fees = { kind: 'polymarket', rateMillionths: 0 } as const;
    const market = { marketId: 'M1', fees };
    const known = { clientOrderId: 'a-1', outcome: 0, action: 'buy', market } as const;
    const venue = t.venue({
      ordersOf: (hashes) => {
        asked.push([...hashes]);
        return Promise.resolve(new Map([[ours, known]]));
      },
    });
    expect(await venue.openOrders()).toEqual([
      {
        venueOrderId: ours,
        status: 'resting',
        filled: contracts(2),
        clientOrderId: 'a-1',
        marketId: 'M1',
      },
      {
        venueOrderId: foreign,
        status: 'resting',
        filled: contracts(2),
        clientOrderId: '',
        marketId: `0x${'7'.repeat(64)}`,
      },
    ]);
    expect(asked).toEqual([[ours, foreign]]);
  });
});
