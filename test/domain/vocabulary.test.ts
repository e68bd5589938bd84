/** The small closed sets: desks, trades, markets' outcomes, proposals' expiry. */
import { describe, expect, test } from '@jest/globals';
import { allows, bookOf, DESK_STATES } from '../../domain/desk.ts';
import { depthWithin, resolveOutcome } from '../../domain/market.ts';
import { expiryOf } from '../../domain/proposal.ts';
import { isTerminal, TRADE_STATUSES } from '../../domain/trade.ts';
import { assertNever } from '../../domain/assert.ts';
import { AT_MS, contracts, LEG, MARKET, price, PROPOSAL, QUOTE } from './builders.ts';

describe('a desk', () => {
  test.each([
    ['main', 'paper', null, 'paper'],
    ['main', 'paper', 'live', 'paper'],
    ['main', 'live', 'live', 'live'],
    ['main', 'live', 'rehearsal', 'rehearsal'],
    ['main', 'scaling', 'live', 'live'],
    ['main', 'full', 'rehearsal', 'rehearsal'],
    ['drill', 'paper', null, 'drill'],
    ['drill', 'full', null, 'drill'],
  ] as const)('%s in phase %s with live book %s trades %s', (id, phase, liveBook, book) => {
    expect(bookOf({ id, phase, liveBook })).toBe(book);
  });

  test('beyond paper without a book trades nothing', () => {
    expect(() => bookOf({ id: 'main', phase: 'live', liveBook: null })).toThrow('without a book');
  });

  test('active sends all, paused only exits, halted nothing', () => {
    const sends = DESK_STATES.map((state) => [
      state,
      allows(state, 'entry'),
      allows(state, 'exit'),
    ]);
    expect(sends).toEqual([
      ['active', true, true],
      ['paused', false, true],
      ['halted', false, false],
    ]);
  });
});

test('a trade is over once settled, closed, unfilled, rejected or not sent', () => {
  expect(TRADE_STATUSES.filter(isTerminal)).toEqual([
    'settled',
    'closed',
    'unfilled',
    'rejected',
    'not_sent',
  ]);
});

describe('the outcome a proposal means', () => {
  test.each([
    ['yes', 0],
    ['no', 1],
    ['Panthers', 0],
    ['Blue Jackets', 1],
    ['71321', 0],
    ['52114', 1],
    ['Yes', undefined],
    ['panthers', undefined],
    ['Panthers ', undefined],
    ['Rangers', undefined],
    ['', undefined],
  ])('%p is side %p', (word, side) => {
    expect(resolveOutcome(MARKET, word)).toBe(side);
  });

  test('a market without token ids knows none', () => {
    const { tokenIds: _, ...kalshi } = MARKET;
    expect(resolveOutcome(kalshi, '71321')).toBeUndefined();
    expect(resolveOutcome(kalshi, 'no')).toBe(1);
  });
});

test.each([
  ['0.56', '0'],
  ['0.57', '40'],
  ['0.58', '100'],
  ['0.59', '100'],
  ['0.99', '600'],
])('a limit of %s finds %s contracts on offer', (limit, depth) => {
  expect(depthWithin(QUOTE, price(limit))).toBe(contracts(depth));
});

describe('STALE_PROPOSAL: when a proposal expires', () => {
  test.each([
    ['a single leg after 60 s', {}, 60_000],
    ['a pair after 10 s', { legs: [LEG, { ...LEG, venue: 'polymarket' as const }] }, 10_000],
    ['when it says so', { expiresAt: AT_MS + 1 }, 1],
    ['when it says so, even long ago', { expiresAt: AT_MS - 1 }, -1],
  ])('%s', (_name, changes, lifeMs) => {
    expect(expiryOf({ ...PROPOSAL, ...changes }, AT_MS)).toBe(AT_MS + lifeMs);
  });
});

test('a value outside a closed set stops the program and is named', () => {
  expect(() => assertNever('sideways' as never)).toThrow('unexpected value: "sideways"');
});
