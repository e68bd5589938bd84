import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PriceMicros } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { OrderRequest, Venue, VenueMarket } from '../../venues/venue.ts';
import { VenueUnreachable } from '../../venues/venue.ts';
import { runVenueConformance } from './conformance.ts';
import { PaperDatabase } from './paper-harness.ts';
import type { PublicUnderTest } from './public-harness.ts';
import { newPublicPaper } from './public-harness.ts';
import type { Asked } from './scripted-data.ts';
import { accepted, contracts, orderOf, price, send } from './venue-under-test.ts';

let database: PaperDatabase;
let t: PublicUnderTest;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());

runVenueConformance({
  name: 'paper on public data',
  newVenue: () => newPublicPaper(database),
});

beforeEach(async () => {
  t = await newPublicPaper(database);
});

const gtd = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000, ...changes });
const fillsOf = async (venue: Venue) => (await venue.fillsSince(0)).facts;
const cashOf = async (venue: Venue): Promise<number> => (await venue.balance()).cashMicros;
const asks = (at: string, quantity: string) => ({ asks: [[at, quantity]] }) as const;

describe('liquidity of a book that was read', () => {
  test('what an order took stays taken until the venue shows another book', async () => {
    t.setBook('M1', { yes: asks('0.50', '15') });
    accepted(await send(t.venue, orderOf()));
    expect((await t.venue.quote('M1', 0)).asks).toEqual([
      { priceMicros: price(0.5), quantity: contracts(5) },
    ]);
    expect(accepted(await send(t.reopen(), orderOf())).filled).toBe(contracts(5));
    t.setBook('M1', { yes: asks('0.50', '15'), no: asks('0.60', '1') });
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(0);
    t.setBook('M1', { yes: asks('0.50', '16') });
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
  });

  test('orders sent at once share one reading and its contracts exactly', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => send(t.venue, orderOf({ quantity: contracts(3) }))),
    );
    const told = outcomes.reduce((sum, outcome) => sum + accepted(outcome).filled, 0);
    expect(told).toBe(contracts(10));
  });

  test('the book an order was filled from is kept', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    accepted(await send(t.venue, orderOf()));
    t.setBook('M1', {});
    const { rows } = await database.pool.query(
      'SELECT s.side, s.levels FROM paper_exchange.fill JOIN paper_exchange.snapshot s USING (snapshot_id)',
    );
    const levels = [{ priceMicros: price(0.5), quantity: contracts(10) }];
    expect(rows).toEqual([{ side: 'asks', levels }]);
  });

  test('levels at 0 and at 1 are nobody’s to trade at', async () => {
    t.setBook('M1', { yes: { asks: [['1', '7']], bids: [['0', '7']] } });
    expect(await t.venue.quote('M1', 0)).toMatchObject({ asks: [], bids: [] });
  });
});

describe('what the venue says of a market', () => {
  test('its fees are charged, those of the day the order was placed', async () => {
    const makers = { kind: 'kalshi', multiplierMillionths: 500_000, makerFactorMillionths: 17_500 };
    t.setBook('M1', {});
    t.data.setFacts('M1', { fees: makers as VenueMarket['fees'] });
    accepted(await send(t.venue, gtd()));
    t.data.setFacts('M1', { fees: { kind: 'kalshi', multiplierMillionths: 9_000_000 } });
    t.setBook('M1', { yes: asks('0.50', '10') });
    expect((await fillsOf(t.venue))[0]?.feeMicros).toBe(21_900);
  });

  const ranges = [
    { startMicros: 0, endMicros: 100_000, stepMicros: 1_000 },
    { startMicros: 100_000, endMicros: 1_000_000, stepMicros: 10_000 },
  ];
  test.each<[OutcomeIndex, number, string]>([
    [0, 0.099, 'accepted'],
    [0, 0.101, 'rejected'],
    [0, 0.11, 'accepted'],
    [1, 0.901, 'accepted'],
    [1, 0.899, 'rejected'],
    [1, 0.89, 'accepted'],
  ])('its price ranges decide: outcome %d at %d is %s', async (outcome, at, kind) => {
    t.setBook('M1', {});
    t.data.setFacts('M1', { priceRanges: ranges });
    const outcomeOfSend = await send(t.venue, orderOf({ outcome, limitPrice: price(at) }));
    expect(outcomeOfSend.kind).toBe(kind);
  });

  test('an unsupported market refuses, with the reason', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    t.data.setFacts('M1', { unsupported: 'scalar markets are not supported' });
    expect(await send(t.venue, orderOf())).toEqual({
      kind: 'rejected',
      code: 'market_unsupported',
      detail: 'scalar markets are not supported',
    });
  });

  test.each<[string, Partial<VenueMarket>]>([
    ['not tradable', { tradable: false }],
    ['past its closing time', { closesAtMs: Date.parse('2026-11-22T12:00:00Z') }],
  ])('a market that is %s is closed: no quote, no order, no rest', async (_, facts) => {
    t.setBook('M1', {});
    const request = gtd();
    accepted(await send(t.venue, request));
    t.setBook('M1', { yes: asks('0.50', '10') });
    t.data.setFacts('M1', facts);
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'final', filled: 0 } });
    expect(await t.venue.quote('M1', 0)).toMatchObject({ asks: [] });
    expect(await t.venue.market('M1')).toMatchObject({ tradable: false });
    expect(await send(t.venue, orderOf())).toMatchObject({ code: 'market_closed' });
  });

  test('while the venue pauses, resting orders rest and get nothing', async () => {
    t.setBook('M1', {});
    const request = gtd();
    const shorter = gtd({ restUntilMs: t.nowMs() + 1000 });
    for (const rest of [request, shorter]) accepted(await send(t.venue, rest));
    t.setTrading(false);
    t.setBook('M1', { yes: asks('0.50', '10') });
    t.passMs(1001);
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'resting' } });
    t.setTrading(true);
    expect(await t.venue.lookup(request)).toMatchObject({ order: { filled: contracts(10) } });
  });
});

