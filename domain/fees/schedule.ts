import { assertNever } from '../assert.ts';
import type { MicroContracts, Micros, PriceMicros } from '../money.ts';
import { micros, MICROS_PER_UNIT, priceMicros } from '../money.ts';
import { kalshiTakerFeeMax, kalshiTakerFeeModel } from './kalshi.ts';
import { polymarketTakerFee } from './polymarket.ts';

/** What a market charges the taker; part of a market's facts, JSON-safe. */
export type FeeSchedule =
  /** `multiplierMillionths`: the series' `fee_multiplier`, 1,000,000 as a rule, 0 when waived. */
  | { readonly kind: 'kalshi'; readonly multiplierMillionths: number }
  /** `rateMillionths`: the market's `feeSchedule.rate`; the exponent is 1 on every market today. */
  | { readonly kind: 'polymarket'; readonly rateMillionths: number };

/**
 * The most a taker can be charged for `quantity` contracts bought at any price up to
 * `limitPrice`, however the fill is split. Fees peak at a price of 0.50, so a limit above it is
 * charged as 0.50: a better price than the limit may carry the higher fee.
 * @returns µ$, never negative
 */
export function takerFeeMax(
  schedule: FeeSchedule,
  quantity: MicroContracts,
  limitPrice: PriceMicros,
): Micros {
  const worst = priceMicros(Math.min(limitPrice, MICROS_PER_UNIT / 2));
  return feeBound(schedule, quantity, worst);
}

/**
 * The fee of buying `quantity` contracts at exactly `price` as one order, rounding included:
 * what ROI is computed from.
 * @returns µ$, never negative
 */
export function takerFeeAt(
  schedule: FeeSchedule,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  switch (schedule.kind) {
    case 'kalshi':
      return kalshiTakerFeeModel(schedule.multiplierMillionths, quantity, price);
    case 'polymarket':
      return polymarketTakerFee(schedule.rateMillionths, quantity, price);
    default:
      return assertNever(schedule);
  }
}

/** Polymarket rounds each fill to 10 µ$; this many fills an order are allowed for in a hold. */
const FILLS_PER_ORDER_ALLOWED = 50;
const POLYMARKET_ROUNDING_MICROS = 10;

function feeBound(schedule: FeeSchedule, quantity: MicroContracts, price: PriceMicros): Micros {
  if (schedule.kind === 'kalshi') {
    return kalshiTakerFeeMax(schedule.multiplierMillionths, quantity, price);
  }
  const fee = polymarketTakerFee(schedule.rateMillionths, quantity, price);
  return fee === 0 ? fee : micros(fee + FILLS_PER_ORDER_ALLOWED * POLYMARKET_ROUNDING_MICROS);
}
