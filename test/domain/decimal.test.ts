import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AssertionError } from '../../domain/assert.ts';
import { formatDecimal, formatUsd, parseDecimal } from '../../domain/decimal.ts';

const LARGEST = 999_999_999_999_999;

describe('parseDecimal', () => {
  test.each([
    ['0', 0],
    ['-0', 0],
    ['-0.000000', 0],
    ['1', 1_000_000],
    ['0.58', 580_000],
    ['0.580000', 580_000],
    ['0.000001', 1],
    ['-0.000001', -1],
    ['-12.5', -12_500_000],
    ['10', 10_000_000],
    ['999999999.999999', LARGEST],
    ['-999999999.999999', -LARGEST],
  ])('reads %p as %p millionths', (text, value) => {
    expect(Object.is(parseDecimal(text), value)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['a lone sign', '-'],
    ['a plus sign', '+1'],
    ['two signs', '--1'],
    ['an exponent', '1e3'],
    ['a capital exponent', '1E3'],
    ['no number', 'NaN'],
    ['infinity', 'Infinity'],
    ['a space before', ' 1'],
    ['a space after', '1 '],
    ['a line end after', '1\n'],
    ['a leading zero', '01'],
    ['two zeros', '00'],
    ['a negative leading zero', '-01'],
    ['no digit after the point', '1.'],
    ['no digit before the point', '.5'],
    ['two points', '1.2.3'],
    ['a comma', '1,5'],
    ['grouping', '1_000'],
    ['hexadecimal', '0x1'],
    ['seven decimals', '0.1234567'],
    ['ten digits', '1234567890'],
    ['a dollar sign', '$1'],
    ['other digits', '１'],
  ])('refuses %s: %p', (_what, text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  test('reads back what formatDecimal wrote', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -LARGEST, max: LARGEST }),
        fc.integer({ min: 0, max: 6 }),
        (value, digits) => {
          expect(parseDecimal(formatDecimal(value, digits))).toBe(value === 0 ? 0 : value);
        },
      ),
    );
  });

  test('either refuses a text or reads its value exactly', () => {
    const texts = fc.stringMatching(/^[-+ ]?[0-9]{0,11}[.,eE]?[0-9]{0,8}$/);
    fc.assert(
      fc.property(texts, (text) => {
        const value = parseDecimal(text);
        if (value === undefined) return;
        expect(value / 1_000_000).toBe(Number(text) + 0);
        expect(parseDecimal(formatDecimal(value))).toBe(value);
      }),
    );
  });
});

describe('formatDecimal', () => {
  test.each([
    [0, 0, '0'],
    [-0, 0, '0'],
    [0, 2, '0.00'],
    [1, 0, '0.000001'],
    [-1, 0, '-0.000001'],
    [-500_000, 0, '-0.5'],
    [580_000, 0, '0.58'],
    [580_000, 2, '0.58'],
    [500_000, 2, '0.50'],
    [3_000_000, 0, '3'],
    [3_000_000, 2, '3.00'],
    [3_180_001, 2, '3.180001'],
    [Number.MAX_SAFE_INTEGER, 0, '9007199254.740991'],
    [-Number.MAX_SAFE_INTEGER, 0, '-9007199254.740991'],
  ])('writes %p millionths with at least %p decimals as %p', (value, digits, text) => {
    expect(formatDecimal(value, digits)).toBe(text);
  });

  test('writes dollars with cents', () => {
    expect(formatUsd(3_180_000)).toBe('3.18');
    expect(formatUsd(-200_000_000)).toBe('-200.00');
  });

  test.each([0.5, Number.NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])('stops on %p', (value) => {
    expect(() => formatDecimal(value)).toThrow(AssertionError);
  });
});
