/** Failure cases of reference/peers.md §7 as far as adapter and exchange prove them. */
import dns from 'node:dns';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../../simulator/venue-simulator.ts';
import type { KalshiStreamEvent } from '../../../venues/kalshi/stream.ts';
import { openKalshiStream } from '../../../venues/kalshi/stream.ts';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { OrderRequest, Venue } from '../../../venues/venue.ts';
import { eventually } from '../../support/desk.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import { credentials, venueOptions } from './raw-server.ts';
import type { KalshiOnSimulator } from './simulated.ts';
import { newKalshiOnSimulator } from './simulated.ts';

let t: KalshiOnSimulator;
beforeEach(async () => {
  t = await newKalshiOnSimulator();
  t.setBook('M1', { yes: { asks: [['0.50', '100']], bids: [['0.48', '100']] } });
});
afterEach(() => t.close());

const FILLED = { status: 'final', filled: contracts(10), averagePriceMicros: price(0.5) };
const creates = (request: OrderRequest) =>
  t.simulator.requests('createOrder', request.clientOrderId);
const effects = (request: OrderRequest) =>
  t.simulator.effects('createOrder', request.clientOrderId);
const fillIdsOf = async (venue: Venue, sinceMs = 0) =>
  (await venue.fillsSince(sinceMs)).facts.map(({ fillId }) => fillId);
const gtd = (changes: Partial<OrderRequest> = {}) =>
  orderOf({
    timeInForce: 'gtd',
    limitPrice: price(0.49),
    restUntilMs: t.nowMs() + 60_000,
    ...changes,
  });

describe('failure case 1: a POST without an answer', () => {
  const lost = ['loseAfter', 'error500After', 'breakBody', 'cutBody'] as const;
  test.each(lost)('three times %s: unknown each time, one order, then filled', async (kind) => {
    const request = orderOf();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind }, { times: 3 });
    for (let sent = 0; sent < 3; sent += 1) {
      expect(await t.venue.place(prepared, () => true)).toMatchObject({ kind: 'unknown' });
    }
    expect(effects(request)).toBe(1);
    expect(new Set(creates(request).map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await t.venue.lookup(request)).toMatchObject({ kind: 'found', order: FILLED });
    expect(accepted(await t.venue.place(prepared, () => true))).toMatchObject(FILLED);
    expect(effects(request)).toBe(1);
    expect(await fillIdsOf(t.venue)).toHaveLength(1);
  });

  test('one that never arrived is absent; the same bytes sent again have one effect', async () => {
    const request = orderOf();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'loseBefore' });
    expect((await t.venue.place(prepared, () => true)).kind).toBe('unknown');
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
    expect(accepted(await t.venue.place(prepared, () => true))).toMatchObject(FILLED);
    expect([creates(request).length, effects(request)]).toEqual([2, 1]);
  });

  test('one that arrives twice has one effect, and its answer is the order’s', async () => {
    const request = orderOf();
    await t.simulator.failNext('createOrder', { kind: 'duplicate' });
    expect(accepted(await send(t.venue, request))).toMatchObject(FILLED);
    expect(effects(request)).toBe(1);
    expect(await fillIdsOf(t.venue)).toHaveLength(1);
  });

  test('429 took nothing: the same bytes again are taken once', async () => {
    const request = orderOf();
    const prepared = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'reject429' }, { times: 2 });
    for (let sent = 0; sent < 2; sent += 1) {
      expect(await t.venue.place(prepared, () => true)).toMatchObject({ kind: 'deferred' });
    }
    expect(effects(request)).toBe(0);
    expect(accepted(await t.venue.place(prepared, () => true))).toMatchObject(FILLED);
    expect(effects(request)).toBe(1);
  });
});

