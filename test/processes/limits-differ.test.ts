import { expect, test } from '@jest/globals';
import { LimitsDiffer } from '../../bin/errors.ts';

const TRADES = { field: 'dailyTradesMax', was: '5', is: '3' };
const BALANCE = { field: 'initialBalanceMicros', was: '[["kalshi",500]]', is: '[["kalshi",900]]' };

test('differing limits are named, with the command that adopts them', () => {
  const { message } = new LimitsDiffer([TRADES]);
  expect(message).toContain('dailyTradesMax: ledger 5, here 3');
  expect(message).toContain('ballast limits apply');
});

test('a differing initial balance promises no command that cannot change it', () => {
  const { message } = new LimitsDiffer([TRADES, BALANCE]);
  expect(message).toContain('LIVE_TRADING_INITIAL_BALANCE');
  expect(message).not.toContain('ballast limits apply');
});
