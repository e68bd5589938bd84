/** Pitfalls of reference/polymarket.md §5 that need the venue's own behaviour to be shown. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrderRequest } from '../../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { PolymarketOnSimulator } from './simulated.ts';
import { newPolymarketOnSimulator } from './simulated.ts';

let t: PolymarketOnSimulator;
beforeEach(async () => {
  t = await newPolymarketOnSimulator();
  t.setBook('M1', { yes: { asks: [['0.50', '100']], bids: [['0.48', '100']] } });
});
afterEach(() => t.close());

const FILLED = { status: 'final', filled: contracts(10) };
const orderNow = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ decidedAtMs: t.nowMs(), ...changes });
const sale = () => orderNow({ action: 'sell', limitPrice: price(0.48) });
const place = async (request: OrderRequest) => send(t.venue, request);

describe('pitfall 3: a sum of matched orders that sticks', () => {
  const refused = { kind: 'rejected', code: 'not_enough_balance' };

  test('stops buying after three refusals, and nothing else', async () => {
    accepted(await place(orderNow()));
    t.passMs(3_000);
    await t.simulator.admin('setAccount', { stuck: '1000' });
    for (let tried = 0; tried < 3; tried += 1)
      expect(await place(orderNow())).toMatchObject(refused);
    const sent = t.simulator.requests('createOrder').length;
    expect(await place(orderNow())).toMatchObject({ kind: 'rejected', code: 'balance_locked' });
    expect(t.simulator.requests('createOrder')).toHaveLength(sent);
    expect(accepted(await place(sale()))).toMatchObject(FILLED);
    await t.simulator.admin('setAccount', { stuck: '0' });
    expect(accepted(await place(orderNow()))).toMatchObject(FILLED);
  });

  test('says nothing about an order that was sent before, and may have filled', async () => {
    const prepared = await t.venue.prepare(orderNow());
    await t.simulator.failNext('createOrder', { kind: 'loseAfter' });
    expect((await t.venue.place(prepared, () => true)).kind).toBe('unknown');
    await t.simulator.admin('setAccount', { stuck: '1000' });
    for (let tried = 0; tried < 3; tried += 1)
      expect(await place(orderNow())).toMatchObject(refused);
    expect(accepted(await t.venue.place(prepared, () => true))).toMatchObject(FILLED);
  });
});

test('pitfall 4 a sale right after its buy is taken once the shares are there', async () => {
  accepted(await place(orderNow()));
  const request = sale();
  const prepared = await t.venue.prepare(request);
  expect(await t.venue.place(prepared, () => true)).toMatchObject({ kind: 'deferred' });
  expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
  t.passMs(2_000);
  expect(accepted(await t.venue.place(prepared, () => true))).toMatchObject(FILLED);
  expect(t.simulator.effects('createOrder', prepared.venueOrderId)).toBe(1);
});

test('pitfall 5 an order signed for the wrong exchange is none; ours are taken on either', async () => {
  for (const [slug, negRisk] of [
    ['plain', false],
    ['neg-risk', true],
  ] as const) {
    await t.simulator.admin('openMarket', { slug, negRisk });
    t.setBook(slug, { yes: { asks: [['0.50', '100']] } });
    expect(accepted(await place(orderNow({ marketId: slug })))).toMatchObject(FILLED);
  }
  // One source says otherwise: no signature is a guess.
  await t.simulator.admin('openMarket', {
    slug: 'torn',
    negRisk: true,
    fields: { negRisk: false },
  });
  t.setBook('torn', { yes: { asks: [['0.50', '100']] } });
  expect((await place(orderNow({ marketId: 'torn' }))).kind).toBe('rejected');
});

describe('pitfall 7: another tick regime', () => {
  test('before the order is drawn up: its price is judged by the tick of now', async () => {
    const request = orderNow({ limitPrice: price(0.505) });
    expect(await place(request)).toMatchObject({ kind: 'rejected', code: 'off_tick' });
    await t.simulator.admin('setTick', { slug: 'M1', tick: '0.001' });
    expect(accepted(await place({ ...request, clientOrderId: 'finer' }))).toMatchObject(FILLED);
  });

  test('between the signature and the send: refused by the venue, nothing placed', async () => {
    await t.simulator.admin('setTick', { slug: 'M1', tick: '0.001' });
    const prepared = await t.venue.prepare(orderNow({ limitPrice: price(0.505) }));
    await t.simulator.admin('setTick', { slug: 'M1', tick: '0.01' });
    expect(await t.venue.place(prepared, () => true)).toMatchObject({
      kind: 'rejected',
      code: 'off_tick',
    });
    expect(t.simulator.effects('createOrder')).toBe(0);
  });

  const prices = [0.001, 0.0125, 0.503, 0.5375, 0.999];
  test.each(prices)('an ioc sale at %d is exact on the finest tick', async (at) => {
    await t.simulator.admin('setTick', { slug: 'M1', tick: '0.0001' });
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    accepted(await place(orderNow({ quantity: contracts(12.34) })));
    t.passMs(3_000);
    t.setBook('M1', { yes: { bids: [[String(at), '100']] } });
    const request = orderNow({
      action: 'sell',
      quantity: contracts(12.34),
      limitPrice: price(at),
    });
    expect(accepted(await place(request))).toMatchObject({
      status: 'final',
      filled: contracts(12.34),
      averagePriceMicros: price(at),
    });
  });
});

test('pitfall 8 in a burst of 500s every order is filled once or not at all', async () => {
  await t.simulator.drawFaults({
    seed: 'burst',
    share: 0.6,
    endpoints: ['createOrder'],
    kinds: [
      { kind: 'error500Before', weight: 1 },
      { kind: 'error500After', weight: 1 },
    ],
  });
  for (let order = 0; order < 9; order += 1) {
    const request = orderNow({ quantity: contracts(5) });
    const prepared = await t.venue.prepare(request);
    for (let sent = 0; sent < 12; sent += 1) {
      const outcome = await t.venue.place(prepared, () => true);
      expect(['accepted', 'unknown']).toContain(outcome.kind);
      if (outcome.kind === 'accepted') break;
    }
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'final', filled: contracts(5) },
    });
    expect(t.simulator.effects('createOrder', prepared.venueOrderId)).toBe(1);
  }
  expect((await t.venue.fillsSince(0)).facts).toHaveLength(9);
});

test('pitfall 10 a market that Gamma shows first trades when the CLOB has it', async () => {
  await t.simulator.admin('openMarket', { slug: 'new', clobDelayMs: 300_000 });
  t.setBook('new', { yes: { asks: [['0.50', '100']] } });
  expect(await t.venue.market('new')).toMatchObject({ tradable: false });
  expect((await place(orderNow({ marketId: 'new' }))).kind).toBe('rejected');
  t.passMs(300_000);
  expect(await t.venue.market('new')).toMatchObject({ tradable: true });
  expect(accepted(await place(orderNow({ marketId: 'new' })))).toMatchObject(FILLED);
});

test('from 2026-12-14 on orders are found, listed and cancelled as before', async () => {
  t.passMs(Date.parse('2026-12-15T00:00:00Z') - t.nowMs());
  const request = orderNow({
    timeInForce: 'gtd',
    limitPrice: price(0.49),
    restUntilMs: t.nowMs() + 60_000,
  });
  const { venueOrderId } = accepted(await place(request));
  t.setBook('M1', { yes: { asks: [['0.49', '4']] } });
  expect(await t.venue.openOrders()).toMatchObject([{ venueOrderId, filled: contracts(4) }]);
  expect(await t.venue.lookup(request)).toMatchObject({ order: { filled: contracts(4) } });
  expect(await t.venue.cancel(request)).toMatchObject({
    order: { status: 'final', filled: contracts(4) },
  });
});
