/** What holds for every pair: caps, cash and budget are never exceeded, and sizing wastes nothing. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Counter } from '../../../domain/counters.ts';
import type { PriceMicros } from '../../../domain/money.ts';
import { microContracts, micros } from '../../../domain/money.ts';
import { admit, failuresOf } from '../../../domain/risk/admission.ts';
import type { DenialCode } from '../../../domain/risk/codes.ts';
import { largestSize } from '../../../domain/risk/ladder.ts';
import type { AdmissionView } from '../../../domain/risk/view.ts';
import { commonLot, quantityWithin, worstCaseCost } from '../../../domain/sizing.ts';
import type { TradePlan } from '../../../domain/trade-plan.ts';
import { anyCent, anyFees, anyQuantity, counter, MARKET } from '../builders.ts';
import { pairViewOf } from '../pair-builders.ts';

/** Everything passes but what a property is about. */
const PERMISSIVE = { minRoiMillionths: -2_000_000, maxRoiMillionths: 10 ** 9 };

const anyPair = fc.record({
  prices: fc.tuple(anyCent, anyCent),
  maxPairCost: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, anyCent),
  fees: fc.tuple(anyFees, anyFees),
  lots: fc.tuple(fc.constantFrom(10_000, 30_000, 1_000_000), fc.constantFrom(10_000, 250_000)),
});
/** Mostly plenty, so that one limit binds at a time and many pairs are accepted. */
const anyAmount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 10 ** 10, max: 10 ** 11 }) },
  { weight: 2, arbitrary: fc.nat(10 ** 9) },
  { weight: 1, arbitrary: fc.nat(10 ** 7) },
);

function counterOf([used, held, cap]: [number, number, number]): Counter {
  return { used, held, cap, overrun: Math.max(0, used + held - cap) };
}

const anyCounter = fc.tuple(fc.nat(10 ** 8), fc.nat(10 ** 8), anyAmount).map(counterOf);

const anyView = fc
  .record({
    pair: anyPair,
    quantity: fc.option(anyQuantity, { nil: undefined }),
    budget: fc.option(fc.integer({ min: 1, max: 10 ** 9 }).map(micros), { nil: undefined }),
    position: anyAmount,
    counters: fc.record({ loss: anyCounter, exposure: anyCounter, event: anyCounter }),
    markets: fc.tuple(anyCounter, anyCounter),
    cash: fc.tuple(anyAmount, anyAmount),
  })
  .map(({ pair, quantity, budget, position, counters, markets, cash }) =>
    pairViewOf({
      legs: {
        kalshi: { limitPrice: pair.prices[0] },
        polymarket: { limitPrice: pair.prices[1] },
      },
      markets: {
        kalshi: { fees: pair.fees[0], lotMicroContracts: pair.lots[0] },
        polymarket: { fees: pair.fees[1], lotMicroContracts: pair.lots[1] },
      },
      proposal: { quantity, budget, maxPairCost: pair.maxPairCost, minQuantity: undefined },
      limits: { ...PERMISSIVE, positionMicrosMax: micros(position) },
      counters,
      legViews: {
        kalshi: { market: markets[0], cashFreeMicros: cash[0] },
        polymarket: { market: markets[1], cashFreeMicros: cash[1] },
      },
    }),
  );

/** The money rules once more, as the design words them. */
function brokenRules(view: AdmissionView, plan: TradePlan): DenialCode[] {
  const { counters, limits, legs } = view;
  const fits = ({ used, held, cap }: Counter, amount: number) => used + held + amount <= cap;
  const [kalshi, polymarket] = plan.legs.map((leg) => leg.worstCaseMicros) as number[] as [
    number,
    number,
  ];
  const worst = kalshi + polymarket;
  const risk = Math.max(kalshi, polymarket);
  const rules: [DenialCode, boolean][] = [
    [
      'POSITION_TOO_LARGE',
      worst <= limits.positionMicrosMax &&
        fits(legs[0]!.market, kalshi) &&
        fits(legs[1]!.market, polymarket),
    ],
    ['DAILY_LOSS_REACHED', counters.loss.used + risk <= counters.loss.cap],
    ['AT_RISK_REACHED', fits(counters.loss, risk)],
    ['EXPOSURE_REACHED', fits(counters.exposure, worst) && fits(counters.event, worst)],
    [
      'INSUFFICIENT_BALANCE',
      kalshi <= legs[0]!.cashFreeMicros && polymarket <= legs[1]!.cashFreeMicros,
    ],
  ];
  return rules.filter(([, passed]) => !passed).map(([code]) => code);
}

