import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { VenueFill } from '../../domain/market.ts';
import {
  costCeil,
  microContracts,
  micros,
  priceMicros,
  proceedsFloor,
} from '../../domain/money.ts';
import type { LegEffect, LegPosition } from '../../domain/position.ts';
import { effectOf, paidFor, positionRisk, reversed, tradePnl } from '../../domain/position.ts';
import { contracts, price, usd } from './builders.ts';

const NOTHING: LegPosition = {
  filled: 0,
  cost: 0,
  fees: 0,
  sold: 0,
  realised: 0,
  realisedFees: 0,
};
const FIELDS = Object.keys(NOTHING) as (keyof LegPosition)[];

function fillOf(
  action: 'buy' | 'sell',
  quantity: number,
  priceInMicros: number,
  feeMicros: number,
): VenueFill {
  return {
    fillId: 'f',
    venueOrderId: 'v',
    marketId: 'M',
    outcome: 0,
    action,
    quantity: microContracts(quantity),
    priceMicros: priceMicros(priceInMicros),
    feeMicros: micros(feeMicros),
    filledAtMs: 0,
  };
}

const fill = (action: 'buy' | 'sell', quantity: string, at: string, fee: string): VenueFill =>
  fillOf(action, contracts(quantity), price(at), usd(fee));

function plus(leg: LegPosition, effect: LegEffect): LegPosition {
  const sums = FIELDS.map((field) => [field, leg[field] + effect[field]]);
  return Object.fromEntries(sums) as unknown as LegPosition;
}

function after(...fills: readonly VenueFill[]): LegPosition {
  return fills.reduce((leg, one) => plus(leg, effectOf(leg, one)), NOTHING);
}

const BOUGHT = fill('buy', '50', '0.58', '0.85');

describe('what a fill does to its leg', () => {
  test.each([
    ['buying adds cost and fee', [BOUGHT], { filled: 50, cost: 29, fees: 0.85 }],
    [
      'buying again adds to it',
      [BOUGHT, fill('buy', '10', '0.60', '0.15')],
      { filled: 60, cost: 35, fees: 1 },
    ],
    [
      'selling a part takes its share of cost and fees: 10 - 5.8 - 0.17 - 0.1',
      [BOUGHT, fill('sell', '10', '1', '0.1')],
      { filled: 40, cost: 23.2, fees: 0.95, sold: 10, realised: 3.93, realisedFees: 0.27 },
    ],
    [
      'selling all leaves nothing but what was realised: 25 - 29 - 0.85 - 0.2',
      [BOUGHT, fill('sell', '50', '0.50', '0.20')],
      { filled: 0, cost: 0, fees: 1.05, sold: 50, realised: -5.05, realisedFees: 1.05 },
    ],
    [
      'what is bought after a sale carries its own fee only',
      [BOUGHT, fill('sell', '50', '0.50', '0.20'), fill('buy', '10', '0.40', '0.1')],
      { filled: 10, cost: 4, fees: 1.15, sold: 50, realised: -5.05, realisedFees: 1.05 },
    ],
  ])('%s', (_what, fills, expected) => {
    const scaled = Object.entries(expected).map(([field, amount]) => {
      return [field, Math.round(amount * 1_000_000)];
    });
    expect(after(...fills)).toEqual({ ...NOTHING, ...Object.fromEntries(scaled) });
  });

  test('shares are rounded down, and the last sale takes what is left of cost and fee', () => {
    const leg = after(fillOf('buy', 3, 333_334, 1));
    expect(leg).toMatchObject({ filled: 3, cost: 2, fees: 1 });
    const one = plus(leg, effectOf(leg, fillOf('sell', 1, 0, 0)));
    expect(one).toMatchObject({ filled: 2, cost: 2, realisedFees: 0 });
    const two = plus(one, effectOf(one, fillOf('sell', 1, 0, 0)));
    expect(two).toMatchObject({ filled: 1, cost: 1, realisedFees: 0 });
    const three = plus(two, effectOf(two, fillOf('sell', 1, 0, 0)));
    expect(three).toMatchObject({ filled: 0, cost: 0, realised: -3, realisedFees: 1 });
  });

  test('a reversal takes back exactly what its fill did', () => {
    const leg = after(BOUGHT, fill('buy', '7', '0.61', '0.03'));
    const sale = effectOf(leg, fill('sell', '13', '0.57', '0.02'));
    const sold = plus(leg, sale);
    expect(plus(sold, reversed(sale))).toEqual(leg);
    expect(reversed(reversed(sale))).toEqual(sale);
  });
});

