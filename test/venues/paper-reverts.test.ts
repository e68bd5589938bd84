import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PaperFileError } from '../../venues/paper/paper-file.ts';
import { readPaperRecords } from '../../venues/paper/records.ts';
import type { OrderRequest, Venue } from '../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from './venue-under-test.ts';
import type { PaperUnderTest } from './paper-harness.ts';
import { INITIAL_CASH_MICROS, newPaper, PaperDatabase } from './paper-harness.ts';

let database: PaperDatabase;
let t: PaperUnderTest;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());
beforeEach(async () => {
  t = await newPaper(database, 'polymarket');
});

const ASKS = [
  ['0.49', '4'],
  ['0.50', '1000'],
];
const BOOK = { yes: { asks: ASKS, bids: [['0.48', '1000']] }, no: {} };
const revert = (order: number | 'every', afterSeconds = 5): object => ({
  order,
  effect: 'revert',
  afterSeconds,
});
const play = (...script: object[]): void => t.setMarket('M1', { book: BOOK, script });
const sale = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ action: 'sell', limitPrice: price(0.48), ...changes });
const fillsOf = async (venue: Venue = t.venue) => (await venue.fillsSince(0)).facts;
const cashOf = async () => (await t.venue.balance()).cashMicros;
const filledOf = async (request: OrderRequest): Promise<number> => {
  const found = await t.venue.lookup(request);
  return found.kind === 'found' ? found.order.filled : Number.NaN;
};

describe('a fill that is reverted', () => {
  test('gives cash and position back at its time, and is told as a record of its own', async () => {
    play(revert(0));
    const request = orderOf();
    accepted(await send(t.venue, request));
    const before = await fillsOf();
    expect(before).toHaveLength(2);
    t.passMs(4_999);
    expect(await fillsOf()).toEqual(before);
    expect(await filledOf(request)).toBe(contracts(10));
    t.passMs(1);
    const dueMs = t.nowMs();
    t.passMs(60_000);

    expect(await filledOf(request)).toBe(0);
    const after = await fillsOf(t.reopen());
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.slice(2)).toEqual(
      before.map((fill) => ({
        ...fill,
        fillId: `${fill.fillId}/reverted`,
        reverts: fill.fillId,
        filledAtMs: dueMs,
      })),
    );
    expect(await cashOf()).toBe(INITIAL_CASH_MICROS);
    expect(await send(t.venue, sale())).toMatchObject({ code: 'insufficient_position' });
    expect(accepted(await send(t.venue, request))).toMatchObject({ status: 'final', filled: 0 });
  });

  test('is told to a reader who comes back with the cursor it was given', async () => {
    play(revert(0));
    accepted(await send(t.venue, orderOf()));
    const { cursorMs } = await t.venue.fillsSince(0);
    t.passMs(5_000);
    const { facts } = await t.venue.fillsSince(cursorMs + 1);
    expect(facts.map(({ reverts }) => reverts !== undefined)).toEqual([true, true]);
  });

  test('happens once, however many processes look', async () => {
    play(revert(0));
    accepted(await send(t.venue, orderOf()));
    t.passMs(5_000);
    await Promise.all(Array.from({ length: 8 }, () => t.reopen().status()));
    expect(await fillsOf()).toHaveLength(4);
    expect(await cashOf()).toBe(INITIAL_CASH_MICROS);
  });

  test('leaves the rest of the order and the other orders as they are', async () => {
    play(revert(0));
    const request = orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 });
    t.setMarket('M1', { book: { yes: { asks: [['0.50', '4']] }, no: {} } });
    accepted(await send(t.venue, request));
    t.passMs(4_000);
    t.setMarket('M1', { book: { yes: { asks: [['0.45', '3']] }, no: {} } });
    expect(await filledOf(request)).toBe(contracts(7));
    t.passMs(1_000);
    const rest = { status: 'resting', filled: contracts(3), averagePriceMicros: price(0.45) };
    expect(await t.venue.lookup(request)).toMatchObject({ order: rest });
    // What was taken back is not sought again: 7 of its 10 contracts were matched.
    t.setMarket('M1', { book: { yes: { asks: [['0.44', '50']] }, no: {} } });
    const final = { status: 'final', filled: contracts(6) };
    expect(await t.venue.lookup(request)).toMatchObject({ order: final });
    t.passMs(60_000);
    expect(await filledOf(request)).toBe(0);
    expect(await cashOf()).toBe(INITIAL_CASH_MICROS);
  });

  test('does not come back into the book it was taken from', async () => {
    play(revert(0));
    accepted(await send(t.venue, orderOf()));
    const left = await t.venue.quote('M1', 0);
    t.passMs(5_000);
    expect((await t.venue.quote('M1', 0)).asks).toEqual(left.asks);
  });

  test('can be a sale: the contracts return and the proceeds go', async () => {
    play(revert(1));
    accepted(await send(t.venue, orderOf()));
    const cash = await cashOf();
    const request = sale();
    accepted(await send(t.venue, request));
    expect(await cashOf()).toBeGreaterThan(cash);
    t.passMs(5_000);
    expect(await filledOf(request)).toBe(0);
    expect(await cashOf()).toBe(cash);
    expect(accepted(await send(t.venue, sale())).filled).toBe(contracts(10));
  });
});

