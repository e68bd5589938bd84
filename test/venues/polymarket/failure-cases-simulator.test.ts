/**
 * Failure cases of reference/peers.md §7 as far as adapter and exchange prove them together; those
 * of results and winnings stand in results-simulator.test.ts.
 */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { fieldOf } from '../../../simulator/frame/requests.ts';
import type { OrderRequest, PreparedOrder, Venue } from '../../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { PolymarketOnSimulator } from './simulated.ts';
import { newPolymarketOnSimulator } from './simulated.ts';

let t: PolymarketOnSimulator;
beforeEach(async () => {
  t = await newPolymarketOnSimulator();
  t.setBook('M1', { yes: { asks: [['0.50', '100']], bids: [['0.48', '100']] } });
});
afterEach(() => t.close());

const FILLED = { status: 'final', filled: contracts(10), averagePriceMicros: price(0.5) };
const RESTING = { status: 'resting', filled: 0 };
const OVERLAP_MS = 600_000;

const orderNow = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ decidedAtMs: t.nowMs(), ...changes });
const gtd = () =>
  orderNow({ timeInForce: 'gtd', limitPrice: price(0.49), restUntilMs: t.nowMs() + 60_000 });
const sale = () => orderNow({ action: 'sell', limitPrice: price(0.48) });
const posts = ({ venueOrderId }: PreparedOrder) =>
  t.simulator.requests('createOrder', venueOrderId).map(({ body }) => JSON.stringify(body));
const effects = ({ venueOrderId }: PreparedOrder) =>
  t.simulator.effects('createOrder', venueOrderId);
const place = (prepared: PreparedOrder, venue: Venue = t.venue) =>
  venue.place(prepared, () => true);
const fillsSince = async (sinceMs: number, venue: Venue = t.venue) =>
  (await venue.fillsSince(sinceMs)).facts.map(({ fillId, reverts }) => ({ fillId, reverts }));
/** Bought, settled, and ready to be sold. */
async function hold(): Promise<void> {
  accepted(await send(t.venue, orderNow()));
  t.passMs(3_000);
}

describe('failure case 1: a POST without an answer', () => {
  const lost = ['loseAfter', 'error500After', 'breakBody', 'cutBody', 'delay'] as const;
  test.each(lost)('three times %s: unknown each time, one order, then filled', async (kind) => {
    const impatient = t.reopen({ deadlines: { connectMs: 500, answerMs: 150 } });
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    const fault = kind === 'delay' ? { kind, ms: 1_000 } : { kind };
    await t.simulator.failNext('createOrder', fault, { times: 3 });
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await place(prepared, impatient)).toMatchObject({ kind: 'unknown' });
    }
    expect(effects(prepared)).toBe(1);
    expect(posts(prepared)).toHaveLength(3);
    expect(new Set(posts(prepared)).size).toBe(1);
    expect(await t.venue.lookup(request)).toMatchObject({ kind: 'found', order: FILLED });
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
    expect(effects(prepared)).toBe(1);
    expect(await fillsSince(0)).toHaveLength(1);
  });

  const nothing = ['loseBefore', 'error500Before', 'reject429', 'error502html'] as const;
  test.each(nothing)(
    '%s took nothing: unknown, absent, and the same bytes again once',
    async (kind) => {
      const request = orderNow();
      const prepared = await t.venue.prepare(request);
      await t.simulator.failNext('createOrder', { kind });
      expect((await place(prepared)).kind).toBe('unknown');
      expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
      expect(accepted(await place(prepared))).toMatchObject(FILLED);
      expect([posts(prepared).length, effects(prepared)]).toEqual([2, 1]);
    },
  );

  test('one that arrives twice has one effect, and its answer is the order’s', async () => {
    const prepared = await t.venue.prepare(orderNow());
    await t.simulator.failNext('createOrder', { kind: 'duplicate' });
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
    expect(effects(prepared)).toBe(1);
    expect(await fillsSince(0)).toHaveLength(1);
  });

  test('one that comes in after its caller has gone is found, and not sent a second time', async () => {
    const impatient = t.reopen({ deadlines: { connectMs: 500, answerMs: 100 } });
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'late', ms: 300 });
    expect((await place(prepared, impatient)).kind).toBe('unknown');
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
    expect(effects(prepared)).toBe(1);
  });

  test('the engine restarts: nothing is assumed, and the bytes are taken when it trades again', async () => {
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    await t.simulator.admin('restart', { forMs: 2_000, postOnlyMs: 10_000 });
    expect((await place(prepared)).kind).toBe('unknown');
    expect(await t.venue.status()).toMatchObject({ trading: false });
    t.passMs(2_000);
    expect((await place(prepared)).kind).toBe('unknown');
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
    t.passMs(10_000);
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
    expect([posts(prepared).length, effects(prepared)]).toEqual([3, 1]);
  });

  test('bytes that are sent too late are refused by the venue, and stay so', async () => {
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    t.passMs(180_000);
    expect(await place(prepared)).toMatchObject({ kind: 'rejected', code: 'invalid_expiration' });
    expect(effects(prepared)).toBe(0);
  });

  test('a refusal after it is no answer to the first send', async () => {
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'loseAfter' });
    expect((await place(prepared)).kind).toBe('unknown');
    await t.simulator.admin('setMode', { mode: 'cancel_only' });
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
  });
});

