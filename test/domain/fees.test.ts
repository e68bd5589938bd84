import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kalshiFeeModel, kalshiFillFee } from '../../domain/fees/kalshi.ts';
import { polymarketTakerFee } from '../../domain/fees/polymarket.ts';
import { fillFee } from '../../domain/fees/schedule.ts';
import { costCeil, proceedsFloor } from '../../domain/money.ts';
import {
  anyCent,
  anyQuantity,
  anyTenthOfCent,
  contracts,
  price,
  SPORTS_FEES,
  usd,
} from './builders.ts';
import {
  anyAction,
  anyFills,
  anyKalshi,
  anyMultiplier,
  anyRate,
  bought,
  chargedBy,
  FULL,
  HALF,
  kalshiOf,
  splitOf,
  taker,
} from './fee-builders.ts';

describe('Kalshi fees', () => {
  test.each([
    ['0.52', '1', '0.0175'],
    ['0.99', '1', '0.0007'],
    ['0.98', '4', '0.0055'],
    ['0.97', '1', '0.0021'],
    ['0.98', '1', '0.0014'],
  ])('a recorded fill at %s × %s was charged %s', (at, quantity, fee) => {
    const { feeMicros } = kalshiFillFee(taker(FULL), bought(contracts(quantity), price(at)), 0);
    expect(feeMicros).toBe(usd(fee));
  });

  test.each([
    ['the usual', FULL, '0.5', '100', '1.75'],
    ['half', HALF, '0.5', '100', '0.875'],
    ['a waived', 0, '0.5', '100', '0'],
    ['half a', HALF, '0.52', '1', '0.008736'],
    ['the usual, to a micro-dollar', FULL, '0.41', '0.01', '0.00017'],
  ])('%s multiplier asks %p of %s × %s', (_name, multiplier, at, quantity, model) => {
    expect(kalshiFeeModel(taker(multiplier), contracts(quantity), price(at))).toBe(usd(model));
  });

  test.each([
    ['half', HALF, '0.0088'],
    ['none', 0, '0'],
  ])('with %s of the multiplier a fill at 0.52 is aligned to %p', (_name, multiplier, fee) => {
    const { feeMicros } = kalshiFillFee(
      taker(multiplier),
      bought(contracts('1'), price('0.52')),
      0,
    );
    expect(feeMicros).toBe(usd(fee));
  });

  test('a fill off the cash step is aligned even where the fee is waived', () => {
    const { feeMicros } = kalshiFillFee(taker(0), bought(contracts('0.01'), price('0.333')), 0);
    expect(feeMicros).toBe(70);
  });

  test('roundings gathered over an order come back as a step', () => {
    const one = bought(contracts('1'), price('0.52'));
    const first = kalshiFillFee(taker(FULL), one, 0);
    expect(first).toEqual({ feeMicros: 17_500, carry: 28 });
    const fourth = kalshiFillFee(taker(FULL), one, 84);
    expect(fourth).toEqual({ feeMicros: 17_400, carry: 12 });
  });

  test('at whole cents an order in 50 fills is charged at most a step above its own model', () => {
    fc.assert(
      fc.property(anyMultiplier, anyCent, splitOf(), (multiplier, at, fills) => {
        const { feeMicros, models, carry } = chargedBy(
          multiplier,
          fills.map((quantity) => ({ quantity, at })),
        );
        expect(feeMicros).toBe(models + carry);
        expect(carry).toBeLessThan(100);
      }),
    );
  });

  test('each fill moves cash by whole steps of $0.0001 and its fee is never negative', () => {
    fc.assert(
      fc.property(anyKalshi, anyAction, anyFills(anyTenthOfCent), (schedule, action, fills) => {
        let carry = 0;
        for (const { quantity, at, role } of fills) {
          const charged = fillFee(schedule, { action, role, quantity, price: at }, carry);
          const gross = action === 'buy' ? 0 - costCeil(quantity, at) : proceedsFloor(quantity, at);
          expect(Math.abs((gross - charged.feeMicros) % 100)).toBe(0);
          expect(charged.feeMicros).toBeGreaterThanOrEqual(0);
          expect(charged.carry).toBeGreaterThanOrEqual(0);
          carry = charged.carry;
        }
      }),
    );
  });

  test('a sale never costs more than it brings in', () => {
    fc.assert(
      fc.property(anyKalshi, anyQuantity, anyTenthOfCent, (schedule, quantity, at) => {
        const sold = { action: 'sell', role: 'taker', quantity, price: at } as const;
        const { feeMicros } = fillFee(schedule, sold, 0);
        expect(feeMicros).toBeLessThanOrEqual(proceedsFloor(quantity, at));
      }),
    );
  });

  test.each([
    ['quadratic: only the alignment', undefined, '0.5', '100', '0'],
    ['with maker fees', 17_500, '0.5', '100', '0.4375'],
    ['with combo maker fees', 35_000, '0.5', '100', '0.875'],
  ])('a maker pays %s', (_name, factor, at, quantity, fee) => {
    const schedule = kalshiOf(FULL, factor);
    const fill = { ...bought(contracts(quantity), price(at)), role: 'maker' as const };
    expect(fillFee(schedule, fill, 0).feeMicros).toBe(usd(fee));
  });

  test('an order gathers roundings as taker and as maker alike', () => {
    const schedule = kalshiOf(FULL, 17_500);
    const one = bought(contracts('1'), price('0.52'));
    const first = fillFee(schedule, { ...one, role: 'taker' }, 0);
    expect(first).toEqual({ feeMicros: 17_500, carry: 28 });
    // The model is 4,368: aligned 4,400; the next 68 µ$ of rounding make a whole step.
    expect(fillFee(schedule, { ...one, role: 'maker' }, 68)).toEqual({
      feeMicros: 4_300,
      carry: 0,
    });
  });
});

