/** `ballast propose --dry-run`: every verdict and the ladder; nothing is decided. */
import { describe, expect, test } from '@jest/globals';
import { SINGLE_LEG } from '../http/stub-ports.ts';
import { DRY_RUN } from '../list-views.ts';
import type { Reply } from './harness.ts';
import { cli, cliWithApi } from './harness.ts';

const tokens = { token: (role: string) => `${role}-token-0123456789` };
const TEXT = JSON.stringify(SINGLE_LEG);
const DENIED = {
  ...DRY_RUN,
  outcome: 'denied',
  verdicts: [
    ...DRY_RUN.verdicts,
    { code: 'POSITION_TOO_LARGE', passed: false, detail: 'worst case $812.00', numbers: {} },
    { code: 'DAILY_TRADES_REACHED', passed: false, detail: '5 of 5', numbers: {} },
  ],
  plan: null,
  ladder: [],
};

const run = (reply: Reply, text = TEXT, more: string[] = []) =>
  cliWithApi(reply, ['propose', '--dry-run', 'file.json', ...more], {
    ...tokens,
    readInput: async () => text,
  });

test('sends the proposal as it is, with the trader’s token', async () => {
  const { seen } = await run({ status: 200, body: DRY_RUN });
  expect(seen).toMatchObject([{ method: 'POST', url: '/api/v1/trades/dry-run', body: TEXT }]);
  expect(seen[0]!.headers.authorization).toBe('Bearer trader-token-0123456789');
});

test('prints every verdict, the plan and the ladder', async () => {
  const { code, out, err } = await run({ status: 200, body: DRY_RUN });
  expect([code, err]).toEqual([0, '']);
  for (const line of [
    /^dry run in the paper book at 2026-11-22 14:00:00Z; nothing was decided$/m,
    /^pass +BELOW_MIN_ROI +ROI 12\.6 % exceeds 2 %$/m,
    /^it would be accepted$/m,
    /^48 contracts, worst case \$19\.98, at risk \$19\.98, ROI 12\.6 %$/m,
    /^kalshi +KXFED\S+ +no +0\.41 +0\.41 +\$19\.98$/m,
    /^48 \(largest\) +\$19\.98 +12\.6 % +passes:/m,
    /^5000 +not on offer +- +POSITION_TOO_LARGE: worst case/m,
  ]) {
    expect(out).toMatch(line);
  }
});

test('of a pair has both legs and what they may cost together', async () => {
  const [leg] = DRY_RUN.plan!.legs;
  const plan = {
    ...DRY_RUN.plan!,
    maxPairCost: '0.945',
    legs: [leg, { ...leg, venue: 'polymarket', priceMax: '0.585' }],
  };
  const { out } = await run({ status: 200, body: { ...DRY_RUN, plan } });
  expect(out).toContain('ROI 12.6 %, both legs at most 0.945');
  expect(out).toMatch(/^polymarket .* 0\.585 /m);
});

describe('the exit code', () => {
  test.each([
    ['accepted', DRY_RUN, 0],
    ['awaiting_approval', { ...DRY_RUN, outcome: 'awaiting_approval' }, 0],
    ['denied', DENIED, 6],
  ])('of %s', async (_what, body, exit) => {
    expect((await run({ status: 200, body })).code).toBe(exit);
    expect((await run({ status: 200, body }, TEXT, ['--json'])).code).toBe(exit);
  });

  test('a denial names the rules on the error output and prints the rest all the same', async () => {
    const { out, err } = await run({ status: 200, body: DENIED });
    expect(out).toMatch(/^FAIL +POSITION_TOO_LARGE +worst case \$812\.00$/m);
    expect(out).toContain('no size can be found for it');
    expect(err).toBe(
      'Error: it would be denied: POSITION_TOO_LARGE, DAILY_TRADES_REACHED (code 6)',
    );
  });

  test.each([
    [422, 2],
    [401, 4],
    [503, 8],
  ])('of status %i is %i', async (status, exit) => {
    const reply = { status, body: { code: 'SOME', message: 'in these words' } };
    expect((await run(reply)).code).toBe(exit);
  });

  test.each([[`[${TEXT}]`], [`${TEXT}\n${TEXT}`], ['{'], ['']])(
    'of anything but one proposal is 2, and nothing is sent: %j',
    async (text) => {
      const { code, seen } = await run({ status: 200, body: DRY_RUN }, text);
      expect([code, seen]).toEqual([2, []]);
    },
  );

  test('without an API is 3', async () => {
    const readInput = async () => TEXT;
    expect((await cli(['propose', '--dry-run', '-'], { ...tokens, readInput })).code).toBe(3);
  });
});
