import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { takerFeeMax } from '../../domain/fees/schedule.ts';
import { costCeil, priceMicros } from '../../domain/money.ts';
import {
  affordablePrice,
  answeredQuantity,
  averagePrice,
  tradable,
  whyNotStored,
} from '../../domain/placing.ts';
import { anyFees, anyQuantity, AT_MS, contracts, price, usd } from './builders.ts';
import { KALSHI_MARKET } from './pair-builders.ts';
import { bought, KALSHI, live, POLYMARKET, sold, standingOf } from './standing-builders.ts';

const RESOLUTION = {
  id: 'r-1',
  action: 'complete',
  maxLossMicros: usd('5'),
  untilMs: AT_MS + 20_000,
} as const;

const DIFFER = 'the legs do not differ by that much';

describe('I15 which orders may be stored', () => {
  const HALF = {
    polymarket: { orders: [bought('50', '0.58')] },
    kalshi: { orders: [bought('20', '0.36')] },
  };
  const hedge = { leg: KALSHI, attempt: 1, kind: 'hedge', quantity: contracts('30') } as const;
  const exit = { leg: POLYMARKET, attempt: 1, kind: 'exit', quantity: contracts('30') } as const;
  const entry = { leg: POLYMARKET, attempt: 0, kind: 'entry', quantity: contracts('50') } as const;
  const byPerson = { ...exit, resolutionId: 'r-1' };
  const ONE_LEGGED = { ...HALF, status: 'one_legged', resolution: RESOLUTION } as const;
  const more = contracts('30.000001');
  test.each([
    ['the entry of a reserved trade', {}, entry, undefined],
    ['an entry of an abandoned trade', { status: 'not_sent' }, entry, 'the trade is not_sent'],
    ['a second entry', HALF, { ...entry, attempt: 1 }, 'the trade is placing'],
    ['a hedge of what is missing', HALF, hedge, undefined],
    ['an exit of what is over', HALF, exit, undefined],
    ['a hedge of less', HALF, { ...hedge, quantity: contracts('1') }, undefined],
    ['a hedge of more', HALF, { ...hedge, quantity: more }, DIFFER],
    ['an exit of more', HALF, { ...exit, quantity: more }, DIFFER],
    ['a hedge of the leg that has more', HALF, { ...hedge, leg: POLYMARKET }, DIFFER],
    ['an exit of the leg that has less', HALF, { ...exit, leg: KALSHI }, DIFFER],
    ['an order out of turn', HALF, { ...hedge, attempt: 2 }, 'the leg has moved on'],
    ['an order that is there already', HALF, { ...hedge, attempt: 0 }, 'the leg has moved on'],
    ['a leg there is not', HALF, { ...hedge, leg: 2 }, 'the leg has moved on'],
    [
      'one beside a live one',
      { ...HALF, kalshi: { orders: [bought('20', '0.36'), live('created')] } },
      exit,
      'another order of the trade is under way',
    ],
    [
      'a hedge of legs that match',
      { ...HALF, kalshi: { orders: [bought('50', '0.36')] } },
      hedge,
      DIFFER,
    ],
    ['an exit of an open trade', { ...HALF, status: 'open' }, exit, 'the trade is open'],
    ['an exit of a one-legged trade', ONE_LEGGED, exit, 'the trade is one_legged'],
    ['the exit a person ordered', ONE_LEGGED, byPerson, undefined],
    [
      "the exit of a person's order that has ended",
      { ...ONE_LEGGED, resolution: null },
      byPerson,
      'the trade is one_legged',
    ],
    [
      "the exit of another person's order",
      { ...ONE_LEGGED, resolution: { ...RESOLUTION, id: 'r-2' } },
      byPerson,
      'the trade is one_legged',
    ],
  ] as const)('%s', (_what, changes, order, why) => {
    const found = whyNotStored(standingOf(changes), order);
    expect(found).toEqual(why);
  });
});

describe('sums over orders', () => {
  const [leg] = standingOf({
    kalshi: {
      orders: [
        bought('10', '0.30'),
        bought('0', '0'),
        sold('4', '0.9'),
        bought('5', '0.33'),
        live('unknown'),
      ],
    },
  }).legs;

  test('what is held by the answers is bought less sold; what is unknown counts nothing', () => {
    expect(answeredQuantity(leg!)).toBe(contracts('11'));
  });

  test('the average is of what was bought, rounded up; the price limit before any answer', () => {
    expect(averagePrice(leg!)).toBe(price('0.31'));
    const thirds = [bought('1', '0.30'), bought('2', '0.31')];
    expect(averagePrice(standingOf({ kalshi: { orders: thirds } }).legs[KALSHI]!)).toBe(306_667);
    expect(averagePrice(standingOf().legs[KALSHI]!)).toBe(price('0.36'));
  });

  test.each([
    ['4.99', '5', '0'],
    ['5', '5', '5'],
    ['5.019', '5', '5.01'],
    ['0.009', '0.01', '0'],
    ['0', '0', '0'],
  ])('%s where the market takes %s or more is an order of %s', (quantity, least, takes) => {
    const { plan } = standingOf({ kalshi: { market: { minQuantity: contracts(least) } } }).legs[
      KALSHI
    ]!;
    expect(tradable(plan, contracts(quantity))).toBe(contracts(takes));
  });
});

test('affordablePrice is the highest price on the grid that fits, and no other', () => {
  fc.assert(
    fc.property(
      anyFees,
      anyQuantity,
      fc.constantFrom(1_000, 10_000),
      fc.integer({ min: -200_000, max: 1_200_000 }),
      fc.integer({ min: 0, max: 6_000_000_000 }),
      (fees, quantity, tickMicros, priceMax, spendable) => {
        const market = { ...KALSHI_MARKET, fees, tickMicros };
        const found = affordablePrice({ market, outcome: 1 }, quantity, priceMax, spendable);
        const fits = (micros: number): boolean =>
          micros >= tickMicros &&
          micros <= Math.min(priceMax, 1_000_000 - tickMicros) &&
          costCeil(quantity, priceMicros(micros)) +
            takerFeeMax(fees, quantity, priceMicros(micros)) <=
            spendable;
        expect((found ?? 0) % tickMicros).toBe(0);
        expect(found === undefined || fits(found)).toBe(true);
        expect(fits((found ?? 0) + tickMicros)).toBe(false);
      },
    ),
  );
});
