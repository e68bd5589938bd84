/**
 * Money and quantities as branded safe integers: they pass through JSON unharmed, and the
 * compiler keeps dollars, contracts and prices apart. Products go through bigint; every
 * division names its rounding.
 */
import { assert } from './assert.ts';

declare const unit: unique symbol;

/** Millionths of a dollar (USD on Kalshi, pUSD on Polymarket). A safe integer, may be negative. */
export type Micros = number & { readonly [unit]: 'micros' };
/** Millionths of a contract (share). A safe integer, never negative. */
export type MicroContracts = number & { readonly [unit]: 'microContracts' };
/** Millionths of a dollar per contract; a tradable price lies strictly between 0 and 1,000,000. */
export type PriceMicros = number & { readonly [unit]: 'priceMicros' };

export const MICROS_PER_UNIT = 1_000_000;
export const ZERO_MICROS = 0 as Micros;
export const ZERO_CONTRACTS = 0 as MicroContracts;

/** @throws AssertionError when `value` is no safe integer */
export function micros(value: number): Micros {
  assert(Number.isSafeInteger(value), `not a safe integer of micro-dollars: ${value}`);
  return value as Micros;
}

/** @throws AssertionError when `value` is no safe integer or is negative */
export function microContracts(value: number): MicroContracts {
  assert(Number.isSafeInteger(value) && value >= 0, `not a quantity: ${value}`);
  return value as MicroContracts;
}

/** @throws AssertionError unless 0 ≤ value ≤ 1,000,000 (0 and 1 occur as payouts, never as limits) */
export function priceMicros(value: number): PriceMicros {
  assert(
    Number.isSafeInteger(value) && value >= 0 && value <= MICROS_PER_UNIT,
    `not a price in micro-dollars: ${value}`,
  );
  return value as PriceMicros;
}

/** Sums amounts. @throws AssertionError as soon as the sum leaves the safe integers */
export function sumMicros(amounts: Iterable<Micros>): Micros {
  let total = ZERO_MICROS;
  for (const amount of amounts) total = micros(total + amount);
  return total;
}

/** `from` less `amount`. @throws AssertionError beyond the safe integers */
export function subtractMicros(from: Micros, amount: Micros): Micros {
  return micros(from - amount);
}

/** a × b ÷ divisor, rounded down (toward minus infinity). All three are integers, divisor > 0. */
export function mulDivFloor(a: number, b: number, divisor: number): number {
  return toSafe(floorDiv(BigInt(a) * BigInt(b), BigInt(divisor)));
}

/** a × b ÷ divisor, rounded up (toward plus infinity). All three are integers, divisor > 0. */
export function mulDivCeil(a: number, b: number, divisor: number): number {
  return toSafe(-floorDiv(-BigInt(a) * BigInt(b), BigInt(divisor)));
}

/** What `quantity` contracts at `price` cost, rounded up: the buyer never gets the fraction. */
export function costCeil(quantity: MicroContracts, price: PriceMicros): Micros {
  return micros(mulDivCeil(quantity, price, MICROS_PER_UNIT));
}

/** What `quantity` contracts at `price` bring in, rounded down: the seller never gets the fraction. */
export function proceedsFloor(quantity: MicroContracts, price: PriceMicros): Micros {
  return micros(mulDivFloor(quantity, price, MICROS_PER_UNIT));
}

/** The largest multiple of `step` that is not above `value`; value ≥ 0, step > 0. */
export function floorToStep(value: number, step: number): number {
  assert(Number.isSafeInteger(value) && value >= 0 && step > 0, `bad step: ${value} / ${step}`);
  return value - (value % step);
}

/** The smallest multiple of `step` that is not below `value`; value ≥ 0, step > 0. */
export function ceilToStep(value: number, step: number): number {
  const floored = floorToStep(value, step);
  return floored === value ? value : floored + step;
}

function floorDiv(numerator: bigint, divisor: bigint): bigint {
  assert(divisor > 0n, 'division by zero or by a negative number');
  const quotient = numerator / divisor;
  return numerator % divisor !== 0n && numerator < 0n ? quotient - 1n : quotient;
}

function toSafe(value: bigint): number {
  const result = Number(value);
  assert(Number.isSafeInteger(result), `beyond the safe integers: ${value}`);
  return result;
}
