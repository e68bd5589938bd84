/** `ballast limits`: the tables, the raw view, and what the tables do not say by themselves. */
import { describe, expect, test } from '@jest/globals';
import { limitsLines } from '../../../client/cli/limits.ts';
import type { LimitsView } from '../../../contracts/limits.ts';
import { counted, LIMITS } from '../views.ts';
import { cli } from './harness.ts';

const linesOf = (view: LimitsView): string => limitsLines(view).join('\n');

describe('the tables', () => {
  test.each([
    ['trades as counts', /^trades +5 +2 +1 +2 +SETTING_OF_trades$/m],
    ['money as dollars', /^day loss +\$200.00 +\$12.40 +\$35.44 +\$152.16 +SETTING_OF_day loss$/m],
    ['the fullest of many', /^event nhl:CBJ@FLA +\$500.00 +\$48.00 +\$0.00 +\$452.00 /m],
    ['each venue’s cash', /^cash kalshi +\$412.18 +\$0.00 +\$19.99 +\$392.19 /m],
    ['percentages', /^least ROI +2 % +LIVE_TRADING_MIN_ROI$/m],
    ['the largest trade and what binds', /^kalshi +\$200.00 +day loss +\$152.16 +day loss, cash$/m],
    [
      'which desk this is',
      /^desk main · active · phase paper · book paper · day 2026-11-22 \(UTC\)$/m,
    ],
  ])('show %s', (_name, line) => {
    expect(linesOf(LIMITS)).toMatch(line);
  });

  test('a market’s name cannot move the cursor', () => {
    const view = { ...LIMITS, counted: [counted('event', ['1', '1', '0', '0'], 'a\u001b[2Jb')] };
    expect(linesOf(view)).toContain('event a?[2Jb');
  });
});

describe('a note says', () => {
  test('that a position limit of 500 can never be reached where the day’s loss limit is 200', () => {
    expect(linesOf(LIMITS)).toContain(
      'the position limit of $500.00 can never be reached by one single leg',
    );
  });

  test('nothing of the kind where one venue allows it', () => {
    const wide = { ...LIMITS.singleLeg[0]!, venue: 'polymarket', max: '500.00' } as const;
    const view = { ...LIMITS, singleLeg: [...LIMITS.singleLeg, wide] };
    expect(linesOf(view)).not.toContain('never be reached');
  });

  test.each([
    [
      'that no trade is left',
      { counted: [counted('trades', ['5', '5', '0', '0'])] },
      'no trade is left today: 5 are allowed',
    ],
    [
      'that the desk takes no entries',
      { desk: { ...LIMITS.desk, state: 'paused' } },
      'the desk is paused: no entries now',
    ],
  ] as const)('%s', (_name, change, says) => {
    expect(linesOf(LIMITS)).not.toContain(says);
    expect(linesOf({ ...LIMITS, ...change } as LimitsView)).toContain(says);
  });
});

test('limits --json prints the raw view, in decimal strings', async () => {
  const { code, out } = await cli(['limits', '--json'], { readLimits: async () => LIMITS });
  expect([code, JSON.parse(out)]).toEqual([0, LIMITS]);
});

test('limits asks no API: it works while none runs', async () => {
  const apiUrl = (): never => {
    throw new Error('the API was asked');
  };
  const { code, out } = await cli(['limits'], { apiUrl, readLimits: async () => LIMITS });
  expect(code).toBe(0);
  expect(out).toBe(linesOf(LIMITS));
});
