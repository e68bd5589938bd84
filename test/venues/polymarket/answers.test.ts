/** The classes of answers to a send, line by line of reference/polymarket.md §2.5. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTradingModes } from '../../../venues/polymarket/trading-mode.ts';
import type { Answer } from '../kalshi/raw-server.ts';
import { json } from '../kalshi/raw-server.ts';
import { accepted, contracts, price } from '../venue-under-test.ts';
import { NOW_MS } from './stub.ts';
import { orderOfNow, posted, refOf, tradeBody, TradingStub } from './trading.ts';

let t: TradingStub;
beforeEach(async () => {
  t = await TradingStub.start();
});
afterEach(() => t.close());

async function answeredBy(answer: Answer | undefined, request = orderOfNow()) {
  const venue = t.venue();
  const prepared = await t.prepare(venue, request);
  t.posts = [answer];
  return venue.place(prepared, () => true);
}

const error = (status: number, words: string, headers: Record<string, string> = {}): Answer => ({
  ...json({ error: words }, status),
  headers,
});
const RATE = { 'Poly-RateLimit-Remaining': '0', 'Poly-RateLimit-Reset': '1795435201' };
const POST_ONLY = json(
  { error: 'post_only_mode', code: 'post_only_mode', retry_after_seconds: 79 },
  503,
);

describe('an answer is', () => {
  const refused = { kind: 'rejected' };
  test.each([
    [
      'rejected: success without an order, in post-only mode',
      json({ success: true, orderID: '', errorMsg: 'post_only_mode is on', status: '' }),
      { ...refused, code: 'post_only_mode' },
    ],
    [
      'rejected: success without an order, crossing',
      posted('', { errorMsg: 'invalid post-only order: order crosses book' }),
      { ...refused, code: 'post_only_crosses' },
    ],
    [
      'rejected: 400',
      error(400, 'not enough balance / allowance: the balance is 1'),
      { ...refused, code: 'not_enough_balance' },
    ],
    [
      'rejected: 400 off the tick',
      error(400, 'order 0x1 is invalid. Price (0.505) breaks minimum tick size rule: 0.01'),
      { ...refused, code: 'off_tick' },
    ],
    ['rejected: 400 without a name', error(400, 'Invalid order payload'), { code: 'refused' }],
    [
      'rejected: 400 of another version',
      error(400, 'order_version_mismatch'),
      { ...refused, code: 'order_version_mismatch' },
    ],
    ['rejected: 401', error(401, 'Unauthorized/Invalid api key'), refused],
    [
      'rejected: 403 by place',
      error(403, 'Trading restricted in your region, please refer'),
      { ...refused, code: 'geo_blocked' },
    ],
    ['rejected: 404', error(404, 'market not found'), refused],
    [
      'unknown: 425 without a body',
      { status: 425, body: '', headers: { 'retry-after': '1' } },
      { kind: 'unknown' },
    ],
    [
      'deferred: 429 of the limiter',
      error(429, 'Too many requests', { ...RATE, 'retry-after': '2' }),
      { kind: 'deferred', retryAfterMs: 2000 },
    ],
    [
      'deferred: 429 of the limiter without a time',
      error(429, 'Too many requests', RATE),
      { kind: 'deferred', retryAfterMs: 1000 },
    ],
    ['unknown: 429 of the edge', error(429, 'Too many requests'), { kind: 'unknown' }],
    ['unknown: 500', error(500, 'could not insert order'), { kind: 'unknown' }],
    [
      'unknown: 500 at the run, pitfall 8',
      error(500, 'could not run the execution'),
      { kind: 'unknown' },
    ],
    ['unknown: 500 about FOK', error(500, 'FOK orders are filled or killed'), { kind: 'unknown' }],
    ['unknown: 400 of a cancelled context', error(400, 'context canceled'), { kind: 'unknown' }],
    ['unknown: a 200 of HTML', { status: 200, body: '<html>ok</html>' }, { kind: 'unknown' }],
    ['unknown: a 403 of HTML', { status: 403, body: '<html>no</html>' }, { kind: 'unknown' }],
    ['unknown: a 502 of HTML', { status: 502, body: '<html>bad</html>' }, { kind: 'unknown' }],
    [
      'rejected: 503, disabled',
      error(503, 'Trading is currently disabled. Check polymarket.com for updates'),
      { ...refused, code: 'trading_disabled' },
    ],
    [
      'rejected: 503, cancel-only',
      error(503, 'Trading is currently cancel-only. New orders are not accepted'),
      { ...refused, code: 'cancel_only' },
    ],
    ['deferred: 503, post-only until', POST_ONLY, { kind: 'deferred', retryAfterMs: 79_000 }],
    ['unknown: 503 of something else', error(503, 'no healthy upstream'), { kind: 'unknown' }],
    ['unknown: no answer', undefined, { kind: 'unknown' }],
  ] as const)('%s', async (_name, answer, expected) => {
    expect(await answeredBy(answer)).toMatchObject(expected);
    expect(t.sent('POST', '/order')).toHaveLength(1);
  });
});

describe('a killed order is rejected', () => {
  const sale = (timeInForce: 'ioc' | 'fok') => orderOfNow({ action: 'sell', timeInForce });
  test.each([
    ['fok', "order couldn't be fully filled. FOK orders are fully filled or killed.", 'fok_killed'],
    [
      'ioc',
      'no orders found to match with FAK order. FAK orders are partially filled or killed if no match is found.',
      'fak_killed',
    ],
  ] as const)('%s', async (timeInForce, errorMsg, code) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue, sale(timeInForce));
    t.posts = [posted(prepared.hash, { errorMsg, status: '', takingAmount: '', makingAmount: '' })];
    expect(await venue.place(prepared, () => true)).toMatchObject({ kind: 'rejected', code });
  });
});

describe('an accepted order', () => {
  async function acceptedBy(changes: object, request = orderOfNow()) {
    const venue = t.venue();
    const prepared = await t.prepare(venue, request);
    t.posts = [posted(prepared.hash, changes)];
    return { venue, prepared, outcome: await venue.place(prepared, () => true) };
  }

  const whole = { status: 'final', filled: contracts(10), averagePriceMicros: price(0.5) };
  test.each([
    ['matched whole, in dollars', {}, whole],
    ['matched whole, in millionths', { takingAmount: '10000000', makingAmount: '5000000' }, whole],
    [
      'matched at a better price',
      { makingAmount: '4.8' },
      { ...whole, averagePriceMicros: price(0.48) },
    ],
    [
      'matched in part: the rest rests',
      { takingAmount: '4', makingAmount: '2' },
      { status: 'resting', filled: contracts(4) },
    ],
    ['live', { status: 'live' }, { status: 'resting', filled: 0 }],
    ['delayed', { status: 'delayed' }, { status: 'resting', filled: 0 }],
    ['unmatched', { status: 'unmatched' }, { status: 'resting', filled: 0 }],
    [
      'delayed in words',
      { status: '', errorMsg: 'order match delayed due to market conditions' },
      { status: 'resting', filled: 0 },
    ],
  ] as const)('%s', async (_name, changes, order) => {
    const { outcome, prepared } = await acceptedBy(changes);
    expect(accepted(outcome)).toMatchObject({ ...order, venueOrderId: prepared.hash });
  });

  test('a FAK sale ends with its answer, whatever it got', async () => {
    const sale = orderOfNow({ action: 'sell', limitPrice: price(0.4) });
    const { outcome } = await acceptedBy({ makingAmount: '4', takingAmount: '1.8' }, sale);
    expect(accepted(outcome)).toMatchObject({
      status: 'final',
      filled: contracts(4),
      averagePriceMicros: price(0.45),
    });
  });

  test.each([
    ['empty amounts', { takingAmount: '', makingAmount: '' }],
    ['more than was ordered', { takingAmount: '11', makingAmount: '5' }],
    ['a price worse than the limit', { takingAmount: '10', makingAmount: '5.2' }],
    ['no number', { takingAmount: 'ten', makingAmount: '5' }],
  ])('matched with %s is told by its trades', async (_name, changes) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash, changes)];
    t.put(prepared.hash, { size_matched: '10' });
    t.trades = [tradeBody('t-1', prepared.hash, { size: '10', price: '0.49', maker_orders: [] })];
    expect(accepted(await venue.place(prepared, () => true))).toMatchObject({
      status: 'final',
      filled: contracts(10),
      averagePriceMicros: price(0.49),
    });
  });
});

test('amounts that fit the order in both units are told by its trades', async () => {
  const venue = t.venue();
  const prepared = await t.prepare(venue, orderOfNow({ quantity: contracts(30_000) }));
  t.posts = [posted(prepared.hash, { takingAmount: '20000', makingAmount: '10000' })];
  t.put(prepared.hash, { status: 'LIVE', size_matched: '0.02' });
  t.trades = [tradeBody('t-1', prepared.hash, { size: '0.02', maker_orders: [] })];
  expect(accepted(await venue.place(prepared, () => true))).toMatchObject({
    status: 'resting',
    filled: contracts(0.02),
  });
});

describe('failure case 18: a 2xx that is no whole answer about this order is unknown', () => {
  const HASH = `0x${'12'.repeat(32)}`;
  test.each([
    ['no body', ''],
    ['half a body', '{"success":true,"orderID":"0x'],
    ['an empty object', '{}'],
    ['a list', '[]'],
    ['no order and no words', JSON.stringify({ success: true, errorMsg: '', orderID: '' })],
    [
      'another order',
      JSON.stringify({ success: true, errorMsg: '', orderID: HASH, status: 'live' }),
    ],
    ['a number for the id', JSON.stringify({ success: true, errorMsg: '', orderID: 7 })],
  ])('%s', async (_name, body) => {
    const outcome = await answeredBy({ status: 200, body });
    expect(outcome.kind).toBe('unknown');
    const evidence = body === '' ? 'body was empty' : body.slice(0, 30);
    expect(outcome).toMatchObject({ detail: expect.stringContaining(evidence) });
  });

  test.each([
    ['an unknown status', { status: 'perhaps' }],
    ['no success', { success: false }],
    ['words that are not known', { errorMsg: 'something happened' }],
  ])('%s', async (_name, changes) => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [posted(prepared.hash, changes)];
    expect((await venue.place(prepared, () => true)).kind).toBe('unknown');
  });

  test.each([
    ['no balance', '{}'],
    ['dollars', '{"balance":"98.01"}'],
    ['a sign', '{"balance":"-1"}'],
  ])('a balance with %s is none', async (_name, body) => {
    t.stub.answers.set('/balance-allowance', { status: 200, body });
    await expect(t.venue().balance()).rejects.toMatchObject({
      name: 'VenueUnreachable',
      message: expect.stringContaining('balance'),
    });
  });
});

describe('Duplicated is neither a failure nor a fill', () => {
  const duplicated = (hash: string) => error(400, `order ${hash} is invalid. Duplicated.`);

  test('of an order that filled: its state', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [undefined, duplicated(prepared.hash)];
    expect((await venue.place(prepared, () => true)).kind).toBe('unknown');
    t.put(prepared.hash);
    t.trades = [tradeBody('t-1', prepared.hash)];
    expect(accepted(await venue.place(prepared, () => true))).toEqual({
      venueOrderId: prepared.hash,
      status: 'final',
      filled: contracts(10),
      averagePriceMicros: price(0.5),
    });
    const [first, second] = t.sent('POST', '/order');
    expect(second!.body).toBe(first!.body);
  });

  test('of an order that was killed: an end without a fill', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [duplicated(prepared.hash)];
    t.put(prepared.hash, {
      status: "CANCELED_order couldn't be fully filled. FOK orders are fully filled or killed.",
      size_matched: '0',
    });
    const order = accepted(await venue.place(prepared, () => true));
    expect(order).toEqual({ venueOrderId: prepared.hash, status: 'final', filled: 0 });
  });

  test('of an order that no list has yet: unknown', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [duplicated(prepared.hash)];
    expect((await venue.place(prepared, () => true)).kind).toBe('unknown');
  });

  test('a refusal after a send without an answer says nothing about that one', async () => {
    const venue = t.venue();
    const prepared = await t.prepare(venue);
    t.posts = [undefined, error(400, 'not enough balance / allowance')];
    await venue.place(prepared, () => true);
    expect((await venue.place(prepared, () => true)).kind).toBe('unknown');
    t.put(prepared.hash);
    t.trades = [tradeBody('t-1', prepared.hash)];
    expect(accepted(await venue.place(prepared, () => true))).toMatchObject({ status: 'final' });
    const other = await t.prepare(venue, orderOfNow());
    expect(await venue.place(other, () => true)).toMatchObject({
      kind: 'rejected',
      code: 'not_enough_balance',
    });
  });
});

test('post-only mode lasts as long as the venue says', async () => {
  const modes = createTradingModes({ nowMs: () => NOW_MS });
  const venue = t.venue({ modes, wallMs: () => NOW_MS });
  t.posts = [POST_ONLY];
  await venue.place(await t.prepare(venue), () => true);
  expect(modes.current()).toMatchObject({ mode: 'POST_ONLY', untilMs: NOW_MS + 79_000 });
});

test('an order that was matched ends what was learnt of a restriction, one that rests does not', async () => {
  const modes = createTradingModes({ nowMs: () => NOW_MS });
  const venue = t.venue({ modes, wallMs: () => NOW_MS });
  modes.learn('POST_ONLY');
  const resting = await t.prepare(venue);
  t.posts = [posted(resting.hash, { status: 'live' })];
  await venue.place(resting, () => true);
  expect(modes.current().mode).toBe('POST_ONLY');
  const matched = await t.prepare(venue);
  t.posts = [posted(matched.hash)];
  await venue.place(matched, () => true);
  expect(modes.current().mode).toBe('NORMAL');
});

describe('what restricts trading is told as the venue’s status', () => {
  test.each([
    ['RESTARTING', { status: 425, body: '' }],
    ['POST_ONLY', POST_ONLY],
    ['POST_ONLY', posted('', { errorMsg: 'post_only_mode', status: '' })],
    ['CANCEL_ONLY', error(503, 'Trading is currently cancel-only')],
    ['DISABLED', error(503, 'Trading is currently disabled')],
    ['GEO_BLOCKED', error(403, 'Trading restricted in your region')],
    ['CLOSED_ONLY', error(400, "'0x1' address in closed only mode")],
  ] as const)('%s', async (mode, answer) => {
    const modes = createTradingModes({ nowMs: () => NOW_MS });
    const venue = t.venue({ modes, wallMs: () => NOW_MS });
    const prepared = await t.prepare(venue);
    expect(await venue.status()).toMatchObject({ trading: true });
    t.posts = [answer];
    await venue.place(prepared, () => true);
    expect(modes.current().mode).toBe(mode);
    expect(await venue.status()).toMatchObject({ trading: false });
    expect(await venue.lookup(refOf(prepared))).toEqual({ kind: 'absent' });
  });
});
