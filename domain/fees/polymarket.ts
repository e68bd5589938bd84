import type { MicroContracts, Micros, PriceMicros } from '../money.ts';
import { micros, MICROS_PER_UNIT } from '../money.ts';

/** Fees are rounded to 5 decimals of a dollar. @source docs.polymarket.com/trading/fees, 2026-08 */
const FEE_STEP_MICROS = 10n;

/**
 * The taker fee of one fill: `shares × rate × p × (1−p)`, rounded up to $0.00001 (the venue
 * rounds to nearest with the same minimum; up is the side that never promises too much).
 * @param rateMillionths the market's `feeSchedule.rate` × 1,000,000, e.g. 50,000 for sports
 * @returns µ$, a multiple of 10, never negative
 * @source https://docs.polymarket.com/trading/fees (2026-08): exponent 1, takers only
 */
export function polymarketTakerFee(
  rateMillionths: number,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  const numerator =
    BigInt(rateMillionths) * BigInt(quantity) * BigInt(price) * BigInt(MICROS_PER_UNIT - price);
  // Four factors in millionths, one of them kept: 10^18; and whole steps of 10 µ$.
  const divisor = 10n ** 18n * FEE_STEP_MICROS;
  return micros(Number(((numerator + divisor - 1n) / divisor) * FEE_STEP_MICROS));
}
