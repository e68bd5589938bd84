/** Return on investment after all fees, computed by the engine and never taken from a proposal. */
import type { FeeSchedule } from './fees/schedule.ts';
import { takerFeeAt } from './fees/schedule.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import {
  costCeil,
  MICROS_PER_UNIT,
  mulDivFloor,
  proceedsFloor,
  subtractMicros,
  sumMicros,
} from './money.ts';

export interface RoiLeg {
  readonly limitPrice: PriceMicros;
  readonly fees: FeeSchedule;
}

export interface RoiInput {
  readonly quantity: MicroContracts;
  readonly legs: readonly RoiLeg[];
  /** What one contract of all legs together is expected to pay: 1 for a pair, else the fair price. */
  readonly payout: PriceMicros;
  /** What one contract of all legs may cost before fees; default: the sum of the limits. */
  readonly costLimit?: PriceMicros | undefined;
}

export interface Roi {
  /** Cost with the taker fees of both venues' formulas at the limit prices. */
  readonly costMicros: Micros;
  readonly feesMicros: Micros;
  readonly expectedMicros: Micros;
  /** Millionths of the cost, rounded down: 20,000 is 2 %. */
  readonly roiMillionths: number;
}

/**
 * ROI of buying every leg at its limit and holding to the end.
 * Single leg: (fair × q − cost − fee) ÷ (cost + fee); pair: (1 × q − pair cost − fees) ÷ the same.
 * @throws AssertionError on a quantity of zero
 */
export function roiAfterFees(input: RoiInput): Roi {
  const limits = input.legs.reduce((sum, leg) => sum + leg.limitPrice, 0);
  const unitCost = (input.costLimit ?? limits) as PriceMicros;
  const feesMicros = sumMicros(
    input.legs.map((leg) => takerFeeAt(leg.fees, input.quantity, leg.limitPrice)),
  );
  const costMicros = sumMicros([costCeil(input.quantity, unitCost), feesMicros]);
  const expectedMicros = proceedsFloor(input.quantity, input.payout);
  const gain = subtractMicros(expectedMicros, costMicros);
  return {
    costMicros,
    feesMicros,
    expectedMicros,
    roiMillionths: mulDivFloor(gain, MICROS_PER_UNIT, costMicros),
  };
}

/** Writes millionths as a percentage to the nearest hundredth: `formatPercent(27_424)` is `"2.74 %"`. */
export function formatPercent(millionths: number): string {
  const hundredths = Math.round(millionths / 100);
  const sign = hundredths < 0 ? '-' : '';
  const magnitude = Math.abs(hundredths);
  return `${sign}${Math.floor(magnitude / 100)}.${String(magnitude % 100).padStart(2, '0')} %`;
}
