import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { polymarketTakerFee } from '../../domain/fees/polymarket.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import { fillFee, takerFeeAt } from '../../domain/fees/schedule.ts';
import type { OrderRequest } from '../../venues/venue.ts';
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
  t = await newPaper(database);
});

const gtd = (changes: Partial<OrderRequest> = {}) =>
  orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000, ...changes });
const KALSHI = { kind: 'kalshi', multiplierMillionths: 1_000_000 } as const;

describe('fees', () => {
  test('kalshi charges each fill with the carry of its order, rested fills too', async () => {
    const schedule: FeeSchedule = { ...KALSHI, makerFactorMillionths: 17_500 };
    const kalshiFees = { type: 'quadratic_with_maker_fees' };
    t.setMarket('M1', { kalshiFees, book: { yes: { asks: [['0.41', '1.01']] }, no: {} } });
    accepted(await send(t.venue, gtd({ quantity: contracts(3.05) })));
    t.setBook('M1', { yes: { asks: [['0.37', '2.04']] } });
    const { facts } = await t.venue.fillsSince(0);
    const bought = { action: 'buy', role: 'taker' } as const;
    const fill = { ...bought, quantity: contracts(1.01), price: price(0.41) };
    const first = fillFee(schedule, fill, 0);
    const rested = {
      ...bought,
      role: 'maker',
      quantity: contracts(2.04),
      price: price(0.37),
    } as const;
    const second = fillFee(schedule, rested, first.carry);
    // The carry of the first fill comes back with the second, and makers pay a quarter.
    expect(second.feeMicros).toBe(fillFee(schedule, rested, 0).feeMicros - 100);
    expect(second.feeMicros * 3).toBeLessThan(takerFeeAt(schedule, contracts(2.04), price(0.37)));
    expect(facts.map(({ feeMicros }) => feeMicros)).toEqual([first.feeMicros, second.feeMicros]);
  });

  test('polymarket charges the rate of the file', async () => {
    t = await newPaper(database, 'polymarket');
    t.setMarket('M1', { feeRate: '0.07', book: { yes: { asks: [['0.50', '10']] }, no: {} } });
    accepted(await send(t.venue, orderOf()));
    const [fill] = (await t.venue.fillsSince(0)).facts;
    expect(fill?.feeMicros).toBe(
      polymarketTakerFee({ rateMillionths: 70_000 }, contracts(10), price(0.5)),
    );
  });

  test('an order keeps the fee rate of the day it was placed', async () => {
    const kalshiFees = { type: 'quadratic_with_maker_fees', multiplier: 0.5 };
    t.setMarket('M1', { kalshiFees });
    accepted(await send(t.venue, gtd()));
    const dearer = { ...kalshiFees, multiplier: 9 };
    const book = { yes: { asks: [['0.50', '10']] }, no: {} };
    t.setMarket('M1', { kalshiFees: dearer, book });
    const [fill] = (await t.venue.fillsSince(0)).facts;
    expect(fill?.feeMicros).toBe(21_900);
  });
});

describe('fee fields of the file', () => {
  test.each([
    ['an override', 'kalshi', { multiplierOverride: 0.5 }, { multiplierMillionths: 500_000 }],
    ['a waiver', 'kalshi', { waivedUntil: 3601 }, { multiplierMillionths: 0 }],
    ['a waiver about to end', 'kalshi', { waivedUntil: 3600 }, { multiplierMillionths: 1_000_000 }],
    ['an exponent', 'polymarket', { exponent: 2 }, { rateMillionths: 50_000, exponent: 2 }],
    ['no fees', 'polymarket', { enabled: false }, { rateMillionths: 0 }],
  ] as const)('%s is in the facts of the market', async (_name, venue, fields, fees) => {
    t = await newPaper(database, venue);
    t.setMarket('M1', { [`${venue}Fees`]: fields });
    const market = await t.venue.market('M1');
    expect(market?.fees).toEqual({ kind: venue, ...fees });
    expect(market).not.toHaveProperty('unsupported');
  });

  test.each([
    ['kalshi', { type: 'flat' }, 'fee type "flat" cannot be computed'],
    ['polymarket', { exponent: 1.5 }, 'fee exponent 1.5 must be a whole number from 1 to 4'],
  ] as const)('on %s %j makes the market unsupported and refuses orders', async (...row) => {
    const [venue, fields, unsupported] = row;
    t = await newPaper(database, venue);
    const book = { yes: { asks: [['0.50', '10']] }, no: {} };
    t.setMarket('M1', { [`${venue}Fees`]: fields, book });
    expect(await t.venue.market('M1')).toMatchObject({ unsupported });
    expect(await send(t.venue, orderOf())).toMatchObject({ code: 'fees_unknown' });
  });

  test('of the other venue, or beside feeRate, are refused by name', () => {
    const polymarketFees = {};
    expect(() => t.setMarket('M1', { polymarketFees })).toThrow('write kalshiFees');
    const twice = { polymarketFees: undefined, feeRate: '1', kalshiFees: {} };
    expect(() => t.setMarket('M1', twice)).toThrow('stands instead of feeRate');
  });
});
