/** The lists and changes of `/api/v1` besides trades: what they ask of the engine and answer. */
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { HttpPorts, Role } from '../../../client/ports.ts';
import { HTTP_PROBLEMS } from '../../../client/http/problems.ts';
import { createServer } from '../../../client/http/server.ts';
import { ackViewSchema, alertsViewSchema } from '../../../contracts/alerts.ts';
import { auditViewSchema } from '../../../contracts/audit.ts';
import { daysViewSchema, dayViewSchema } from '../../../contracts/days.ts';
import { dryRunViewSchema } from '../../../contracts/dry-run.ts';
import { limitsViewSchema } from '../../../contracts/limits.ts';
import { cashViewSchema, positionsViewSchema } from '../../../contracts/money-views.ts';
import { ordersViewSchema } from '../../../contracts/orders.ts';
import {
  approvalViewSchema,
  doneSchema,
  pairsViewSchema,
  pairViewSchema,
  resolveViewSchema,
  strategiesViewSchema,
} from '../../../contracts/requests.ts';
import { tradeDetailsSchema } from '../../../contracts/trade-details.ts';
import { SINGLE_LEG, stubPorts, TOKENS } from './stub-ports.ts';

/** Ports that remember what each was asked. */
function remembering(overrides: Partial<HttpPorts> = {}) {
  const asked: [string, unknown][] = [];
  const ports = new Proxy(stubPorts(overrides), {
    get: (target, name: string, receiver) => {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        asked.push([name, args[0]]);
        return (value as (...all: unknown[]) => unknown)(...args);
      };
    },
  });
  return { ports, asked };
}

async function get(url: string, overrides: Partial<HttpPorts> = {}) {
  const { ports, asked } = remembering(overrides);
  const response = await createServer(ports).inject({ url });
  return { status: response.statusCode, body: response.json<unknown>(), asked };
}

