/** What the checkers leave out for trades that came with the predecessor's file, and what not. */
import { expect, test } from '@jest/globals';
import { checkI8 } from '../../../domain/invariants/days.ts';
import type { LegRow } from '../../../domain/invariants/trades.ts';
import { checkI6Trades } from '../../../domain/invariants/trades.ts';

const LEG: LegRow = {
  tradeId: 'import-1',
  leg: 0,
  book: 'paper',
  venue: 'kalshi',
  market: 'M',
  outcome: 0,
  status: 'open',
  filled: 5_000_000n,
  cost: 1_825_000n,
  fees: 136_875n,
  payout: null,
  tradePayout: null,
  tradePnl: null,
  imported: true,
};
const POSTED = [
  { id: 'import/paper/import-1/0/cost', tradeId: 'import-1', code: 'buy', amount: 1_825_000n },
  { id: 'import/paper/import-1/0/fee', tradeId: 'import-1', code: 'fee', amount: 136_875n },
];

test('I6 an imported leg has no fills, and its postings are compared all the same', () => {
  expect(checkI6Trades([LEG], POSTED, [])).toEqual([]);
  expect(checkI6Trades([{ ...LEG, imported: false }], POSTED, [])).not.toEqual([]);
  expect(checkI6Trades([{ ...LEG, cost: 1_825_001n }], POSTED, [])).toEqual([
    expect.stringContaining('buy transfers come to 1825000'),
  ]);
});

test('I8 an imported trade takes no place among the day’s trades, and may have none', () => {
  const day = '2026-11-22';
  const accepted = { id: 'import-1', book: 'paper', day, tradeDay: day, imported: true } as const;
  const rows = {
    days: [{ book: 'paper', date: day, openedAtMs: BigInt(Date.parse(day)), closedAtMs: null }],
    accepted: [accepted],
    holds: [],
    counters: [],
    transfers: [],
    reports: [],
  } as const;
  expect(checkI8(rows)).toEqual([]);
  expect(checkI8({ ...rows, accepted: [{ ...accepted, imported: false }] })).toEqual([
    "I8 import-1: has 0 places among the days' trades",
  ]);
  const place = {
    tradeId: 'import-1',
    target: `paper/trades/${day}`,
    targetKind: 'counter',
    amount: 1n,
    captured: 1n,
    released: 0n,
    tradeEnded: false,
  } as const;
  const counter = { id: place.target, used: 1n, held: 0n, cap: 5n, overrun: 0n };
  expect(checkI8({ ...rows, holds: [place], counters: [counter] })).toEqual([
    "I8 import-1: came with the predecessor's file and has a place among the days' trades",
  ]);
});
