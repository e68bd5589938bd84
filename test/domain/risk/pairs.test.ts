/** Admission of two legs: prices, size, holds, and the rules that look at each leg. */
import { describe, expect, test } from '@jest/globals';
import { parseDecimal } from '../../../domain/decimal.ts';
import { pairKeyOf } from '../../../domain/pairs.ts';
import { formatPercent } from '../../../domain/roi.ts';
import { admit, awaitsApproval, failuresOf } from '../../../domain/risk/admission.ts';
import type { DenialCode } from '../../../domain/risk/codes.ts';
import { DENIAL_CODES } from '../../../domain/risk/codes.ts';
import { AT_MS, contracts, counter, fact, openTrade, price, usd } from '../builders.ts';
import type { PairChanges } from '../pair-builders.ts';
import { PAIR, pairViewOf } from '../pair-builders.ts';

const judge = (changes: PairChanges = {}) => admit(pairViewOf(changes));

function planOf(changes: PairChanges = {}) {
  const admission = judge(changes);
  expect(failuresOf(admission.verdicts)).toEqual([]);
  if (!admission.accepted) throw new Error('not accepted');
  return admission.plan;
}

describe('an accepted pair', () => {
  test("is the design's first example: 2.74 % after fees", () => {
    const plan = planOf();
    expect(formatPercent(plan.roi.roiMillionths)).toBe('2.74 %');
    expect(plan).toMatchObject({ first: 1, maxPairCostMicros: 945_000 });
    expect(plan.legs.map((leg) => [leg.outcome, leg.quantity, leg.priceMaxMicros])).toEqual([
      [0, contracts('50'), price('0.36')],
      [1, contracts('50'), price('0.58')],
    ]);
    // 50 × 0.36 + 0.07 × 50 × 0.36 × 0.64 + 0.005, and 50 × 0.58 + 0.05 × 50 × 0.25 + 0.0005.
    expect(plan.legs.map((leg) => leg.worstCaseMicros)).toEqual([usd('18.8114'), usd('29.6255')]);
    expect(plan.worstCaseMicros).toBe(usd('48.4369'));
    expect(plan.riskMicros).toBe(usd('29.6255'));
  });

  test('every rule is on record, prices at sending apart', () => {
    const codes = judge().verdicts.map(({ code }) => code);
    expect(codes.toSorted()).toEqual(
      DENIAL_CODES.filter((code) => code !== 'PRICE_MOVED').toSorted(),
    );
  });

  test('the order of the legs in the proposal changes nothing but their order', () => {
    const plan = planOf();
    const swapped = planOf({ swapped: true });
    expect(swapped.first).toBe(0);
    expect(swapped).toEqual({ ...plan, first: 0, legs: plan.legs.toReversed() });
  });
});

describe('what the second leg may cost', () => {
  test.each([
    ['the sum of the limits: its own limit', undefined, '0.36'],
    ['more than the sum: above its own limit', '0.965', '0.38'],
    ['less than the sum: below its own limit', '0.93', '0.35'],
    ['rounded down to its tick', '0.949999', '0.36'],
    ['one tick left', '0.59', '0.01'],
  ])('%s', (_name, maxPairCost, expected) => {
    const plan = planOf({
      proposal: { maxPairCost: maxPairCost === undefined ? undefined : price(maxPairCost) },
      limits: { minRoiMillionths: -1_000_000, maxRoiMillionths: 2_000_000 },
    });
    expect(plan.legs.map((leg) => leg.priceMaxMicros)).toEqual([price(expected), price('0.58')]);
    expect(plan.maxPairCostMicros).toBe(parseDecimal(maxPairCost ?? '0.94'));
  });

  test('never more than a tick below 1, whatever the sum of the limits', () => {
    const plan = planOf({
      legs: { kalshi: { limitPrice: price('0.99') }, polymarket: { limitPrice: price('0.01') } },
      proposal: { maxPairCost: undefined },
      limits: { minRoiMillionths: -1_000_000 },
    });
    expect(plan.legs.map((leg) => leg.priceMaxMicros)).toEqual([price('0.99'), price('0.01')]);
    const dear = planOf({
      legs: { kalshi: { limitPrice: price('0.9') }, polymarket: { limitPrice: price('0.9') } },
      proposal: { maxPairCost: undefined },
      limits: { minRoiMillionths: -1_000_000 },
    });
    expect(dear.maxPairCostMicros).toBe(1_800_000);
  });

  test.each([
    ['nothing', '0.58'],
    ['less than a tick', '0.589999'],
    ['less than nothing', '0.5'],
  ])('INVALID_PROPOSAL maxPairCost leaves %s after the first leg', (_name, maxPairCost) => {
    const failures = failuresOf(judge({ proposal: { maxPairCost: price(maxPairCost) } }).verdicts);
    expect(failures).toMatchObject([
      { code: 'INVALID_PROPOSAL', numbers: { field: 'maxPairCost' } },
    ]);
    expect(failures[0]!.detail).toMatch(/legs.0 \(kalshi\) less than its tick 0.01/);
  });
});

