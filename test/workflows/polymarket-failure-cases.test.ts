/** Failure cases of reference/peers.md §7 with a whole desk in rehearsal on the simulated Polymarket. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { listAlerts } from '../../ledger/read/alerts.ts';
import { tradeWorkflowId } from '../../workflows/messages.ts';
import {
  offer,
  POLYMARKET_COMPRESSED,
  proposalOn,
  startPolymarketDesk,
} from '../support/polymarket-desk.ts';
import { confirmed, recordsWith } from '../support/polymarket-records.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { expiringIn, rehearsalTrades } from '../support/rehearsal-trades.ts';
import type { WorkerProcess } from '../support/worker-process.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

let desk: RehearsalDesk;
beforeAll(async () => {
  const settings = { LIVE_TRADING_MAX_DAILY_TRADES: '50', BALLAST_STRATEGY_EXECUTIONS_MAX: '50' };
  desk = await startPolymarketDesk({ settings });
  await desk.goLive();
}, 120_000);
afterAll(async () => {
  await desk.close();
});
afterEach(async () => {
  await desk.simulator.drawFaults(null);
});

const { reaches, becomes, statusOf, orderOf, sentOf, fillsOf, heldBy } = rehearsalTrades(
  () => desk,
  { by: 'venueOrderId', field: 'id' },
);
const HORIZON_MS = POLYMARKET_COMPRESSED.unknownHorizonMs;
const ONCE = { posts: 1, differing: 1, effects: 1, atVenue: 1 };
const TEN_AT_HALF = [{ quantity: '10000000', price: '500000' }];

interface Wish {
  /** Below the market: an order that rests. */
  readonly price?: string;
  readonly market?: Record<string, unknown>;
  readonly changes?: Parameters<typeof proposalOn>[1];
}

/** A new market, and a proposal on it that is accepted. */
async function propose(
  slug: string,
  { price = '0.50', market = {}, changes = {} }: Wish = {},
): Promise<string> {
  await offer(desk.simulator, slug, { more: market });
  const legs = [{ venue: 'polymarket', market: slug, outcome: 'yes', limitPrice: price }] as const;
  const proposal = proposalOn(slug, { legs: [...legs], ...changes });
  expect(await desk.submit(proposal)).toMatchObject({ status: 202 });
  return slug;
}

/** An order that rests until then. */
const resting = (ms: number): Wish => ({
  price: '0.49',
  changes: { tif: 'gtd', ...expiringIn(ms) },
});

describe('an order without an answer', () => {
  test('failure case 1: three POSTs without an answer are one order, unknown, then filled', async () => {
    // Several horizons: absence seems to prove again and again that it never arrived.
    await desk.simulator.admin('hideNext', { count: 1, hiddenMs: 25_000 });
    await desk.simulator.failNext('createOrder', { kind: 'loseAfter' }, { times: 3 });
    const id = await propose('lost');
    await becomes(id, 'unknown');
    expect(await heldBy(id)).not.toEqual([]);
    await reaches(id, 'open');
    const sent = await sentOf(id);
    expect(sent).toMatchObject({ differing: 1, effects: 1, atVenue: 1 });
    expect(sent.posts).toBeGreaterThanOrEqual(3);
    expect(await fillsOf(id)).toEqual(TEN_AT_HALF);
  }, 90_000);

  test('one that never arrived is sent again after the horizon, and fills', async () => {
    await desk.simulator.failNext('createOrder', { kind: 'loseBefore' });
    const id = await propose('never');
    await reaches(id, 'open');
    expect(await sentOf(id)).toEqual({ ...ONCE, posts: 2 });
    const [first, second] = desk.simulator.requests('createOrder', (await orderOf(id)).name);
    expect(second!.atMs - first!.atMs).toBeGreaterThan(HORIZON_MS);
  }, 90_000);

  test('one that rests unseen past the horizon is cancelled by its hash before it counts as absent', async () => {
    await desk.simulator.admin('hideNext', { count: 1, hiddenMs: 60_000 });
    await desk.simulator.failNext('createOrder', { kind: 'loseAfter' });
    const id = await propose('unseen', resting(40_000));
    await becomes(id, 'unknown');
    await reaches(id, 'unfilled');
    expect(await sentOf(id)).toEqual(ONCE);
    expect(await heldBy(id)).toEqual([]);
    const { name } = await orderOf(id);
    const [cancel] = desk.simulator.requests('cancelOrder', name);
    const [post] = desk.simulator.requests('createOrder', name);
    expect(cancel!.answer).toEqual({ status: 200, body: { canceled: [name], not_canceled: {} } });
    expect(cancel!.atMs - post!.atMs).toBeGreaterThan(HORIZON_MS);
  }, 90_000);
});

