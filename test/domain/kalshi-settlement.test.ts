import { describe, expect, test } from '@jest/globals';
import { kalshiSettlementCash, kalshiSettlementPnl } from '../../domain/kalshi-settlement.ts';
import { microContracts, micros, priceMicros } from '../../domain/money.ts';

const row = (yes: number, yesCost: number, no: number, noCost: number, fee: number) => ({
  yesQuantity: microContracts(yes),
  yesCostMicros: micros(yesCost),
  noQuantity: microContracts(no),
  noCostMicros: micros(noCost),
  feeMicros: micros(fee),
});

describe('P&L of gross counts', () => {
  test.each([
    // A real production row: revenue 0, for the position was closed before the result.
    [row(99e6, 52_470_000, 99e6, 71_280_000, 3_123_400), 1_000_000, -27_873_400],
    [row(99e6, 52_470_000, 99e6, 71_280_000, 3_123_400), 0, -27_873_400],
    [row(10e6, 5_200_000, 0, 0, 17_500), 1_000_000, 4_782_500],
    [row(10e6, 5_200_000, 0, 0, 17_500), 0, -5_217_500],
    [row(0, 0, 10e6, 4_100_000, 0), 500_000, 900_000],
    [row(10_000, 5_200, 0, 0, 0), 333_333, -1_867],
  ])('%j at %i is %i', (counts, payout, pnl) => {
    expect(kalshiSettlementPnl(counts, priceMicros(payout))).toBe(pnl);
  });
});

describe('cash of the net position', () => {
  test.each([
    // A real row: exact 6.3 cents, revenue 6.
    [19_000_000, 18_860_000, 450_000, 60_000],
    [99_000_000, 99_000_000, 1_000_000, 0],
    [0, 1_000_000, 180_000, 820_000],
    [3_000_000, 0, 1_000_000, 3_000_000],
  ])('%i yes and %i no at %i pay %i', (yes, no, payout, cash) => {
    const counts = { yesQuantity: microContracts(yes), noQuantity: microContracts(no) };
    expect(kalshiSettlementCash(counts, priceMicros(payout))).toBe(cash);
  });
});
