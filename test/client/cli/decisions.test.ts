/** What a person decides: `trade resolve`, `approve`, `rearm`, `pairs`, `strategies`. */
import { describe, expect, test } from '@jest/globals';
import type { CliPorts } from '../../../client/ports.ts';
import { PAIR, STRATEGY, TRADE_DETAILS } from '../list-views.ts';
import type { Reply } from './harness.ts';
import { cli, cliWithApi } from './harness.ts';

const tokens = { token: (role: string) => `${role}-token-0123456789` };
const DONE = { done: 'strategy nhl may trade again' };

const words = (line: string): string[] => line.split(' ');

interface Change {
  readonly argv: string[];
  readonly role: 'operator' | 'admin';
  readonly url: string;
  readonly sent: object;
  readonly answer: object;
  readonly says: RegExp;
}

const CHANGES: Change[] = [
  {
    argv: ['trade', 'resolve', 'nhl-1', 'unwind', '--max-loss', '12.50', '--reason', 'x', '--yes'],
    role: 'operator',
    url: '/api/v1/trades/nhl-1/resolve',
    sent: { action: 'unwind', maxLoss: '12.50', reason: 'x' },
    answer: { resolutionId: 'r-1' },
    says: /^unwind ordered \(r-1\); ballast trades nhl-1 says what comes of it$/,
  },
  {
    argv: ['trade', 'resolve', 'nhl-1', 'hold', '--reason', 'x', '--yes'],
    role: 'operator',
    url: '/api/v1/trades/nhl-1/resolve',
    sent: { action: 'hold', reason: 'x' },
    answer: { resolutionId: 'r-2' },
    says: /^hold ordered/,
  },
  {
    argv: ['approve', 'nhl-1', '--reason', 'checked'],
    role: 'admin',
    url: '/api/v1/approvals/nhl-1',
    sent: { reason: 'checked' },
    answer: { id: 'nhl-1', status: 'approved' },
    says: /^nhl-1 approved: every other rule judges it anew/,
  },
  {
    argv: ['approve', 'nhl-1', '--decline', '--reason', 'another game'],
    role: 'operator',
    url: '/api/v1/approvals/nhl-1/decline',
    sent: { reason: 'another game' },
    answer: { id: 'nhl-1', status: 'declined' },
    says: /^nhl-1 declined: it is denied$/,
  },
  {
    argv: ['rearm', '--reason', 'compared'],
    role: 'admin',
    url: '/api/v1/rearm',
    sent: { reason: 'compared' },
    answer: { state: 'active' },
    says: /^active: orders are sent again$/,
  },
  {
    argv: words('pairs add p-1 --kalshi K --polymarket p --outcome Panthers --reason match'),
    role: 'admin',
    url: '/api/v1/pairs',
    sent: { id: 'p-1', kalshi: 'K', polymarket: 'p', outcome: 'Panthers', reason: 'match' },
    answer: { ...PAIR, rulesMissing: ['polymarket'] },
    says: /approved +no: paper only\npolymarket gives no rule text for its market$/,
  },
  {
    argv: ['pairs', 'approve', 'nhl-1-pair', '--reason', 'read both'],
    role: 'admin',
    url: '/api/v1/pairs/nhl-1-pair/approve',
    sent: { reason: 'read both' },
    answer: { ...PAIR, approvedBy: 'ann', approvedAt: PAIR.addedAt },
    says: /approved +by ann, 2026-11-22 14:00:00Z$/,
  },
  {
    argv: ['strategies', 'enable', 'a/b', '--reason', ' feed fixed '],
    role: 'admin',
    url: '/api/v1/strategies/a%2Fb/enable',
    sent: { reason: 'feed fixed' },
    answer: DONE,
    says: /^strategy nhl may trade again$/,
  },
  {
    argv: words('strategies limit nhl --per-trade 25 --daily-trades 0 --reason model'),
    role: 'admin',
    url: '/api/v1/strategies/nhl/limit',
    sent: { perTrade: '25', dailyTrades: 0, reason: 'model' },
    answer: DONE,
    says: /^strategy nhl/,
  },
];

/** Every status a change may be refused with, and the code a script sees. */
const REFUSALS: [status: number, exit: number][] = [
  [400, 2],
  [401, 4],
  [403, 4],
  [404, 1],
  [409, 9],
  [413, 2],
  [415, 2],
  [422, 2],
  [423, 7],
  [429, 4],
  [500, 1],
  [503, 8],
];

