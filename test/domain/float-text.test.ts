/** Numbers that Python's floats wrote, read as the whole units they stand for. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { floatOfMicros, microsOfCents, microsOfFloat } from '../../domain/float-text.ts';

describe('dollars as a double holds them', () => {
  test.each([
    [61.97625000000001, 61_976_250],
    [3.7556249999999998, 3_755_625],
    [0.18062499999999998, 180_625],
    [0.9381249999999999, 938_125],
    [35.0, 35_000_000],
    [0, 0],
    [-0, 0],
    [-1.5, -1_500_000],
    [1.1102230246251565e-16, 0],
    [-2.220446049250313e-16, 0],
    [9.999999999e-1, 1_000_000],
    [1e-6, 1],
    [1e9, 1e15],
  ])('%d is %d micro-dollars', (value, micros) => {
    expect(microsOfFloat(value)).toBe(micros);
  });

  test.each([1e-7, 1.2345678, 0.0000005, 3.7556245, 9.2e15, 1e21, Number.NaN, Infinity])(
    '%d is no whole number of micro-dollars',
    (value) => {
      expect(microsOfFloat(value)).toBeUndefined();
    },
  );

  test('what a sum of a thousand floats is off by is still the same amount', () => {
    const amounts = fc.array(fc.integer({ min: 0, max: 10_000_000 }), {
      minLength: 1,
      maxLength: 1_000,
    });
    fc.assert(
      fc.property(amounts, (micros) => {
        const total = micros.reduce((sum, one) => sum + one / 1_000_000, 0);
        expect(microsOfFloat(total)).toBe(micros.reduce((sum, one) => sum + one, 0));
      }),
    );
  });

  test('every amount comes back from the number written for it', () => {
    const amount = fc.integer({ min: -1_000_000_000_000_000, max: 1_000_000_000_000_000 });
    fc.assert(
      fc.property(amount, (micros) => {
        expect(microsOfFloat(floatOfMicros(micros))).toBe(micros === 0 ? 0 : micros);
      }),
    );
  });
});

test.each([
  [35.0, 350_000],
  [36.5, 365_000],
  [0.4, 4_000],
  [99.9999, 999_999],
  [0.00001, undefined],
])('a price of %d cents is %p micro-dollars', (cents, micros) => {
  expect(microsOfCents(cents)).toBe(micros);
});