describe('failure case 2: another process after the POST', () => {
  test('decides the same identity and bytes, and the repeat is the first order', async () => {
    const request = orderOf();
    const sent = await t.venue.prepare(request);
    await t.simulator.failNext('createOrder', { kind: 'loseAfter' });
    await t.venue.place(sent, () => true);
    const successor = t.reopen();
    expect(await successor.prepare({ ...request })).toEqual(sent);
    expect(await successor.lookup(request)).toMatchObject({ kind: 'found', order: FILLED });
    expect(accepted(await successor.place(sent, () => true))).toMatchObject(FILLED);
    expect(effects(request)).toBe(1);
  });
});

describe('failure case 10: accepted, without a fill, and not final', () => {
  test('is resting at each look until it is final, and is sent once', async () => {
    const request = gtd();
    expect(accepted(await send(t.venue, request))).toMatchObject({ status: 'resting', filled: 0 });
    for (let look = 0; look < 3; look += 1) {
      expect(await t.venue.lookup(request)).toMatchObject({
        kind: 'found',
        order: { status: 'resting', filled: 0 },
      });
    }
    t.setBook('M1', { yes: { asks: [['0.49', '4']] } });
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'resting', filled: contracts(4) },
    });
    t.passMs(60_001);
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'final', filled: contracts(4) },
    });
    expect(creates(request)).toHaveLength(1);
  });

  test('a read that lags tells less, never another end', async () => {
    const request = gtd();
    accepted(await send(t.venue, request));
    t.passMs(1000);
    t.setBook('M1', { yes: { asks: [['0.49', '10']] } });
    await t.simulator.failNext('order', { kind: 'staleRead', ms: 500 });
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'resting', filled: 0 },
    });
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'final', filled: contracts(10) },
    });
  });
});

describe('failure case 15: replayed fills', () => {
  test('are the same ids from REST, from a new process and from the archive; nothing is placed', async () => {
    for (let trade = 0; trade < 3; trade += 1) {
      accepted(await send(t.venue, orderOf()));
      t.passMs(1000);
    }
    const fills = await t.venue.fillsSince(0);
    expect(new Set(fills.facts.map(({ fillId }) => fillId)).size).toBe(3);
    expect(await t.venue.fillsSince(fills.cursorMs - 600_000)).toEqual(fills);
    expect((await t.reopen().fillsSince(0)).facts).toEqual(fills.facts);
    t.passMs(2 * 86_400_000);
    await t.simulator.admin('archive', { before: fills.facts[1]!.filledAtMs + 1 });
    expect((await t.reopen().fillsSince(0)).facts).toEqual(fills.facts);
    expect(t.simulator.requests('createOrder')).toHaveLength(3);
  });

  test('the archive tells no fills of another subaccount', async () => {
    await t.simulator.admin('deposit', { subaccount: 1, amount: '100' });
    accepted(await send(t.reopen({ subaccount: 1 }), orderOf()));
    accepted(await send(t.venue, orderOf()));
    const [own] = await fillIdsOf(t.venue);
    t.passMs(2 * 86_400_000);
    await t.simulator.admin('archive', { before: t.nowMs() });
    expect(await fillIdsOf(t.reopen())).toEqual([own]);
  });

  test('the websocket only says that there is one; told again after a reconnect it is the same', async () => {
    const events: KalshiStreamEvent[] = [];
    const stream = openKalshiStream(
      {
        baseUrl: `${t.simulator.url}/trade-api/v2`,
        credentials: credentials(),
        wallMs: () => t.nowMs(),
        retryMs: 20,
      },
      (event) => events.push(event),
    );
    const heard = (kind: string, count: number) =>
      eventually(`${count} times ${kind}`, () =>
        Promise.resolve(events.filter((one) => one.kind === kind).length >= count || undefined),
      );
    try {
      await heard('connected', 1);
      const request = orderOf();
      accepted(await send(t.venue, request));
      await heard('fill', 1);
      const seen = await fillIdsOf(t.venue);
      await t.simulator.admin('dropSockets');
      await heard('connected', 2);
      expect(await fillIdsOf(t.venue)).toEqual(seen);
      expect(seen).toHaveLength(1);
      expect(creates(request)).toHaveLength(1);
    } finally {
      await stream.close();
    }
  });
});

