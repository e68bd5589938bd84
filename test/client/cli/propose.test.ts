/** `ballast propose`: what is sent, what is printed, and the exit code of every answer. */
import { describe, expect, test } from '@jest/globals';
import { SINGLE_LEG } from '../http/stub-ports.ts';
import { cli, cliWithApi } from './harness.ts';
import type { Reply } from './harness.ts';

const accepted = {
  status: 'accepted',
  id: 'fed-1',
  quantity: '48',
  worstCase: '19.9',
  roiPercent: '12.6',
  outcome: 'no',
  legs: [
    {
      venue: 'kalshi',
      market: 'KXFEDDECISION-26DEC-H0',
      outcome: 'no',
      limitPrice: '0.41',
      priceMax: '0.41',
      worstCase: '19.9',
    },
  ],
};
const awaiting = {
  status: 'awaiting_approval',
  id: 'nhl-1',
  until: '2026-11-22T14:10:00.000Z',
  failures: [
    { code: 'IMPLAUSIBLE_ROI', passed: false, detail: 'ROI 14 % is above 10 %', numbers: {} },
  ],
};
const denied = {
  status: 'denied',
  id: 'fed-2',
  failures: [
    {
      code: 'POSITION_TOO_LARGE',
      passed: false,
      detail: 'worst case $812.00 is above the limit $500.00',
      numbers: {},
    },
    { code: 'BELOW_MIN_ROI', passed: true, detail: 'ROI 3.1 % is enough', numbers: {} },
    { code: 'DAILY_TRADES_REACHED', passed: false, detail: '5 of 5 trades', numbers: {} },
  ],
};
const invalid = {
  code: 'INVALID_PROPOSAL',
  message: 'the proposal has mistakes; nothing was decided',
  problems: [{ field: 'budgt', problem: 'is not a field; did you mean budget?' }],
};
const paused = { code: 'DESK_PAUSED', message: 'the desk is paused: lunch' };
const input = (text: string) => ({ readInput: async () => text });
const ONE = input(JSON.stringify(SINGLE_LEG));

const propose = (reply: Reply, text = JSON.stringify(SINGLE_LEG)) =>
  cliWithApi(reply, ['propose', 'file.json'], input(text));

describe('the exit code', () => {
  const rows: [what: string, code: number, reply: Reply, says: RegExp][] = [
    ['accepted', 0, { status: 202, body: accepted }, /^$/],
    ['accepted before', 0, { status: 200, body: accepted }, /^$/],
    ['waiting for an admin', 0, { status: 202, body: awaiting }, /^$/],
    ['waiting still', 0, { status: 200, body: awaiting }, /^$/],
    ['too many wrong tokens', 4, { status: 429, body: paused }, /BALLAST_DATA_DIR/],
    ['denied', 6, { status: 422, body: denied }, /fed-2 was not accepted: denied \(code 6\)/],
    ['denied before', 6, { status: 200, body: denied }, /POSITION_TOO_LARGE: .*propose less/],
    ['invalid', 2, { status: 422, body: invalid }, /correct the fields/],
    ['unreadable', 2, { status: 400, body: invalid }, /correct the fields/],
    ['paused or halted', 7, { status: 423, body: paused }, /ballast status/],
    ['not ready', 8, { status: 503, body: paused }, /ballast doctor/],
    ['a used id', 9, { status: 409, body: paused }, /choose a new one/],
    [
      'undecided',
      5,
      { status: 202, body: { status: 'pending', id: 'fed-1', detail: 'no decision in 10 s' } },
      /not decided yet/,
    ],
    ['a wrong token', 4, { status: 401, body: paused }, /BALLAST_DATA_DIR/],
    ['a refused host', 4, { status: 403, body: paused }, /BALLAST_DATA_DIR/],
    ['too large a body', 2, { status: 413, body: paused }, /\(code 2\)/],
    ['a failure', 1, { status: 500, body: paused }, /\(code 1\)/],
    ['another server', 1, { status: 200, text: '<html>' }, /not this version of Ballast/],
    ['a server error without a body', 1, { status: 500, text: '' }, /500 without saying why/],
    ['a redirect', 3, { status: 302, text: '', location: 'http://127.0.0.1:9/' }, /\(code 3\)/],
    ['a broken connection', 3, 'break', /may have been taken/],
  ];
  test.each(rows)('of %s is %i', async (_what, code, reply, says) => {
    const ended = await propose(reply);
    expect(ended.err).toMatch(says);
    expect(ended.code).toBe(code);
    expect(ended.err === '' ? '(code 0)' : ended.err).toContain(`(code ${code})`);
    expect(ended.err).not.toContain('trader-token');
  });

  test('of nothing listening is 3, and says how to start', async () => {
    const ended = await cli(['propose', '-'], ONE);
    expect(ended.code).toBe(3);
    expect(ended.err).toMatch(/is it running\? start it with: npm start/);
    expect(ended.err).not.toContain('may have been taken');
  });

  test('of no token is 4, and nothing is sent', async () => {
    const reply = { status: 202, body: accepted };
    const ended = await cliWithApi(reply, ['propose', '-'], { ...ONE, token: () => undefined });
    expect([ended.code, ended.seen]).toEqual([4, []]);
  });

  test.each([
    ['a missing file', () => Promise.reject(new Error('ENOENT: no such file'))],
    ['an empty file', async () => ' \n'],
    ['half a document', async () => '{\n  "strategy": "x",\n'],
    ['a bad second line', async () => `${JSON.stringify(SINGLE_LEG)}\nnonsense`],
  ])('of %s is 2, and nothing is sent', async (_what, readInput) => {
    const reply = { status: 202, body: accepted };
    const ended = await cliWithApi(reply, ['propose', 'file.json'], { readInput });
    expect([ended.code, ended.seen]).toEqual([2, []]);
    expect(ended.err).toContain('file.json');
  });

  test('of several is that of the first that was not accepted', async () => {
    const results = [
      { status: 202, body: accepted },
      { status: 423, body: paused },
      { status: 422, body: denied },
    ];
    const text = JSON.stringify([SINGLE_LEG, { ...SINGLE_LEG, id: 'nhl-1' }, {}]);
    const ended = await propose({ status: 200, body: { results } }, text);
    expect(ended.code).toBe(7);
    expect(ended.err).toContain('nhl-1 was not accepted, and 1 more: DESK_PAUSED (code 7)');
  });
});

