/** The real adapter on recorded answers: sends, repeats, look-ups, cancels. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { OrderRequest, Venue } from '../../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { Answer, RawServer } from './raw-server.ts';
import { clockAt, json, NOT_FOUND, startServer, venueOptions } from './raw-server.ts';
import type { Invented } from './replay.ts';
import {
  answerOf,
  listedOrder,
  metaOf,
  RECORDED_AT_MS,
  recorded,
  startReplay,
  TICKER,
  withRecordings,
} from './replay.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

const open = (url: string): Venue =>
  createKalshiVenue(venueOptions(url, { clock: clockAt(RECORDED_AT_MS) }));

async function replay(names: readonly string[], invented?: Invented): Promise<Venue> {
  server = await startReplay(names, invented);
  return open(server.url);
}

/** Answers every request alike. */
async function always(answer: Answer): Promise<Venue> {
  server = await startServer(() => answer);
  return open(server.url);
}

const MAKER_ID = '2597b999-f887-4195-8bac-c3f97a1f2021';
const TAKER_ID = '97ec18b7-10d3-4557-9de0-8598aad625f0';

/** The order that a recorded send was for. */
function requestOf(name: string): OrderRequest {
  const body = metaOf(name).request_body as unknown as Record<string, string | number>;
  const ioc = body['time_in_force'] === 'immediate_or_cancel';
  return {
    clientOrderId: String(body['client_order_id']),
    marketId: String(body['ticker']),
    outcome: 0,
    action: body['side'] === 'bid' ? 'buy' : 'sell',
    quantity: contracts(Number(body['count'])),
    limitPrice: price(Number(body['price'])),
    ...(ioc
      ? { timeInForce: 'ioc' }
      : { timeInForce: 'gtd', restUntilMs: RECORDED_AT_MS + 60_000 }),
  };
}

withRecordings('sends on recorded answers', () => {
  test.each([
    ['orders__create_v2_taker_ioc', 'immediate_or_cancel'],
    ['orders__create_v2_maker', 'good_till_canceled'],
  ])('the bytes of %s are what was recorded, but for what Ballast adds', async (name, tif) => {
    const venue = await replay([]);
    const { wire } = await venue.prepare(requestOf(name));
    const { post_only: _postOnly, ...theirs } = metaOf(name).request_body as Record<
      string,
      unknown
    >;
    const added =
      tif === 'good_till_canceled'
        ? { cancel_order_on_pause: true, expiration_time: (RECORDED_AT_MS + 60_000) / 1000 }
        : {};
    expect(JSON.parse(wire)).toEqual({ ...theirs, ...added });
  });

  test('an order that takes is final with its average; one that rests is not', async () => {
    const venue = await replay(['orders__create_v2_taker_ioc', 'orders__create_v2_maker']);
    expect(await send(venue, requestOf('orders__create_v2_taker_ioc'))).toEqual({
      kind: 'accepted',
      order: {
        venueOrderId: TAKER_ID,
        status: 'final',
        filled: contracts(1),
        averagePriceMicros: price(0.52),
      },
    });
    expect(await send(venue, requestOf('orders__create_v2_maker'))).toEqual({
      kind: 'accepted',
      order: { venueOrderId: MAKER_ID, status: 'resting', filled: 0 },
    });
  });

  test('an order that would have met one of ours is final without a fill', async () => {
    const venue = await replay(['orders__stp_self_cross']);
    const outcome = accepted(await send(venue, requestOf('orders__stp_self_cross')));
    expect(outcome).toMatchObject({ status: 'final', filled: 0 });
  });

  test('I1 a repeat (409) answers with what the order has come to, by its page', async () => {
    const venue = await replay([
      'orders__create_v2_maker',
      'orders__duplicate_client_order_id',
      'orders__get_after_create',
    ]);
    const prepared = await venue.prepare(requestOf('orders__create_v2_maker'));
    const first = await venue.place(prepared, () => true);
    expect(await venue.place(prepared, () => true)).toEqual(first);
  });

  test('I1 a repeat after a restart (409) finds it in the list: canceled, and still taken', async () => {
    const venue = await replay(['orders__reuse_canceled_client_id', 'portfolio__orders_list']);
    expect(await send(venue, requestOf('orders__create_v2_maker'))).toEqual({
      kind: 'accepted',
      order: { venueOrderId: MAKER_ID, status: 'final', filled: 0 },
    });
  });

  test.each([
    ['count', { quantity: contracts(2) }],
    ['price', { limitPrice: price(0.02) }],
    ['side', { action: 'sell' }],
  ] as const)('an identity used for another %s is refused', async (_name, changes) => {
    const venue = await replay(['orders__duplicate_client_order_id', 'portfolio__orders_list']);
    const outcome = await send(venue, { ...requestOf('orders__create_v2_maker'), ...changes });
    expect(outcome).toMatchObject({ kind: 'rejected', code: 'order_already_exists' });
  });

  test('a 409 whose order no list has yet is unknown', async () => {
    const venue = await replay(['orders__duplicate_client_order_id'], {
      'GET /portfolio/orders': { orders: [], cursor: '' },
    });
    expect(await send(venue, requestOf('orders__create_v2_maker'))).toEqual({
      kind: 'unknown',
      detail: 'order_already_exists: order already exists, and no list has it yet',
    });
  });

  test.each([
    ['orders__insufficient_balance', 'insufficient_balance'],
    ['orders__invalid_price_structure', 'invalid_price'],
    ['orders__numeric_field_types', 'bad_request'],
    ['orders__post_only_cross', 'invalid_order'],
  ])('%s is a refusal', async (name, code) => {
    const venue = await replay([name]);
    expect(await send(venue, requestOf(name))).toMatchObject({ kind: 'rejected', code });
  });

  test.each([
    ['auth__bad_signature', 'authentication_error'],
    ['auth__unknown_key_id', 'authentication_error'],
    ['auth__missing_signature_header', 'signature_is_missing_from_headers'],
    ['auth__skew_minus30s', 'header_timestamp_expired'],
    ['auth__skew_plus5min', 'header_timestamp_expired'],
    ['markets__limit_over_max', 'parameter_validation'],
  ])('%s refuses a send and a read alike', async (name, code) => {
    const venue = await always(answerOf(name));
    expect(await send(venue, orderOf())).toMatchObject({ kind: 'rejected', code });
    await expect(venue.balance()).rejects.toMatchObject({ name: 'VenueRefused', code });
  });
});