describe('failure case 2: another process after the POST', () => {
  test.each([false, true])(
    'decides the same hash and bytes (neg-risk %p), and the repeat is the first order',
    async (negRisk) => {
      await t.simulator.admin('openMarket', { slug: 'M2', negRisk });
      t.setBook('M2', { yes: { asks: [['0.50', '100']] } });
      const request = orderNow({ marketId: 'M2' });
      const sent = await t.venue.prepare(request);
      await t.simulator.failNext('createOrder', { kind: 'loseAfter' });
      await place(sent);
      t.passMs(1_000);
      const successor = t.reopen();
      expect(await successor.prepare({ ...request })).toEqual(sent);
      expect(await successor.lookup(request)).toMatchObject({ kind: 'found', order: FILLED });
      expect(accepted(await place(sent, t.reopen()))).toMatchObject(FILLED);
      expect(new Set(posts(sent)).size).toBe(1);
      expect(effects(sent)).toBe(1);
    },
  );

  test('that only cancels by the hash ends what the first one sent', async () => {
    const request = gtd();
    const sent = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'loseAfter' });
    await place(sent);
    expect(await t.reopen().cancel(request)).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: 0, venueOrderId: sent.venueOrderId },
    });
    expect(await t.venue.openOrders()).toEqual([]);
  });
});

describe('failure case 9: matched, then failed', () => {
  test('pitfall 6 is taken back once, by one record, in every process', async () => {
    const { cashMicros } = await t.venue.balance();
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'ghostFill' });
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
    const [fill] = await fillsSince(0);
    expect(fill).toMatchObject({ reverts: undefined });
    t.passMs(2_000);
    expect(await fillsSince(0)).toEqual([fill]);
    t.passMs(5_000);
    const both = [fill, { fillId: expect.any(String), reverts: fill!.fillId }];
    const told = await fillsSince(0);
    expect(told).toEqual(both);
    expect(await fillsSince(0)).toEqual(told);
    expect(await fillsSince(0, t.reopen())).toEqual(told);
    // The venue's own page of the order says matched for ever.
    const [order] = (t.simulator.records() as { orders: object[] }).orders;
    expect(fieldOf(order, 'size_matched')).toBe('10');
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'final', filled: 0 } });
    expect(accepted(await place(prepared))).toMatchObject({ status: 'final', filled: 0 });
    expect(effects(prepared)).toBe(1);
    expect((await t.venue.balance()).cashMicros).toBe(cashMicros);
  });

  test('also where it fails long after the cursor has passed it', async () => {
    await t.simulator.admin('setSettlement', { minedMs: 3_600_000, confirmedMs: 3_600_000 });
    await t.simulator.failNext('createOrder', { kind: 'ghostFill' });
    accepted(await send(t.venue, orderNow()));
    const reverts = [];
    let page = await t.venue.fillsSince(0);
    for (let quarter = 0; quarter < 10; quarter += 1) {
      t.passMs(900_000);
      page = await t.venue.fillsSince(page.cursorMs - OVERLAP_MS);
      reverts.push(...page.facts.filter((fact) => fact.reverts !== undefined));
    }
    expect(new Set(reverts.map(({ fillId }) => fillId)).size).toBe(1);
    expect(await fillsSince(t.nowMs() - OVERLAP_MS, t.reopen())).toHaveLength(2);
  });

  test('of a resting order likewise, as its maker', async () => {
    const request = gtd();
    const { venueOrderId } = accepted(await send(t.venue, request));
    t.setBook('M1', { yes: { asks: [['0.49', '10']] } });
    expect(await t.venue.lookup(request)).toMatchObject({ order: { filled: contracts(10) } });
    await t.simulator.admin('failTrades', { id: venueOrderId });
    const [fill, revert] = (await t.venue.fillsSince(0)).facts;
    expect(revert).toMatchObject({ reverts: fill!.fillId, feeMicros: 0 });
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'final', filled: 0 } });
  });

  test('one that settles late after all was bought once', async () => {
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'retryTrade' });
    accepted(await place(prepared));
    const fills = await fillsSince(0);
    expect(fills).toHaveLength(1);
    for (let step = 0; step < 4; step += 1) {
      t.passMs(1_500);
      expect(await fillsSince(0)).toEqual(fills);
      expect(await t.venue.lookup(request)).toMatchObject({ order: FILLED });
    }
    expect(effects(prepared)).toBe(1);
  });
});

