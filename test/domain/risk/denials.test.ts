import { describe, expect, test } from '@jest/globals';
import { admit, failuresOf } from '../../../domain/risk/admission.ts';
import type { DenialCode } from '../../../domain/risk/codes.ts';
import { DENIAL_CODES } from '../../../domain/risk/codes.ts';
import type { ViewChanges } from '../builders.ts';
import {
  AT_MS,
  contracts,
  counter,
  fact,
  fiftyAt58,
  LEG,
  openTrade,
  price,
  usd,
} from '../builders.ts';

const judge = (changes: ViewChanges) => admit(fiftyAt58(changes));

type Numbers = Readonly<Record<string, string>>;
type Denied = [code: DenialCode, why: string, changes: ViewChanges, numbers: Numbers];

const denied: Denied[] = [
  [
    'BELOW_MIN_ROI',
    'ROI equals the minimum',
    { limits: { minRoiMillionths: 71_933 } },
    { roiPercent: '7.1933', minRoiPercent: '7.1933', costUsd: '29.8526', feesUsd: '0.8526' },
  ],
  [
    'BELOW_MIN_ROI',
    'ROI is a loss',
    { proposal: { fairPrice: price('0.58') } },
    { roiPercent: '-2.8561', minRoiPercent: '2' },
  ],
  [
    'IMPLAUSIBLE_ROI',
    'fair price 0.150001 above the limit',
    { proposal: { fairPrice: price('0.730001') } },
    { edgeUsd: '0.150001', edgeUsdMax: '0.15' },
  ],
  [
    'OPPOSITE_SIDE_HELD',
    'the other side is open',
    { legView: { openTrades: [openTrade('t-1', 1), openTrade('t-2', 1, 2)] } },
    {},
  ],
  [
    'DUPLICATE_TRADE',
    'the same leg is open',
    { legView: { openTrades: [openTrade('t-1', 0)] } },
    {},
  ],
  [
    'POSITION_TOO_LARGE',
    'alone',
    { limits: { positionMicrosMax: usd('29.879999') } },
    { worstCaseUsd: '29.88', openOnMarketUsd: '0.00', limitUsd: '29.879999' },
  ],
  [
    'POSITION_TOO_LARGE',
    'with what was bought',
    { legView: { market: counter(usd('500'), { used: usd('470.120001') }) } },
    { worstCaseUsd: '29.88', openOnMarketUsd: '470.120001', limitUsd: '500.00' },
  ],
  [
    'POSITION_TOO_LARGE',
    'with what others hold',
    { legView: { market: counter(usd('500'), { held: usd('470.120001') }) } },
    { openOnMarketUsd: '470.120001' },
  ],
  [
    'DAILY_TRADES_REACHED',
    'all sent',
    { counters: { trades: counter(5, { used: 5 }) } },
    { sentToday: '5', reservedToday: '0', limit: '5' },
  ],
  [
    'DAILY_TRADES_REACHED',
    'sent and reserved',
    { counters: { trades: counter(5, { used: 3, held: 2 }) } },
    { sentToday: '3', reservedToday: '2', limit: '5' },
  ],
  ['DAILY_TRADES_REACHED', 'none allowed', { counters: { trades: counter(0) } }, { limit: '0' }],
  [
    'AT_RISK_REACHED',
    'the risk of others',
    { counters: { loss: counter(usd('200'), { held: usd('170.120001') }) } },
    {
      realisedTodayUsd: '0.00',
      othersAtRiskUsd: '170.120001',
      thisRiskUsd: '29.88',
      limitUsd: '200.00',
    },
  ],
  [
    'AT_RISK_REACHED',
    'losses and the risk of others',
    { counters: { loss: counter(usd('200'), { used: usd('100'), held: usd('70.120001') }) } },
    { realisedTodayUsd: '100.00', othersAtRiskUsd: '70.120001' },
  ],
  [
    'EXPOSURE_REACHED',
    'in all',
    { counters: { exposure: counter(usd('800'), { used: usd('770'), held: usd('0.120001') }) } },
    { worstCaseUsd: '29.88', openUsd: '770.120001', limitUsd: '800.00', openOnEventUsd: '0.00' },
  ],
  [
    'EXPOSURE_REACHED',
    'on the event',
    { counters: { event: counter(usd('500'), { used: usd('470.120001') }) } },
    { openUsd: '0.00', openOnEventUsd: '470.120001', eventLimitUsd: '500.00' },
  ],
  [
    'EXPOSURE_REACHED',
    'an overrun gives no room',
    { counters: { exposure: counter(usd('800'), { used: usd('790'), overrun: usd('100') }) } },
    { openUsd: '790.00' },
  ],
  [
    'INSUFFICIENT_BALANCE',
    'a micro-dollar short',
    { legView: { cashFreeMicros: usd('29.879999') } },
    { worstCaseUsd: '29.88', freeCashUsd: '29.879999', venue: 'kalshi' },
  ],
  [
    'INSUFFICIENT_BALANCE',
    'an account below zero',
    { legView: { cashFreeMicros: usd('-1') } },
    { freeCashUsd: '-1.00' },
  ],
  [
    'STALE_PROPOSAL',
    'at its very expiry',
    { expiresAtMs: AT_MS },
    { expires: '2026-11-22T23:45:00.000Z', now: '2026-11-22T23:45:00.000Z' },
  ],
  [
    'STALE_FACTS',
    'no market',
    { facts: { market: undefined } },
    { marketAgeMs: 'missing', quoteAgeMs: '1000', ageMsMax: '5000' },
  ],
  [
    'STALE_FACTS',
    'no quote',
    { facts: { quote: undefined } },
    { quoteAgeMs: 'missing', marketAgeMs: '1000' },
  ],
  ['STALE_FACTS', 'no status', { facts: { status: undefined } }, { statusAgeMs: 'missing' }],
  [
    'STALE_FACTS',
    'no balance where orders reach an exchange',
    {
      book: 'rehearsal',
      gates: { reconciledAtMs: AT_MS, armedUntilMs: AT_MS + 1 },
      facts: { balance: undefined },
    },
    { balanceAgeMs: 'missing', marketAgeMs: '1000' },
  ],
  [
    'STALE_FACTS',
    'everything a millisecond too old',
    { atMs: AT_MS + 4_001 },
    { marketAgeMs: '5001', quoteAgeMs: '5001', statusAgeMs: '5001' },
  ],
  [
    'STALE_FACTS',
    'everything from the future: a clock jumped back',
    { atMs: AT_MS - 3_001 },
    { marketAgeMs: '-2001', quoteAgeMs: '-2001', statusAgeMs: '-2001' },
  ],
  ['MARKET_CLOSED', 'the venue halted it', { market: { tradable: false } }, { market: LEG.market }],
  [
    'MARKET_CLOSED',
    'at its very close',
    { market: { closesAtMs: AT_MS } },
    { closes: '2026-11-22T23:45:00.000Z' },
  ],
  [
    'MARKET_NOT_SUPPORTED',
    'three ways',
    { market: { unsupported: 'three-way market' } },
    { market: LEG.market },
  ],
  [
    'VENUE_UNAVAILABLE',
    'the venue pauses',
    { facts: { status: { value: { trading: false, detail: 'maintenance' }, asOfMs: AT_MS } } },
    { venue: 'kalshi' },
  ],
  ['DESK_PAUSED', 'paused meanwhile', { desk: { state: 'paused' } }, {}],
  ['DESK_HALTED', 'halted meanwhile', { desk: { state: 'halted' } }, {}],
  [
    'REPEATED_EXECUTION',
    'five in the window',
    { strategy: { executionsInWindow: 5 } },
    { executions: '5', executionsMax: '5', windowSeconds: '600' },
  ],
  [
    'REPEATED_EXECUTION',
    'stopped until enabled',
    { strategy: { enabled: false } },
    { executions: '0' },
  ],
  [
    'PHASE_LIMIT',
    'more than the step allows a trade',
    { gates: { caps: { perTradeMicrosMax: usd('29.879999') } } },
    { worstCaseUsd: '29.88', perTradeUsdMax: '29.879999' },
  ],
  [
    'PHASE_LIMIT',
    'no trade left in the step',
    { gates: { caps: { stepTradesLeft: 0 } } },
    { stepTradesLeft: '0' },
  ],
  [
    'PHASE_LIMIT',
    "the step's share of the day's loss limit",
    {
      gates: { caps: { dailyLossMicrosMax: usd('100') } },
      counters: { loss: counter(usd('200'), { used: usd('40'), held: usd('30.120001') }) },
    },
    { atRiskUsd: '100.000001', dailyLossUsdMax: '100.00' },
  ],
  [
    'INSUFFICIENT_BALANCE',
    "a micro-dollar short at the venue after what is held, whatever the ledger's cash",
    {
      book: 'live',
      gates: { reconciledAtMs: AT_MS, armedUntilMs: AT_MS + 1 },
      facts: { balance: fact({ cashMicros: usd('39.879999') }) },
      legView: { cashHeldMicros: usd('10') },
    },
    { worstCaseUsd: '29.88', freeCashUsd: '500.00', freeAtVenueUsd: '29.879999' },
  ],
  [
    'NOT_RECONCILED',
    'never since the start, on the live book',
    { book: 'live', gates: { armedUntilMs: AT_MS + 1 } },
    { reconciledAt: 'never' },
  ],
  [
    'NOT_RECONCILED',
    'never since the start, in rehearsal',
    { book: 'rehearsal', gates: { armedUntilMs: AT_MS + 1 } },
    { reconciledAt: 'never' },
  ],
  [
    'NOT_ARMED',
    'never, on the live book',
    { book: 'live', gates: { reconciledAtMs: AT_MS } },
    { armedUntil: 'never' },
  ],
  [
    'NOT_ARMED',
    'until this very moment, in rehearsal',
    { book: 'rehearsal', gates: { reconciledAtMs: AT_MS, armedUntilMs: AT_MS } },
    { armedUntil: '2026-11-22T23:45:00.000Z' },
  ],
  [
    'STRATEGY_LIMIT',
    'more than it may risk in a trade',
    { strategy: { caps: { perTradeMicrosMax: usd('29.879999') } } },
    { worstCaseUsd: '29.88', perTradeUsdMax: '29.879999' },
  ],
  [
    'STRATEGY_LIMIT',
    'all its trades of the day taken',
    { strategy: { caps: { dailyTradesMax: 2 }, tradesToday: 2 } },
    { tradesToday: '2', dailyTradesMax: '2' },
  ],
  [
    'STRATEGY_LIMIT',
    'too much of it open',
    { strategy: { caps: { openMicrosMax: usd('100') }, openMicros: usd('70.120001') } },
    { openUsd: '70.120001', openUsdMax: '100.00' },
  ],
  ['PAIR_NOT_COMPLEMENTARY', 'no leg at all', { proposal: { legs: [] }, legs: [] }, {}],
  [
    'INVALID_PROPOSAL',
    'a market the venue does not know',
    { facts: { market: fact(null), quote: undefined } },
    { field: 'legs.0.market' },
  ],
  [
    'INVALID_PROPOSAL',
    'an outcome the market lacks',
    { leg: { outcome: 'Rangers' } },
    { field: 'legs.0.outcome' },
  ],
  [
    'INVALID_PROPOSAL',
    'a price off the tick',
    { leg: { limitPrice: price('0.575') } },
    { field: 'legs.0.limitPrice' },
  ],
  [
    'INVALID_PROPOSAL',
    'a price of nothing',
    { leg: { limitPrice: price('0') }, proposal: { fairPrice: price('0.1') } },
    { field: 'legs.0.limitPrice' },
  ],
  [
    'INVALID_PROPOSAL',
    'a price of a dollar',
    { leg: { limitPrice: price('1') } },
    { field: 'legs.0.limitPrice' },
  ],
  [
    'INVALID_PROPOSAL',
    'less than a lot',
    { proposal: { quantity: contracts('0.009') } },
    { field: 'quantity' },
  ],
  [
    'INVALID_PROPOSAL',
    "below the venue's minimum",
    { market: { minQuantity: contracts('50.01') } },
    { field: 'quantity' },
  ],
  [
    'INVALID_PROPOSAL',
    'a budget that fits less than asked for',
    { proposal: { budget: usd('5'), minQuantity: contracts('10') } },
    { field: 'quantity' },
  ],
  [
    'INVALID_PROPOSAL',
    'a budget that fits nothing',
    { proposal: { quantity: undefined, budget: usd('0.01') } },
    { field: 'quantity' },
  ],
  [
    'INVALID_PROPOSAL',
    'no fair price',
    { proposal: { fairPrice: undefined } },
    { field: 'fairPrice' },
  ],
  [
    'INVALID_PROPOSAL',
    'a buy below what the market’s orders must cost',
    { market: { minCostMicros: usd('29.01') } },
    { field: 'quantity' },
  ],
  [
    'INVALID_PROPOSAL',
    'a FOK buy on Polymarket, which spends a budget',
    { leg: { venue: 'polymarket' }, proposal: { tif: 'fok' } },
    { field: 'tif' },
  ],
];

