import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kalshiFillFee, kalshiTakerFeeMax, kalshiTakerFeeModel } from '../../domain/fees/kalshi.ts';
import { polymarketTakerFee } from '../../domain/fees/polymarket.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import { takerFeeAt, takerFeeMax } from '../../domain/fees/schedule.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { costCeil, microContracts, priceMicros } from '../../domain/money.ts';
import {
  anyCent,
  anyFees,
  anyQuantity,
  anyTenthOfCent,
  contracts,
  KALSHI_FEES,
  NO_FEES,
  price,
  SPORTS_FEES,
  usd,
} from './builders.ts';

const FULL = 1_000_000;
const HALF = 500_000;

describe('Kalshi fees', () => {
  test.each([
    ['0.52', '1', '0.0175'],
    ['0.99', '1', '0.0007'],
    ['0.98', '4', '0.0055'],
    ['0.97', '1', '0.0021'],
    ['0.98', '1', '0.0014'],
  ])('a recorded fill at %s × %s was charged %s', (at, quantity, fee) => {
    expect(kalshiFillFee(FULL, contracts(quantity), price(at), 0).feeMicros).toBe(usd(fee));
  });

  test.each([
    ['the usual', FULL, '0.5', '100', '1.75'],
    ['half', HALF, '0.5', '100', '0.875'],
    ['a waived', 0, '0.5', '100', '0'],
    ['half a', HALF, '0.52', '1', '0.008736'],
    ['the usual, to a micro-dollar', FULL, '0.41', '0.01', '0.00017'],
  ])('%s multiplier asks %p of %s × %s', (_name, multiplier, at, quantity, model) => {
    expect(kalshiTakerFeeModel(multiplier, contracts(quantity), price(at))).toBe(usd(model));
  });

  test.each([
    ['half', HALF, '0.0088'],
    ['none', 0, '0'],
  ])('with %s of the multiplier a fill at 0.52 is aligned to %p', (_name, multiplier, fee) => {
    expect(kalshiFillFee(multiplier, contracts('1'), price('0.52'), 0).feeMicros).toBe(usd(fee));
  });

  test('a fill off the cash step is aligned even where the fee is waived', () => {
    const { feeMicros } = kalshiFillFee(0, contracts('0.01'), price('0.333'), 0);
    expect(feeMicros).toBe(70);
  });

  test('roundings gathered over an order come back as a step', () => {
    const at = price('0.52');
    const first = kalshiFillFee(FULL, contracts('1'), at, 0);
    expect(first).toEqual({ feeMicros: 17_500, carry: 28 });
    const fourth = kalshiFillFee(FULL, contracts('1'), at, 84);
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
      fc.property(anyMultiplier, anyFills(anyTenthOfCent), (multiplier, fills) => {
        let carry = 0;
        for (const { quantity, at } of fills) {
          const charged = kalshiFillFee(multiplier, quantity, at, carry);
          expect((costCeil(quantity, at) + charged.feeMicros) % 100).toBe(0);
          expect(charged.feeMicros).toBeGreaterThanOrEqual(0);
          expect(charged.carry).toBeGreaterThanOrEqual(0);
          carry = charged.carry;
        }
      }),
    );
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
    expect(polymarketTakerFee(rate, contracts(quantity), price(at))).toBe(usd(fee));
  });

  test('a fee is a multiple of 10 µ$, and nothing only where the rate is nothing', () => {
    fc.assert(
      fc.property(anyRate, anyQuantity, anyTenthOfCent, (rate, quantity, at) => {
        const fee = polymarketTakerFee(rate, quantity, at);
        expect(fee % 10).toBe(0);
        expect(fee > 0).toBe(rate > 0);
      }),
    );
  });
});