describe('failure case 10: accepted, without a fill, and not final', () => {
  test('a delayed buy rests at each look until it is matched, and is sent once', async () => {
    await t.simulator.admin('setMarket', { slug: 'M1', secondsDelay: 3 });
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    expect(accepted(await place(prepared))).toMatchObject(RESTING);
    for (let look = 0; look < 3; look += 1) {
      expect(await t.venue.lookup(request)).toMatchObject({ kind: 'found', order: RESTING });
    }
    // Nobody can cancel it now: it is not over, and is not said to be.
    expect(await t.venue.cancel(request)).toMatchObject({ kind: 'found', order: RESTING });
    t.passMs(3_000);
    expect(await t.venue.lookup(request)).toMatchObject({ kind: 'found', order: FILLED });
    expect(posts(prepared)).toHaveLength(1);
  });

  test('a delayed FAK sale may find nobody at its end', async () => {
    await hold();
    await t.simulator.admin('setMarket', { slug: 'M1', secondsDelay: 3 });
    const request = sale();
    const prepared = await t.venue.prepare(request);
    expect(accepted(await place(prepared))).toMatchObject(RESTING);
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    expect(await t.venue.lookup(request)).toMatchObject({ order: RESTING });
    t.passMs(3_000);
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'final', filled: 0 } });
    expect(posts(prepared)).toHaveLength(1);
  });

  test('a live one rests until the venue itself ends it', async () => {
    const request = gtd();
    const prepared = await t.venue.prepare(request);
    expect(accepted(await place(prepared))).toMatchObject(RESTING);
    t.setBook('M1', { yes: { asks: [['0.49', '4']] } });
    for (let look = 0; look < 3; look += 1) {
      t.passMs(60_000);
      expect(await t.venue.lookup(request)).toMatchObject({
        order: { status: 'resting', filled: contracts(4) },
      });
    }
    t.passMs(60_000);
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'final', filled: contracts(4) },
    });
    expect(posts(prepared)).toHaveLength(1);
  });

  test('orders and trades that are told late: resting or unknown until then, never absent', async () => {
    const request = orderNow();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'hideEffect', ms: 40_000 });
    expect(accepted(await place(prepared))).toMatchObject(FILLED);
    for (let look = 0; look < 3; look += 1) {
      expect((await t.venue.lookup(request)).kind).toBe('unknown');
      t.passMs(10_000);
    }
    t.passMs(10_000);
    expect(await t.venue.lookup(request)).toMatchObject({ kind: 'found', order: FILLED });
    expect(posts(prepared)).toHaveLength(1);
  });

  const forms = ['order', 'empty', 'error'] as const;
  test.each(forms)('a sale that is killed is rejected, told as %s', async (killedAs) => {
    await hold();
    t.setBook('M1', {});
    await t.simulator.admin('setKilled', { killedAs });
    const request = sale();
    const prepared = await t.venue.prepare(request);
    expect(await place(prepared)).toMatchObject({ kind: 'rejected', code: 'fak_killed' });
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'final', filled: 0 } });
    // The same bytes are known there for ever: no second attempt hides in them.
    t.setBook('M1', { yes: { bids: [['0.48', '100']] } });
    expect(accepted(await place(prepared))).toMatchObject({ status: 'final', filled: 0 });
    expect((await t.venue.fillsSince(0)).facts).toMatchObject([{ action: 'buy' }]);
  });
});

describe('failure case 18: an answer that is no order', () => {
  test('half a body is unknown with what came, and the order is found at its own price', async () => {
    t.setBook('M1', { yes: { asks: [['0.47', '100']] } });
    const request = orderNow();
    await t.simulator.failNext('createOrder', { kind: 'cutBody' });
    expect(await send(t.venue, request)).toMatchObject({
      kind: 'unknown',
      detail: expect.stringMatching(/200.*\{\\?"/),
    });
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { filled: contracts(10), averagePriceMicros: price(0.47) },
    });
    expect((await t.venue.fillsSince(0)).facts).toMatchObject([{ priceMicros: price(0.47) }]);
  });

  const broken: readonly (readonly [string, object, string])[] = [
    ['no tokens', { clobTokenIds: null }, 'rejected'],
    ['one token', { clobTokenIds: '["1"]' }, 'rejected'],
    ['outcomes that are no list', { outcomes: 'Yes, No' }, 'VenueUnreachable'],
    ['no slug', { slug: null }, 'VenueUnreachable'],
  ];
  test.each(broken)(
    'a market with %s takes no order and gets no default',
    async (_, fields, told) => {
      await t.simulator.admin('openMarket', { slug: 'M3', fields });
      const outcome = await send(t.venue, orderNow({ marketId: 'M3' })).then(
        ({ kind }) => kind,
        (error: Error) => error.name,
      );
      expect(outcome).toBe(told);
      expect(t.simulator.requests('createOrder')).toEqual([]);
    },
  );
});
