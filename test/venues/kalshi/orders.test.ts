/** The real adapter on recorded answers: sends, repeats, look-ups, cancels. */
import { afterEach, expect, test } from '@jest/globals';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { OrderRequest, Venue } from '../../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { Answer, RawServer } from './raw-server.ts';
import { clockAt, json, startServer, venueOptions } from './raw-server.ts';
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
    decidedAtMs: RECORDED_AT_MS,
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

  test('a send knows what it was for; a look-up after a restart asks the ledger, and fails with it', async () => {
    server = await startReplay(['orders__duplicate_client_order_id', 'portfolio__orders_list']);
    const termsOf = () => Promise.reject(new Error('no ledger'));
    const venue = createKalshiVenue(venueOptions(server.url, { termsOf }));
    const request = requestOf('orders__create_v2_maker');
    await expect(venue.lookup(request)).rejects.toThrow('no ledger');
    expect(await send(venue, request)).toMatchObject({ kind: 'accepted' });
    expect(await venue.lookup(request)).toMatchObject({ kind: 'found' });
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
