/** `ballast orders`, `positions`, `cash`, `alerts`, `audit`: tables, queries, and the raw answer. */
import { describe, expect, test } from '@jest/globals';
import { ALERT, AUDIT, CASH, ORDER, POSITIONS } from '../list-views.ts';
import { cliWithApi } from './harness.ts';

const EVIL = 'x\u001b[2J\u202ey';
const OPEN_ORDER = {
  ...ORDER,
  id: 'open-1',
  state: 'unknown',
  finalQuantity: null,
  permits: [{ ...ORDER.permits[0]!, closedAt: null, outcome: null }],
};

interface List {
  readonly verb: string[];
  readonly body: object;
  readonly empty: object;
  readonly none: RegExp;
  readonly shows: RegExp[];
}

const LISTS: List[] = [
  {
    verb: ['orders'],
    body: { orders: [ORDER, OPEN_ORDER] },
    empty: { orders: [] },
    none: /^no orders$/,
    shows: [
      /^order +trade +leg +kind +what +state +filled +booked +created$/m,
      /^1f0c2c1e\S+ +fed-1 +0\.1 +entry +buy 48 no at 0\.41 kalshi KXFED\S+ +done +48 +48 +2026/m,
      /^open-1 .* unknown\* +\? +48 /m,
      /^\* it has leave to be sent/m,
    ],
  },
  {
    verb: ['positions'],
    body: POSITIONS,
    empty: { ...POSITIONS, positions: [] },
    none: /^the paper book holds nothing$/,
    shows: [
      /^venue +market +outcome +contracts +cost +fees +average +mark +settles about +trades$/m,
      /^kalshi +KXFED\S+ +no +48 +\$19\.68 +\$0\.30 +0\.41 +0\.43 = \$20\.64 +2026-12-10 19:00:00Z +fed-1$/m,
    ],
  },
  {
    verb: ['cash'],
    body: CASH,
    empty: { ...CASH, venues: [], unsettled: [], transfers: [] },
    none: /no transfers$/,
    shows: [
      /^kalshi +\$480\.02 +\$5\.00 +\$475\.02 +\$7\.50 +\$19\.68 +\$0\.30 +\$0\.00 +\$500\.00$/m,
      /^polymarket nhl-1: \+\$12\.50 of its settled leg waits for the other leg's result$/m,
      /^2026-11-22 14:00:00Z +buy +\$19\.68 +paper\/kalshi\/position\/\S+ +paper\/kalshi\/cash +fed-1$/m,
    ],
  },
  {
    verb: ['alerts'],
    body: { alerts: [ALERT, { ...ALERT, id: 'a-6', ackedBy: 'ann', ackedAt: ALERT.lastAt }] },
    empty: { alerts: [] },
    none: /^no alerts: nothing needs you$/,
    shows: [
      /^a-7 +critical +ONE_LEGGED +20 contracts of CBJ stand alone +2x +2026-11-22 14:00:00Z +open$/m,
      /^a-6 .* seen by ann$/m,
      /^ONE_LEGGED: one leg of a pair stands alone; ballast trade resolve <id>$/m,
    ],
  },
  {
    verb: ['audit'],
    body: AUDIT,
    empty: { ...AUDIT, entries: [] },
    none: /^3 entries, head ab12cd34ef56: what is shown links$/,
    shows: [
      /^3 entries, head ab12cd34ef56: what is shown links$/m,
      /^3 +2026-11-22 14:00:00Z +desk\.paused +ann +feed looks wrong +\{"epoch":2\}$/m,
    ],
  },
];

describe.each(LISTS)('ballast $verb', ({ verb, body, empty, none, shows }) => {
  test('is a table', async () => {
    const { code, out, err } = await cliWithApi({ status: 200, body }, verb);
    expect([code, err]).toEqual([0, '']);
    for (const line of shows) expect(out).toMatch(line);
    expect(out.split('\n').filter((line) => line !== line.trimEnd())).toEqual([]);
  });

  test('says so where there is nothing', async () => {
    expect((await cliWithApi({ status: 200, body: empty }, verb)).out).toMatch(none);
  });

  test('with --json is the API’s own answer', async () => {
    const later = { ...body, added: 'by a later version' };
    const { out } = await cliWithApi({ status: 200, body: later }, [...verb, '--json']);
    expect(JSON.parse(out)).toEqual(later);
  });

  test.each([
    [200, { unexpected: true }, 1, /not this version of Ballast/],
    [422, { code: 'INVALID_QUERY', message: 'the query has mistakes' }, 2, /query has mistakes/],
    [500, { code: 'INTERNAL', message: 'look in the log' }, 1, /look in the log/],
    [503, { code: 'LEDGER_UNREACHABLE', message: 'no answer' }, 8, /no answer/],
  ])('an answer of %i with %j ends with %i', async (status, answer, exit, says) => {
    const ended = await cliWithApi({ status, body: answer }, verb);
    expect([ended.code, ended.out]).toEqual([exit, '']);
    expect(ended.err).toMatch(says);
  });
});

