import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { takerFeeMax } from '../../domain/fees/schedule.ts';
import type { Level } from '../../domain/market.ts';
import type { WayOut } from '../../domain/mending.ts';
import { cheapest, waysOut } from '../../domain/mending.ts';
import { costCeil, microContracts, priceMicros } from '../../domain/money.ts';
import { boughtFor, excessOf, tradable } from '../../domain/placing.ts';
import { anyFees } from './builders.ts';
import { bookOf, bought, POLYMARKET, standingOf } from './standing-builders.ts';

/** Up to four levels of whole cents, best first. */
const anyLevels = (best: 'low' | 'high'): fc.Arbitrary<Level[]> =>
  fc
    .uniqueArray(
      fc.record({
        cents: fc.integer({ min: 1, max: 99 }),
        lots: fc.integer({ min: 1, max: 8_000 }),
      }),
      { maxLength: 4, selector: ({ cents }) => cents },
    )
    .map((rows) =>
      rows
        .toSorted((a, b) => (best === 'low' ? a.cents - b.cents : b.cents - a.cents))
        .map(({ cents, lots }) => ({
          priceMicros: priceMicros(cents * 10_000),
          quantity: microContracts(lots * 10_000),
        })),
    );

const anyNaked = fc.record({
  boughtLots: fc.integer({ min: 1, max: 8_000 }),
  at: fc.integer({ min: 1, max: 99 }),
  spendable: fc.integer({ min: 0, max: 60_000_000 }),
  allowed: fc.integer({ min: -1_000_000, max: 30_000_000 }),
  fees: anyFees,
  otherFees: anyFees,
  asks: anyLevels('low'),
  bids: anyLevels('high'),
});

test('no way out goes beyond excess, lots, holds, grid or the loss allowed', () => {
  fc.assert(
    fc.property(anyNaked, ({ boughtLots, at, spendable, allowed, fees, otherFees, asks, bids }) => {
      const price0 = priceMicros(at * 10_000);
      const filled = microContracts(boughtLots * 10_000);
      const base = standingOf({
        polymarket: {
          orders: [{ ...bought('0', '0'), finalQuantity: filled, averagePriceMicros: price0 }],
          fees,
        },
        kalshi: { orders: [bought('0', '0')], fees: otherFees },
      });
      const trade = {
        ...base,
        legs: base.legs.map((leg) => ({ ...leg, spendableMicros: spendable })),
      };
      const excess = excessOf(trade)!;
      const ways = waysOut(trade, excess, [bookOf(asks, []), bookOf([], bids)], allowed);
      for (const way of ways) {
        const { plan } = trade.legs[way.leg]!;
        expect(way.quantity).toBeLessThanOrEqual(excess.quantity);
        expect(tradable(plan, way.quantity)).toBe(way.quantity);
        expect(way.quantity).toBeGreaterThan(0);
        expect(way.limitPrice % plan.market.tickMicros).toBe(0);
        expect(way.lossMicros).toBeLessThanOrEqual(allowed);
        const side = way.action === 'complete' ? asks : bids;
        const offered = side
          .filter(({ priceMicros: one }) =>
            way.action === 'complete' ? one <= way.limitPrice : one >= way.limitPrice,
          )
          .reduce((sum, { quantity }) => sum + quantity, 0);
        expect(way.quantity).toBeLessThanOrEqual(offered);
        // A hedge must fit into what can be paid, and all at its worst price bounds its loss.
        const worst =
          costCeil(way.quantity, way.limitPrice) +
          takerFeeMax(plan.market.fees, way.quantity, way.limitPrice);
        const most = boughtFor(trade.legs[POLYMARKET]!, way.quantity) + worst - way.quantity;
        const buys = way.action === 'complete';
        expect(!buys || worst <= spendable).toBe(true);
        expect(!buys || way.lossMicros <= most + asks.length).toBe(true);
      }
      // Tried equally often, the chosen way loses no more a contract than any other.
      const chosen = cheapest(ways);
      for (const way of ways) {
        const [mine, others] = [perContract(chosen!, way), perContract(way, chosen!)];
        expect(mine <= others).toBe(true);
      }
    }),
  );
});

function perContract(way: WayOut, other: WayOut): bigint {
  return BigInt(way.lossMicros) * BigInt(other.quantity);
}