describe('its size', () => {
  const FREE = { kind: 'polymarket', rateMillionths: 0 } as const;
  const both = (lots: [number, number], least: [string, string]): PairChanges => ({
    proposal: { quantity: undefined, budget: usd('50'), maxPairCost: undefined },
    markets: {
      kalshi: { fees: FREE, lotMicroContracts: lots[0], minQuantity: contracts(least[0]) },
      polymarket: { fees: FREE, lotMicroContracts: lots[1], minQuantity: contracts(least[1]) },
    },
  });
  const LEAST: [string, string] = ['0.01', '5'];

  test.each<[string, [number, number], string]>([
    // 50 / 0.94 = 53.19
    ['a common lot', [10_000, 10_000], '53.19'],
    ['whole contracts on one venue', [1_000_000, 10_000], '53'],
    ['the least common multiple of both lots', [2_000_000, 3_000_000], '48'],
  ])('is on the grid of %s', (_name, lots, expected) => {
    expect(planOf(both(lots, LEAST)).legs.map((leg) => leg.quantity)).toEqual([
      contracts(expected),
      contracts(expected),
    ]);
  });

  test('the bet amount is for both legs with fees', () => {
    const plan = planOf({ proposal: { quantity: undefined } });
    expect(plan.worstCaseMicros).toBeLessThanOrEqual(usd('50'));
    expect(plan.worstCaseMicros).toBeGreaterThan(usd('49.98'));
  });

  test.each<[string, PairChanges]>([
    ["one venue's minimum", both([10_000, 10_000], ['53.2', '5'])],
    ["the other venue's minimum", both([10_000, 10_000], ['0.01', '53.2'])],
    ['a grid too coarse for the budget', both([7_000_000, 11_000_000], LEAST)],
  ])('INVALID_PROPOSAL below %s', (_name, changes) => {
    expect(failuresOf(judge(changes).verdicts)).toMatchObject([
      { code: 'INVALID_PROPOSAL', numbers: { field: 'quantity' } },
    ]);
  });
});

type Row = [code: DenialCode, why: string, changes: PairChanges, detail: RegExp];

const denied: Row[] = [
  [
    'IMPLAUSIBLE_ROI',
    'above the maximum of a pair',
    { limits: { maxRoiMillionths: 27_000 } },
    /ROI after fees 2.74 %, at most 2.70 % is believed of a pair/,
  ],
  ['BELOW_MIN_ROI', 'of both legs', { limits: { minRoiMillionths: 30_000 } }, /2.74 % does not/],
  [
    'POSITION_TOO_LARGE',
    'both legs together',
    { limits: { positionMicrosMax: usd('48.436899') } },
    /worst case 48.4369 of both legs, limit 48.436899/,
  ],
  [
    'POSITION_TOO_LARGE',
    'with what is open on one market',
    { legViews: { kalshi: { market: counter(usd('500'), { used: usd('481.188601') }) } } },
    /legs.0 \(kalshi\) 18.8114 with 481.188601 already on its market/,
  ],
  [
    'AT_RISK_REACHED',
    'by the dearer leg alone',
    { counters: { loss: counter(usd('200'), { held: usd('170.374501') }) } },
    /this risk 29.6255, limit 200.00/,
  ],
  [
    'EXPOSURE_REACHED',
    'by the sum of both legs',
    { counters: { event: counter(usd('500'), { held: usd('451.563101') }) } },
    /worst case 48.4369 of both legs; room .* 48.436899 on the event/,
  ],
  [
    'INSUFFICIENT_BALANCE',
    'at one venue, whatever the other has',
    { legViews: { polymarket: { cashFreeMicros: usd('29.625499') } } },
    /^legs.1 \(polymarket\): worst case 29.6255, free cash at polymarket 29.625499$/,
  ],
  [
    'OPPOSITE_SIDE_HELD',
    'at one venue',
    { legViews: { kalshi: { openTrades: [openTrade('t-1', 1)] } } },
    /^legs.0 \(kalshi\): open on the other side: t-1$/,
  ],
  [
    'DUPLICATE_TRADE',
    'both legs of one open trade',
    {
      legViews: {
        kalshi: { openTrades: [openTrade('t-1', 0, 2), openTrade('t-2', 0)] },
        polymarket: { openTrades: [openTrade('t-1', 1, 2), openTrade('t-3', 1)] },
      },
    },
    /^open on the same legs: t-1$/,
  ],
  [
    'STALE_FACTS',
    'of one leg',
    { facts: { polymarket: { quote: undefined } } },
    /^legs.1 \(polymarket\): quote missing/,
  ],
  [
    'VENUE_UNAVAILABLE',
    'one venue',
    { facts: { kalshi: { status: fact({ trading: false, detail: 'maintenance' }) } } },
    /^legs.0 \(kalshi\): kalshi: maintenance$/,
  ],
  ['MARKET_CLOSED', 'one market', { markets: { polymarket: { closesAtMs: AT_MS } } }, /^legs.1/],
  [
    'MARKET_NOT_SUPPORTED',
    'one market',
    { markets: { kalshi: { unsupported: 'bucket' } } },
    /^legs.0 \(kalshi\): bucket$/,
  ],
  [
    'INVALID_PROPOSAL',
    'prices of both legs off the tick',
    {
      legs: { kalshi: { limitPrice: price('0.365') }, polymarket: { limitPrice: price('0.577') } },
    },
    /^legs.0.limitPrice: 0.365 is not .*; legs.1.limitPrice: 0.577 is not/,
  ],
  ['PAIR_NOT_COMPLEMENTARY', 'not registered', { pair: undefined }, /is not registered/],
  [
    'PAIR_NOT_COMPLEMENTARY',
    'outcomes that pay together',
    { legs: { polymarket: { outcome: 'Blue Jackets' } } },
    /these outcomes pay together or not at all/,
  ],
];

