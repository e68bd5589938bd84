import { assert } from '../assert.ts';
import type { MicroContracts, Micros, PriceMicros } from '../money.ts';
import { micros, MICROS_PER_UNIT } from '../money.ts';

/** Fees are rounded to 5 decimals of a dollar. @source docs.polymarket.com/trading/fees, 2026-08 */
const FEE_STEP_MICROS = 10n;
/** Polymarket rounds each fill to 10 µ$; this many fills an order are allowed for in a hold. */
const FILLS_PER_ORDER_ALLOWED = 50;

/** What a market charges the taker; makers pay nothing. */
export interface PolymarketRate {
  /** The market's `feeSchedule.rate` × 1,000,000, e.g. 50,000 for sports. */
  readonly rateMillionths: number;
  /** The market's `feeSchedule.exponent`, a whole number of at least 1; 1 where absent. */
  readonly exponent?: number;
}

/**
 * The taker fee of one fill: `shares × rate × (p × (1−p))^exponent`, rounded up to $0.00001 (the
 * venue rounds to nearest with the same minimum; up is the side that never promises too much).
 * @returns µ$, a multiple of 10, never negative
 * @throws AssertionError when the exponent is no whole number of at least 1
 * @source https://docs.polymarket.com/trading/fees (2026-08): exponent 1 on every market then
 */
export function polymarketTakerFee(
  { rateMillionths, exponent = 1 }: PolymarketRate,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  assert(Number.isSafeInteger(exponent) && exponent >= 1, `not an exponent: ${exponent}`);
  const power = BigInt(exponent);
  const spread = BigInt(price) * BigInt(MICROS_PER_UNIT - price);
  const numerator = BigInt(rateMillionths) * BigInt(quantity) * spread ** power;
  // Rate and quantity in millionths, one of them kept, the spread in 10^-12; steps of 10 µ$.
  const divisor = 10n ** (6n + 12n * power) * FEE_STEP_MICROS;
  return micros(Number(((numerator + divisor - 1n) / divisor) * FEE_STEP_MICROS));
}

/**
 * The most an order can be charged at `price` in up to 50 fills: each is rounded up by less than
 * 10 µ$. A market without fees charges none.
 * @returns µ$
 */
export function polymarketFeeMax(
  rate: PolymarketRate,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  const fee = polymarketTakerFee(rate, quantity, price);
  return fee === 0 ? fee : micros(fee + FILLS_PER_ORDER_ALLOWED * Number(FEE_STEP_MICROS));
}