describe('failure case 16: a venue that is not heard', () => {
  const silent = () => {
    throw new VenueUnreachable({ venue: 'kalshi', detail: 'no address' });
  };
  const refusePermit = () => {
    throw new Error('the permit was asked for nothing');
  };

  test.each<Asked>(['market', 'quote', 'status'])(
    'about its %s sends nothing, and what is under way stands',
    async (part) => {
      t.setBook('M1', { yes: asks('0.50', '4') });
      const request = gtd();
      const placed = accepted(await send(t.venue, request));
      const before = await cashOf(t.venue);
      t.data.onAsked = (asked) => {
        if (asked === part || asked === 'result') silent();
      };
      const outcome = await send(t.venue, orderOf(), refusePermit);
      expect(outcome).toEqual({ kind: 'notSent', detail: 'kalshi was not heard: no address' });
      expect(await t.venue.lookup(request)).toEqual({ kind: 'found', order: placed });
      expect(await t.venue.openOrders()).toHaveLength(1);
      expect(await fillsOf(t.venue)).toHaveLength(1);
      expect(await cashOf(t.venue)).toBe(before);
      t.data.onAsked = () => {};
      t.setBook('M1', { yes: asks('0.49', '20') });
      expect(await t.venue.lookup(request)).toMatchObject({ order: { filled: contracts(10) } });
    },
  );

  test('makes quotes, markets and status unreachable, never closed or empty', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    t.data.onAsked = silent;
    for (const ask of [t.venue.quote('M1', 0), t.venue.market('M1'), t.venue.status()]) {
      await expect(ask).rejects.toBeInstanceOf(VenueUnreachable);
    }
    expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
  });

  test('lets a halt cancel, without a question to it', async () => {
    t.setBook('M1', {});
    accepted(await send(t.venue, gtd()));
    t.data.onAsked = silent;
    t.data.asked = [];
    expect(await t.venue.cancelAll()).toBe(1);
    expect(t.data.asked).toEqual([]);
    expect(await t.venue.openOrders()).toEqual([]);
  });

  test('lets an order’s own time run out', async () => {
    t.setBook('M1', {});
    const request = gtd();
    accepted(await send(t.venue, request));
    t.data.onAsked = silent;
    t.passMs(60_001);
    expect(await t.venue.lookup(request)).toMatchObject({ order: { status: 'final', filled: 0 } });
  });

  test('for ever is given up: quotes after 3 s, what is recorded after 2 s', async () => {
    t.setBook('M1', {});
    const request = gtd();
    accepted(await send(t.venue, request));
    t.data.onAsked = () => new Promise<void>(() => {});
    const order: string[] = [];
    const quoted = t.venue.quote('M1', 0).catch((error: Error) => error.message);
    const looked = t.venue.lookup(request);
    await Promise.all([
      quoted.then(() => order.push('the quote')),
      looked.then(() => order.push('the look-up')),
    ]);
    expect(order).toEqual(['the look-up', 'the quote']);
    expect(await quoted).toContain('no answer within 3000 ms');
    expect(await looked).toMatchObject({ kind: 'found', order: { status: 'resting' } });
  });

  test('about one market leaves the others going on', async () => {
    for (const id of ['M1', 'M2']) t.setBook(id, {});
    const requests = ['M1', 'M2'].map((marketId) => gtd({ marketId }));
    for (const request of requests) accepted(await send(t.venue, request));
    t.data.onAsked = (_asked, marketId) => {
      if (marketId === 'M1') silent();
    };
    for (const id of ['M1', 'M2']) t.setBook(id, { yes: asks('0.50', '10') });
    expect(await t.venue.openOrders()).toMatchObject([{ marketId: 'M1' }]);
  });

  test('a market it tells nothing of any more keeps its orders and its position', async () => {
    t.setBook('M1', { yes: asks('0.50', '4') });
    accepted(await send(t.venue, gtd()));
    t.data.forget('M1');
    expect(await t.venue.openOrders()).toMatchObject([{ filled: contracts(4) }]);
    expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
    expect(await send(t.venue, orderOf())).toMatchObject({ code: 'market_not_found' });
  });

  test('in time, it was heard of too long ago to decide an order by', async () => {
    t.setBook('M1', {});
    const rest = gtd();
    accepted(await send(t.venue, rest));
    t.setBook('M1', { yes: asks('0.50', '10') });
    t.data.onAsked = (asked) => {
      if (asked === 'status') t.passMs(3001);
    };
    expect((await send(t.venue, orderOf(), refusePermit)).kind).toBe('notSent');
    expect(await t.venue.lookup(rest)).toMatchObject({ order: { filled: 0 } });
    t.data.onAsked = () => {};
    expect(await t.venue.lookup(rest)).toMatchObject({ order: { filled: contracts(10) } });
  });
});