describe('the output', () => {
  test('has one line a proposal, with quantity and worst case or every failed rule', async () => {
    const results = [
      { status: 202, body: accepted },
      { status: 422, body: denied },
      { status: 422, body: invalid },
    ];
    const text = [SINGLE_LEG, SINGLE_LEG, { budgt: '5' }].map((one) => JSON.stringify(one));
    const ended = await propose({ status: 200, body: { results } }, text.join('\n'));
    expect(ended.out.split('\n')).toEqual([
      'fed-1  accepted: 48 contracts of no, worst case $19.90, ROI 12.6 %',
      'fed-2  denied: POSITION_TOO_LARGE worst case $812.00 is above the limit $500.00; ' +
        'DAILY_TRADES_REACHED 5 of 5 trades',
      'proposal 3  invalid: the proposal has mistakes; nothing was decided; ' +
        'budgt is not a field; did you mean budget?',
    ]);
  });

  test('says until when one waits, and the command that lets it pass', async () => {
    const ended = await propose({ status: 202, body: awaiting });
    expect(ended.out).toBe(
      'nhl-1  awaiting_approval until 2026-11-22 14:10:00Z: IMPLAUSIBLE_ROI ROI 14 % is above 10 %; ' +
        'an admin lets it pass with: ballast approve nhl-1 --reason "..."',
    );
  });

  test('says when a repeat was decided before', async () => {
    const ended = await propose({ status: 200, body: accepted });
    expect(ended.out).toContain('accepted (decided before)');
  });

  test('with --json is the answer as it came; the error stays on the error output', async () => {
    const reply = { status: 422, body: { ...denied, extra: 'kept' } };
    const ended = await cliWithApi(reply, ['propose', '-', '--json'], ONE);
    expect(JSON.parse(ended.out)).toEqual({ ...denied, extra: 'kept' });
    expect([ended.code, ended.err.includes('(code 6)')]).toEqual([6, true]);
  });

  test('lets no answer drive the terminal', async () => {
    const body = { ...accepted, outcome: '\u001b[2Jgone\nfed-9  accepted' };
    const ended = await propose({ status: 202, body });
    expect(ended.out).not.toContain('\u001b');
    expect(ended.out.split('\n')).toHaveLength(1);
  });
});

describe('the request', () => {
  test.each([
    ['an object', JSON.stringify(SINGLE_LEG, null, 2), 'application/json'],
    ['an array', `\uFEFF[${JSON.stringify(SINGLE_LEG)}]`, 'application/json'],
    ['NDJSON', `${JSON.stringify(SINGLE_LEG)}\n{"id":"b"}`, 'application/x-ndjson'],
  ])('sends %s as it is, with the trader’s token', async (_what, text, type) => {
    const asked: string[] = [];
    const { seen } = await cliWithApi({ status: 401, body: paused }, ['propose', '-'], {
      ...input(text),
      token: (role) => {
        asked.push(role);
        return Promise.resolve('trader-token-0123456789');
      },
    });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/v1/trades',
      headers: { authorization: 'Bearer trader-token-0123456789', 'content-type': type },
      body: text.replace('\uFEFF', ''),
    });
    expect(asked).toEqual(['trader']);
  });
});
