import type { MicroContracts, Micros, PriceMicros } from '../money.ts';
import { ceilToStep, costCeil, micros, MICROS_PER_UNIT } from '../money.ts';

/** Taker factor 0.07 of `M × 0.07 × C × P × (1−P)`. @source Kalshi fee schedule of 2026-07-07 */
const TAKER_FACTOR_MILLIONTHS = 70_000;
/** Cash moves in steps of $0.0001 for direct members. @source Kalshi documentation, fee rounding */
export const KALSHI_CASH_STEP_MICROS = 100;

/**
 * The taker fee before alignment to the cash step: `ceil(M × 0.07 × C × P × (1−P))` in µ$.
 * @param multiplierMillionths the series' `fee_multiplier` × 1,000,000
 * @returns µ$, rounded up, never negative
 * @source https://kalshi.com/docs/kalshi-fee-schedule.pdf as transcribed 2026-07-07
 */
export function kalshiTakerFeeModel(
  multiplierMillionths: number,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  const numerator =
    BigInt(multiplierMillionths) *
    BigInt(TAKER_FACTOR_MILLIONTHS) *
    BigInt(quantity) *
    BigInt(price) *
    BigInt(MICROS_PER_UNIT - price);
  // Five factors in millionths, one of them kept: the divisor is 10^24.
  const divisor = 10n ** 24n;
  return micros(Number((numerator + divisor - 1n) / divisor));
}

/**
 * Steps a hold allows for alignment: one a fill, for 50 fills an order. At whole cents rebates
 * return all but one step; dust at finer prices is charged too little per fill to get any back.
 */
const ALIGNMENT_STEPS_ALLOWED = 50;

/**
 * The most an order can be charged at `price` after alignment: the model plus fifty cash steps
 * ($0.005) that have not grown into a rebate. Alignment is charged even where the fee is waived.
 * @returns µ$
 */
export function kalshiTakerFeeMax(
  multiplierMillionths: number,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  const model = kalshiTakerFeeModel(multiplierMillionths, quantity, price);
  return micros(
    ceilToStep(model, KALSHI_CASH_STEP_MICROS) + ALIGNMENT_STEPS_ALLOWED * KALSHI_CASH_STEP_MICROS,
  );
}

/** Rounding charged so far to one order and not yet given back, in µ$; starts at 0. */
export type KalshiFeeCarry = number;

/**
 * The fee of one fill as Kalshi charges it: the model, plus what aligns the cash movement to
 * $0.0001; roundings accumulate per order and come back in whole steps, never below a fee of 0.
 * @returns the fee in µ$ and the carry to hand to the order's next fill
 * @source Kalshi documentation “fee rounding”; reproduces the recorded 0.52×1→0.0175,
 *   0.99×1→0.0007, 0.98×4→0.0055, 0.97×1→0.0021, 0.98×1→0.0014 (2026-06-11)
 */
export function kalshiFillFee(
  multiplierMillionths: number,
  quantity: MicroContracts,
  price: PriceMicros,
  carry: KalshiFeeCarry,
): { feeMicros: Micros; carry: KalshiFeeCarry } {
  const model = kalshiTakerFeeModel(multiplierMillionths, quantity, price);
  const cost = costCeil(quantity, price);
  const rounding = ceilToStep(cost + model, KALSHI_CASH_STEP_MICROS) - cost - model;
  const gathered = carry + rounding;
  const charged = model + rounding;
  const rebate = Math.min(
    gathered - (gathered % KALSHI_CASH_STEP_MICROS),
    charged - (charged % KALSHI_CASH_STEP_MICROS),
  );
  return { feeMicros: micros(charged - rebate), carry: gathered - rebate };
}
