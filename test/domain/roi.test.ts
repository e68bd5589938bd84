import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AssertionError } from '../../domain/assert.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import { microContracts, priceMicros, ZERO_CONTRACTS } from '../../domain/money.ts';
import { formatPercent, roiAfterFees } from '../../domain/roi.ts';
import type { RoiInput } from '../../domain/roi.ts';
import {
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

const ECONOMICS_FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 50_000 };
const leg = (limit: string, fees: FeeSchedule) => ({ limitPrice: price(limit), fees });
const QUANTITY = contracts('50');

describe("the design's examples", () => {
  const nhlPair: RoiInput = {
    quantity: QUANTITY,
    legs: [leg('0.36', KALSHI_FEES), leg('0.58', SPORTS_FEES)],
    payout: price('1'),
    costLimit: price('0.945'),
  };
  const macroPair: RoiInput = {
    quantity: QUANTITY,
    legs: [leg('0.41', KALSHI_FEES), leg('0.53', ECONOMICS_FEES)],
    payout: price('1'),
  };
  const model: RoiInput = {
    quantity: QUANTITY,
    legs: [leg('0.58', KALSHI_FEES)],
    payout: price('0.64'),
  };

  test.each([
    ['the hockey pair at 0.945', nhlPair, '1.4154', '48.6654', '50', '2.74 %'],
    ['the macro pair at the sum of its limits', macroPair, '1.4694', '48.4694', '50', '3.16 %'],
    ['the single leg believed at 0.64', model, '0.8526', '29.8526', '32', '7.19 %'],
  ])('%s', (_name, input, fees, cost, expected, percent) => {
    const roi = roiAfterFees(input);
    expect(roi).toMatchObject({
      feesMicros: usd(fees),
      costMicros: usd(cost),
      expectedMicros: usd(expected),
    });
    expect(formatPercent(roi.roiMillionths)).toBe(percent);
  });
});

describe('ROI after fees', () => {
  test.each([
    ['a fair price at the limit loses the fees', '0.58', KALSHI_FEES, -28_561],
    ['a fair price at the limit without fees is nothing', '0.58', NO_FEES, 0],
    ['a worthless contract loses everything', '0', KALSHI_FEES, -1_000_000],
    ['a loss is rounded down too', '0.57', NO_FEES, -17_242],
  ])('%s', (_name, fair, fees, roiMillionths) => {
    const input = { quantity: QUANTITY, legs: [leg('0.58', fees)], payout: price(fair) };
    expect(roiAfterFees(input).roiMillionths).toBe(roiMillionths);
  });

  test('nothing bought has no ROI', () => {
    const input = { quantity: ZERO_CONTRACTS, legs: [leg('0.58', NO_FEES)], payout: price('1') };
    expect(() => roiAfterFees(input)).toThrow(AssertionError);
  });

  test('never rises with the limit, never falls with the payout', () => {
    fc.assert(
      fc.property(anyQuantity, anyTenthOfCent, anyTenthOfCent, anyTenthOfCent, (q, a, b, fair) => {
        const [cheap, dear] = a < b ? [a, b] : [b, a];
        const at = (limitPrice: typeof a, payout: typeof a) =>
          roiAfterFees({ quantity: q, legs: [{ limitPrice, fees: NO_FEES }], payout })
            .roiMillionths;
        expect(at(cheap, fair)).toBeGreaterThanOrEqual(at(dear, fair));
        expect(at(fair, dear)).toBeGreaterThanOrEqual(at(fair, cheap));
      }),
    );
  });

  test('never rises with the limit even where a dearer contract has the lower fee', () => {
    fc.assert(
      fc.property(anyFees, anyTenthOfCent, anyTenthOfCent, anyTenthOfCent, (fees, a, b, fair) => {
        const [cheap, dear] = a < b ? [a, b] : [b, a];
        // Many contracts, so that rounding a fee to its step cannot outweigh a price.
        const at = (limitPrice: typeof a) =>
          roiAfterFees({ quantity: contracts('1000'), legs: [{ limitPrice, fees }], payout: fair });
        expect(at(cheap).roiMillionths).toBeGreaterThanOrEqual(at(dear).roiMillionths);
      }),
    );
  });

  test('falls when fees rise, and is the exact quotient rounded down', () => {
    fc.assert(
      fc.property(anyFees, anyQuantity, anyTenthOfCent, anyTenthOfCent, (fees, q, limit, fair) => {
        const of = (schedule: FeeSchedule) =>
          roiAfterFees({
            quantity: q,
            legs: [{ limitPrice: limit, fees: schedule }],
            payout: fair,
          });
        const roi = of(fees);
        expect(roi.roiMillionths).toBeLessThanOrEqual(of(NO_FEES).roiMillionths);
        const gain = BigInt(roi.expectedMicros - roi.costMicros) * 1_000_000n;
        const below = BigInt(roi.roiMillionths) * BigInt(roi.costMicros);
        expect(below <= gain && gain < below + BigInt(roi.costMicros)).toBe(true);
      }),
    );
  });

  test('a pair earns nothing at a cost of one dollar, whatever its split', () => {
    fc.assert(
      fc.property(anyFees, anyFees, anyQuantity, anyTenthOfCent, (one, other, quantity, limit) => {
        const rest = priceMicros(1_000_000 - limit);
        const roi = roiAfterFees({
          quantity: microContracts(quantity),
          legs: [
            { limitPrice: limit, fees: one },
            { limitPrice: rest, fees: other },
          ],
          payout: price('1'),
        });
        expect(roi.roiMillionths).toBeLessThanOrEqual(0);
        expect(roi.costMicros - roi.expectedMicros).toBe(roi.feesMicros);
      }),
    );
  });
});

describe('formatPercent', () => {
  test.each([
    [0, '0.00 %'],
    [27_424, '2.74 %'],
    [27_450, '2.75 %'],
    [-28_561, '-2.86 %'],
    [-49, '0.00 %'],
    [20_000, '2.00 %'],
    [1_000_000, '100.00 %'],
    [99, '0.01 %'],
  ])('%p millionths are %p', (millionths, text) => {
    expect(formatPercent(millionths)).toBe(text);
  });
});
