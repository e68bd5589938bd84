import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { kalshiFeeMax } from '../../domain/fees/kalshi.ts';
import { takerFeeAt, takerFeeMax } from '../../domain/fees/schedule.ts';
import { microContracts, priceMicros } from '../../domain/money.ts';
import {
  anyQuantity,
  anyTenthOfCent,
  contracts,
  KALSHI_FEES,
  NO_FEES,
  price,
  SPORTS_FEES,
  usd,
} from './builders.ts';
import { anyFills, anySchedule, feesOf, FULL, taker } from './fee-builders.ts';

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
      fc.property(anySchedule, anyFills(anyTenthOfCent), (schedule, fills) => {
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
      role: 'taker' as const,
    }));
    expect(feesOf(KALSHI_FEES, fills)).toBe(4_500);
    expect(kalshiFeeMax(taker(FULL), contracts('0.5'), price('0.001'))).toBeGreaterThanOrEqual(
      4_500,
    );
  });

  test('covers a single fill at any price up to the limit', () => {
    fc.assert(
      fc.property(
        anySchedule,
        anyQuantity,
        anyTenthOfCent,
        anyTenthOfCent,
        (fees, quantity, a, b) => {
          const limit = priceMicros(Math.max(a, b));
          const at = priceMicros(Math.min(a, b));
          const most = takerFeeMax(fees, quantity, limit);
          expect(takerFeeAt(fees, quantity, at)).toBeLessThanOrEqual(most);
          for (const role of ['taker', 'maker'] as const) {
            expect(feesOf(fees, [{ quantity, at, role }])).toBeLessThanOrEqual(most);
          }
        },
      ),
    );
  });

  test('is the dearest price up to the limit, and above it only what 50 roundings can come to', () => {
    const everyTenth = Array.from({ length: 999 }, (_, tenths) =>
      priceMicros((tenths + 1) * 1_000),
    );
    fc.assert(
      fc.property(anySchedule, anyQuantity, anyTenthOfCent, (schedule, quantity, limit) => {
        const dearest = everyTenth
          .filter((at) => at <= limit)
          .map((at) => takerFeeAt(schedule, quantity, at))
          .reduce((most, fee) => Math.max(most, fee), 0);
        const roundings = schedule.kind === 'kalshi' ? 50 * 100 + 99 : 50 * 10;
        const most = takerFeeMax(schedule, quantity, limit);
        expect(most).toBeGreaterThanOrEqual(dearest);
        expect(most).toBeLessThanOrEqual(dearest + roundings);
      }),
      { numRuns: 50 },
    );
  });

  test('grows with quantity and with the limit', () => {
    fc.assert(
      fc.property(
        anySchedule,
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
