/** How Kalshi writes numbers and times. */
import { assert } from '../../domain/assert.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';

/**
 * Millionths with exactly `digits` digits after the point, e.g. `"0.4800"`.
 * @throws AssertionError where digits would be lost
 */
export function fixed(millionths: number, digits: number): string {
  const step = 10 ** (6 - digits);
  assert(millionths % step === 0, `${millionths} millionths need more than ${digits} digits`);
  const magnitude = Math.abs(millionths);
  const whole = Math.floor(magnitude / MICROS_PER_UNIT);
  const fraction = String(magnitude % MICROS_PER_UNIT).padStart(6, '0');
  return `${millionths < 0 ? '-' : ''}${whole}.${fraction.slice(0, digits)}`;
}

/** A price: four digits. */
export const priceText = (millionths: number): string => fixed(millionths, 4);
/** Money: six digits. */
export const moneyText = (millionths: number): string => fixed(millionths, 6);
/** A count: two digits. */
export const countText = (millionths: number): string => fixed(millionths, 2);

/** A time as Go writes it: no trailing zeros in the fraction of a second. */
export function timeText(atMs: number): string {
  return new Date(atMs).toISOString().replace(/(?:\.000|0+)Z$/, 'Z');
}

/** A time in whole seconds, rounded down. */
export function seconds(atMs: number): number {
  return Math.floor(atMs / 1000);
}
