/** Prices on grids whose steps differ, seen from both outcomes. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { PriceGrid } from '../../domain/price-grid.ts';
import { floorToGrid, isOnGrid, lowestPrice, wordsOfGrid } from '../../domain/price-grid.ts';

const CENTS: PriceGrid = { tickMicros: 10_000 };
/** Kalshi's tapered_deci_cent: tenths of a cent at the edges, cents between. */
const TAPERED: PriceGrid = {
  tickMicros: 10_000,
  priceRanges: [
    { startMicros: 0, endMicros: 100_000, stepMicros: 1_000 },
    { startMicros: 100_000, endMicros: 900_000, stepMicros: 10_000 },
    { startMicros: 900_000, endMicros: 1_000_000, stepMicros: 1_000 },
  ],
};
/** Steps that do not end on the range's end: the mirror image is another grid. */
const UNEVEN: PriceGrid = {
  tickMicros: 300_000,
  priceRanges: [{ startMicros: 0, endMicros: 1_000_000, stepMicros: 300_000 }],
};
const GRIDS = [CENTS, TAPERED, UNEVEN];

describe('floorToGrid is the highest price not above', () => {
  test.each([
    ['cents', CENTS, 0, 125_000, 120_000],
    ['cents', CENTS, 1, 125_000, 120_000],
    ['cents below the first', CENTS, 0, 9_999, undefined],
    ['cents above the last', CENTS, 0, 5_000_000, 990_000],
    ['cents of a negative', CENTS, 1, -1, undefined],
    ['tapered, low', TAPERED, 0, 45_678, 45_000],
    ['tapered, middle', TAPERED, 0, 455_678, 450_000],
    ['tapered, high', TAPERED, 0, 955_678, 955_000],
    ['tapered, at a border', TAPERED, 0, 100_000, 100_000],
    ['uneven', UNEVEN, 0, 999_999, 900_000],
    ['uneven, mirrored', UNEVEN, 1, 999_999, 700_000],
    ['uneven, mirrored, low', UNEVEN, 1, 150_000, 100_000],
  ] as const)('%s', (_name, grid, outcome, price, expected) => {
    expect(floorToGrid(grid, outcome, price)).toBe(expected);
  });
});

test.each([
  [CENTS, 0, 10_000, 990_000],
  [TAPERED, 1, 1_000, 999_000],
  [UNEVEN, 0, 300_000, 900_000],
  [UNEVEN, 1, 100_000, 700_000],
] as const)('%j of outcome %i goes from %i to %i', (grid, outcome, lowest, highest) => {
  expect(lowestPrice(grid, outcome)).toBe(lowest);
  expect(floorToGrid(grid, outcome, 1_000_000)).toBe(highest);
});

test('a price is on one outcome’s grid where its opposite is on the other’s, and nothing lies between it and its floor', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...GRIDS),
      fc.constantFrom(0 as const, 1 as const),
      fc.integer({ min: -10, max: 1_000_010 }),
      (grid, outcome, price) => {
        const other = outcome === 0 ? 1 : 0;
        expect(isOnGrid(grid, outcome, price)).toBe(isOnGrid(grid, other, 1_000_000 - price));
        const floor = floorToGrid(grid, outcome, price);
        const lowest = lowestPrice(grid, outcome)!;
        expect(floor === undefined).toBe(price < lowest);
        const at = floor ?? lowest;
        expect(isOnGrid(grid, outcome, at)).toBe(true);
        expect(floor ?? price).toBeLessThanOrEqual(price);
        // Between a price and its floor there is no other: one step down has the same floor.
        const below = floor === undefined || floor === price ? price : price - 1;
        expect(floorToGrid(grid, outcome, below)).toBe(floor);
      },
    ),
  );
});

test('the words name every range', () => {
  expect(wordsOfGrid(CENTS)).toBe('a multiple of the tick 0.01 inside (0, 1)');
  expect(wordsOfGrid(TAPERED)).toContain('0.001 from 0 to 0.1, 0.01 from 0.1 to 0.9');
});