test('I2 I15 no accepted pair exceeds a cap, a cash balance or its budget', () => {
  let accepted = 0;
  fc.assert(
    fc.property(anyView, (view) => {
      const admission = admit(view);
      if (!admission.accepted) return;
      accepted += 1;
      const { plan } = admission;
      expect(brokenRules(view, plan)).toEqual([]);
      const { budget, quantity } = view.proposal;
      // Neither is named: the bet amount stands in for a budget.
      const money = quantity === undefined ? view.limits.betAmountMicros : Infinity;
      expect(plan.worstCaseMicros).toBeLessThanOrEqual(budget ?? money);
      expect(plan.legs[0]!.quantity).toBeLessThanOrEqual(quantity ?? Infinity);
      expect(plan.legs[0]!.quantity).toBe(plan.legs[1]!.quantity);
    }),
    { numRuns: 1_500 },
  );
  expect(accepted).toBeGreaterThan(30);
});

test('a refusal names each money rule that the pair would break, and no other', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const generous = admit({
        ...view,
        limits: { ...view.limits, positionMicrosMax: micros(10 ** 14) },
        legs: view.legs.map((leg) => ({
          ...leg,
          market: counter(10 ** 14),
          cashFreeMicros: 10 ** 14,
        })),
        counters: {
          trades: counter(1),
          loss: counter(10 ** 14),
          exposure: counter(10 ** 14),
          event: counter(10 ** 14),
        },
      });
      if (!generous.accepted) return;
      const failures = failuresOf(admit(view).verdicts).map(({ code }) => code);
      expect(failures).toEqual(brokenRules(view, generous.plan));
    }),
    { numRuns: 500 },
  );
});

test('the legs’ prices at most are never above what the pair may cost, nor off their grids', () => {
  fc.assert(
    fc.property(anyView, (view) => {
      const admission = admit(view);
      if (!admission.accepted) return;
      const { legs, first, maxPairCostMicros } = admission.plan;
      const sum = legs.reduce((total, leg) => total + leg.priceMaxMicros, 0);
      expect(sum).toBeLessThanOrEqual(maxPairCostMicros!);
      expect(legs[first]!.leg.venue).toBe('polymarket');
      expect(legs[first]!.priceMaxMicros).toBe(legs[first]!.leg.limitPrice);
      for (const leg of legs) expect(leg.priceMaxMicros % leg.market.tickMicros).toBe(0);
    }),
  );
});

test('a size is the largest on the grid of both markets whose worst case fits the budget', () => {
  const budgets = fc.integer({ min: 0, max: 10 ** 9 }).map(micros);
  fc.assert(
    fc.property(anyPair, budgets, ({ prices, fees, lots }, budget) => {
      const legs = [0, 1].map((index) => ({
        market: { ...MARKET, fees: fees[index]!, lotMicroContracts: lots[index]! },
        priceMaxMicros: prices[index] as PriceMicros,
      }));
      const cost = (quantity: number) =>
        legs.reduce(
          (sum, { market, priceMaxMicros }) =>
            sum + worstCaseCost(market, microContracts(quantity), priceMaxMicros),
          0,
        );
      const lot = commonLot(legs)!;
      for (const each of lots) expect(lot % each).toBe(0);
      const quantity = quantityWithin(legs, budget);
      expect(quantity % lot).toBe(0);
      expect(quantity === 0 || cost(quantity) <= budget).toBe(true);
      expect(cost(quantity + lot)).toBeGreaterThan(budget);
    }),
  );
});

test('the largest size is accepted where it can be traded at all, and one lot more is not', () => {
  let found = 0;
  fc.assert(
    fc.property(anyView, (view) => {
      const largest = largestSize(view);
      if (largest === undefined || largest === 0) return;
      const lot = commonLot(
        view.legs.map(({ facts }) => ({
          market: facts.market!.value!,
          priceMaxMicros: 0 as PriceMicros,
        })),
      )!;
      const at = (quantity: number) =>
        admit({
          ...view,
          proposal: { ...view.proposal, budget: undefined, quantity: microContracts(quantity) },
        });
      const codes = failuresOf(at(largest).verdicts).map(({ code }) => code);
      // Below a venue's minimum it cannot be traded; no limit speaks against it.
      expect(codes.filter((code) => code !== 'INVALID_PROPOSAL')).toEqual([]);
      if (codes.length > 0) return;
      found += 1;
      expect(at(largest + lot).accepted).toBe(false);
    }),
    { numRuns: 400 },
  );
  expect(found).toBeGreaterThan(30);
});
