/** Which prices and counts a market takes. */
import type { PriceRange } from '../../domain/market.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';

/** The least count step: 0.01 contracts, in micro-contracts. @source SDK 3.30 CreateOrderV2Request */
export const COUNT_STEP = 10_000;

/** Whether a YES price lies strictly between 0 and 1 and on one of the market's ranges. */
export function onGrid(ranges: readonly PriceRange[], price: number): boolean {
  if (price <= 0 || price >= MICROS_PER_UNIT) return false;
  return ranges.some(
    ({ startMicros, endMicros, stepMicros }) =>
      price >= startMicros && price <= endMicros && (price - startMicros) % stepMicros === 0,
  );
}
