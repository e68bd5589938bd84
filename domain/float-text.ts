/** Numbers that somebody's floating point wrote, read as the whole units they stand for. */
import { MICROS_PER_UNIT } from './money.ts';

/** Digits after the point of a dollar (or contract) down to its millionth, and of a cent to the same. */
const UNIT_DIGITS = 6;
const CENT_DIGITS = 4;

/**
 * Dollars as a double holds them, in micro-dollars; contracts in micro-contracts alike. Works on
 * the shortest decimal text of the double, never on the double: `3.7556249999999998` is 3,755,625.
 * @returns undefined where it lies further than a thousandth of a millionth from a whole one: so
 *   much no rounding of a float adds up to, and so it is another number
 */
export function microsOfFloat(value: number): number | undefined {
  return wholeUnits(value, UNIT_DIGITS);
}

/** The same of cents: `36.5` is 365,000 micro-dollars. */
export function microsOfCents(value: number): number | undefined {
  return wholeUnits(value, CENT_DIGITS);
}

/** Micro-dollars as the JSON number nearest to them; it prints as exactly that many. */
export function floatOfMicros(micros: number): number {
  return micros / MICROS_PER_UNIT;
}

function wholeUnits(value: number, digits: number): number | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (parts === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const point = whole.length + Number(exponent) + digits;
  // Beyond this there is no safe integer, below it nothing but zeros: no need to write them out.
  if (point > 16) return undefined;
  const all = `${whole}${fraction}`;
  const text = point < 0 ? `${'0'.repeat(-point)}${all}` : all.padEnd(point, '0');
  const units = Number(text.slice(0, Math.max(0, point)) || '0');
  const rest = text.slice(Math.max(0, point)).padEnd(3, '0');
  const nearest = rest.startsWith('000') ? units : rest.startsWith('999') ? units + 1 : undefined;
  if (nearest === undefined || !Number.isSafeInteger(nearest)) return undefined;
  return sign === '-' && nearest !== 0 ? -nearest : nearest;
}
