import type { MicroContracts, Micros, PriceMicros } from '../money.ts';
import { ceilToStep, costCeil, micros, MICROS_PER_UNIT, proceedsFloor } from '../money.ts';

/** Taker factor 0.07 of `M × 0.07 × C × P × (1−P)`. @source Kalshi fee schedule of 2026-07-07 */
export const KALSHI_TAKER_FACTOR_MILLIONTHS = 70_000;
/** Cash moves in steps of $0.0001 for direct members. @source Kalshi documentation, fee rounding */
export const KALSHI_CASH_STEP_MICROS = 100;

/** What one side of a fill is charged by: `multiplier × factor × C × P × (1−P)`. */
export interface KalshiRate {
  /** The series' `fee_multiplier` × 1,000,000. */
  readonly multiplierMillionths: number;
  /** 0.07 for the taker; less, often nothing, for the maker; × 1,000,000. */
  readonly factorMillionths: number;
}

/** Contracts bought or sold at one price. */
export interface FeeFill {
  readonly action: 'buy' | 'sell';
  readonly quantity: MicroContracts;
  readonly price: PriceMicros;
}

/**
 * The fee before alignment to the cash step: `ceil(M × factor × C × P × (1−P))` in µ$.
 * @returns µ$, rounded up, never negative
 * @source https://kalshi.com/docs/kalshi-fee-schedule.pdf as transcribed 2026-07-07
 */
export function kalshiFeeModel(
  rate: KalshiRate,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  const numerator =
    BigInt(rate.multiplierMillionths) *
    BigInt(rate.factorMillionths) *
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
 * The most an order can be charged at `price` after alignment, in up to 50 fills: the model plus
 * fifty cash steps ($0.005). A fill is charged at most its model, rounded up to 1 µ$, and 99 µ$ of
 * alignment that have not grown into a rebate. Alignment is charged even where the fee is waived.
 * @returns µ$
 */
export function kalshiFeeMax(
  rate: KalshiRate,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  const model = kalshiFeeModel(rate, quantity, price);
  return micros(
    ceilToStep(model, KALSHI_CASH_STEP_MICROS) + ALIGNMENT_STEPS_ALLOWED * KALSHI_CASH_STEP_MICROS,
  );
}

/** Rounding charged so far to one order and not yet given back, in µ$; starts at 0. */
export type KalshiFeeCarry = number;

/**
 * The fee of one fill as Kalshi charges it: the model, plus what aligns the cash movement to
 * $0.0001 against us; roundings accumulate per order, over fills as taker and as maker, and come
 * back in whole steps, never below a fee of 0.
 * @returns the fee in µ$ and the carry to hand to the order's next fill
 * @source Kalshi documentation “fee rounding”; reproduces the recorded 0.52×1→0.0175,
 *   0.99×1→0.0007, 0.98×4→0.0055, 0.97×1→0.0021, 0.98×1→0.0014 (2026-06-11)
 */
export function kalshiFillFee(
  rate: KalshiRate,
  { action, quantity, price }: FeeFill,
  carry: KalshiFeeCarry,
): { feeMicros: Micros; carry: KalshiFeeCarry } {
  const model = kalshiFeeModel(rate, quantity, price);
  const revenue = action === 'buy' ? 0 - costCeil(quantity, price) : proceedsFloor(quantity, price);
  const rounding = aboveStep(revenue - model);
  const gathered = carry + rounding;
  const charged = model + rounding;
  const rebate = Math.min(
    gathered - (gathered % KALSHI_CASH_STEP_MICROS),
    charged - (charged % KALSHI_CASH_STEP_MICROS),
  );
  return { feeMicros: micros(charged - rebate), carry: gathered - rebate };
}

/** What cash, perhaps negative, lies above the next lower cash step. */
function aboveStep(cashMicros: number): number {
  const rest = cashMicros % KALSHI_CASH_STEP_MICROS;
  return rest < 0 ? rest + KALSHI_CASH_STEP_MICROS : rest + 0;
}
