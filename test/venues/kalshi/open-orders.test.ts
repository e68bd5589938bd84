/** What rests, cancelling all of it, and orders whose numbers cannot be. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import { contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { RawServer } from './raw-server.ts';
import { json, NOT_FOUND, startServer, venueOptions } from './raw-server.ts';
import type { Routes } from './routes.ts';
import { orderBody, serveRoutes } from './routes.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

async function serve(routes: Routes): Promise<string> {
  server = await serveRoutes(routes);
  return server.url;
}

describe('open orders', () => {
  test('cancelAll asks for each order by its id and market, and waits until none rests', async () => {
    const resting = new Map(
      ['a', 'b', 'c'].map((id) => [
        id,
        orderBody(id, { status: 'resting', fill_count_fp: '0.00', remaining_count_fp: '1.00' }),
      ]),
    );
    let lists = 0;
    server = await startServer(({ method, path, query }) => {
      if (method === 'DELETE') {
        const id = path.split('/').at(-1)!;
        const known = query.get('market_ticker') === 'M1' && resting.has(id);
        return known ? json({ order_id: id, reduced_by: '1.00', ts_ms: 1 }) : NOT_FOUND;
      }
      lists += 1;
      // Lists lag: only the third one knows.
      return json({ orders: lists < 3 ? [...resting.values()] : [], cursor: '' });
    });
    const venue = createKalshiVenue(venueOptions(server.url));
    expect(await venue.cancelAll()).toBe(3);
    const asked = server.seen.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    expect(new Set(asked)).toEqual(
      new Set(['a', 'b', 'c'].map((id) => `/portfolio/events/orders/${id}`)),
    );
    expect(await venue.openOrders()).toEqual([]);
  });

  test('an order that goes on resting is not called cancelled', async () => {
    const order = orderBody('a', {
      status: 'resting',
      fill_count_fp: '0.00',
      remaining_count_fp: '1.00',
    });
    const url = await serve({ 'GET /portfolio/orders': { orders: [order], cursor: '' } });
    await expect(createKalshiVenue(venueOptions(url)).cancelAll()).rejects.toMatchObject({
      name: 'VenueUnreachable',
      message: expect.stringContaining('1 of 1 orders'),
    });
  });

  test('a filter the venue ignores makes no finished order open', async () => {
    const orders = [
      orderBody('a'),
      orderBody('b', { status: 'resting', initial_count_fp: '2.00', remaining_count_fp: '1.00' }),
    ];
    const url = await serve({ 'GET /portfolio/orders': { orders, cursor: '' } });
    expect(await createKalshiVenue(venueOptions(url)).openOrders()).toEqual([
      {
        venueOrderId: 'b',
        clientOrderId: 'client-b',
        marketId: 'M1',
        status: 'resting',
        filled: contracts(1),
        averagePriceMicros: price(0.5),
      },
    ]);
  });

  test.each([
    ['a cost above its limit', { taker_fill_cost_dollars: '0.510000' }],
    ['a cost in cents', { taker_fill_cost_dollars: '50' }],
    ['a fill for nothing', { taker_fill_cost_dollars: '0.000000' }],
    ['more filled than ordered', { fill_count_fp: '2.00', taker_fill_cost_dollars: '1.000000' }],
    ['a status nobody knows', { status: 'pending' }],
  ])('failure case 18: an order with %s is unknown', async (_name, changes) => {
    const url = await serve({ 'GET /portfolio/orders/a': { order: orderBody('a', changes) } });
    const ref = { clientOrderId: 'client-a', venueOrderId: 'a', marketId: 'M1' };
    expect((await createKalshiVenue(venueOptions(url)).lookup(ref)).kind).toBe('unknown');
  });
});

test('reads wait for tokens; a send never does', async () => {
  const url = await serve({ 'GET /portfolio/balance': { balance_dollars: '1' } });
  const venue = createKalshiVenue(venueOptions(url, { readTokensPerSecond: 20 }));
  await venue.balance();
  await venue.balance();
  const third = venue.balance();
  const sent = send(venue, orderOf());
  const first = await Promise.race([third.then(() => 'read'), sent.then(() => 'send')]);
  expect(first).toBe('send');
  await third;
});