describe('results', () => {
  test('are paid once they are final, not while they are disputed', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    accepted(await send(t.venue, orderOf()));
    const before = await cashOf(t.venue);
    t.data.setFacts('M1', { tradable: false });
    expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
    t.setResult('M1', '0.25');
    const { facts } = await t.venue.settlementsSince(0);
    expect(facts).toMatchObject([{ marketId: 'M1', payoutMicros: [250_000, 750_000] }]);
    expect((await cashOf(t.venue)) - before).toBe(2_500_000);
  });

  test('that ten processes see are paid once, and never changed', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    accepted(await send(t.venue, orderOf()));
    const before = await cashOf(t.venue);
    t.setResult('M1', '1');
    const venues = Array.from({ length: 10 }, () => t.reopen());
    await Promise.all(venues.map((venue) => venue.settlementsSince(0)));
    t.setResult('M1', '0');
    expect((await t.venue.settlementsSince(0)).facts).toHaveLength(1);
    expect((await cashOf(t.venue)) - before).toBe(10_000_000);
  });

  test('that do not make one dollar are not believed', async () => {
    t.setBook('M1', { yes: asks('0.50', '10') });
    accepted(await send(t.venue, orderOf()));
    const payoutMicros = [1_000_000 as PriceMicros, 1_000_000 as PriceMicros] as const;
    t.data.set('M1', { result: { payoutMicros, settledAtMs: t.nowMs() } });
    expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
  });

  test('end what still rests on their market', async () => {
    t.setBook('M1', { yes: asks('0.50', '4') });
    const request = gtd();
    accepted(await send(t.venue, request));
    t.setResult('M1', '1');
    await t.venue.settlementsSince(0);
    expect(await t.venue.lookup(request)).toMatchObject({
      order: { status: 'final', filled: contracts(4) },
    });
  });
});

describe('questions to the venue', () => {
  test('are only about markets asked for and markets under way', async () => {
    for (const id of ['M1', 'M2', 'M3', 'M4']) t.setBook(id, { yes: asks('0.50', '10') });
    accepted(await send(t.venue, orderOf({ marketId: 'M1' })));
    t.setBook('M2', {});
    accepted(await send(t.venue, gtd({ marketId: 'M2' })));
    t.data.asked = [];
    await t.venue.fillsSince(0);
    expect(t.data.asked.toSorted()).toEqual(['market M2', 'quote M2', 'result M1', 'status M2']);
    t.data.asked = [];
    await t.venue.quote('M3', 1);
    expect(t.data.asked.toSorted()).toEqual(['market M3', 'quote M3']);
  });

  test('asked at once, or within 300 ms, are one; a quote is as old as its reading', async () => {
    const venue = t.open({});
    t.setBook('M1', { yes: asks('0.50', '10') });
    const readAtMs = t.nowMs();
    await Promise.all(Array.from({ length: 5 }, () => venue.quote('M1', 0)));
    t.setBook('M1', { yes: asks('0.51', '10') });
    t.passMs(299);
    const shared = await venue.quote('M1', 0);
    expect(shared).toMatchObject({ asOfMs: readAtMs, asks: [{ priceMicros: price(0.5) }] });
    expect(t.data.asked).toHaveLength(2);
    t.passMs(1);
    const fresh = await venue.quote('M1', 0);
    expect(fresh).toMatchObject({ asOfMs: t.nowMs(), asks: [{ priceMicros: price(0.51) }] });
  });

  test('about resting orders come once a second, however often somebody looks', async () => {
    const venue = t.open({});
    t.setBook('M1', {});
    accepted(await send(venue, gtd()));
    t.data.asked = [];
    for (let second = 0; second < 5; second += 1) {
      t.passMs(1000);
      for (let look = 0; look < 4; look += 1) await venue.openOrders();
    }
    expect(t.data.asked.filter((asked) => asked === 'quote M1')).toHaveLength(5);
  });

  test('about a result come once a minute, and every 10 s once it is expected', async () => {
    const venue = t.open({});
    t.setBook('M1', { yes: asks('0.50', '10') });
    t.data.setFacts('M1', { settlesAtMs: t.nowMs() + 600_000 });
    accepted(await send(venue, orderOf()));
    const askedIn = async (seconds: number): Promise<number> => {
      t.data.asked = [];
      for (let second = 0; second < seconds; second += 1) {
        await venue.settlementsSince(0);
        t.passMs(1000);
      }
      return t.data.asked.filter((asked) => asked === 'result M1').length;
    };
    expect(await askedIn(120)).toBe(2);
    t.passMs(480_000);
    expect(await askedIn(30)).toBe(3);
  });
});