describe.each(CHANGES)('ballast $argv', ({ argv, role, url, sent, answer, says }) => {
  test('asks as the right role and says what came of it', async () => {
    const ended = await cliWithApi({ status: 200, body: answer }, argv, tokens);
    expect([ended.code, ended.err]).toEqual([0, '']);
    expect(ended.out).toMatch(says);
    expect(ended.seen).toMatchObject([{ method: 'POST', url }]);
    expect(ended.seen[0]!.headers.authorization).toBe(`Bearer ${role}-token-0123456789`);
    expect(JSON.parse(ended.seen[0]!.body)).toEqual(sent);
  });

  test('--json is the API’s own answer', async () => {
    const ended = await cliWithApi({ status: 200, body: answer }, [...argv, '--json'], tokens);
    expect(JSON.parse(ended.out)).toEqual(answer);
  });

  test.each(REFUSALS)(
    'refused with %i it ends with %i, on the error output',
    async (status, exit) => {
      const reply: Reply = { status, body: { code: 'SOME', message: 'in these words' } };
      const ended = await cliWithApi(reply, argv, tokens);
      expect([ended.code, ended.out]).toEqual([exit, '']);
      expect(ended.err.split('\n')[0]).toBe(`Error: in these words (code ${exit})`);
    },
  );

  test('without an API it ends with 3; without a token with 4', async () => {
    expect((await cli(argv, tokens)).code).toBe(3);
    expect((await cli(argv, { token: () => undefined })).code).toBe(4);
  });

  test('a connection that breaks may have done it: it says so', async () => {
    const ended = await cliWithApi('break', argv, tokens);
    expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('it may have been done') });
  });
});

describe('trade resolve asks again on a terminal', () => {
  const argv = ['trade', 'resolve', 'fed-1', 'unwind', '--max-loss', '5', '--reason', 'x'];
  const onTerminal = (typed: string): Partial<CliPorts> => ({
    ...tokens,
    isTerminal: true,
    ask: async () => typed,
  });

  test('and does nothing unless the trade’s id is typed', async () => {
    const ended = await cliWithApi({ status: 200, body: TRADE_DETAILS }, argv, onTerminal('yes'));
    expect(ended.code).toBe(2);
    expect(ended.seen.map(({ method }) => method)).toEqual(['GET']);
    expect(ended.err).toContain('fed-1 is open: 48/48 Fed holds in December no kalshi 0.41');
    expect(ended.err).toContain('unwind it, losing at most $5.00?');
  });

  test('and goes on once it is', async () => {
    // The stand-in answers every request alike: enough of both bodies for one each.
    const body = { ...TRADE_DETAILS, resolutionId: 'r-1' };
    const ended = await cliWithApi({ status: 200, body }, argv, onTerminal(' fed-1\n'));
    expect(ended.code).toBe(0);
    expect(ended.seen.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  test('elsewhere only with --yes', async () => {
    const ended = await cliWithApi({ status: 200, body: TRADE_DETAILS }, argv, tokens);
    expect([ended.code, ended.seen]).toEqual([2, []]);
    expect(ended.err).toContain('--yes');
  });

  test.each([
    [['complete'], /--max-loss is missing/],
    [['unwind', '--max-loss', '0'], /no amount above zero: 0/],
    [['unwind', '--max-loss', '1e3'], /no amount above zero: 1e3/],
    [['hold', '--max-loss', '3'], /means nothing/],
  ])('%j is refused before anything is sent', async (words, says) => {
    const all = ['trade', 'resolve', 'fed-1', ...words, '--reason', 'x', '--yes'];
    const ended = await cliWithApi({ status: 200, body: {} }, all, tokens);
    expect([ended.code, ended.seen]).toEqual([2, []]);
    expect(ended.err).toMatch(says);
  });
});

describe('the lists of pairs and strategies', () => {
  test.each([[['pairs']], [['pairs', 'list']]])('%j', async (argv) => {
    const { code, out } = await cliWithApi({ status: 200, body: { pairs: [PAIR] } }, argv);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^nhl-1-pair +KXNHLGAME-\S+ yes +nhl-cbj-fla-2026-11-22 Panthers +no: paper only$/m,
    );
  });

  test.each([[['strategies']], [['strategies', 'list']]])('%j', async (argv) => {
    const stopped = { ...STRATEGY, name: 'nhl', enabled: false, reason: '5 executions' };
    const body = { strategies: [STRATEGY, stopped] };
    const { code, out } = await cliWithApi({ status: 200, body }, argv);
    expect(code).toBe(0);
    expect(out).toMatch(/^macro +enabled +1\/5 in 600 s +1\/- +\$19\.98\/- +\$25\.00$/m);
    expect(out).toMatch(/^nhl +STOPPED .* 5 executions$/m);
  });

  test('empty ones say what to do', async () => {
    const pairs = await cliWithApi({ status: 200, body: { pairs: [] } }, ['pairs']);
    expect(pairs.out).toBe('no pairs; see ballast pairs add --help');
    const none = await cliWithApi({ status: 200, body: { strategies: [] } }, ['strategies']);
    expect(none.out).toBe('no strategy has proposed anything yet');
  });

  test('strategies of another book are asked for', async () => {
    const argv = ['strategies', 'list', '--book', 'drill', '--json'];
    const { seen, out } = await cliWithApi({ status: 200, body: { strategies: [] } }, argv);
    expect(seen[0]!.url).toBe('/api/v1/strategies?book=drill');
    expect(JSON.parse(out)).toEqual({ strategies: [] });
  });
});
