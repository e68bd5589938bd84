import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { paperFileSchema } from '../../contracts/paper-file.ts';
import type { OrderRequest } from '../../venues/venue.ts';
import { pairMarkets } from '../support/markets.ts';
import { accepted, contracts, orderOf, price, send } from './venue-under-test.ts';
import type { PaperUnderTest } from './paper-harness.ts';
import { newPaper, PaperDatabase } from './paper-harness.ts';

let database: PaperDatabase;
let t: PaperUnderTest;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());
beforeEach(async () => {
  t = await newPaper(database, 'polymarket');
});

const OFFER = {
  yes: { asks: [['0.50', '1000']], bids: [['0.48', '1000']] },
  no: {},
};
const play = (...script: object[]): void => t.setMarket('M1', { book: OFFER, script });
const gtd = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000, ...changes });
const fillsOf = async () => (await t.venue.fillsSince(0)).facts;

describe('reject', () => {
  test('refuses the order for good under its code, and only that order', async () => {
    play({ order: 0, effect: 'reject', code: 'insufficient_liquidity' });
    const request = orderOf();
    const first = await send(t.venue, request);
    expect(first).toMatchObject({ kind: 'rejected', code: 'insufficient_liquidity' });
    expect(await send(t.reopen(), request)).toEqual(first);
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
    expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
  });
});

describe('fillAtMost', () => {
  test.each([
    ['ioc ends with the part', 'ioc', '4', { status: 'final', filled: contracts(4) }],
    ['fok is killed', 'fok', '9.99', { status: 'final', filled: 0 }],
    ['gtd rests with the part', 'gtd', '4', { status: 'resting', filled: contracts(4) }],
    ['gtd may get nothing', 'gtd', '0', { status: 'resting', filled: 0 }],
    ['a cap above the order caps nothing', 'ioc', '11', { filled: contracts(10) }],
  ] as const)('%s', async (_name, timeInForce, most, state) => {
    play({ order: 0, effect: 'fillAtMost', contracts: most });
    expect(accepted(await send(t.venue, gtd({ timeInForce })))).toMatchObject(state);
  });

  test('a capped order that rests gets no more from a new book, and can be cancelled', async () => {
    play({ order: 0, effect: 'fillAtMost', contracts: '4' });
    const request = gtd();
    accepted(await send(t.venue, request));
    t.setMarket('M1', { script: [], book: { yes: { asks: [['0.49', '50']] }, no: {} } });
    const rests = { kind: 'found', order: { status: 'resting', filled: contracts(4) } };
    expect(await t.venue.lookup(request)).toMatchObject(rests);
    const cancelled = await t.venue.cancel(request);
    expect(cancelled).toMatchObject({ order: { status: 'final', filled: contracts(4) } });
    expect(await t.venue.cancel(request)).toEqual(cancelled);
    expect(await t.venue.lookup(request)).toEqual(cancelled);
  });
});