describe('failure case 16: a snapshot that is late, partial, empty or missing', () => {
  const faults: readonly Fault[] = [
    { kind: 'loseBefore' },
    { kind: 'error500Before' },
    { kind: 'error503' },
    { kind: 'error502html' },
    { kind: 'cutBody' },
    { kind: 'breakBody' },
    { kind: 'delay', ms: 2_000 },
  ];
  const DEADLINES = { deadlines: { connectMs: 500, answerMs: 300 } } as const;

  test.each(faults)('$kind: nothing is flat, absent or cancelled', async (fault) => {
    const request = gtd();
    accepted(await send(t.venue, request));
    accepted(await send(t.venue, orderOf()));
    const other = t.reopen(DEADLINES);
    await t.simulator.drawFaults({ seed: 'reads', share: 1, kinds: [{ ...fault, weight: 1 }] });
    const unheard = { name: 'VenueUnreachable' };
    expect((await other.lookup(request)).kind).toBe('unknown');
    expect((await other.cancel(request)).kind).toBe('unknown');
    await expect(other.openOrders()).rejects.toMatchObject(unheard);
    await expect(other.cancelAll()).rejects.toMatchObject(unheard);
    await expect(other.fillsSince(0)).rejects.toMatchObject(unheard);
    await expect(other.settlementsSince(0)).rejects.toMatchObject(unheard);
    await expect(other.balance()).rejects.toMatchObject(unheard);
    await expect(other.status()).rejects.toMatchObject(unheard);
    await expect(other.market('M1')).rejects.toMatchObject(unheard);
    await expect(other.quote('M1', 0)).rejects.toMatchObject(unheard);
    await t.simulator.drawFaults(null);
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'resting' } });
  });

  test('an empty list of an order that was told before is unknown, not absent', async () => {
    await t.simulator.admin('hideNext', { count: 1, hiddenMs: 5_000 });
    const request = gtd();
    const { venueOrderId } = accepted(await send(t.venue, request));
    expect((await t.venue.lookup(request)).kind).toBe('unknown');
    expect((await t.reopen().lookup({ ...request, venueOrderId })).kind).toBe('unknown');
    expect((await t.reopen().cancel({ ...request, venueOrderId })).kind).not.toBe('absent');
  });

  test('without a name server a send writes nothing and every read fails', async () => {
    const url = t.simulator.url.replace('127.0.0.1', 'localhost');
    const lookup = jest.spyOn(dns, 'lookup').mockImplementation(((...args: unknown[]) => {
      const error = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
      setImmediate(args.at(-1) as (error: Error) => void, error);
    }) as never);
    try {
      const venue = createKalshiVenue(venueOptions(url, { wallMs: () => t.nowMs() }));
      const request = orderOf();
      let asked = 0;
      const mayWrite = () => {
        asked += 1;
        return true;
      };
      expect(await send(venue, request, mayWrite)).toMatchObject({ kind: 'notSent' });
      expect(asked).toBe(0);
      expect(await venue.lookup(request)).toMatchObject({ kind: 'unknown' });
      await expect(venue.openOrders()).rejects.toMatchObject({
        name: 'VenueUnreachable',
        message: expect.stringContaining('ENOTFOUND'),
      });
      await expect(venue.fillsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
    } finally {
      lookup.mockRestore();
    }
    expect(t.simulator.requests('createOrder')).toEqual([]);
  });
});

describe('failure case 18: an answer that is no order', () => {
  test('half a body is unknown with what came, and the order is found at its own price', async () => {
    t.setBook('M1', { yes: { asks: [['0.47', '100']] } });
    const request = orderOf();
    await t.simulator.failNext('createOrder', { kind: 'cutBody' });
    const outcome = await send(t.venue, request);
    expect(outcome).toMatchObject({
      kind: 'unknown',
      detail: expect.stringMatching(/201.*\{\\?"/),
    });
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { filled: contracts(10), averagePriceMicros: price(0.47) },
    });
    expect((await t.venue.fillsSince(0)).facts).toMatchObject([{ priceMicros: price(0.47) }]);
  });
});
