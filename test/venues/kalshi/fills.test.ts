/** Fills, joined to their orders: recorded ones, and what each kind of order makes of them. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { OrderTerms } from '../../../venues/kalshi/wire.ts';
import { contracts, price } from '../venue-under-test.ts';
import type { RawServer, SeenRequest } from './raw-server.ts';
import { clockAt, venueOptions } from './raw-server.ts';
import { listedOrder, RECORDED_AT_MS, startReplay, TICKER, withRecordings } from './replay.ts';
import type { Routes } from './routes.ts';
import { fillBody, NOW_MS, orderBody, serveRoutes } from './routes.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

async function serve(routes: Routes): Promise<string> {
  const cutoff = { trades_created_ts: new Date(0).toISOString() };
  server = await serveRoutes({
    'GET /historical/cutoff': cutoff,
    'GET /historical/fills': { fills: [], cursor: '' },
    ...routes,
  });
  return server.url;
}

withRecordings('recorded fills', () => {
  const ids = [
    '97ec18b7-10d3-4557-9de0-8598aad625f0',
    'e8051642-92f6-4296-a244-0b02e456b6a1',
    '99ca79c3-4c96-4bfa-97c1-f924f37cc285',
  ];
  const pages = Object.fromEntries(
    ids.map((id) => [`GET /portfolio/orders/${id}`, listedOrder(id).body]),
  );
  const open = (url: string) =>
    createKalshiVenue(venueOptions(url, { clock: clockAt(RECORDED_AT_MS) }));

  test('come oldest first, each with the client id of its order, read once', async () => {
    server = await startReplay(['fills__after_taker'], pages);
    const venue = open(server.url);
    const page = await venue.fillsSince(RECORDED_AT_MS - 3_600_000);
    expect(page.cursorMs).toBe(RECORDED_AT_MS);
    expect(page.facts).toHaveLength(3);
    expect(page.facts.at(-1)).toEqual({
      fillId: 'f4a42159-b500-57c6-efa2-c31d94d916c1',
      venueOrderId: ids[0],
      clientOrderId: '2b8394e0-515e-4b89-b624-f34067756855',
      marketId: TICKER,
      outcome: 0,
      action: 'buy',
      quantity: contracts(1),
      priceMicros: price(0.52),
      feeMicros: 17_500,
      filledAtMs: Date.parse('2026-06-11T06:29:30.164Z'),
    });
    expect(page.facts.map(({ feeMicros }) => feeMicros)).toEqual([700, 700, 17_500]);
    expect(await venue.fillsSince(RECORDED_AT_MS - 3_600_000)).toEqual(page);
    const reads = server.seen.filter(({ path }) => path.startsWith('/portfolio/orders/'));
    expect(reads).toHaveLength(3);
  });

  test('failure case 16: a fill whose order cannot be read is told later: neither lost nor foreign', async () => {
    server = await startReplay(['fills__after_taker'], {
      ...pages,
      [`GET /portfolio/orders/${ids[1]}`]: undefined,
    });
    const page = await open(server.url).fillsSince(0);
    expect(page.facts.map(({ venueOrderId }) => venueOrderId)).toEqual(
      expect.not.arrayContaining([ids[1]]),
    );
    expect(page.facts).toHaveLength(2);
    // The next reading begins before it.
    expect(page.cursorMs).toBeLessThan(Math.max(...page.facts.map(({ filledAtMs }) => filledAtMs)));
  });

  test('orders that the ledger knows are not asked of the venue', async () => {
    server = await startReplay(['fills__after_taker'], {});
    const known = { outcome: 0, action: 'buy' } as const;
    const ordersOf = (wanted: readonly string[]) =>
      Promise.resolve(new Map(wanted.map((id) => [id, { ...known, clientOrderId: `our-${id}` }])));
    const options = venueOptions(server.url, { clock: clockAt(RECORDED_AT_MS), ordersOf });
    const page = await createKalshiVenue(options).fillsSince(0);
    expect(new Set(page.facts.map(({ clientOrderId }) => clientOrderId))).toEqual(
      new Set(ids.map((id) => `our-${id}`)),
    );
    expect(server.seen.filter(({ path }) => path.includes('/orders'))).toEqual([]);
  });
});

describe('what a fill was', () => {
  const cases: readonly (readonly [OrderTerms | undefined, string, string, object])[] = [
    [
      { outcome: 0, action: 'buy' },
      'bid',
      'yes',
      { outcome: 0, action: 'buy', priceMicros: price(0.3) },
    ],
    [
      { outcome: 1, action: 'sell' },
      'bid',
      'yes',
      { outcome: 1, action: 'sell', priceMicros: price(0.7) },
    ],
    [
      { outcome: 0, action: 'sell' },
      'ask',
      'no',
      { outcome: 0, action: 'sell', priceMicros: price(0.3) },
    ],
    [
      { outcome: 1, action: 'buy' },
      'ask',
      'no',
      { outcome: 1, action: 'buy', priceMicros: price(0.7) },
    ],
    [undefined, 'ask', 'no', { outcome: 1, action: 'buy', priceMicros: price(0.7) }],
    [undefined, 'bid', 'yes', { outcome: 0, action: 'buy', priceMicros: price(0.3) }],
  ];
  test.each(cases)(
    'of an order to %j, written as %s, gaining %s',
    async (terms, side, outcome, expected) => {
      const sides = { book_side: side, outcome_side: outcome };
      const url = await serve({
        'GET /portfolio/fills': { fills: [fillBody('f', 'o', sides)], cursor: '' },
        'GET /portfolio/orders/o': { order: orderBody('o', sides) },
      });
      const asked: string[][] = [];
      const venue = createKalshiVenue(
        venueOptions(url, {
          termsOf: (ids) => {
            asked.push([...ids]);
            return Promise.resolve(new Map(terms === undefined ? [] : [['client-o', terms]]));
          },
        }),
      );
      const { facts } = await venue.fillsSince(0);
      expect(facts).toEqual([expect.objectContaining({ ...expected, clientOrderId: 'client-o' })]);
      expect(asked).toEqual([['client-o']]);
    },
  );

  test.each([
    ['another side than the order’s', { book_side: 'ask' }],
    ['prices that do not add up', { no_price_dollars: '0.6900' }],
    ['prices in cents', { yes_price_dollars: '30', no_price_dollars: '70' }],
    ['no fee', { fee_cost: undefined }],
    ['no time', { created_time: undefined }],
    ['no quantity', { count_fp: '0.00' }],
  ])('failure case 18: a fill with %s fails the page', async (_name, changes) => {
    const url = await serve({
      'GET /portfolio/fills': { fills: [fillBody('f', 'o', changes)], cursor: '' },
      'GET /portfolio/orders/o': { order: orderBody('o') },
    });
    const venue = createKalshiVenue(venueOptions(url));
    await expect(venue.fillsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });

  test('all pages are read, a fill on two of them counts once, orders without an identity have none', async () => {
    const url = await serve({
      'GET /portfolio/fills': ({ query }: SeenRequest) =>
        query.get('cursor') === 'two'
          ? {
              fills: [
                fillBody('a', 'o', { created_time: '2026-11-23T10:00:00Z' }),
                fillBody('b', 'o'),
              ],
              cursor: null,
            }
          : {
              fills: [fillBody('c', 'o', { count_fp: '0.28' }), fillBody('b', 'o')],
              cursor: 'two',
            },
      'GET /portfolio/orders/o': { order: orderBody('o', { client_order_id: '' }) },
      'GET /exchange/user_data_timestamp': { as_of_time: '2026-11-23T11:59:30Z' },
    });
    const venue = createKalshiVenue(venueOptions(url, { clock: clockAt(NOW_MS) }));
    const { facts, cursorMs } = await venue.fillsSince(NOW_MS - 7_200_500);
    expect(facts.map(({ fillId }) => fillId)).toEqual(['a', 'b', 'c']);
    expect(facts[2]).toMatchObject({ quantity: 280_000 });
    expect(facts[0]).not.toHaveProperty('clientOrderId');
    // No further than the venue says its lists have come.
    expect(cursorMs).toBe(NOW_MS - 30_000);
    const [first] = server!.seen.filter(({ path }) => path === '/portfolio/fills');
    expect(Number(first!.query.get('min_ts'))).toBeLessThanOrEqual((NOW_MS - 7_200_500) / 1000);
  });
});