describe('loseAnswer', () => {
  test('the order has its effect, and nobody is told before the time is over', async () => {
    play({ order: 0, effect: 'loseAnswer', afterSeconds: 5 });
    const request = orderOf();
    expect((await send(t.venue, request)).kind).toBe('unknown');
    expect(await fillsOf()).toHaveLength(1);
    t.passMs(4_999);
    for (const answer of [
      t.venue.lookup(request),
      t.reopen().cancel(request),
      send(t.venue, request),
    ]) {
      expect((await answer).kind).toBe('unknown');
    }
    t.passMs(1);
    const found = await t.venue.lookup(request);
    expect(found).toMatchObject({ kind: 'found', order: { filled: contracts(10) } });
    expect(await send(t.venue, request)).toMatchObject({ kind: 'accepted' });
    expect(await fillsOf()).toHaveLength(1);
  });

  test('after 0 seconds only the answer to the send is lost', async () => {
    play({ order: 0, effect: 'loseAnswer', afterSeconds: 0 });
    const request = orderOf();
    expect((await send(t.venue, request)).kind).toBe('unknown');
    expect((await t.venue.lookup(request)).kind).toBe('found');
  });

  test('a cancel meanwhile holds, though its answer is lost too', async () => {
    play({ order: 0, effect: 'loseAnswer', afterSeconds: 5 });
    const request = gtd({ limitPrice: price(0.4) });
    await send(t.venue, request);
    expect((await t.venue.cancel(request)).kind).toBe('unknown');
    expect(await t.venue.openOrders()).toEqual([]);
    play({ order: 1, effect: 'loseAnswer', afterSeconds: 5 });
    await send(t.venue, gtd({ limitPrice: price(0.4) }));
    expect(await t.venue.cancelAll()).toBe(1);
    expect(await t.venue.openOrders()).toEqual([]);
    t.passMs(5_000);
    const final = { kind: 'found', order: { status: 'final', filled: 0 } };
    expect(await t.venue.lookup(request)).toMatchObject(final);
  });

  test('a refusal can be lost too: the order turns out absent', async () => {
    play(
      { order: 0, effect: 'loseAnswer', afterSeconds: 5 },
      { order: 0, effect: 'reject', code: 'no' },
    );
    const request = orderOf();
    expect((await send(t.venue, request)).kind).toBe('unknown');
    expect((await t.venue.lookup(request)).kind).toBe('unknown');
    t.passMs(5_000);
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
    expect(await send(t.venue, request)).toMatchObject({ kind: 'rejected', code: 'no' });
  });
});

describe('neverArrives', () => {
  test('the answer is unknown, nothing happened, and a repeat gets no further', async () => {
    play({ order: 0, effect: 'neverArrives' });
    const before = await t.venue.balance();
    const request = orderOf();
    for (const venue of [t.venue, t.reopen()]) {
      expect((await send(venue, request)).kind).toBe('unknown');
    }
    for (const ask of ['lookup', 'cancel'] as const) {
      expect(await t.venue[ask](request)).toEqual({ kind: 'absent' });
    }
    expect(await t.venue.balance()).toEqual(before);
    expect(await fillsOf()).toEqual([]);
  });

  test('with `sends`, the send after the last lost one arrives, still as the same order', async () => {
    play(
      { order: 0, effect: 'neverArrives', sends: 2 },
      { order: 0, effect: 'fillAtMost', contracts: '3' },
    );
    const request = orderOf();
    expect((await send(t.venue, request)).kind).toBe('unknown');
    expect((await send(t.venue, request)).kind).toBe('unknown');
    expect(accepted(await send(t.venue, request)).filled).toBe(contracts(3));
  });

  test('a send without a permit is no send', async () => {
    play({ order: 0, effect: 'neverArrives' });
    expect((await send(t.venue, orderOf(), () => false)).kind).toBe('notSent');
    expect((await send(t.venue, orderOf())).kind).toBe('unknown');
    expect((await send(t.venue, orderOf())).kind).toBe('accepted');
  });
});

