/** Answers to a send that no recording holds, and how an order is written. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { Venue } from '../../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { Answer, RawServer } from './raw-server.ts';
import { json, NOT_FOUND, startServer, venueOptions } from './raw-server.ts';
import { marketBody } from './routes.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

/** Answers every request alike. */
async function always(answer: Answer): Promise<Venue> {
  server = await startServer(() => answer);
  return createKalshiVenue(venueOptions(server.url));
}

describe('answers that no recording holds', () => {
  const V1_GONE = '{"error":{"code":"deprecated_v1_order_endpoint","message":"use V2"}}';
  const TOO_MANY = '{"error":"too many requests"}';
  test.each([
    ['429', { status: 429, body: TOO_MANY }, { kind: 'deferred', retryAfterMs: 1000 }],
    [
      '429 with Retry-After',
      { status: 429, body: TOO_MANY, headers: { 'retry-after': '2' } },
      { kind: 'deferred', retryAfterMs: 2000 },
    ],
    [
      '410',
      { status: 410, body: V1_GONE },
      { kind: 'rejected', code: 'deprecated_v1_order_endpoint' },
    ],
    ['404', NOT_FOUND, { kind: 'rejected', code: 'not_found' }],
    [
      'a code with an id',
      { status: 403, body: '{"error":{"code":"user_not_found:_123e4567","message":"no"}}' },
      { kind: 'rejected', code: 'user_not_found' },
    ],
    ['HTML from an edge, 403', { status: 403, body: '<html>no</html>' }, { kind: 'unknown' }],
    ['HTML from an edge, 502', { status: 502, body: '<html>bad</html>' }, { kind: 'unknown' }],
    [
      '503',
      { status: 503, body: '{"error":{"code":"exchange_unavailable"}}' },
      { kind: 'unknown' },
    ],
    ['425', { status: 425, body: '{"error":{"code":"too_early"}}' }, { kind: 'unknown' }],
    ['302', { status: 302, body: '' }, { kind: 'unknown' }],
  ] as const)('%s', async (_name, answer, expected) => {
    const venue = await always(answer);
    expect(await send(venue, orderOf())).toMatchObject(expected);
  });

  test('a read that is told to wait says for how long', async () => {
    const venue = await always({ status: 429, body: TOO_MANY });
    await expect(venue.fillsSince(0)).rejects.toMatchObject({
      name: 'VenueUnreachable',
      retryAfterMs: 1000,
    });
  });
});

describe('failure case 18: a 2xx that is no whole answer about this order is unknown', () => {
  const request = orderOf();
  const whole = {
    order_id: 'o-1',
    client_order_id: request.clientOrderId,
    fill_count: '4.00',
    remaining_count: '0.00',
    average_fill_price: '0.4000',
    ts_ms: 1,
  };
  const without = (field: keyof typeof whole) => {
    const { [field]: _gone, ...rest } = whole;
    return JSON.stringify(rest);
  };
  test.each([
    ['no body', ''],
    ['half a body', JSON.stringify(whole).slice(0, 40)],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['HTML', '<html>ok</html>'],
    ['the dead interface’s order', JSON.stringify({ order: whole })],
    ['no order id', without('order_id')],
    ['an empty order id', JSON.stringify({ ...whole, order_id: '' })],
    ['no client order id', without('client_order_id')],
    ['another client order id', JSON.stringify({ ...whole, client_order_id: 'order-0' })],
    ['no fill count', without('fill_count')],
    ['no remaining count', without('remaining_count')],
    ['a fill without its price', without('average_fill_price')],
    ['cents instead of dollars', JSON.stringify({ ...whole, average_fill_price: '40' })],
    ['a number instead of a string', JSON.stringify({ ...whole, average_fill_price: 0.4 })],
    ['a price worse than the limit', JSON.stringify({ ...whole, average_fill_price: '0.5100' })],
    ['a price of nothing', JSON.stringify({ ...whole, average_fill_price: '0.0000' })],
    ['more than was ordered', JSON.stringify({ ...whole, fill_count: '10.01' })],
    ['a count in cents of a contract', JSON.stringify({ ...whole, fill_count: 400 })],
  ])('%s', async (_name, body) => {
    const venue = await always({ status: 201, body });
    const outcome = await send(venue, request);
    expect(outcome.kind).toBe('unknown');
    const evidence = body === '' ? 'body was empty' : body.slice(0, 30);
    expect(outcome).toMatchObject({ detail: expect.stringContaining(evidence) });
  });

  test('the whole body is believed', async () => {
    const venue = await always({ status: 201, body: JSON.stringify(whole) });
    expect(accepted(await send(venue, request))).toMatchObject({ filled: contracts(4) });
  });

  test('averages are in the order’s own terms', async () => {
    const sold = { ...whole, average_fill_price: '0.5600' };
    for (const [changes, averagePriceMicros] of [
      [{ action: 'sell' }, 560_000],
      [{ outcome: 1 }, 440_000],
    ] as const) {
      const venue = await always({ status: 201, body: JSON.stringify(sold) });
      const order = accepted(await send(venue, { ...request, ...changes }));
      expect(order.averagePriceMicros).toBe(averagePriceMicros);
      await server!.close();
    }
  });

  test.each([
    ['no balance in dollars', '{"balance":9801}'],
    ['dollars as a number', '{"balance":9801,"balance_dollars":98.0186}'],
    ['dollars with a sign of them', '{"balance_dollars":"$98.01"}'],
  ])('a balance with %s is not read as cents', async (_name, body) => {
    const venue = await always({ status: 200, body });
    await expect(venue.balance()).rejects.toMatchObject({
      name: 'VenueUnreachable',
      message: expect.stringContaining('balance_dollars'),
    });
  });
});

describe('how an order is written', () => {
  test.each([
    [{ outcome: 0, action: 'buy' }, 'bid', '0.3000'],
    [{ outcome: 0, action: 'sell' }, 'ask', '0.3000'],
    [{ outcome: 1, action: 'buy' }, 'ask', '0.7000'],
    [{ outcome: 1, action: 'sell' }, 'bid', '0.7000'],
  ] as const)('%j is %s at %s', async (terms, side, text) => {
    const venue = await always(NOT_FOUND);
    const { wire } = await venue.prepare(orderOf({ ...terms, limitPrice: price(0.3) }));
    expect(JSON.parse(wire)).toMatchObject({ side, price: text });
  });

  test('sales that end at once may only reduce; group, subaccount and known shard are named', async () => {
    server = await startServer(({ path }) =>
      path === '/markets/M1' ? json(marketBody({ exchange_index: 2 })) : NOT_FOUND,
    );
    const venue = createKalshiVenue(
      venueOptions(server.url, { subaccount: 3, orderGroupId: () => Promise.resolve('g-1') }),
    );
    const sale = orderOf({ action: 'sell', limitPrice: price(0.0025), quantity: contracts(0.01) });
    const before = JSON.parse((await venue.prepare(sale)).wire) as object;
    expect(before).toEqual({
      ticker: 'M1',
      client_order_id: sale.clientOrderId,
      side: 'ask',
      count: '0.01',
      price: '0.0025',
      time_in_force: 'immediate_or_cancel',
      self_trade_prevention_type: 'taker_at_cross',
      reduce_only: true,
      order_group_id: 'g-1',
      subaccount: 3,
    });
    await venue.market('M1');
    const after = JSON.parse((await venue.prepare(sale)).wire) as object;
    // The group is the first shard's: elsewhere the venue would refuse the order.
    const { order_group_id: _group, ...rest } = before as Record<string, unknown>;
    expect(after).toEqual({ ...rest, exchange_index: 2 });
  });
});
