import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Counter } from '../../../domain/counters.ts';
import { microContracts, micros } from '../../../domain/money.ts';
import { admit, failuresOf } from '../../../domain/risk/admission.ts';
import type { DenialCode } from '../../../domain/risk/codes.ts';
import { DENIALS } from '../../../domain/risk/codes.ts';
import type { AdmissionView } from '../../../domain/risk/view.ts';
import { worstCaseCost } from '../../../domain/sizing.ts';
import { anyCent, anyFees, anyQuantity, fact, MARKET, viewOf } from '../builders.ts';

/** How much more than the worst case there is room for: at the boundary, near it, or plenty. */
const anySpare = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 2 }) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 10 ** 9 }) },
  { weight: 1, arbitrary: fc.integer({ min: -(10 ** 9), max: -1 }) },
);
const anyTaken = fc.record({ used: fc.nat(10 ** 9), held: fc.nat(10 ** 9) });

/** A counter with `taken` in which just `room` is left; negative: overrun. */
function leaving(room: number, taken: { used: number; held: number }): Counter {
  const cap = Math.max(0, taken.used + taken.held + room);
  return { ...taken, cap, overrun: Math.max(0, taken.used + taken.held - cap) };
}

const anyCase = fc
  .record({
    quantity: anyQuantity,
    limitPrice: anyCent,
    fees: anyFees,
    spare: fc.record({
      position: anySpare,
      market: anySpare,
      loss: anySpare,
      exposure: anySpare,
      event: anySpare,
      cash: anySpare,
    }),
    taken: fc.record({ market: anyTaken, loss: anyTaken, exposure: anyTaken, event: anyTaken }),
  })
  .map(({ quantity, limitPrice, fees, spare, taken }) => {
    const market = { ...MARKET, fees };
    const worst = worstCaseCost(market, quantity, limitPrice);
    const view = viewOf({
      proposal: { quantity, budget: undefined },
      leg: { limitPrice },
      facts: { market: fact(market) },
      limits: { positionMicrosMax: micros(worst + spare.position), minRoiMillionths: -2_000_000 },
      counters: {
        loss: leaving(worst + spare.loss, taken.loss),
        exposure: leaving(worst + spare.exposure, taken.exposure),
        event: leaving(worst + spare.event, taken.event),
      },
      legView: {
        market: leaving(worst + spare.market, taken.market),
        cashFreeMicros: worst + spare.cash,
      },
    });
    return { view, worst };
  });

/** The money rules once more, as the design words them. */
function expectedFailures(view: AdmissionView, worst: number): DenialCode[] {
  const { counters, limits, legs } = view;
  const fits = (counter: Counter): boolean => counter.used + counter.held + worst <= counter.cap;
  const rules: [DenialCode, boolean][] = [
    ['POSITION_TOO_LARGE', worst <= limits.positionMicrosMax && fits(legs[0]!.market)],
    ['DAILY_LOSS_REACHED', counters.loss.used + worst <= counters.loss.cap],
    ['AT_RISK_REACHED', fits(counters.loss)],
    ['EXPOSURE_REACHED', fits(counters.exposure) && fits(counters.event)],
    ['INSUFFICIENT_BALANCE', worst <= legs[0]!.cashFreeMicros],
  ];
  return rules.filter(([, passed]) => !passed).map(([code]) => code);
}

describe('admission', () => {
  test('I2 I15 an accepted plan never exceeds any room, and a refusal names each that it would', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyCase, ({ view, worst }) => {
        // An implausible edge is another rule's matter.
        const fairPrice = view.proposal.legs[0]!.limitPrice;
        const admission = admit({ ...view, proposal: { ...view.proposal, fairPrice } });
        const failures = failuresOf(admission.verdicts).map((failure) => failure.code);
        expect(failures).toEqual(expectedFailures(view, worst));
        expect(admission.accepted).toBe(failures.length === 0);
        if (!admission.accepted) return;
        accepted += 1;
        expect(admission.plan.worstCaseMicros).toBe(worst);
        for (const counter of [view.counters.loss, view.counters.exposure]) {
          const taken = counter.used + counter.held + worst;
          expect(taken).toBeLessThanOrEqual(counter.cap + counter.overrun);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  test('a budget is never exceeded, fees included', () => {
    const budgets = fc.integer({ min: 1_000_000, max: 200_000_000 }).map(micros);
    fc.assert(
      fc.property(budgets, anyCent, anyFees, (budget, limitPrice, fees) => {
        const admission = admit(
          viewOf({
            proposal: { budget, fairPrice: limitPrice },
            leg: { limitPrice },
            market: { fees },
            limits: { minRoiMillionths: -2_000_000 },
          }),
        );
        const spent = admission.accepted ? admission.plan.worstCaseMicros : Infinity;
        expect(spent).toBeLessThanOrEqual(budget);
      }),
    );
  });

  test('is a pure function: the same view has the same verdicts, each with a known code', () => {
    fc.assert(
      fc.property(anyCase, fc.nat(100), ({ view }, lots) => {
        const quantity = microContracts(lots);
        const changed = { ...view, proposal: { ...view.proposal, minQuantity: quantity } };
        const before = structuredClone(changed);
        const once = admit(changed);
        expect(admit(changed)).toEqual(once);
        expect(changed).toEqual(before);
        for (const verdict of once.verdicts) expect(DENIALS).toHaveProperty(verdict.code);
      }),
    );
  });

  test('a refusal always names at least one rule, and an acceptance none', () => {
    const anyView = fc
      .record(
        {
          market: fc.constant(undefined),
          quote: fc.constant(undefined),
          status: fc.constant(undefined),
        },
        { requiredKeys: [] },
      )
      .chain((facts) =>
        fc
          .record({
            fairPrice: fc.option(anyCent, { nil: undefined }),
            quantity: fc.option(anyQuantity, { nil: undefined }),
            outcome: fc.constantFrom('yes', 'no', 'Rangers'),
            limitPrice: fc.oneof(
              anyCent,
              fc.nat(1_000_000).map((value) => value as never),
            ),
            known: fc.boolean(),
          })
          .map(({ fairPrice, quantity, outcome, limitPrice, known }) =>
            viewOf({
              proposal: { fairPrice, quantity },
              leg: { outcome, limitPrice },
              facts: { ...(known ? {} : { market: fact(null) }), ...facts },
            }),
          ),
      );
    fc.assert(
      fc.property(anyView, (view) => {
        const { accepted, verdicts } = admit(view);
        expect(accepted).toBe(failuresOf(verdicts).length === 0);
      }),
      { numRuns: 500 },
    );
  });
});