describe('which order an entry is about', () => {
  test('the count goes on over a restart and a new file, refused and lost orders included', async () => {
    play(
      { order: 0, effect: 'reject', code: 'first' },
      { order: 1, effect: 'neverArrives' },
      { order: 3, effect: 'reject', code: 'fourth' },
    );
    const first = orderOf();
    expect(await send(t.venue, first)).toMatchObject({ code: 'first' });
    expect(await send(t.venue, first)).toMatchObject({ code: 'first' });
    expect((await send(t.venue, orderOf())).kind).toBe('unknown');
    t.setBook('M2', {});
    expect((await send(t.venue, orderOf({ marketId: 'M2' }))).kind).toBe('accepted');
    play();
    expect((await send(t.reopen(), orderOf())).kind).toBe('accepted');
    play({ order: 3, effect: 'reject', code: 'fourth' });
    expect(await send(t.reopen(), orderOf())).toMatchObject({ code: 'fourth' });
    expect((await send(t.venue, orderOf())).kind).toBe('accepted');
  });

  test('"every" means all, a number goes before it, an action narrows it', async () => {
    play(
      { order: 'every', effect: 'reject', code: 'no_sale', action: 'sell' },
      { order: 'every', effect: 'fillAtMost', contracts: '2' },
      { order: 1, effect: 'fillAtMost', contracts: '3' },
    );
    const filled = [];
    for (let sent = 0; sent < 3; sent += 1) {
      filled.push(accepted(await send(t.venue, orderOf())).filled);
    }
    expect(filled).toEqual([contracts(2), contracts(3), contracts(2)]);
    const sale = orderOf({ action: 'sell', quantity: contracts(5), limitPrice: price(0.4) });
    expect(await send(t.venue, sale)).toMatchObject({ code: 'no_sale' });
  });

  test('what an order is in for is decided when it arrives', async () => {
    play({ order: 0, effect: 'loseAnswer', afterSeconds: 5 });
    const request = orderOf();
    await send(t.venue, request);
    play();
    expect((await t.venue.lookup(request)).kind).toBe('unknown');
  });
});

test('an unreachable market is not heard, and still takes orders', async () => {
  t.setMarket('M1', { book: OFFER, unreachable: true });
  const heard = { name: 'VenueUnreachable' };
  await expect(t.venue.market('M1')).rejects.toMatchObject(heard);
  await expect(t.venue.quote('M1', 0)).rejects.toMatchObject(heard);
  expect(await t.venue.status()).toMatchObject({ trading: true });
  expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
});

describe('a script in the file', () => {
  const fileWith = (...script: object[]) => ({
    markets: pairMarkets('nhl-1', { kalshi: { script: script as never } }),
  });
  const ok = { order: 0, effect: 'loseAnswer', afterSeconds: 0.5 };

  test('is read, and its rules text is the market’s', async () => {
    expect(paperFileSchema.parse(fileWith(ok)).markets[0]).toMatchObject({ script: [ok] });
    t.setMarket('M1', { rules: 'Home wins.' });
    expect(await t.venue.market('M1')).toMatchObject({ rules: 'Home wins.' });
    t.setMarket('M2', {});
    expect(await t.venue.market('M2')).not.toHaveProperty('rules');
  });

  test.each([
    ['order', { ...ok, order: -1 }, 'order must be a number from 0'],
    ['order', { ...ok, order: 'all' }, 'order must be a number from 0'],
    ['effect', { ...ok, effect: 'explode' }, 'effect must be reject, fillAtMost'],
    ['afterSeconds', { ...ok, afterSeconds: -1 }, 'must not be negative'],
    ['afterSeconds', { ...ok, afterSeconds: 0.0005 }, 'at most 3 digits'],
    ['code', { order: 0, effect: 'reject', code: 'No Way' }, 'a code has 1 to 64'],
    ['contracts', { order: 0, effect: 'fillAtMost', contracts: '-1' }, 'at least 0, was "-1"'],
    ['sends', { order: 0, effect: 'neverArrives', sends: 0 }, '>=1'],
  ])('with a wrong %s is refused by that name', (field, entry, message) => {
    const { error } = paperFileSchema.safeParse(fileWith(ok, { ...entry }));
    const [issue] = error?.issues ?? [];
    expect(issue?.path).toEqual(['markets', 0, 'script', 1, field]);
    expect(issue?.message).toContain(message);
  });

  test('must not say the same thing of an order twice, nor anything unknown', () => {
    const twice = paperFileSchema.safeParse(fileWith(ok, { ...ok, afterSeconds: 2 }));
    expect(twice.error?.issues[0]?.message).toBe('loseAnswer of order 0 is there twice');
    expect(paperFileSchema.safeParse(fileWith({ ...ok, seconds: 2 })).success).toBe(false);
  });
});
