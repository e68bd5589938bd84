/**
 * The prices a market takes. A venue states them for outcome 0; outcome 1 is quoted on the same
 * book, so its grid is the mirror image: `1 − p` for each price `p` of outcome 0.
 */
import { formatDecimal } from './decimal.ts';
import type { PriceRange, VenueMarket } from './market.ts';
import type { PriceMicros } from './money.ts';
import { MICROS_PER_UNIT, priceMicros } from './money.ts';
import type { OutcomeIndex } from './venue-id.ts';

/** The part of a market its prices are decided by. */
export type PriceGrid = Pick<VenueMarket, 'tickMicros' | 'priceRanges'>;

/** Whether `price` µ$ is one the market takes for `outcome`; 0 and 1 never are. */
export function isOnGrid(market: PriceGrid, outcome: OutcomeIndex, price: number): boolean {
  return floorToGrid(market, outcome, price) === price;
}

/** The highest price of the grid that is not above `price` µ$ (any integer); undefined below it. */
export function floorToGrid(
  market: PriceGrid,
  outcome: OutcomeIndex,
  price: number,
): PriceMicros | undefined {
  const ranges = rangesOf(market);
  const found =
    outcome === 0
      ? highestUpTo(ranges, price)
      : mirrored(lowestFrom(ranges, MICROS_PER_UNIT - price));
  return found === undefined ? undefined : priceMicros(found);
}

/** The lowest price of the grid; undefined where the grid is empty. */
export function lowestPrice(market: PriceGrid, outcome: OutcomeIndex): PriceMicros | undefined {
  const ranges = rangesOf(market);
  const found =
    outcome === 0 ? lowestFrom(ranges, 1) : mirrored(highestUpTo(ranges, MICROS_PER_UNIT - 1));
  return found === undefined ? undefined : priceMicros(found);
}

/** What the grid is, for a person: why a price was not taken. */
export function wordsOfGrid(market: PriceGrid): string {
  const { priceRanges, tickMicros } = market;
  if (priceRanges === undefined || priceRanges.length < 2) {
    return `a multiple of the tick ${formatDecimal(tickMicros)} inside (0, 1)`;
  }
  const parts = priceRanges.map(
    ({ startMicros, endMicros, stepMicros }) =>
      `${formatDecimal(stepMicros)} from ${formatDecimal(startMicros)} to ${formatDecimal(endMicros)}`,
  );
  return `on the market's prices of yes, in steps of ${parts.join(', ')}`;
}

function rangesOf({ priceRanges, tickMicros }: PriceGrid): readonly PriceRange[] {
  if (priceRanges !== undefined) return priceRanges;
  return [{ startMicros: 0, endMicros: MICROS_PER_UNIT, stepMicros: tickMicros }];
}

function highestUpTo(ranges: readonly PriceRange[], price: number): number | undefined {
  const inside = Math.min(price, MICROS_PER_UNIT - 1);
  const found = ranges.flatMap(({ startMicros, endMicros, stepMicros }) => {
    const room = Math.min(inside, endMicros) - startMicros;
    return room < 0 ? [] : [startMicros + Math.floor(room / stepMicros) * stepMicros];
  });
  const highest = Math.max(0, ...found);
  return highest === 0 ? undefined : highest;
}

function lowestFrom(ranges: readonly PriceRange[], price: number): number | undefined {
  const inside = Math.max(price, 1);
  const found = ranges.flatMap(({ startMicros, endMicros, stepMicros }) => {
    const above = Math.max(inside - startMicros, 0);
    const point = startMicros + Math.ceil(above / stepMicros) * stepMicros;
    return point > endMicros ? [] : [point];
  });
  const lowest = Math.min(MICROS_PER_UNIT, ...found);
  return lowest === MICROS_PER_UNIT ? undefined : lowest;
}

function mirrored(price: number | undefined): number | undefined {
  return price === undefined ? undefined : MICROS_PER_UNIT - price;
}
