/** Decimal strings, the only form in which money, prices and quantities cross an edge. */
import { assert } from './assert.ts';
import { MICROS_PER_UNIT } from './money.ts';

const DECIMAL = /^-?(?:0|[1-9]\d{0,8})(?:\.\d{1,6})?$/;

/**
 * Reads a decimal string with at most 9 digits before and 6 after the point.
 * @returns millionths, exact; `undefined` where the text is no such number (exponents, spaces,
 *   leading zeros, `NaN` and more digits than millionths can hold are all refused)
 */
export function parseDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.');
  const magnitude = Number(whole) * MICROS_PER_UNIT + Number(fraction.padEnd(6, '0'));
  return negative && magnitude !== 0 ? -magnitude : magnitude;
}

/**
 * Writes millionths as a decimal string without trailing zeros, with at least
 * `fractionDigitsMin` digits after the point (2 suits dollars, 0 suits contracts).
 */
export function formatDecimal(millionths: number, fractionDigitsMin = 0): string {
  assert(Number.isSafeInteger(millionths), `not a safe integer: ${millionths}`);
  const magnitude = Math.abs(millionths);
  const whole = Math.floor(magnitude / MICROS_PER_UNIT);
  const digits = String(magnitude % MICROS_PER_UNIT).padStart(6, '0');
  const trimmed = digits.replace(/0+$/, '').padEnd(fractionDigitsMin, '0');
  const sign = millionths < 0 ? '-' : '';
  return trimmed === '' ? `${sign}${whole}` : `${sign}${whole}.${trimmed}`;
}

/** Dollars with at least cents: `formatUsd(3_180_000)` is `"3.18"`. */
export function formatUsd(amountMicros: number): string {
  return formatDecimal(amountMicros, 2);
}
