/** The verbs themselves: help, usage errors, and those that need no API. */
import { describe, expect, test } from '@jest/globals';
import { createProgram } from '../../../client/cli/program.ts';
import { ConfigError } from '../../../contracts/config.ts';
import { TokenError } from '../../../contracts/roles.ts';
import { cli } from './harness.ts';

describe('usage', () => {
  test.each([
    [['frobnicate']],
    [[]],
    [['propose']],
    [['propose', 'a', 'b']],
    [['status', '--nope']],
    [['trades', '--last', '0']],
    [['trades', '--last', '201']],
    [['trades', '--last', '1e2']],
    [['strategies', 'enable']],
    [['strategies', 'enable', 'x']],
    [['strategies', 'enable', 'x', '--reason', ' ']],
    [['limits', 'apply']],
    [['limits', 'show']],
    [['strategies', 'limit', 'x', '--daily-trades', '1.5', '--reason', 'y']],
    [['orders', '--state', 'filled']],
    [['orders', '--venue', 'betfair']],
    [['positions', '--book', 'mine']],
    [['cash', '--last', '0']],
    [['alerts', '--level', 'loud']],
    [['alerts', 'ack']],
    [['alerts', 'ack', 'a-1', '--reason', ' ']],
    [['audit', '--desk', 'other']],
    [['pairs', 'add', 'p', '--kalshi', 'K', '--polymarket', 'p', '--reason', 'x']],
    [['pairs', 'add', 'p', '--kalshi', 'K', '--polymarket', 'p', '--outcome', 'Yes']],
    [['pairs', 'approve', 'p']],
    [['pairs', 'drop', 'p']],
    [['approve', 'nhl-1']],
    [['rearm']],
    [['halt']],
    [['arm']],
    [['rollout', 'promote']],
    [['venue', 'setup', 'kalshi']],
    [['venue', 'setup', 'betfair', '--reason', 'x']],
    [['trade']],
    [['trade', 'resolve', 'nhl-1', '--reason', 'x']],
    [['trade', 'resolve', 'nhl-1', 'sell', '--reason', 'x']],
    [['trade', 'resolve', 'nhl-1', 'unwind', '--max-loss', '5']],
    [['token']],
    [['restore']],
    [['token', 'show', '--role', 'root']],
    [['simulate', '--port', '65536', '--venue', 'kalshi']],
    [['simulate', '--port', '4100']],
    [['simulate', '--faults', '1.5']],
  ])('%j ends with 2, on the error output only', async (argv) => {
    const ended = await cli(argv);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).not.toBe('');
  });

  test('a mistake reads like every other error', async () => {
    const { err } = await cli(['tradez']);
    expect(err).toContain("Error: unknown command 'tradez' (code 2)");
    expect(err).toContain('Did you mean one of trade, trades?');
  });

  test('the exit codes are in the help', async () => {
    const { code, out } = await cli(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('7 paused or halted');
  });

  const verbs = [
    ['start'],
    ['stop'],
    ['worker'],
    ['api'],
    ['doctor'],
    ['status'],
    ['propose'],
    ['trades'],
    ['pause'],
    ['halt'],
    ['resume'],
    ['rearm'],
    ['halt'],
    ['arm'],
    ['rollout', 'promote'],
    ['rollout', 'abort'],
    ['venue', 'setup'],
    ['trade', 'resolve'],
    ['approve'],
    ['orders'],
    ['positions'],
    ['cash'],
    ['pairs', 'list'],
    ['pairs', 'add'],
    ['pairs', 'approve'],
    ['alerts'],
    ['alerts', 'ack'],
    ['audit'],
    ['strategies', 'list'],
    ['strategies', 'enable'],
    ['strategies', 'limit'],
    ['limits'],
    ['limits', 'apply'],
    ['token', 'show'],
    ['report', 'daily'],
    ['verify'],
    ['backup'],
    ['restore'],
    ['import'],
    ['export'],
    ['simulate'],
  ];
  test.each(verbs.map((verb) => [verb]))('%j explains itself with an example', async (verb) => {
    const { code, out } = await cli([...verb, '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Usage: ballast/);
    expect(out).toMatch(/Example/);
  });

  test('no verb is left out of these tests', () => {
    const program = createProgram({} as never);
    const names = program.commands.map((command) => command.name());
    expect(new Set(names)).toEqual(new Set(verbs.map(([name]) => name)));
  });
});

describe('verbs of this process', () => {
  test.each(['start', 'stop', 'worker', 'api'] as const)(
    '%s ends with the host’s own code',
    async (verb) => {
      expect((await cli([verb], { [verb]: async () => 3 })).code).toBe(3);
    },
  );

  test('a wrong configuration ends with 4 and lists every mistake', async () => {
    const problems = [
      { field: 'BALLAST_PORT', problem: 'must be a whole number' },
      { field: 'LIVE_TRADING', problem: 'must be true or false' },
    ];
    const { code, err } = await cli(['start'], {
      start: () => Promise.reject(new ConfigError(problems)),
    });
    expect(code).toBe(4);
    expect(err.split('\n').slice(0, 3)).toEqual([
      'Error: the configuration has 2 mistakes: (code 4)',
      '  BALLAST_PORT: must be a whole number',
      '  LIVE_TRADING: must be true or false',
    ]);
  });

  test('tokens that cannot be used end with 4', async () => {
    const { code, err } = await cli(['propose', '-'], {
      readInput: async () => '{}',
      token: () => Promise.reject(new TokenError('tokens.json is open to other users; chmod 600')),
    });
    expect([code, err]).toEqual([
      4,
      'Error: tokens.json is open to other users; chmod 600 (code 4)',
    ]);
  });

  test('any other failure ends with 1', async () => {
    const { code, err } = await cli(['stop'], { stop: () => Promise.reject(new Error('no lock')) });
    expect([code, err]).toEqual([1, 'Error: no lock (code 1)']);
  });

  const ledger = { name: 'ledger', ok: true, detail: 'answers' };
  const disk = { name: 'disk', ok: false, detail: '1 % free; delete something' };

  test.each([
    ['all is well', [ledger], 0, ''],
    ['a check fails', [ledger, disk], 8, 'Error: not ready: disk (code 8)'],
  ])('doctor, when %s', async (_name, checks, exit, says) => {
    const { code, out, err } = await cli(['doctor'], { doctor: async () => checks });
    expect(code).toBe(exit);
    expect(err).toContain(says);
    expect(out).toMatch(/^ok +ledger +answers$/m);
    const failed = checks.filter((check) => !check.ok).length;
    expect(out.match(/^FAIL +disk +1 % free; delete something$/gm) ?? []).toHaveLength(failed);
  });

  test('doctor --json prints the raw checks and keeps the exit code', async () => {
    const { code, out } = await cli(['doctor', '--json'], { doctor: async () => [disk] });
    expect([code, JSON.parse(out)]).toEqual([8, { checks: [disk] }]);
  });

  test.each([
    [[{ field: 'dailyLossMax', was: '200', is: '100' }], /^dailyLossMax +200 +-> +100$/],
    [[], /^nothing differs$/],
  ])('limits apply prints what changed', async (changes, says) => {
    const { out } = await cli(['limits', 'apply', '--reason', 'x'], {
      applyLimits: async () => changes,
    });
    expect(out).toMatch(says);
  });
});
