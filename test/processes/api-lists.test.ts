/** The whole API over a real desk: every list answers what its schema says, every change arrives. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { httpPorts } from '../../bin/http-ports.ts';
import { submitter } from '../../bin/engine.ts';
import { createServer } from '../../client/http/server.ts';
import { alertsViewSchema } from '../../contracts/alerts.ts';
import { auditViewSchema } from '../../contracts/audit.ts';
import { readConfig } from '../../contracts/config.ts';
import { daysViewSchema, dayViewSchema } from '../../contracts/days.ts';
import type { DryRunView } from '../../contracts/dry-run.ts';
import { dryRunViewSchema } from '../../contracts/dry-run.ts';
import { limitsViewSchema } from '../../contracts/limits.ts';
import type { PositionsView } from '../../contracts/money-views.ts';
import { cashViewSchema, positionsViewSchema } from '../../contracts/money-views.ts';
import { ordersViewSchema } from '../../contracts/orders.ts';
import type { Role } from '../../contracts/roles.ts';
import { pairsViewSchema, pairViewSchema, strategiesViewSchema } from '../../contracts/requests.ts';
import type { TradeDetails } from '../../contracts/trade-details.ts';
import { tradeDetailsSchema } from '../../contracts/trade-details.ts';
import { raiseAlert } from '../../ledger/verbs/alerts.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { kalshiMarket, pairIds, pairMarkets, pairProposal, singleLeg } from '../support/markets.ts';

const TOKENS = { trader: 't'.repeat(20), operator: 'o'.repeat(20), admin: 'a'.repeat(20) };
const IDS = pairIds('game');
const PAIR = { id: 'game', kalshi: IDS.kalshi, polymarket: IDS.polymarket, outcome: 'Away' };

let desk: TestDesk;
let app: FastifyInstance;

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: [kalshiMarket('ONE'), ...pairMarkets('game')] },
  });
  app = createServer({
    tokens: TOKENS,
    hosts: [],
    submit: submitter(desk.engine, { eager: true, report: () => {} }),
    status: () => Promise.reject(new Error('not asked here')),
    ...httpPorts(desk.engine, readConfig(desk.environment), () => {}),
  });
});
afterAll(async () => {
  await app.close();
  await desk.close();
});

async function get<Schema extends z.ZodType>(
  url: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const answer = await app.inject({ url });
  expect([url, answer.statusCode]).toEqual([url, 200]);
  const body = answer.json<unknown>();
  const parsed = schema.parse(body);
  expect(parsed).toEqual(body);
  return parsed;
}

async function post(
  url: string,
  payload: object,
  role: Role = 'admin',
): Promise<[status: number, body: Record<string, unknown>]> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${TOKENS[role]}`,
  };
  const answer = await app.inject({ method: 'POST', url, headers, payload });
  return [answer.statusCode, answer.json<Record<string, unknown>>()];
}

test('a dry run of one leg tells every verdict and the ladder, and leaves nothing', async () => {
  const [status, body] = await post('/api/v1/trades/dry-run', singleLeg('dry', 'ONE'), 'trader');
  expect(status).toBe(200);
  const view: DryRunView = dryRunViewSchema.parse(body);
  expect(view).toMatchObject({ outcome: 'accepted', plan: { quantity: '10', maxPairCost: null } });
  expect(view.ladder.map(({ quantity }) => quantity).slice(0, 4)).toEqual(['5', '10', '25', '50']);
  expect(view.ladder.filter(({ largest }) => largest)).toHaveLength(1);
  expect((await app.inject({ url: '/api/v1/trades/dry' })).statusCode).toBe(404);
  const rows = await desk.query('SELECT id FROM proposal');
  expect(rows.rows).toEqual([]);
});

test('a market that is not there fails the dry run by its rule, not by an error', async () => {
  const [status, body] = await post('/api/v1/trades/dry-run', singleLeg('dry', 'NONE'), 'trader');
  expect(status).toBe(200);
  expect(body).toMatchObject({ outcome: 'denied', plan: null, ladder: [] });
});

test('a pair is registered from its venues’ own words, once, and approved by name', async () => {
  const ask = { ...PAIR, reason: 'same game', by: 'ann' };
  const [unknown, problem] = await post('/api/v1/pairs', { ...ask, kalshi: 'NONE' });
  expect([unknown, problem]).toMatchObject([422, { problems: [{ field: 'kalshi' }] }]);
  const [wrong, other] = await post('/api/v1/pairs', { ...ask, outcome: 'Draw' });
  expect([wrong, other]).toMatchObject([422, { problems: [{ field: 'outcome' }] }]);
  const [status, pair] = await post('/api/v1/pairs', ask);
  expect(status).toBe(200);
  expect(pairViewSchema.parse(pair)).toMatchObject({
    id: 'game',
    kalshi: { market: IDS.kalshi, title: 'game: home wins' },
    polymarket: { outcome: 'Away' },
    rulesMissing: [],
    addedBy: 'ann',
    approvedBy: null,
  });
  const [taken] = await post('/api/v1/pairs', { ...ask, id: 'again' });
  expect(taken).toBe(409);
  const [, approved] = await post('/api/v1/pairs/game/approve', { reason: 'read', by: 'bob' });
  expect(approved).toMatchObject({ approvedBy: 'bob' });
  const { pairs } = await get('/api/v1/pairs', pairsViewSchema);
  expect(pairs).toEqual([approved]);
});

test('a dry run of two legs has both, and what they may cost together', async () => {
  const [status, body] = await post(
    '/api/v1/trades/dry-run',
    pairProposal('dry', 'game'),
    'trader',
  );
  expect(status).toBe(200);
  expect(dryRunViewSchema.parse(body)).toMatchObject({
    outcome: 'accepted',
    plan: { maxPairCost: '0.94', legs: [{ venue: 'kalshi' }, { venue: 'polymarket' }] },
  });
});

test('a trade shows in every list', async () => {
  const [status] = await post('/api/v1/trades', singleLeg('one', 'ONE'), 'trader');
  expect(status).toBe(202);
  const trade = await eventually('the trade to open', async () => {
    const found: TradeDetails = await get('/api/v1/trades/one', tradeDetailsSchema);
    return found.status === 'open' ? found : undefined;
  });
  expect(trade).toMatchObject({
    orders: [{ state: 'done', bookedQuantity: '10' }],
    fills: [{ action: 'buy', quantity: '10' }],
  });
  const { orders } = await get('/api/v1/orders?trade=one', ordersViewSchema);
  expect(orders).toEqual(trade.orders);
  expect(orders[0]).toMatchObject({ limitPrice: '0.58', quantity: '10', averagePrice: '0.58' });
  const held: PositionsView = await get('/api/v1/positions', positionsViewSchema);
  expect(held).toMatchObject({ book: 'paper', positions: [{ market: 'ONE', quantity: '10' }] });
  const cash = await get('/api/v1/cash?trade=one', cashViewSchema);
  expect(cash.transfers.map(({ code }) => code)).toEqual(expect.arrayContaining(['buy']));
  const { days } = await get('/api/v1/days', daysViewSchema);
  expect(days).toMatchObject([{ state: 'open', trades: { used: '1' } }]);
  const day = await get(`/api/v1/days/${days[0]!.date}`, dayViewSchema);
  expect(day).toMatchObject({ state: 'open', sent: 1, byStatus: { open: 1 } });
  await get('/api/v1/limits', limitsViewSchema);
  const { strategies } = await get('/api/v1/strategies', strategiesViewSchema);
  expect(strategies).toMatchObject([{ name: 'test', enabled: true, tradesToday: 1 }]);
});

test('a strategy’s caps are set and taken away, audited', async () => {
  const url = '/api/v1/strategies/test/limit';
  await post(url, { perTrade: '25', dailyTrades: 3, reason: 'new', by: 'ann' });
  const capped = await get('/api/v1/strategies', strategiesViewSchema);
  expect(capped.strategies[0]!.caps).toEqual({ perTrade: '25.00', dailyTrades: 3, open: null });
  await post(url, { reason: 'proven' });
  const free = await get('/api/v1/strategies', strategiesViewSchema);
  expect(free.strategies[0]!.caps).toEqual({ perTrade: null, dailyTrades: null, open: null });
  await post('/api/v1/strategies/test/enable', { reason: 'anew' });
  const audit = await get('/api/v1/audit?limit=3', auditViewSchema);
  expect(audit.linked).toBe(true);
  expect(audit.entries.map(({ action, actor }) => [action, actor])).toEqual([
    ['strategy.enabled', 'admin'],
    ['strategy.limited', 'admin'],
    ['strategy.limited', 'ann'],
  ]);
});

test('an alert is listed and acknowledged over HTTP', async () => {
  const { ledger, clock } = desk.engine;
  const reading = await clock.read();
  await ledger.db
    .transaction()
    .execute((tx) =>
      raiseAlert(tx, { code: 'DISCREPANCY', key: 'k', book: 'paper', detail: 'off by 3' }, reading),
    );
  const { alerts } = await get('/api/v1/alerts', alertsViewSchema);
  const alert = alerts.find(({ detail }) => detail === 'off by 3')!;
  const [status, ack] = await post(`/api/v1/alerts/${alert.id}/ack`, { by: 'ann' }, 'operator');
  expect([status, ack]).toMatchObject([200, { id: alert.id, ackedBy: 'ann' }]);
  const again = await post(`/api/v1/alerts/${alert.id}/ack`, { by: 'bob' }, 'operator');
  expect(again).toEqual([200, ack]);
});

test('IMPLAUSIBLE_ROI waits for an admin, shows until when, and goes on once approved', async () => {
  const legs = pairProposal('doubt', 'game').legs.map((leg) => ({
    ...leg,
    limitPrice: leg.venue === 'kalshi' ? '0.48' : '0.38',
  }));
  const [status, body] = await post(
    '/api/v1/trades',
    { ...pairProposal('doubt', 'game'), legs },
    'trader',
  );
  expect([status, body]).toMatchObject([202, { status: 'awaiting_approval', id: 'doubt' }]);
  const waiting = await get('/api/v1/trades/doubt', tradeDetailsSchema);
  expect(waiting).toMatchObject({
    status: 'awaiting_approval',
    approvalUntil: expect.any(String),
    approval: { approvedBy: null },
    failures: [{ code: 'IMPLAUSIBLE_ROI' }],
    holds: [],
  });
  const raised = await get('/api/v1/alerts', alertsViewSchema);
  expect(raised.alerts.map(({ code }) => code)).toContain('APPROVAL_WAITING');
  const word = { reason: 'checked both', by: 'ann' };
  expect(await post('/api/v1/approvals/doubt', word)).toEqual([
    200,
    { id: 'doubt', status: 'approved' },
  ]);
  const after = await get('/api/v1/trades/doubt', tradeDetailsSchema);
  expect(after.approval).toMatchObject({ approvedBy: 'ann', reason: 'checked both' });
  const left = await get('/api/v1/alerts', alertsViewSchema);
  expect(left.alerts.map(({ code }) => code)).not.toContain('APPROVAL_WAITING');
});

test('what cannot be resolved, approved or found says so', async () => {
  const hold = { action: 'hold', reason: 'x' };
  expect(await post('/api/v1/trades/one/resolve', hold, 'operator')).toMatchObject([
    409,
    { code: 'RESOLVE_REFUSED', message: expect.stringContaining('not one_legged') },
  ]);
  expect((await post('/api/v1/trades/none/resolve', hold, 'operator'))[0]).toBe(404);
  expect(await post('/api/v1/approvals/one', { reason: 'x' })).toMatchObject([
    409,
    { code: 'APPROVAL_REFUSED', message: expect.stringContaining('accepted') },
  ]);
  expect((await post('/api/v1/approvals/none', { reason: 'x' }))[0]).toBe(404);
  expect((await post('/api/v1/pairs/none/approve', { reason: 'x' }))[0]).toBe(404);
});