describe('a pair that fails one rule is denied by that rule alone, and the leg is named', () => {
  test.each(denied)('%s: %s', (code, _why, changes, detail) => {
    const failures = failuresOf(judge(changes).verdicts);
    expect(failures.map((failure) => failure.code)).toEqual([code]);
    expect(failures[0]!.detail).toMatch(detail);
  });

  test('legs shared with other open trades are no duplicate', () => {
    const changes: PairChanges = {
      legViews: {
        // The same leg alone, and with another second leg.
        kalshi: { openTrades: [openTrade('t-1', 0), openTrade('t-2', 0, 2)] },
        polymarket: { openTrades: [openTrade('t-3', 1, 2)] },
      },
    };
    expect(judge(changes).accepted).toBe(true);
  });

  test('two legs at one venue are no pair', () => {
    const changes: PairChanges = { legs: { polymarket: { venue: 'kalshi' } } };
    expect(failuresOf(judge(changes).verdicts)[0]).toMatchObject({
      code: 'PAIR_NOT_COMPLEMENTARY',
      detail: 'a pair has one leg a venue, these are at kalshi',
    });
  });
});

describe('PAIR_NOT_COMPLEMENTARY on the live book', () => {
  const live = (changes: PairChanges = {}) =>
    judge({ book: 'live', gates: { reconciledAtMs: AT_MS, armedUntilMs: AT_MS + 1 }, ...changes });
  const unapproved = { ...PAIR, registered: { ...PAIR.registered, approvedBy: null } };

  test('an approved pair whose rule texts are unchanged passes', () => {
    expect(live().accepted).toBe(true);
  });

  test.each<[string, PairChanges, string]>([
    ['not approved', { pair: unapproved }, 'not approved'],
    [
      'with other rule texts',
      { pair: { ...PAIR, rulesHashNow: 'x' } },
      'the rule texts have changed',
    ],
  ])('a pair %s is denied, and elsewhere passes and says so', (_name, changes, what) => {
    const id = PAIR.registered.id;
    expect(failuresOf(live(changes).verdicts)).toMatchObject([
      { code: 'PAIR_NOT_COMPLEMENTARY', detail: `pair ${id}: ${what}` },
    ]);
    for (const book of ['paper', 'drill'] as const) {
      expect(judge({ book, ...changes }).verdicts).toContainEqual(
        expect.objectContaining({ passed: true, detail: `pair ${id}, ${what}: paper only` }),
      );
    }
  });
});

describe('a word for an implausible edge', () => {
  const tooGood: PairChanges = { limits: { maxRoiMillionths: 27_000 } };

  test('is all that is missing where nothing else fails', () => {
    expect(awaitsApproval(judge(tooGood))).toBe(true);
    expect(awaitsApproval(judge())).toBe(false);
    expect(awaitsApproval(judge({ ...tooGood, pair: undefined }))).toBe(false);
    expect(awaitsApproval(judge({ ...tooGood, expiresAtMs: 0 }))).toBe(false);
  });

  test('lets this rule pass and no other', () => {
    const approval = { by: 'ada', reason: 'both rule texts read' };
    expect(judge({ ...tooGood, approval }).accepted).toBe(true);
    expect(failuresOf(judge({ ...tooGood, approval, pair: undefined }).verdicts)).toMatchObject([
      { code: 'PAIR_NOT_COMPLEMENTARY' },
    ]);
  });
});

test('a pair and its opposites have one key, and other outcomes another', () => {
  const key = (kalshi: 0 | 1, polymarket: 0 | 1) =>
    pairKeyOf([
      { venue: 'polymarket', market: 'P', outcome: polymarket },
      { venue: 'kalshi', market: 'K', outcome: kalshi },
    ])?.polymarketOutcome;
  expect([key(0, 1), key(1, 0)]).toEqual([1, 1]);
  expect([key(0, 0), key(1, 1)]).toEqual([0, 0]);
});