describe('failure case 9: a fill that fails on the chain', () => {
  const fillsWithReversals = async (id: string) => {
    const { rows } = await desk.query<{ quantity: string; reversal: boolean }>(
      `SELECT fill.body->>'quantity' AS quantity, fill.body ? 'reverts' AS reversal
       FROM fill JOIN venue_order ON venue_order.id = fill.order_id
       WHERE trade_id = '${id}' ORDER BY 2`,
    );
    return rows;
  };

  test('MATCHED then FAILED: reversed once, the position is gone, and nothing is bought again', async () => {
    await desk.simulator.admin('setFate', { count: 1, fate: 'fail' });
    const id = await propose('ghost');
    await reaches(id, 'open');
    await reaches(id, 'unfilled');
    expect(await fillsWithReversals(id)).toEqual([
      { quantity: '10000000', reversal: false },
      { quantity: '10000000', reversal: true },
    ]);
    const { rows } = await desk.query(
      `SELECT id FROM account WHERE id LIKE 'rehearsal/polymarket/position/ghost/%' AND debits <> credits`,
    );
    expect(rows).toEqual([]);
    expect(await sentOf(id)).toEqual(ONCE);
    expect(await heldBy(id)).toEqual([]);
  }, 90_000);

  test('MATCHED, RETRYING and CONFIRMED late: the fill stands, and nothing is bought again', async () => {
    await desk.simulator.admin('setFate', { count: 1, fate: 'retry' });
    const id = await propose('retried');
    await reaches(id, 'open');
    await confirmed(desk.simulator, id);
    expect(await statusOf(id)).toBe('open');
    expect(await fillsOf(id)).toEqual(TEN_AT_HALF);
    expect(await sentOf(id)).toEqual(ONCE);
  }, 90_000);
});

describe('failure case 10: an accepted order without fills is followed to its end', () => {
  test('delayed, then matched: polled until it is, and not sent again', async () => {
    const id = await propose('delayed', { market: { secondsDelay: 3 } });
    await becomes(id, 'resting');
    expect(await fillsOf(id)).toEqual([]);
    await reaches(id, 'open');
    expect(await fillsOf(id)).toEqual(TEN_AT_HALF);
    expect(await sentOf(id)).toEqual(ONCE);
  }, 90_000);

  test('delayed, then with nobody to match: cancelled as soon as it can be, and not sent again', async () => {
    const id = await propose('alone', { market: { secondsDelay: 3 } });
    await becomes(id, 'resting');
    await desk.simulator.admin('setBook', { slug: id, yes: { asks: [['0.60', '1000']] }, no: {} });
    await reaches(id, 'unfilled');
    expect(await sentOf(id)).toEqual(ONCE);
    expect(await heldBy(id)).toEqual([]);
  }, 90_000);

  test('live: rests until its time although reads lag, and is over then', async () => {
    await desk.simulator.failNext('order', { kind: 'staleRead', ms: 60_000 }, { times: 2 });
    const id = await propose('rests', resting(6_000));
    await becomes(id, 'resting');
    expect(await statusOf(id)).toBe('placing');
    await reaches(id, 'unfilled');
    expect(await sentOf(id)).toEqual(ONCE);
    expect(await heldBy(id)).toEqual([]);
  }, 90_000);
});

