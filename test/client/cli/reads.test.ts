/** `ballast status` and `ballast trades`. */
import { describe, expect, test } from '@jest/globals';
import type { StatusView } from '../../../contracts/http.ts';
import { painter } from '../../../client/cli/format.ts';
import { statusLines } from '../../../client/cli/status.ts';
import { ORDER, TRADE_DETAILS } from '../list-views.ts';
import { DENIED_TRADE, STATUS, TRADE } from '../views.ts';
import { cli, cliWithApi } from './harness.ts';

const plain = painter(false);
const status = (changes: Partial<StatusView> = {}) => statusLines({ ...STATUS, ...changes }, plain);

describe('status', () => {
  test('fits a screen and shows phase, limits, venues and open trades', async () => {
    const { code, out, seen } = await cliWithApi({ status: 200, body: STATUS }, ['status']);
    expect(code).toBe(0);
    expect(seen).toMatchObject([{ method: 'GET', url: '/api/v1/status' }]);
    expect(seen[0]?.headers.authorization).toBeUndefined();
    const lines = out.split('\n');
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines[0]).toBe('PAPER · phase paper · desk main · ACTIVE');
    expect(lines[1]).toBe('PAPER TRADING (LIVE_TRADING=false) · v0.1.0');
    expect(lines[2]).toMatch(/^2026-11-22 14:07:31Z.* · day resets in 9:52:29/);
    expect(out).toMatch(/^ +used +held +left +limit$/m);
    expect(out).toMatch(/^trades +4 +0 +1 +5$/m);
    expect(out).toMatch(/^day loss +\$12\.40 +\$35\.44 +\$152\.16 +\$200\.00$/m);
    expect(out).toMatch(/^exposure +\$83\.86 +\$0\.00 +\$716\.14 +\$800\.00$/m);
    expect(out).toContain('P&L today -$3.18 · total +$9.77');
    expect(out).toMatch(/^kalshi +\$412\.18 +\$0\.00 +\$54\.25 +\$0\.00 +4s ago$/m);
    expect(out).toMatch(/^polymarket +\$398\.02 +\$0\.00 +\$29\.61 +\$50\.00 +never$/m);
    expect(out).toContain('fed-1  open  48/48 Fed holds in December no kalshi 0.41  worst $19.98');
    expect(out).toContain('Temporal http://127.0.0.1:8233');
    expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test('of an empty desk says what to do next', () => {
    expect(status({ openTrades: [] }).join('\n')).toMatch(
      /nothing is open\. Next:\n +ballast propose/,
    );
  });

  test('of a paused desk with an unknown order says what needs attention', () => {
    const desk = { id: 'main', phase: 'paper', state: 'paused', reason: 'a late fill' };
    const lines = status({ desk, unknownOrders: 2 });
    expect(lines[0]).toContain('PAUSED');
    expect(lines.filter((line) => line.startsWith('NEEDS YOU'))).toEqual([
      'NEEDS YOU  the desk is paused: a late fill; it takes no proposals',
      'NEEDS YOU  2 orders with unknown outcome; each is being looked up at its venue',
    ]);
  });

  test('of a desk whose venue takes no orders from here says so, for the book it trades', () => {
    const at = { venue: 'polymarket', trading: false, askedAt: STATUS.now } as const;
    const venueStatus = [
      { ...at, book: 'paper', detail: 'orders are refused from here (US NY)' },
      { ...at, book: 'rehearsal', detail: 'not this one' },
    ] as const;
    const lines = status({ venueStatus: [...venueStatus] });
    expect(lines.filter((line) => line.startsWith('NEEDS YOU'))).toEqual([
      'NEEDS YOU  polymarket does not trade: orders are refused from here (US NY)',
    ]);
  });

  test('with --json is the API’s own answer', async () => {
    const body = { ...STATUS, added: 'by a later version' };
    const { out } = await cliWithApi({ status: 200, body }, ['status', '--json']);
    expect(JSON.parse(out)).toEqual(body);
  });

  test.each([
    ['on a terminal', true, {}, true],
    ['with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['in a pipe', false, {}, false],
  ])('colours %s', (_where, isTerminal, environment, coloured) => {
    const lines = statusLines(STATUS, painter(isTerminal, environment));
    expect(lines.join('').includes('\u001b[')).toBe(coloured);
  });
});

describe('trades', () => {
  const list = { status: 200, body: { trades: [TRADE, DENIED_TRADE] } };

  test('are listed as a table', async () => {
    const { code, out } = await cliWithApi(list, ['trades']);
    expect(code).toBe(0);
    expect(out).toMatch(/^id +status +strategy +legs +worst case +P&L +received$/m);
    expect(out).toMatch(/^fed-1 +open +macro +48\/48 Fed.* +\$19\.98 +- +2026-11-22 14:00:00Z$/m);
    expect(out).toMatch(/^fed-2 +denied/m);
  });

  test.each([
    [['trades'], '/api/v1/trades'],
    [['trades', '--last', '5'], '/api/v1/trades?limit=5'],
    [['trades', '--status', 'a b'], '/api/v1/trades?status=a+b'],
    [['trades', '../status'], '/api/v1/trades/..%2Fstatus'],
  ])('%j asks for %s', async (argv, url) => {
    expect((await cliWithApi(list, argv)).seen[0]?.url).toBe(url);
  });

  test('none yet says where to begin', async () => {
    const { out } = await cliWithApi({ status: 200, body: { trades: [] } }, ['trades']);
    expect(out).toBe('no trades; see ballast propose --help');
  });

  test('one shows its legs, and the numbers of every rule it failed', async () => {
    const nothing = { orders: [], fills: [], verdicts: [], holds: [] };
    const body = { ...TRADE_DETAILS, ...DENIED_TRADE, ...nothing };
    const { out } = await cliWithApi({ status: 200, body }, ['trades', 'fed-2']);
    expect(out).toMatch(/^status +denied$/m);
    expect(out).toContain(
      '  POSITION_TOO_LARGE  worst case $812.00 is above the limit $500.00\n' +
        '    worstCaseUsd 812\n    limitUsd 500',
    );
    expect(out).not.toContain('BELOW_MIN_ROI');
  });

  test('one shows its orders, fills, verdicts and what is held for it', async () => {
    const open = await cliWithApi({ status: 200, body: TRADE_DETAILS }, ['trades', 'fed-1']);
    for (const line of [
      /^kalshi +KXFED\S+ +no +0\.41 +48 +48 +0 +\$19\.68 +\$0\.30 +filled paper-77$/m,
      /^orders\n +order +trade/m,
      /^ +2026-11-22 14:00:00Z +0 +buy +48 +0\.41 +\$0\.30 +f-1$/m,
      /^held for it\n +what +leg +left +of\n +paper\/loss\/2026-11-22 +0 +\$19\.98 +\$19\.98$/m,
      /^passed\n +BELOW_MIN_ROI +ROI 12\.6 % exceeds 2 %$/m,
    ]) {
      expect(open.out).toMatch(line);
    }
  });

  test('a pair on one leg shows since when, both orders of a leg, and what was ordered', async () => {
    const [leg] = TRADE.legs;
    const body = {
      ...TRADE_DETAILS,
      status: 'one_legged',
      unhedgedSince: '2026-11-22T14:00:03.000Z',
      legs: [
        { ...leg!, sold: '8' },
        { ...leg!, venue: 'polymarket', filledQuantity: '0' },
      ],
      orders: [ORDER, { ...ORDER, id: 'second', attempt: 2, kind: 'exit', action: 'sell' }],
      fills: [{ ...TRADE_DETAILS.fills[0]!, id: 'f-2', reverts: 'f-1' }],
      resolutions: [
        {
          id: 'r-1',
          action: 'unwind',
          maxLoss: '5.00',
          by: 'ann',
          reason: 'venue down',
          askedAt: '2026-11-22T14:01:00.000Z',
          until: '2026-11-22T14:01:20.000Z',
          endedAt: null,
          outcome: null,
        },
      ],
    };
    const { out } = await cliWithApi({ status: 200, body }, ['trades', 'fed-1']);
    for (const line of [
      /^status +one_legged UNHEDGED$/m,
      /^unhedged since +2026-11-22 14:00:03Z$/m,
      /^ +second +fed-1 +0\.2 +exit +sell 48/m,
      /buy TAKEN BACK/,
      /^ordered by hand\n +unwind, losing at most \$5\.00, by ann, .*: venue down \(until /m,
    ]) {
      expect(out).toMatch(line);
    }
  });

  test.each([
    [{ approvedBy: null, approvedAt: null, reason: null }, /waits until .* ballast approve fed-1/],
    [{ approvedBy: 'ann', approvedAt: TRADE.receivedAt, reason: 'ok' }, /by ann, .*: ok/],
  ])('one that asked for approval says how that stands: %j', async (word, says) => {
    const until = '2026-11-22T14:10:00.000Z';
    const approval = { askedAt: TRADE.receivedAt, until, ...word };
    const body = {
      ...TRADE_DETAILS,
      status: 'awaiting_approval',
      approval,
      approvalUntil: until,
      imported: true,
    };
    const { out } = await cliWithApi({ status: 200, body }, ['trades', 'fed-1']);
    expect(out).toMatch(says);
    expect(out).toMatch(/^status +awaiting_approval \(imported\)$/m);
  });

  test('a title cannot drive the terminal, nor hide in --json', async () => {
    const [leg] = TRADE.legs;
    const trade = { ...TRADE, legs: [{ ...leg!, title: 'x\u001b[2J\u009b2J\u202ey' }] };
    const body = { trades: [trade] };
    const table = await cliWithApi({ status: 200, body }, ['trades']);
    expect(table.out).toContain('x?[2J?2J?y');
    const raw = await cliWithApi({ status: 200, body }, ['trades', '--json']);
    expect(raw.out).toContain('x\\u001b[2J\\u009b2J\\u202ey');
    expect(JSON.parse(raw.out)).toEqual(body);
  });

  test.each([
    ['an unknown trade', 404, 1],
    ['a bad query', 422, 2],
    ['a refused host', 403, 4],
    ['a desk that is not ready', 503, 8],
  ])('%s: %i ends with %i and the API’s own words', async (_what, code, exit) => {
    const body = { code: 'SOME', message: 'in these words' };
    const ended = await cliWithApi({ status: code, body }, ['trades', 'fed-9']);
    expect(ended.code).toBe(exit);
    expect(ended.err.split('\n')[0]).toBe(`Error: in these words (code ${exit})`);
    expect(ended.out).toBe('');
  });

  test('an API that does not answer in 10 s ends with 5', async () => {
    const ended = await cliWithApi('hang', ['status']);
    expect(ended.code).toBe(5);
    expect(ended.err).toMatch(/did not answer within 10 s \(code 5\)/);
  }, 20_000);

  test('an answer that lost a field is not guessed at', async () => {
    const { worstCase: _gone, ...less } = TRADE;
    const ended = await cliWithApi({ status: 200, body: less }, ['trades', 'fed-1']);
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/not this version/)]);
  });

  test.each([['status'], ['trades'], ['trades', 'x']])(
    'nothing listening: %s %s ends with 3',
    async (...argv) => {
      expect((await cli(argv.filter((word) => word !== undefined))).code).toBe(3);
    },
  );
});

test('an API that asks for a token gets one, and is asked again once only', async () => {
  const reply = { status: 401, body: { code: 'UNAUTHENTICATED', message: 'no valid token' } };
  const ended = await cliWithApi(reply, ['status']);
  expect(ended.code).toBe(4);
  expect(ended.seen.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    'Bearer trader-token-0123456789',
  ]);
});
