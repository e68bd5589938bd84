/** How Kalshi writes numbers, times and ids. */
import { createHash } from 'node:crypto';
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

/** Ids of a run: the same seed and order of making give the same ids. */
export class IdSource {
  readonly #seed: string;
  #made = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** A new id in the form of a UUID. */
  next(): string {
    this.#made += 1;
    return uuidOf(`${this.#seed}:${this.#made}`);
  }
}

/** The same text always gives the same UUID-shaped id. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const part = (from: number, to: number) => hex.slice(from, to);
  return [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join('-');
}
