import { assertNever } from '../assert.ts';
import type { MicroContracts, Micros, PriceMicros } from '../money.ts';
import { MICROS_PER_UNIT, priceMicros, ZERO_MICROS } from '../money.ts';
import type { FeeFill, KalshiRate } from './kalshi.ts';
import {
  kalshiFeeMax,
  kalshiFeeModel,
  kalshiFillFee,
  KALSHI_TAKER_FACTOR_MILLIONTHS,
} from './kalshi.ts';
import { polymarketFeeMax, polymarketTakerFee } from './polymarket.ts';

/**
 * What a market charges; part of a market's facts, JSON-safe and stored. Fields that came later
 * are optional, and what their absence means is what was charged before.
 */
export type FeeSchedule =
  | {
      readonly kind: 'kalshi';
      /** The series' `fee_multiplier`, 1,000,000 as a rule, 0 when waived. */
      readonly multiplierMillionths: number;
      /** What a maker pays instead of the taker's 70,000; absent where makers pay nothing. */
      readonly makerFactorMillionths?: number;
    }
  | {
      readonly kind: 'polymarket';
      /** The market's `feeSchedule.rate`; makers pay nothing. */
      readonly rateMillionths: number;
      /** The market's `feeSchedule.exponent`; absent where it is 1. */
      readonly exponent?: number;
    };

/** Whether a fill took what was offered, or was taken while it rested. */
export type FeeRole = 'taker' | 'maker';

/**
 * The most that buying `quantity` contracts at any price up to `limitPrice` can be charged, as
 * taker or maker, in up to 50 fills at any prices. Fees peak at a price of 0.50, so a limit above
 * it is charged as 0.50: a better price than the limit may carry the higher fee.
 * @returns µ$, never negative
 */
export function takerFeeMax(
  schedule: FeeSchedule,
  quantity: MicroContracts,
  limitPrice: PriceMicros,
): Micros {
  const worst = priceMicros(Math.min(limitPrice, MICROS_PER_UNIT / 2));
  switch (schedule.kind) {
    case 'kalshi':
      return kalshiFeeMax(dearerRate(schedule), quantity, worst);
    case 'polymarket':
      return polymarketFeeMax(schedule, quantity, worst);
    default:
      return assertNever(schedule);
  }
}

/**
 * The fee of taking `quantity` contracts at exactly `price` as one order, before the cents of
 * alignment: what ROI is computed from.
 * @returns µ$, never negative
 */
export function takerFeeAt(
  schedule: FeeSchedule,
  quantity: MicroContracts,
  price: PriceMicros,
): Micros {
  switch (schedule.kind) {
    case 'kalshi':
      return kalshiFeeModel(kalshiRate(schedule, 'taker'), quantity, price);
    case 'polymarket':
      return polymarketTakerFee(schedule, quantity, price);
    default:
      return assertNever(schedule);
  }
}

/**
 * The fee of one fill as the venue charges it.
 * @param carry what the order's earlier fills left (Kalshi's rounding), 0 for the first
 * @returns µ$, never negative, and the carry for the order's next fill
 */
export function fillFee(
  schedule: FeeSchedule,
  fill: FeeFill & { readonly role: FeeRole },
  carry: number,
): { feeMicros: Micros; carry: number } {
  switch (schedule.kind) {
    case 'kalshi':
      return kalshiFillFee(kalshiRate(schedule, fill.role), fill, carry);
    case 'polymarket': {
      const { role, quantity, price } = fill;
      const feeMicros =
        role === 'maker' ? ZERO_MICROS : polymarketTakerFee(schedule, quantity, price);
      return { feeMicros, carry };
    }
    default:
      return assertNever(schedule);
  }
}

type KalshiSchedule = Extract<FeeSchedule, { kind: 'kalshi' }>;

function kalshiRate(
  { multiplierMillionths, makerFactorMillionths = 0 }: KalshiSchedule,
  role: FeeRole,
): KalshiRate {
  const factorMillionths =
    role === 'taker' ? KALSHI_TAKER_FACTOR_MILLIONTHS : makerFactorMillionths;
  return { multiplierMillionths, factorMillionths };
}

function dearerRate(schedule: KalshiSchedule): KalshiRate {
  const [taker, maker] = [kalshiRate(schedule, 'taker'), kalshiRate(schedule, 'maker')];
  return maker.factorMillionths > taker.factorMillionths ? maker : taker;
}