test.each([
  [['orders'], '/api/v1/orders'],
  [
    [
      'orders',
      '--last',
      '5',
      '--open',
      '--trade',
      'a/b',
      '--venue',
      'kalshi',
      '--state',
      'unknown',
    ],
    '/api/v1/orders?limit=5&open=true&trade=a%2Fb&venue=kalshi&state=unknown',
  ],
  [['orders', '--book', 'drill'], '/api/v1/orders?book=drill'],
  [['positions', '--market', 'K X'], '/api/v1/positions?market=K+X'],
  [['cash'], '/api/v1/cash?limit=10'],
  [['cash', '--last', '3', '--trade', 't'], '/api/v1/cash?limit=3&trade=t'],
  [['alerts', '--all', '--level', 'critical'], '/api/v1/alerts?all=true&level=critical'],
  [
    ['audit', '--action', 'desk.paused', '--desk', 'main'],
    '/api/v1/audit?action=desk.paused&desk=main',
  ],
])('%j asks for %s', async (argv, url) => {
  const { seen } = await cliWithApi({ status: 500, body: {} }, argv);
  const [path, query = ''] = seen[0]!.url.split('?');
  const wanted = url.split('?');
  expect(path).toBe(wanted[0]);
  const asked = Object.fromEntries(new URLSearchParams(query));
  expect(asked).toEqual(Object.fromEntries(new URLSearchParams(wanted[1] ?? '')));
});

test('no text of a venue or a person can drive the terminal', async () => {
  const orders = [{ ...ORDER, market: EVIL, outcome: EVIL }];
  const lists: [string[], object][] = [
    [['orders'], { orders }],
    [['positions'], { ...POSITIONS, positions: [{ ...POSITIONS.positions[0]!, market: EVIL }] }],
    [['cash'], { ...CASH, transfers: [{ ...CASH.transfers[0]!, debit: EVIL }] }],
    [['alerts'], { alerts: [{ ...ALERT, detail: EVIL }] }],
    [['audit'], { ...AUDIT, entries: [{ ...AUDIT.entries[0]!, reason: EVIL }] }],
  ];
  for (const [argv, body] of lists) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const { out } = await cliWithApi({ status: 200, body }, argv);
    expect(out).toContain('x?[2J?y');
    expect(out).not.toContain('\u001b');
  }
});

test('an audit log whose entries do not link ends with 1, after showing them', async () => {
  const faults = ['entry 3 was changed after it was written'];
  const body = { ...AUDIT, linked: false, faults };
  const ended = await cliWithApi({ status: 200, body }, ['audit']);
  expect(ended.code).toBe(1);
  expect(ended.out).toContain('WHAT IS SHOWN DOES NOT LINK');
  expect(ended.err).toContain('entry 3 was changed after it was written (code 1)');
});

describe('ballast alerts ack', () => {
  const ACK = { id: 'a-7', ackedBy: 'operator', ackedAt: '2026-11-22T14:01:00.000Z' };
  const tokens = { token: (role: string) => `${role}-token-0123456789` };

  test('asks with the operator’s token and names who was first', async () => {
    const argv = ['alerts', 'ack', 'a-7', '--reason', 'on it'];
    const ended = await cliWithApi({ status: 200, body: ACK }, argv, tokens);
    expect([ended.code, ended.out]).toEqual([
      0,
      'a-7 acknowledged by operator, 2026-11-22 14:01:00Z',
    ]);
    expect(ended.seen).toMatchObject([{ method: 'POST', url: '/api/v1/alerts/a-7/ack' }]);
    expect(ended.seen[0]!.headers.authorization).toBe('Bearer operator-token-0123456789');
    expect(JSON.parse(ended.seen[0]!.body)).toEqual({ reason: 'on it' });
  });

  test('--json is its own, not the list’s', async () => {
    const argv = ['alerts', 'ack', 'a-7', '--json'];
    const ended = await cliWithApi({ status: 200, body: ACK }, argv, tokens);
    expect(JSON.parse(ended.out)).toEqual(ACK);
  });

  test('an alert that is not there ends with 1', async () => {
    const reply = { status: 404, body: { code: 'NOT_FOUND', message: 'no such alert' } };
    const ended = await cliWithApi(reply, ['alerts', 'ack', 'a-9'], tokens);
    expect([ended.code, ended.err]).toEqual([1, 'Error: no such alert (code 1)']);
  });
});
