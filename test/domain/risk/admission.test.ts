import { describe, expect, test } from '@jest/globals';
import { admit, failuresOf } from '../../../domain/risk/admission.ts';
import type { DenialCode } from '../../../domain/risk/codes.ts';
import { DENIAL_CODES } from '../../../domain/risk/codes.ts';
import type { ViewChanges } from '../builders.ts';
import { AT_MS, contracts, counter, fact, fiftyAt58, openTrade, price, usd } from '../builders.ts';

const judge = (changes: ViewChanges) => admit(fiftyAt58(changes));

const accepted: [code: DenialCode, why: string, changes: ViewChanges][] = [
  ['BELOW_MIN_ROI', 'a millionth above the minimum', { limits: { minRoiMillionths: 71_932 } }],
  ['IMPLAUSIBLE_ROI', 'fair price exactly 0.15 above', { proposal: { fairPrice: price('0.73') } }],
  ['POSITION_TOO_LARGE', 'exactly the limit', { limits: { positionMicrosMax: usd('29.88') } }],
  [
    'POSITION_TOO_LARGE',
    'exactly the rest on the market',
    { legView: { market: counter(usd('500'), { used: usd('400'), held: usd('70.12') }) } },
  ],
  [
    'DAILY_TRADES_REACHED',
    'the last one',
    { counters: { trades: counter(5, { used: 2, held: 2 }) } },
  ],
  [
    'DAILY_LOSS_REACHED',
    'exactly the rest',
    { counters: { loss: counter(usd('200'), { used: usd('170.12') }) } },
  ],
  [
    'AT_RISK_REACHED',
    'exactly the rest',
    { counters: { loss: counter(usd('200'), { used: usd('100'), held: usd('70.12') }) } },
  ],
  [
    'EXPOSURE_REACHED',
    'exactly the rest in all',
    { counters: { exposure: counter(usd('800'), { used: usd('770.12') }) } },
  ],
  [
    'EXPOSURE_REACHED',
    'exactly the rest on the event',
    { counters: { event: counter(usd('500'), { held: usd('470.12') }) } },
  ],
  ['INSUFFICIENT_BALANCE', 'all the cash', { legView: { cashFreeMicros: usd('29.88') } }],
  ['STALE_PROPOSAL', 'a millisecond before its expiry', { expiresAtMs: AT_MS + 1 }],
  ['STALE_FACTS', 'exactly as old as allowed', { atMs: AT_MS + 4_000 }],
  ['STALE_FACTS', 'ahead by the skew allowed', { atMs: AT_MS - 3_000 }],
  ['MARKET_CLOSED', 'a millisecond before its close', { market: { closesAtMs: AT_MS + 1 } }],
  [
    'PHASE_LIMIT',
    'exactly what the step allows',
    {
      gates: {
        caps: {
          perTradeMicrosMax: usd('29.88'),
          stepTradesLeft: 1,
          dailyLossMicrosMax: usd('29.88'),
        },
      },
    },
  ],
  [
    'INSUFFICIENT_BALANCE',
    'exactly what the venue has left after what is held',
    {
      book: 'rehearsal',
      gates: { armedUntilMs: AT_MS + 1, reconciledAtMs: 0 },
      facts: { balance: fact({ cashMicros: usd('39.88') }) },
      legView: { cashHeldMicros: usd('10') },
    },
  ],
  [
    'NOT_ARMED',
    'a millisecond before arming expires, reconciled once',
    { book: 'live', gates: { armedUntilMs: AT_MS + 1, reconciledAtMs: 0 } },
  ],
  [
    'STRATEGY_LIMIT',
    'exactly what its own caps leave',
    {
      strategy: {
        caps: {
          perTradeMicrosMax: usd('29.88'),
          dailyTradesMax: 3,
          openMicrosMax: usd('100'),
        },
        tradesToday: 2,
        openMicros: usd('70.12'),
      },
    },
  ],
  ['REPEATED_EXECUTION', 'the fifth', { strategy: { executionsInWindow: 4 } }],
  [
    'INVALID_PROPOSAL',
    'the first tick',
    { leg: { limitPrice: price('0.01') }, proposal: { fairPrice: price('0.1') } },
  ],
  [
    'INVALID_PROPOSAL',
    'the last tick',
    {
      leg: { limitPrice: price('0.99') },
      proposal: { fairPrice: price('1') },
      limits: { minRoiMillionths: 0 },
    },
  ],
  ['INVALID_PROPOSAL', "exactly the venue's minimum", { market: { minQuantity: contracts('50') } }],
  ['INVALID_PROPOSAL', 'exactly its own minimum', { proposal: { minQuantity: contracts('50') } }],
];