describe('failure case 18: a 200 without an order', () => {
  const toldIn = async (id: string) => {
    const run = desk.engine.client.workflow.getHandle(tradeWorkflowId(id));
    const { events } = await run.fetchHistory();
    return (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: done }) =>
      (done?.result?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString('utf8')),
    );
  };

  test.each([
    ['cutBody', '200, but the body'],
    ['breakBody', 'the order was sent and'],
  ])(
    '%s: unknown, what was told is kept, its price the venue’s',
    async (kind, words) => {
      const slug = kind.toLowerCase();
      await desk.simulator.admin('openMarket', { slug });
      const yes = { asks: [['0.47', '1000']], bids: [['0.45', '1000']] };
      await desk.simulator.admin('setBook', { slug, yes, no: {} });
      await desk.simulator.failNext('createOrder', { kind });
      expect(await desk.submit(proposalOn(slug))).toMatchObject({ status: 202 });
      await reaches(slug, 'open');
      expect(await fillsOf(slug)).toEqual([{ quantity: '10000000', price: '470000' }]);
      expect(await sentOf(slug)).toEqual(ONCE);
      const told = await toldIn(slug);
      expect(told.filter((text) => text.includes(words))).not.toEqual([]);
    },
    90_000,
  );
});

describe('failure case 2: a worker that dies between the POST and the record', () => {
  let dying: RehearsalDesk;
  const workers: WorkerProcess[] = [];
  const its = rehearsalTrades(() => dying, { by: 'venueOrderId', field: 'id' });
  beforeAll(async () => {
    dying = await startPolymarketDesk({ workers: false });
    await dying.goLive();
  }, 120_000);
  const killAll = async () => {
    for (const worker of workers) worker.signal('SIGKILL');
    await Promise.all(workers.splice(0).map(({ exited }) => exited));
  };
  afterAll(async () => {
    await killAll();
    await dying.close();
  });

  const work = async (environment: Record<string, string>): Promise<WorkerProcess> => {
    const tuning = { TEST_CHILD_LIVE_TUNING: JSON.stringify(POLYMARKET_COMPRESSED) };
    const parts = { ...tuning, ...environment };
    const worker = startWorkerProcess('mortal-worker-child.ts', dying, parts);
    workers.push(worker);
    await worker.said('loaded');
    worker.tell('go');
    await worker.said('working');
    return worker;
  };

  test.each([
    ['after place', 'the successor finds the one order, and sends none', 1],
    ['write allowed', 'the successor sends the stored bytes, under the same hash', 0],
  ])(
    'dead %s: %s',
    async (point, _what, effects) => {
      await killAll();
      const id = point.replace(' ', '-');
      const first = await work({ TEST_CHILD_DIES_AT: point });
      await offer(dying.simulator, id);
      const answer = dying.submit(proposalOn(id, expiringIn(90_000)));
      await first.exited;
      const before = await its.orderOf(id);
      expect(before.state).toBe('sending');
      expect(dying.simulator.effects('createOrder', before.name)).toBe(effects);
      await work({});
      await its.reaches(id, 'open', 90_000);
      await answer;
      expect(await its.orderOf(id)).toMatchObject({ name: before.name, wire: before.wire });
      expect(await its.sentOf(id)).toEqual(ONCE);
      const [post] = dying.simulator.requests('createOrder', before.name);
      // The journal keeps no signature; the venue has recovered the signer and computed the hash.
      const stored = JSON.parse(before.wire!) as { order: Record<string, unknown> };
      const { signature: _signature, ...order } = stored.order;
      expect(post!.body).toMatchObject({ order });
    },
    180_000,
  );
});

test('I1 I5 I6 I7 ledger and venue agree after all of them, and nothing was found wrong', async () => {
  const readRecords = recordsWith(desk.simulator);
  const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
  const alerts = await listAlerts(desk.engine.ledger.db, { limit: 100, all: true });
  const wrong = alerts.filter(
    ({ level, code }) => level === 'critical' && code !== 'ORDER_UNKNOWN',
  );
  expect(wrong).toEqual([]);
});