withRecordings('look-ups and cancels on recorded answers', () => {
  const maker = () => {
    const { clientOrderId, marketId } = requestOf('orders__create_v2_maker');
    return { clientOrderId, marketId, sentAtMs: RECORDED_AT_MS };
  };
  const taker = () => ({
    ...maker(),
    clientOrderId: requestOf('orders__create_v2_taker_ioc').clientOrderId,
  });

  test('a look-up finds an order in the list of its market, from when it was sent', async () => {
    const venue = await replay(['portfolio__orders_list']);
    expect(await venue.lookup(taker())).toMatchObject({
      kind: 'found',
      order: { venueOrderId: TAKER_ID, status: 'final', averagePriceMicros: price(0.52) },
    });
    const [request] = server!.seen;
    expect(request!.query.get('ticker')).toBe(TICKER);
    expect(request!.query.get('min_ts')).toBe(String(RECORDED_AT_MS / 1000 - 300));
    expect(request!.query.get('subaccount')).toBe('0');
  });

  test('an order no page has is absent, and unknown while a page cannot be read', async () => {
    const page = (ids: string[], cursor: string) => {
      const { orders } = JSON.parse(recorded('portfolio__orders_list')) as {
        orders: { order_id: string }[];
      };
      return json({ orders: orders.filter(({ order_id: id }) => ids.includes(id)), cursor });
    };
    let second: Answer = page([TAKER_ID], '');
    server = await startServer(({ path, query }) => {
      if (path === '/historical/cutoff') return json({ orders_updated_ts: '2026-01-01T00:00:00Z' });
      return query.get('cursor') === 'next' ? second : page([MAKER_ID], 'next');
    });
    const venue = open(server.url);
    expect(await venue.lookup(taker())).toMatchObject({ kind: 'found' });
    const never = { clientOrderId: 'never', marketId: TICKER, sentAtMs: RECORDED_AT_MS };
    expect(await venue.lookup(never)).toEqual({ kind: 'absent' });
    second = { status: 502, body: '<html>502 Bad Gateway</html>' };
    expect(await venue.lookup(never)).toMatchObject({
      kind: 'unknown',
      detail: expect.stringContaining('502'),
    });
    // The same page for ever is no end.
    second = page([MAKER_ID], 'next');
    expect(await venue.lookup(never)).toMatchObject({ kind: 'unknown' });
  });

  test('an order older than the cutoff is looked for in the archive too', async () => {
    const venue = await replay([], {
      'GET /portfolio/orders': { orders: [], cursor: '' },
      'GET /historical/orders': recorded('portfolio__orders_list'),
      'GET /historical/cutoff': { orders_updated_ts: '2026-07-01T00:00:00Z' },
    });
    expect(await venue.lookup(taker())).toMatchObject({ kind: 'found' });
  });

  test('an order whose id was told and which no list has is unknown, never absent', async () => {
    const venue = await replay([], { 'GET /portfolio/orders': { orders: [], cursor: '' } });
    const outcome = await venue.lookup({ ...maker(), venueOrderId: MAKER_ID });
    expect(outcome).toMatchObject({ kind: 'unknown', detail: expect.stringContaining(MAKER_ID) });
  });

  test('a page that describes another order proves nothing', async () => {
    const venue = await replay([], {
      [`GET /portfolio/orders/${MAKER_ID}`]: listedOrder(TAKER_ID).body,
      'GET /portfolio/orders': { orders: [], cursor: '' },
    });
    const outcome = await venue.lookup({ ...maker(), venueOrderId: MAKER_ID });
    expect(outcome).toMatchObject({
      kind: 'unknown',
      detail: expect.stringContaining('another order'),
    });
  });

  test('a cancel is believed when a terminal order is read: its own page was stale after 360 ms', async () => {
    const venue = await replay([
      'orders__cancel_v2',
      'orders__cancel_already_canceled',
      'orders__get_after_cancel',
      'portfolio__orders_list',
    ]);
    const ended = { kind: 'found', order: { venueOrderId: MAKER_ID, status: 'final', filled: 0 } };
    const ref = { ...maker(), venueOrderId: MAKER_ID };
    expect(await venue.cancel(ref)).toEqual(ended);
    expect(await venue.cancel(ref)).toEqual(ended);
    const asked = server!.seen.filter(({ method }) => method === 'DELETE');
    expect(asked.map(({ query }) => query.get('market_ticker'))).toEqual([TICKER, TICKER]);
  });

  test('the 404 of an executed order is no cancel: its fill is told', async () => {
    const venue = await replay(['orders__cancel_executed'], {
      [`GET /portfolio/orders/${TAKER_ID}`]: listedOrder(TAKER_ID).body,
    });
    expect(await venue.cancel({ ...taker(), venueOrderId: TAKER_ID })).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: contracts(1) },
    });
  });

  test('a cancel that no read bears out is unknown, whatever it was answered', async () => {
    const venue = await replay(['orders__cancel_v2', 'orders__get_after_cancel'], {
      'GET /portfolio/orders': { orders: [], cursor: '' },
    });
    expect(await venue.cancel({ ...maker(), venueOrderId: MAKER_ID })).toMatchObject({
      kind: 'unknown',
      detail: expect.stringContaining('still reads as resting'),
    });
  });
});

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

  test('sales that end at once may only reduce; group, subaccount and known shards are named', async () => {
    const market = { ticker: 'M1', event_ticker: 'E', market_type: 'binary', status: 'active' };
    const rest = { result: '', rules_primary: '', rules_secondary: '', exchange_index: 2 };
    const times = { close_time: '2026-12-01T00:00:00Z', price_ranges: [] };
    server = await startServer(({ path }) =>
      path === '/markets/M1' ? json({ market: { ...market, ...rest, ...times } }) : NOT_FOUND,
    );
    const venue = createKalshiVenue(
      venueOptions(server.url, { subaccount: 3, orderGroupId: () => 'g-1' }),
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
    expect(after).toEqual({ ...before, exchange_index: 2 });
  });
});