describe('a fill stands', () => {
  test('where its contracts were sold meanwhile, each fill whole or not at all', async () => {
    play(revert(0));
    const request = orderOf();
    accepted(await send(t.venue, request));
    accepted(await send(t.venue, sale({ quantity: contracts(5) })));
    t.passMs(5_000);
    // 5 are left: the fill of 4 is taken back, that of 6 can no longer be.
    expect(await filledOf(request)).toBe(contracts(6));
    accepted(await send(t.venue, orderOf()));
    expect(await filledOf(request)).toBe(contracts(6));
    expect(accepted(await send(t.venue, sale({ quantity: contracts(11) }))).filled).toBe(
      contracts(11),
    );
  });

  test('where a resting order offers its contracts', async () => {
    play(revert(0));
    const request = orderOf();
    accepted(await send(t.venue, request));
    const offer = sale({
      timeInForce: 'gtd',
      limitPrice: price(0.6),
      restUntilMs: t.nowMs() + 60_000,
    });
    accepted(await send(t.venue, offer));
    t.passMs(5_000);
    expect(await filledOf(request)).toBe(contracts(10));
  });

  test('where the proceeds of the sale were spent', async () => {
    play(revert(1));
    const most = { quantity: contracts(1000), limitPrice: price(0.5) };
    accepted(await send(t.venue, orderOf(most)));
    const request = sale({ quantity: contracts(1000) });
    accepted(await send(t.venue, request));
    t.setMarket('M1', { book: { yes: { asks: [['0.80', '1150']] }, no: {} } });
    const dear = orderOf({ quantity: contracts(1150), limitPrice: price(0.8) });
    expect(accepted(await send(t.venue, dear)).filled).toBe(contracts(1150));
    t.passMs(5_000);
    expect(await filledOf(request)).toBe(contracts(1000));
  });

  test('where the result came first, whenever somebody looks', async () => {
    play(revert(0, 5));
    accepted(await send(t.venue, orderOf()));
    const at = new Date(t.nowMs() + 4_999).toISOString();
    t.setMarket('M1', { result: { at, payout: '1' } });
    t.passMs(60_000);
    expect(await fillsOf()).toHaveLength(2);
    expect((await t.venue.settlementsSince(0)).facts).toHaveLength(1);
    const { rows } = await t.pool.query('SELECT outcome FROM paper_exchange.scheduled_revert');
    expect(rows).toEqual([{ outcome: 'kept' }, { outcome: 'kept' }]);
  });
});

test('a settlement does not pay what was reverted at the same instant or before', async () => {
  play(revert(0, 5));
  accepted(await send(t.venue, orderOf()));
  accepted(await send(t.venue, orderOf({ quantity: contracts(7) })));
  const [, , kept] = await fillsOf();
  const at = new Date(t.nowMs() + 5_000).toISOString();
  t.setMarket('M1', { result: { at, payout: '1' } });
  t.passMs(60_000);
  const spent = 3_500_000 + (kept?.feeMicros ?? Number.NaN);
  expect(await cashOf()).toBe(INITIAL_CASH_MICROS - spent + 7_000_000);
});

test('while the file is damaged nothing is reverted, for a result may have come first', async () => {
  play(revert(0));
  accepted(await send(t.venue, orderOf()));
  t.passMs(5_000);
  const broken = t.open({ file: { read: () => Promise.reject(new PaperFileError('damaged')) } });
  expect(await fillsOf(broken)).toHaveLength(2);
  expect(await fillsOf()).toHaveLength(4);
});

test('the records for a checker have every fill with its action and what it reverts', async () => {
  play(revert(0));
  accepted(await send(t.venue, orderOf({ quantity: contracts(5) })));
  t.passMs(5_000);
  accepted(await send(t.venue, orderOf({ quantity: contracts(5) })));
  accepted(await send(t.venue, sale({ quantity: contracts(5) })));
  const { fills } = await readPaperRecords(t.pool);
  const bare = fills.map((fill) => ({ ...fill }) as Record<string, unknown>);
  const told = await fillsOf();
  expect(bare).toHaveLength(told.length);
  for (const fill of told) {
    const row = bare.find(({ fillId }) => fillId === fill.fillId);
    expect(row).toMatchObject({
      action: fill.action,
      reverts: fill.reverts ?? null,
      quantity: BigInt(fill.quantity),
      feeMicros: BigInt(fill.feeMicros),
    });
  }
  expect(told.filter(({ reverts }) => reverts !== undefined)).toHaveLength(2);
});
