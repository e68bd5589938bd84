import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AssertionError } from '../../domain/assert.ts';
import {
  ceilToStep,
  costCeil,
  floorToStep,
  microContracts,
  micros,
  mulDivCeil,
  mulDivFloor,
  priceMicros,
  proceedsFloor,
  subtractMicros,
  sumMicros,
} from '../../domain/money.ts';
import { anyQuantity, contracts, price, usd } from './builders.ts';

const BIG = Number.MAX_SAFE_INTEGER;

describe('named rounding', () => {
  test.each([
    { a: 7, b: 1, divisor: 2, floor: 3, ceil: 4 },
    { a: -7, b: 1, divisor: 2, floor: -4, ceil: -3 },
    { a: 7, b: -1, divisor: 2, floor: -4, ceil: -3 },
    { a: -7, b: -1, divisor: 2, floor: 3, ceil: 4 },
    { a: 6, b: 1, divisor: 2, floor: 3, ceil: 3 },
    { a: -6, b: 1, divisor: 2, floor: -3, ceil: -3 },
    { a: 0, b: -5, divisor: 3, floor: 0, ceil: 0 },
    { a: 1, b: 1, divisor: BIG, floor: 0, ceil: 1 },
    { a: -1, b: 1, divisor: BIG, floor: -1, ceil: 0 },
    { a: BIG, b: BIG, divisor: BIG, floor: BIG, ceil: BIG },
  ])('$a × $b ÷ $divisor is $floor down and $ceil up', ({ a, b, divisor, floor, ceil }) => {
    expect(mulDivFloor(a, b, divisor)).toBe(floor);
    expect(mulDivCeil(a, b, divisor)).toBe(ceil);
  });

  test('both enclose the exact quotient, at most one apart', () => {
    const factor = fc.maxSafeInteger();
    fc.assert(
      fc.property(factor, factor, fc.integer({ min: 1, max: BIG }), (a, b, divisor) => {
        const product = BigInt(a) * BigInt(b);
        const limit = BigInt(BIG) * BigInt(divisor);
        fc.pre(product > -limit && product < limit);
        const floor = BigInt(mulDivFloor(a, b, divisor));
        const ceil = BigInt(mulDivCeil(a, b, divisor));
        const unit = BigInt(divisor);
        expect(floor * unit <= product && product < (floor + 1n) * unit).toBe(true);
        expect((ceil - 1n) * unit < product && product <= ceil * unit).toBe(true);
      }),
    );
  });

  test.each([
    ['a product beyond the safe integers', () => mulDivFloor(BIG, 2, 1)],
    ['a product below the safe integers', () => mulDivCeil(-BIG, 2, 1)],
    ['a divisor of zero', () => mulDivFloor(1, 1, 0)],
    ['a negative divisor', () => mulDivCeil(1, 1, -1)],
  ])('%s stops the program', (_name, divide) => {
    expect(divide).toThrow(AssertionError);
  });

  test('a buyer pays the fraction of a micro-dollar, a seller forgoes it', () => {
    const odd = microContracts(3);
    expect(costCeil(odd, price('0.5'))).toBe(2);
    expect(proceedsFloor(odd, price('0.5'))).toBe(1);
    expect(costCeil(contracts('0.01'), price('0.58'))).toBe(5_800);
    expect(proceedsFloor(contracts('0.01'), price('0.58'))).toBe(5_800);
  });

  test('split purchases never cost less than one, and proceeds never bring more', () => {
    const any = fc.integer({ min: 0, max: 1_000_000 }).map(priceMicros);
    fc.assert(
      fc.property(anyQuantity, anyQuantity, any, (one, other, at) => {
        const both = microContracts(one + other);
        expect(costCeil(one, at) + costCeil(other, at)).toBeGreaterThanOrEqual(costCeil(both, at));
        expect(proceedsFloor(one, at) + proceedsFloor(other, at)).toBeLessThanOrEqual(
          proceedsFloor(both, at),
        );
      }),
    );
  });
});

describe('steps', () => {
  test.each([
    { value: 0, step: 10, floor: 0, ceil: 0 },
    { value: 1, step: 10, floor: 0, ceil: 10 },
    { value: 9, step: 10, floor: 0, ceil: 10 },
    { value: 10, step: 10, floor: 10, ceil: 10 },
    { value: 11, step: 10, floor: 10, ceil: 20 },
  ])('$value on a grid of $step lies between $floor and $ceil', ({ value, step, floor, ceil }) => {
    expect(floorToStep(value, step)).toBe(floor);
    expect(ceilToStep(value, step)).toBe(ceil);
  });

  test.each([
    [-1, 10],
    [0.5, 10],
    [BIG + 1, 10],
    [Number.NaN, 10],
    [1, 0],
    [1, -10],
  ])('%p on a grid of %p stops the program', (value, step) => {
    expect(() => floorToStep(value, step)).toThrow(AssertionError);
    expect(() => ceilToStep(value, step)).toThrow(AssertionError);
  });
});

describe('branded integers', () => {
  const noInteger = [Number.NaN, Infinity, -Infinity, 0.1, BIG + 1, -BIG - 1];

  test.each(noInteger)('%p is no amount, no quantity and no price', (value) => {
    expect(() => micros(value)).toThrow(AssertionError);
    expect(() => microContracts(value)).toThrow(AssertionError);
    expect(() => priceMicros(value)).toThrow(AssertionError);
  });

  test('amounts may be negative, quantities may not, prices stay within a dollar', () => {
    expect(micros(-BIG)).toBe(-BIG);
    expect(microContracts(0)).toBe(0);
    expect(() => microContracts(-1)).toThrow(AssertionError);
    expect(priceMicros(0)).toBe(0);
    expect(priceMicros(1_000_000)).toBe(1_000_000);
    expect(() => priceMicros(-1)).toThrow(AssertionError);
    expect(() => priceMicros(1_000_001)).toThrow(AssertionError);
  });

  test('sums and differences add up exactly', () => {
    expect(sumMicros([])).toBe(0);
    expect(sumMicros([usd('1.5'), usd('-0.25'), usd('0.000001')])).toBe(1_250_001);
    expect(subtractMicros(usd('1'), usd('1.5'))).toBe(-500_000);
  });

  test.each([
    ['a sum above', () => sumMicros([micros(BIG), micros(1)])],
    ['a sum below', () => sumMicros([micros(-BIG), micros(-1)])],
    ['a sum that comes back inside', () => sumMicros([micros(BIG), micros(2), micros(-2)])],
    ['a difference above', () => subtractMicros(micros(BIG), micros(-1))],
    ['a cost above', () => costCeil(microContracts(BIG), 2_000_000 as never)],
  ])('%s the safe integers stops the program', (_name, compute) => {
    expect(compute).toThrow(AssertionError);
  });
});
