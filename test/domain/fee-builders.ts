/** What the tests of fees are written with: rates, schedules and orders split into fills. */
import fc from 'fast-check';
import type { KalshiRate } from '../../domain/fees/kalshi.ts';
import { kalshiFeeModel, kalshiFillFee } from '../../domain/fees/kalshi.ts';
import type { FeeRole, FeeSchedule } from '../../domain/fees/schedule.ts';
import { fillFee } from '../../domain/fees/schedule.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts } from '../../domain/money.ts';

export const FULL = 1_000_000;
export const HALF = 500_000;
/** The taker's rate at a multiplier. */
export const taker = (multiplierMillionths: number): KalshiRate => ({
  multiplierMillionths,
  factorMillionths: 70_000,
});
export const bought = (quantity: MicroContracts, at: PriceMicros) =>
  ({ action: 'buy', quantity, price: at }) as const;

export interface Fill {
  readonly quantity: MicroContracts;
  readonly at: PriceMicros;
  readonly role: FeeRole;
}

export const anyMultiplier = fc.oneof(
  fc.constantFrom(0, HALF, FULL, 2 * FULL),
  fc.integer({ min: 0, max: 10 * FULL }),
);
export const anyRate = fc.oneof(
  fc.constantFrom(0, 40_000, 50_000, 70_000),
  fc.integer({ min: 0, max: FULL }),
);
export const anyAction = fc.constantFrom<('buy' | 'sell')[]>('buy', 'sell');
const anyRole = fc.constantFrom<FeeRole[]>('taker', 'maker');
export const anyKalshi = fc
  .tuple(anyMultiplier, fc.constantFrom(undefined, 17_500, 35_000))
  .map(([multiplier, factor]) => kalshiOf(multiplier, factor));
export const anySchedule: fc.Arbitrary<FeeSchedule> = fc.oneof(
  anyKalshi,
  fc.record({
    kind: fc.constant('polymarket' as const),
    rateMillionths: anyRate,
    exponent: fc.constantFrom(1, 1, 2, 3, 4),
  }),
);
/** Dust and large fills alike. */
const anyFillQuantity = fc
  .oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100_000 }))
  .map((lots) => microContracts(lots * 10_000));

export function kalshiOf(
  multiplierMillionths: number,
  makerFactorMillionths?: number,
): FeeSchedule {
  const maker = makerFactorMillionths === undefined ? {} : { makerFactorMillionths };
  return { kind: 'kalshi', multiplierMillionths, ...maker };
}

export function splitOf(): fc.Arbitrary<MicroContracts[]> {
  return fc.array(anyFillQuantity, { minLength: 1, maxLength: 50 });
}

export function anyFills(at: fc.Arbitrary<PriceMicros>): fc.Arbitrary<Fill[]> {
  const fill = fc.record({ quantity: anyFillQuantity, at, role: anyRole });
  return fc.array(fill, { minLength: 1, maxLength: 50 });
}

/** One order's fees over its fills, as Kalshi charges a taker, beside the sum of the bare models. */
export function chargedBy(
  multiplier: number,
  fills: readonly Pick<Fill, 'quantity' | 'at'>[],
): { feeMicros: number; models: number; carry: number } {
  let feeMicros = 0;
  let models = 0;
  let carry = 0;
  for (const { quantity, at } of fills) {
    const charged = kalshiFillFee(taker(multiplier), bought(quantity, at), carry);
    feeMicros += charged.feeMicros;
    models += kalshiFeeModel(taker(multiplier), quantity, at);
    carry = charged.carry;
  }
  return { feeMicros, models, carry };
}

/** One order's fees over its fills, fill by fill as the venue charges them. */
export function feesOf(schedule: FeeSchedule, fills: readonly Fill[]): number {
  let sum = 0;
  let carry = 0;
  for (const { quantity, at, role } of fills) {
    const charged = fillFee(schedule, { ...bought(quantity, at), role }, carry);
    sum += charged.feeMicros;
    carry = charged.carry;
  }
  return sum;
}