describe('at the boundary it is accepted', () => {
  test.each(accepted)('%s: %s', (_code, _why, changes) => {
    expect(failuresOf(judge(changes).verdicts)).toEqual([]);
    expect(judge(changes).accepted).toBe(true);
  });

  test('the plan names side, quantity, worst case and ROI', () => {
    const admission = judge({ leg: { outcome: 'Blue Jackets' } });
    expect(admission).toMatchObject({
      accepted: true,
      plan: {
        legs: [{ outcome: 1, quantity: contracts('50'), priceMaxMicros: price('0.58') }],
        first: 0,
        worstCaseMicros: usd('29.88'),
        riskMicros: usd('29.88'),
        roi: { roiMillionths: 71_933 },
      },
    });
  });

  test('every rule is on record with a verdict, pairs and prices apart', () => {
    const codes = judge({}).verdicts.map((verdict) => verdict.code);
    const apart: DenialCode[] = ['PRICE_MOVED', 'PAIR_NOT_COMPLEMENTARY'];
    const all = DENIAL_CODES.filter((code) => !apart.includes(code));
    expect(codes.toSorted()).toEqual(all.toSorted());
  });
});

describe('all failures are told together', () => {
  test('every rule of a planned leg at once', () => {
    const admission = judge({
      atMs: AT_MS + 10_000,
      expiresAtMs: AT_MS,
      desk: { state: 'halted' },
      market: { tradable: false, unsupported: 'bucket' },
      proposal: { fairPrice: price('0.9') },
      limits: { minRoiMillionths: 900_000, positionMicrosMax: usd('1') },
      counters: { trades: counter(0), loss: counter(0), exposure: counter(0) },
      legView: { cashFreeMicros: 0, openTrades: [openTrade('t-1', 0), openTrade('t-2', 1)] },
      strategy: { enabled: false },
    });
    expect(failuresOf(admission.verdicts).map((failure) => failure.code)).toEqual([
      'DESK_HALTED',
      'STALE_PROPOSAL',
      'STALE_FACTS',
      'REPEATED_EXECUTION',
      'DAILY_TRADES_REACHED',
      'MARKET_CLOSED',
      'MARKET_NOT_SUPPORTED',
      'IMPLAUSIBLE_ROI',
      'OPPOSITE_SIDE_HELD',
      'DUPLICATE_TRADE',
      'BELOW_MIN_ROI',
      'POSITION_TOO_LARGE',
      'DAILY_LOSS_REACHED',
      'AT_RISK_REACHED',
      'EXPOSURE_REACHED',
      'INSUFFICIENT_BALANCE',
    ]);
  });

  const spoiled = {
    market: { tradable: false, unsupported: 'bucket' },
    legView: { openTrades: [openTrade('t-1', 0)] },
  };
  test.each([
    [
      'a price off the tick',
      { ...spoiled, leg: { limitPrice: price('0.575') } },
      ['DUPLICATE_TRADE'],
    ],
    [
      'a quantity that is too small',
      { ...spoiled, proposal: { quantity: contracts('0.001') } },
      ['DUPLICATE_TRADE'],
    ],
    ['an unknown outcome', { ...spoiled, leg: { outcome: 'Rangers' } }, []],
  ])('%s does not hide that the market is closed and of a refused kind', (_name, changes, more) => {
    const codes = failuresOf(judge(changes).verdicts).map((failure) => failure.code);
    const expected = ['MARKET_CLOSED', 'MARKET_NOT_SUPPORTED', 'INVALID_PROPOSAL', ...more];
    expect(codes.toSorted()).toEqual(expected.toSorted());
  });
});