describe('a proposal that fails one rule is denied by that rule alone, with its numbers', () => {
  test.each(denied)('%s: %s', (code, _why, changes, numbers) => {
    const admission = judge(changes);
    expect(admission.accepted).toBe(false);
    const failures = failuresOf(admission.verdicts);
    expect(failures.map((failure) => failure.code)).toEqual([code]);
    expect(failures[0]?.numbers).toMatchObject(numbers);
    expect(failures[0]?.detail).not.toBe('');
  });

  test('DAILY_LOSS_REACHED: losses that leave no room leave none beside others either', () => {
    const admission = judge({
      counters: { loss: counter(usd('200'), { used: usd('170.120001') }) },
    });
    const failures = failuresOf(admission.verdicts);
    expect(failures.map((failure) => failure.code)).toEqual([
      'DAILY_LOSS_REACHED',
      'AT_RISK_REACHED',
    ]);
    const numbers = {
      realisedTodayUsd: '170.120001',
      othersAtRiskUsd: '0.00',
      thisRiskUsd: '29.88',
    };
    for (const failure of failures) expect(failure.numbers).toMatchObject(numbers);
  });

  test('every code of the table is covered but PRICE_MOVED, which sending judges', () => {
    const covered = new Set([...denied.map(([code]) => code), 'DAILY_LOSS_REACHED']);
    expect(DENIAL_CODES.filter((code) => !covered.has(code))).toEqual(['PRICE_MOVED']);
  });
});