describe('the fee part of a hold', () => {
  test.each([
    ['a limit below a half is charged at the limit', SPORTS_FEES, '100', '0.30', '1.0505'],
    ['a limit of a half at a half', SPORTS_FEES, '100', '0.50', '1.2505'],
    ['a limit above a half is charged at a half', SPORTS_FEES, '100', '0.90', '1.2505'],
    ['a market without fees holds none', NO_FEES, '100', '0.90', '0'],
  ])('%s', (_name, schedule, quantity, limit, fee) => {
    expect(takerFeeMax(schedule, contracts(quantity), price(limit))).toBe(usd(fee));
  });

  test('ROI takes the fee at the limit, the hold the highest up to it', () => {
    expect(takerFeeAt(KALSHI_FEES, contracts('50'), price('0.58'))).toBe(usd('0.8526'));
    expect(takerFeeMax(KALSHI_FEES, contracts('50'), price('0.58'))).toBeGreaterThanOrEqual(
      usd('0.875'),
    );
  });

  test('covers every split into up to 50 fills at any price up to the limit', () => {
    fc.assert(
      fc.property(anyFees, anyFills(anyTenthOfCent), (schedule, fills) => {
        const quantity = microContracts(fills.reduce((sum, fill) => sum + fill.quantity, 0));
        const limit = priceMicros(Math.max(...fills.map(({ at }) => at)));
        expect(feesOf(schedule, fills)).toBeLessThanOrEqual(takerFeeMax(schedule, quantity, limit));
      }),
      { numRuns: 500 },
    );
  });

  test('covers 50 fills of dust, whose roundings never grow into a rebate', () => {
    const fills = Array.from({ length: 50 }, () => ({
      quantity: contracts('0.01'),
      at: price('0.001'),
    }));
    expect(feesOf(KALSHI_FEES, fills)).toBe(4_500);
    expect(kalshiTakerFeeMax(FULL, contracts('0.5'), price('0.001'))).toBeGreaterThanOrEqual(4_500);
  });

  test('covers a single fill at any price up to the limit', () => {
    fc.assert(
      fc.property(anyFees, anyQuantity, anyTenthOfCent, anyTenthOfCent, (fees, quantity, a, b) => {
        const limit = priceMicros(Math.max(a, b));
        const at = priceMicros(Math.min(a, b));
        const most = takerFeeMax(fees, quantity, limit);
        expect(takerFeeAt(fees, quantity, at)).toBeLessThanOrEqual(most);
        expect(feesOf(fees, [{ quantity, at }])).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('grows with quantity and with the limit', () => {
    fc.assert(
      fc.property(
        anyFees,
        anyQuantity,
        anyQuantity,
        anyTenthOfCent,
        anyTenthOfCent,
        (fees, ...of) => {
          const [q, more, a, b] = of;
          const low = takerFeeMax(fees, q, priceMicros(Math.min(a, b)));
          expect(takerFeeMax(fees, q, priceMicros(Math.max(a, b)))).toBeGreaterThanOrEqual(low);
          const larger = microContracts(q + more);
          expect(takerFeeMax(fees, larger, priceMicros(Math.min(a, b)))).toBeGreaterThanOrEqual(
            low,
          );
        },
      ),
    );
  });
});

interface Fill {
  readonly quantity: MicroContracts;
  readonly at: PriceMicros;
}

const anyMultiplier = fc.constantFrom(0, HALF, FULL, 2 * FULL);
const anyRate = fc.constantFrom(0, 40_000, 50_000, 70_000);
/** Dust and large fills alike. */
const anyFillQuantity = fc
  .oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100_000 }))
  .map((lots) => microContracts(lots * 10_000));

function splitOf(): fc.Arbitrary<MicroContracts[]> {
  return fc.array(anyFillQuantity, { minLength: 1, maxLength: 50 });
}

function anyFills(at: fc.Arbitrary<PriceMicros>): fc.Arbitrary<Fill[]> {
  return fc.array(fc.record({ quantity: anyFillQuantity, at }), { minLength: 1, maxLength: 50 });
}

/** One order's fees over its fills, as Kalshi charges them, beside the sum of the bare models. */
function chargedBy(
  multiplier: number,
  fills: readonly Fill[],
): { feeMicros: number; models: number; carry: number } {
  let feeMicros = 0;
  let models = 0;
  let carry = 0;
  for (const { quantity, at } of fills) {
    const charged = kalshiFillFee(multiplier, quantity, at, carry);
    feeMicros += charged.feeMicros;
    models += kalshiTakerFeeModel(multiplier, quantity, at);
    carry = charged.carry;
  }
  return { feeMicros, models, carry };
}

function feesOf(schedule: FeeSchedule, fills: readonly Fill[]): number {
  if (schedule.kind === 'kalshi') return chargedBy(schedule.multiplierMillionths, fills).feeMicros;
  return fills
    .map(({ quantity, at }) => polymarketTakerFee(schedule.rateMillionths, quantity, at))
    .reduce((sum, fee) => sum + fee, 0);
}