async function post(
  url: string,
  payload: unknown,
  { role = 'admin', ...overrides }: Partial<HttpPorts> & { role?: Role } = {},
) {
  const { ports, asked } = remembering(overrides);
  const response = await createServer(ports).inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKENS[role]}` },
    payload: JSON.stringify(payload),
  });
  return { status: response.statusCode, body: response.json<unknown>(), asked };
}

describe('reads', () => {
  const rows: [url: string, schema: z.ZodType, asked: unknown[]][] = [
    ['/api/v1/orders', ordersViewSchema, ['listOrders', { limit: 50, open: false }]],
    [
      '/api/v1/orders?limit=7&open=true&venue=kalshi&state=unknown&trade=t&book=drill&before=o',
      ordersViewSchema,
      [
        'listOrders',
        {
          limit: 7,
          open: true,
          venue: 'kalshi',
          state: 'unknown',
          trade: 't',
          book: 'drill',
          before: 'o',
        },
      ],
    ],
    ['/api/v1/positions?market=K', positionsViewSchema, ['positions', { market: 'K' }]],
    ['/api/v1/cash?limit=3', cashViewSchema, ['cash', { limit: 3 }]],
    ['/api/v1/limits', limitsViewSchema, ['limits', undefined]],
    [
      '/api/v1/days?before=2026-11-22',
      daysViewSchema,
      ['listDays', { limit: 50, before: '2026-11-22' }],
    ],
    ['/api/v1/days/2026-11-22', dayViewSchema, ['findDay', { date: '2026-11-22' }]],
    [
      '/api/v1/days/2026-11-22?book=drill',
      dayViewSchema,
      ['findDay', { date: '2026-11-22', book: 'drill' }],
    ],
    [
      '/api/v1/alerts?before=a-12&all=true',
      alertsViewSchema,
      ['listAlerts', { limit: 50, before: 12, all: true }],
    ],
    [
      '/api/v1/audit?before=9&action=desk.paused&desk=main',
      auditViewSchema,
      ['audit', { limit: 50, before: 9, action: 'desk.paused', desk: 'main' }],
    ],
    ['/api/v1/pairs', pairsViewSchema, ['listPairs', undefined]],
    ['/api/v1/strategies', strategiesViewSchema, ['listStrategies', {}]],
    ['/api/v1/trades/fed-1', tradeDetailsSchema, ['findTrade', 'fed-1']],
  ];

  test.each(rows)('GET %s', async (url, schema, asked) => {
    const answer = await get(url);
    expect(answer.status).toBe(200);
    expect(schema.parse(answer.body)).toEqual(answer.body);
    expect(answer.asked).toEqual([asked]);
  });

  test.each([
    ['/api/v1/orders?limit=0', 'limit'],
    ['/api/v1/orders?limit=201', 'limit'],
    ['/api/v1/orders?open=yes', 'open'],
    ['/api/v1/orders?stat=done', 'stat'],
    ['/api/v1/positions?venue=betfair', 'venue'],
    ['/api/v1/cash?book=mine', 'book'],
    ['/api/v1/days?before=yesterday', 'before'],
    ['/api/v1/alerts?before=12', 'before'],
    ['/api/v1/audit?before=-1', 'before'],
    ['/api/v1/audit?limit=1&limit=2', 'limit'],
  ])('GET %s names the field', async (url, field) => {
    const answer = await get(url);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'INVALID_QUERY', problems: [{ field }] },
      asked: [],
    });
  });

  test.each([
    ['/api/v1/days/2026-02-30', []],
    ['/api/v1/days/today', []],
    ['/api/v1/days/2026-11-20', [['findDay', { date: '2026-11-20' }]]],
    ['/api/v1/trades/-x', []],
    ['/api/v1/trades/nobody', [['findTrade', 'nobody']]],
  ])('GET %s is 404', async (url, asked) => {
    expect(await get(url)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' }, asked });
  });
});

const PAIR_REQUEST = {
  id: 'p-1',
  kalshi: 'K',
  polymarket: 'p',
  outcome: 'Panthers',
  reason: 'same game',
};

interface Change {
  readonly url: string;
  readonly role: Role;
  readonly body: object;
  readonly schema: z.ZodType;
  readonly asked: [string, unknown];
}

const CHANGES: Change[] = [
  {
    url: '/api/v1/trades/dry-run',
    role: 'trader',
    body: SINGLE_LEG,
    schema: dryRunViewSchema,
    asked: ['dryRun', expect.objectContaining({ budget: 20_000_000, tif: 'ioc' })],
  },
  {
    url: '/api/v1/alerts/a-7/ack',
    role: 'operator',
    body: {},
    schema: ackViewSchema,
    asked: ['ackAlert', { id: 7, actor: 'operator', reason: undefined }],
  },
  {
    url: '/api/v1/trades/fed-1/resolve',
    role: 'operator',
    body: { action: 'complete', maxLoss: '12.5', reason: 'x', by: 'ann' },
    schema: resolveViewSchema,
    asked: [
      'resolveTrade',
      { id: 'fed-1', action: 'complete', maxLoss: 12_500_000, reason: 'x', actor: 'ann' },
    ],
  },
  {
    url: '/api/v1/trades/fed-1/resolve',
    role: 'operator',
    body: { action: 'hold', reason: 'x' },
    schema: resolveViewSchema,
    asked: ['resolveTrade', { id: 'fed-1', action: 'hold', reason: 'x', actor: 'operator' }],
  },
  {
    url: '/api/v1/rearm',
    role: 'admin',
    body: { reason: 'compared' },
    schema: z.object({ state: z.literal('active') }),
    asked: ['rearm', { actor: 'admin', reason: 'compared' }],
  },
  {
    url: '/api/v1/pairs',
    role: 'admin',
    body: { ...PAIR_REQUEST, by: 'ann' },
    schema: pairViewSchema,
    asked: ['addPair', { ...PAIR_REQUEST, actor: 'ann' }],
  },
  {
    url: '/api/v1/pairs/nhl-1-pair/approve',
    role: 'admin',
    body: { reason: 'read both' },
    schema: pairViewSchema,
    asked: ['approvePair', { id: 'nhl-1-pair', actor: 'admin', reason: 'read both' }],
  },
  {
    url: '/api/v1/strategies/a%2Fb/enable',
    role: 'admin',
    body: { reason: 'fixed' },
    schema: doneSchema,
    asked: ['enableStrategy', { name: 'a/b', actor: 'admin', reason: 'fixed' }],
  },
  {
    url: '/api/v1/strategies/nhl/limit',
    role: 'admin',
    body: { perTrade: '25', reason: 'new' },
    schema: doneSchema,
    asked: ['limitStrategy', { name: 'nhl', perTrade: 25_000_000, actor: 'admin', reason: 'new' }],
  },
  {
    url: '/api/v1/approvals/fed-1',
    role: 'admin',
    body: { reason: 'checked' },
    schema: approvalViewSchema,
    asked: ['approveProposal', { id: 'fed-1', actor: 'admin', reason: 'checked' }],
  },
  {
    url: '/api/v1/approvals/fed-1/decline',
    role: 'operator',
    body: { reason: 'another game', by: 'ann' },
    schema: approvalViewSchema,
    asked: ['declineProposal', { id: 'fed-1', actor: 'ann', reason: 'another game' }],
  },
];

describe('changes', () => {
  test.each(CHANGES)('POST $url as $role', async ({ url, role, body, schema, asked }) => {
    const answer = await post(url, body, { role });
    expect(answer.status).toBe(200);
    expect(schema.parse(answer.body)).toEqual(answer.body);
    expect(answer.asked).toEqual([asked]);
  });

  const lower = { operator: 'trader', admin: 'operator' } as const;
  const guarded = CHANGES.flatMap((change) =>
    change.role === 'trader' ? [] : [{ ...change, below: lower[change.role as 'admin'] }],
  );
  test.each(guarded)('POST $url as $below is refused', async ({ url, body, below }) => {
    expect(await post(url, body, { role: below })).toMatchObject({
      status: 403,
      body: { code: 'ROLE_TOO_LOW' },
      asked: [],
    });
  });

  test.each([
    ['/api/v1/trades/fed-1/resolve', { action: 'unwind', reason: 'x' }, 'maxLoss'],
    ['/api/v1/trades/fed-1/resolve', { action: 'complete', maxLoss: 5, reason: 'x' }, 'maxLoss'],
    ['/api/v1/trades/fed-1/resolve', { action: 'hold', maxLoss: '5', reason: 'x' }, 'maxLoss'],
    ['/api/v1/trades/fed-1/resolve', { action: 'sell', maxLoss: '5', reason: 'x' }, 'action'],
    ['/api/v1/trades/fed-1/resolve', { action: 'hold' }, 'reason'],
    ['/api/v1/pairs', { ...PAIR_REQUEST, outcome: '' }, 'outcome'],
    ['/api/v1/pairs', { ...PAIR_REQUEST, slug: 'x' }, 'slug'],
    ['/api/v1/strategies/nhl/limit', { dailyTrades: 1.5, reason: 'x' }, 'dailyTrades'],
    ['/api/v1/strategies/nhl/limit', { open: '-1', reason: 'x' }, 'open'],
    ['/api/v1/alerts/a-7/ack', { reason: '' }, 'reason'],
    ['/api/v1/rearm', {}, 'reason'],
  ])('POST %s with %j names the field', async (url, body, field) => {
    const answer = await post(url, body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_REQUEST' }, asked: [] });
    expect(answer.body).toMatchObject({ problems: [{ field }] });
  });

  test('a dry run names the mistakes of a proposal as a submission does', async () => {
    const { bugdet, ...proposal } = { ...SINGLE_LEG, bugdet: '5', budget: 20 };
    const answer = await post('/api/v1/trades/dry-run', { ...proposal, bugdet });
    expect(answer).toMatchObject({ status: 422, body: { code: 'INVALID_PROPOSAL' }, asked: [] });
    expect(answer.body).toMatchObject({
      problems: expect.arrayContaining([
        { field: 'bugdet', problem: 'is not a field; did you mean budget?' },
        { field: 'budget', problem: expect.stringMatching(/decimal string/) },
      ]),
    });
  });

  test.each([
    ['/api/v1/alerts/a-9/ack', {}],
    ['/api/v1/alerts/9/ack', {}],
    ['/api/v1/trades/nobody/resolve', { action: 'hold', reason: 'x' }],
    ['/api/v1/pairs/none/approve', { reason: 'x' }],
    ['/api/v1/approvals/nobody', { reason: 'x' }],
  ])('POST %s is 404', async (url, body) => {
    expect(await post(url, body)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  const no = { kind: 'refused', detail: 'in these words' } as const;
  const refusals: [string, object, Partial<HttpPorts>, number, string][] = [
    ['/api/v1/rearm', { reason: 'x' }, { rearm: async () => no }, 409, 'REARM_REFUSED'],
    [
      '/api/v1/rearm',
      { reason: 'x' },
      { rearm: async () => ({ kind: 'unreachable' }) },
      503,
      'ENGINE_UNREACHABLE',
    ],
    [
      '/api/v1/trades/fed-1/resolve',
      { action: 'hold', reason: 'x' },
      { resolveTrade: async () => no },
      409,
      'RESOLVE_REFUSED',
    ],
    [
      '/api/v1/approvals/fed-1',
      { reason: 'x' },
      { approveProposal: async () => no },
      409,
      'APPROVAL_REFUSED',
    ],
    [
      '/api/v1/approvals/fed-1/decline',
      { reason: 'x' },
      { declineProposal: async () => no },
      409,
      'APPROVAL_REFUSED',
    ],
    ['/api/v1/pairs', PAIR_REQUEST, { addPair: async () => no }, 409, 'PAIR_REFUSED'],
    [
      '/api/v1/pairs',
      PAIR_REQUEST,
      { addPair: async () => ({ ...no, field: 'kalshi' }) },
      422,
      'INVALID_REQUEST',
    ],
    [
      '/api/v1/pairs',
      PAIR_REQUEST,
      { addPair: async () => ({ kind: 'unheard', detail: 'kalshi was not heard' }) },
      503,
      'VENUE_UNREACHABLE',
    ],
  ];
  test.each(refusals)('POST %s with %j refused: %#', async (url, body, ports, status, code) => {
    const answer = await post(url, body, ports);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(HTTP_PROBLEMS[code as keyof typeof HTTP_PROBLEMS].status).toBe(status);
  });

  test('a pair refused for one field names it in the request’s words', async () => {
    const addPair = async () => ({ ...no, field: 'outcome' });
    expect((await post('/api/v1/pairs', PAIR_REQUEST, { addPair })).body).toMatchObject({
      problems: [{ field: 'outcome', problem: 'in these words' }],
    });
  });

  test('a body that is no JSON changes nothing and says so', async () => {
    const { ports, asked } = remembering();
    const response = await createServer(ports).inject({
      method: 'POST',
      url: '/api/v1/rearm',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKENS.admin}` },
      payload: '{',
    });
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(asked).toEqual([]);
  });
});