type Move =
  | {
      readonly do: 'buy' | 'sell';
      readonly quantity: number;
      readonly at: number;
      readonly fee: number;
    }
  | { readonly do: 'revert'; readonly pick: number };

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 200_000_000 }),
      at: fc.integer({ min: 0, max: 1_000_000 }),
      fee: fc.integer({ min: 0, max: 3_000_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revert' as const), pick: fc.nat(9) }) },
);

/** A leg, the cash it moved, and what its fills did, in order; reversals as the ledger takes them. */
class Story {
  leg = NOTHING;
  cash = 0;
  booked: { readonly effect: LegEffect; readonly cash: number }[] = [];

  step(move: Move): void {
    if (move.do === 'revert') return this.revert(move.pick);
    const quantity = move.do === 'buy' ? move.quantity : Math.min(move.quantity, this.leg.filled);
    if (quantity === 0) return;
    const one = fillOf(move.do, quantity, move.at, move.fee);
    const effect = effectOf(this.leg, one);
    const moved =
      move.do === 'buy'
        ? 0 - costCeil(one.quantity, one.priceMicros) - move.fee
        : proceedsFloor(one.quantity, one.priceMicros) - move.fee;
    this.take(effect, moved);
    this.booked.push({ effect, cash: moved });
  }

  private revert(pick: number): void {
    const at = pick % Math.max(1, this.booked.length);
    const found = this.booked[at];
    if (found === undefined) return;
    // A bought fill whose contracts may be sold goes to suspense and not to the leg.
    const back = reversed(found.effect);
    if (back.filled < 0 && (this.leg.sold > 0 || this.leg.filled < -back.filled)) return;
    this.booked.splice(at, 1);
    this.take(back, -found.cash);
  }

  private take(effect: LegEffect, cash: number): void {
    this.leg = plus(this.leg, effect);
    this.cash += cash;
  }
}

test('I6 whatever is bought, sold and reverted: nothing below zero, and P&L is the cash that moved', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 25 }), (moves) => {
      const story = new Story();
      for (const move of moves) {
        story.step(move);
        const { leg } = story;
        for (const field of ['filled', 'cost', 'fees', 'sold', 'realisedFees'] as const) {
          expect(leg[field]).toBeGreaterThanOrEqual(0);
        }
        expect(paidFor(leg)).toBeGreaterThanOrEqual(0);
        // What is not held any more has cost nothing any more.
        expect(leg.filled > 0 || paidFor(leg) === 0).toBe(true);
        expect(leg.realised - paidFor(leg)).toBe(story.cash);
      }
      const held = story.leg.filled;
      if (held > 0) story.step({ do: 'sell', quantity: held, at: 500_000, fee: 7 });
      expect(story.leg).toMatchObject({ filled: 0, cost: 0 });
      expect(tradePnl([{ ...story.leg, payout: 0 }])).toBe(story.cash);
    }),
  );
});

describe('AT_RISK_REACHED what a position may still lose', () => {
  const leg = (filled: string, cost: string, fees = '0', realisedFees = '0'): LegPosition => ({
    ...NOTHING,
    filled: contracts(filled),
    cost: usd(cost),
    fees: usd(fees),
    realisedFees: usd(realisedFees),
  });
  test.each([
    ['nothing held', [leg('0', '0')], '0'],
    ['a single leg: all it cost, with fees', [leg('50', '29', '0.85')], '29.85'],
    ['a single leg after a sale: what is left of it', [leg('40', '23.2', '0.95', '0.27')], '23.88'],
    ['a pair that costs less than it pays', [leg('50', '18'), leg('50', '29')], '0'],
    ['a pair that costs more than it pays', [leg('50', '18', '2'), leg('50', '29', '1.5')], '0.5'],
    ['a pair of one leg: all of it', [leg('0', '0'), leg('50', '29', '1')], '30'],
    // 20 matched cost 7.2 + 11.6 and pay 20; 30 unmatched cost 17.4.
    ['a pair with a rest: what the rest cost', [leg('20', '7.2'), leg('50', '29')], '17.4'],
    // 20 matched cost 9.2 + 11.6 = 20.8; 30 unmatched cost 17.4.
    ['both together', [leg('20', '9.2'), leg('50', '29')], '18.2'],
    ['either way round', [leg('50', '29'), leg('20', '9.2')], '18.2'],
  ])('%s', (_what, legs, risk) => {
    expect(positionRisk(legs)).toBe(usd(risk));
  });

  const anyLeg = fc.record({
    filled: fc.integer({ min: 0, max: 500_000_000 }),
    at: fc.integer({ min: 0, max: 1_000_000 }),
    fees: fc.integer({ min: 0, max: 5_000_000 }),
  });
  const held = ({
    filled,
    at,
    fees,
  }: {
    filled: number;
    at: number;
    fees: number;
  }): LegPosition => ({
    ...NOTHING,
    filled,
    cost: costCeil(microContracts(filled), priceMicros(at)),
    fees: filled === 0 ? 0 : fees,
  });

  test('of a pair lies between what is lost for certain and all it cost, and bounds every alike result', () => {
    fc.assert(
      fc.property(anyLeg, anyLeg, (a, b) => {
        const legs = [held(a), held(b)];
        const paid = legs.reduce((sum, one) => sum + paidFor(one), 0);
        const risk = positionRisk(legs);
        expect(risk).toBeGreaterThanOrEqual(0);
        expect(risk).toBeLessThanOrEqual(paid);
        // If both markets resolve alike, one leg pays 1 a contract: no such loss is larger.
        for (const winner of legs) expect(paid - winner.filled).toBeLessThanOrEqual(risk);
        expect(positionRisk(legs.toReversed())).toBe(risk);
      }),
    );
  });
});
