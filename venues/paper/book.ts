/** Pure rules of the paper exchange's book: its levels, what is left of them, what an order takes. */
import type { FeeRole, FeeSchedule } from '../../domain/fees/schedule.ts';
import { fillFee } from '../../domain/fees/schedule.ts';
import type { MicroContracts, Micros, PriceMicros } from '../../domain/money.ts';
import {
  costCeil,
  floorToStep,
  microContracts,
  micros,
  proceedsFloor,
} from '../../domain/money.ts';
import type { Level } from '../venue.ts';

/** Which half of an outcome's book: a buy takes asks, a sell takes bids. */
export type Side = 'asks' | 'bids';

/** More than any order: 10⁹ contracts. Keeps every product of a walk within the safe integers. */
export const QUANTITY_MAX = 1e15;

/** One fill of a walk, priced; the cash moves with it. */
export interface PricedFill {
  readonly quantity: MicroContracts;
  readonly priceMicros: PriceMicros;
  readonly feeMicros: Micros;
  /** Negative for a buy; µ$. */
  readonly cashChangeMicros: Micros;
}

/** The half of the book an order of this action takes from. */
export function sideTaken(action: 'buy' | 'sell'): Side {
  return action === 'buy' ? 'asks' : 'bids';
}

/** Levels of a file as an exchange shows them: one a price, best first, whole lots only. */
export function bookLevels(
  side: Side,
  levels: readonly Level[],
  lotMicroContracts: number,
): readonly Level[] {
  const byPrice = new Map<PriceMicros, number>();
  for (const { priceMicros, quantity } of levels) {
    byPrice.set(priceMicros, Math.min((byPrice.get(priceMicros) ?? 0) + quantity, QUANTITY_MAX));
  }
  const direction = side === 'asks' ? 1 : -1;
  return [...byPrice]
    .sort(([a], [b]) => direction * (a - b))
    .map(([priceMicros, quantity]) => ({
      priceMicros,
      quantity: microContracts(floorToStep(quantity, lotMicroContracts)),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/** What is left of a snapshot's levels after what was already taken from each price. */
export function remainingLevels(
  levels: readonly Level[],
  takenByPrice: ReadonlyMap<number, number>,
): readonly Level[] {
  return levels
    .map(({ priceMicros, quantity }) => ({
      priceMicros,
      quantity: microContracts(Math.max(0, quantity - (takenByPrice.get(priceMicros) ?? 0))),
    }))
    .filter(({ quantity }) => quantity > 0);
}

/** What an order takes at its limit or better, best level first; one entry a level. */
export function walk(options: {
  readonly action: 'buy' | 'sell';
  readonly limitPrice: PriceMicros;
  readonly quantity: number;
  readonly levels: readonly Level[];
}): readonly Level[] {
  const taken: Level[] = [];
  let wanted = options.quantity;
  for (const { priceMicros, quantity } of options.levels) {
    const beyond =
      options.action === 'buy'
        ? priceMicros > options.limitPrice
        : priceMicros < options.limitPrice;
    if (wanted === 0 || beyond) break;
    const part = Math.min(wanted, quantity);
    taken.push({ priceMicros, quantity: microContracts(part) });
    wanted -= part;
  }
  return taken;
}

/**
 * Prices what a walk took: cost rounded up or proceeds rounded down, and the venue's fee with the
 * order's carry. What an order takes when it arrives pays the taker's fee, what comes to it while
 * it rests the maker's.
 */
export function priceFills(options: {
  readonly action: 'buy' | 'sell';
  readonly schedule: FeeSchedule;
  readonly role: FeeRole;
  readonly carry: number;
  readonly taken: readonly Level[];
}): { readonly fills: readonly PricedFill[]; readonly carry: number } {
  const { action, role, schedule } = options;
  let { carry } = options;
  const fills = options.taken.map(({ priceMicros, quantity }) => {
    const fee = fillFee(schedule, { action, role, quantity, price: priceMicros }, carry);
    carry = fee.carry;
    const gross =
      action === 'buy' ? 0 - costCeil(quantity, priceMicros) : proceedsFloor(quantity, priceMicros);
    const cashChangeMicros = micros(gross - fee.feeMicros);
    return { quantity, priceMicros, feeMicros: fee.feeMicros, cashChangeMicros };
  });
  return { fills, carry };
}

/** The sum of the fills' quantities. */
export function quantityOf(fills: readonly { readonly quantity: MicroContracts }[]): number {
  return fills.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** The sum of the fills' cash changes, µ$. */
export function cashChangeOf(fills: readonly PricedFill[]): number {
  return fills.reduce((sum, { cashChangeMicros }) => sum + cashChangeMicros, 0);
}