describe('Polymarket fees', () => {
  test.each([
    ['sports', 50_000, '100', '0.50', '1.25'],
    ['crypto', 70_000, '100', '0.50', '1.75'],
    ['politics', 40_000, '100', '0.50', '1'],
    ['geopolitics', 0, '100', '0.50', '0'],
    ['sports, the least', 50_000, '0.01', '0.001', '0.00001'],
    ['sports, up to five decimals', 50_000, '1', '0.01', '0.0005'],
    ['sports, up to the next', 50_000, '1', '0.011', '0.00055'],
  ])('%s: rate %p on %s × %s is %s', (_name, rate, quantity, at, fee) => {
    const fields = { rateMillionths: rate };
    expect(polymarketTakerFee(fields, contracts(quantity), price(at))).toBe(usd(fee));
  });

  test('a fee is a multiple of 10 µ$, and nothing only where the rate is nothing', () => {
    fc.assert(
      fc.property(anyRate, anyQuantity, anyTenthOfCent, (rate, quantity, at) => {
        const fee = polymarketTakerFee({ rateMillionths: rate }, quantity, at);
        expect(fee % 10).toBe(0);
        expect(fee > 0).toBe(rate > 0);
      }),
    );
  });
});

describe('Polymarket exponents and makers', () => {
  test.each([
    [1, '0.5', '1.25'],
    [2, '0.5', '0.3125'],
    [2, '0.3', '0.2205'],
    [3, '0.5', '0.07813'],
  ])('exponent %p at %s takes %s from 100 at a rate of 0.05', (exponent, at, fee) => {
    const rate = { rateMillionths: 50_000, exponent };
    expect(polymarketTakerFee(rate, contracts('100'), price(at))).toBe(usd(fee));
  });

  test('an exponent that is no whole number of at least 1 is a bug', () => {
    for (const exponent of [0, -1, 1.5, Number.NaN]) {
      const rate = { rateMillionths: 50_000, exponent };
      expect(() => polymarketTakerFee(rate, contracts('1'), price('0.5'))).toThrow('exponent');
    }
  });

  test('a maker pays nothing', () => {
    const fill = { ...bought(contracts('100'), price('0.5')), role: 'maker' as const };
    expect(fillFee(SPORTS_FEES, fill, 7)).toEqual({ feeMicros: 0, carry: 7 });
  });
});
