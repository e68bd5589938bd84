/** Failure cases of reference/peers.md §7 with a whole desk in rehearsal on the simulated Kalshi. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { KalshiRecords } from '../../simulator/kalshi/oracle.ts';
import { tradeWorkflowId } from '../../workflows/messages.ts';
import { eventually } from '../support/desk.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { COMPRESSED } from '../support/rehearsal-desk.ts';
import { offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import { recordsWith } from '../support/kalshi-records.ts';
import { expiringIn, rehearsalTrades } from '../support/rehearsal-trades.ts';
import type { WorkerProcess } from '../support/worker-process.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

let desk: RehearsalDesk;
beforeAll(async () => {
  const settings = { LIVE_TRADING_MAX_DAILY_TRADES: '50', BALLAST_STRATEGY_EXECUTIONS_MAX: '50' };
  desk = await startKalshiDesk({ settings });
  await desk.goLive();
}, 120_000);
afterAll(async () => {
  await desk.close();
});
afterEach(async () => {
  await desk.simulator.drawFaults(null);
});

const { statusOf, reaches, orderOf, becomes, sentOf, fillsOf, heldBy } = rehearsalTrades(
  () => desk,
  { by: 'clientOrderId', field: 'client_order_id' },
);
const TEN_AT_HALF = [{ quantity: '10000000', price: '500000' }];

/** A new market, and a proposal on it that is accepted. */
async function propose(
  ticker: string,
  changes: Parameters<typeof proposalOn>[1] = {},
): Promise<string> {
  await offer(desk.simulator, ticker);
  const proposal = proposalOn(ticker, changes);
  expect(await desk.submit(proposal)).toMatchObject({ status: 202 });
  return proposal.id!;
}

describe('an order without an answer', () => {
  test('failure case 1: three POSTs without an answer are one order, unknown, then filled', async () => {
    // Several horizons: absence seems to prove again and again that it never arrived.
    await desk.simulator.admin('hideNext', { count: 1, hiddenMs: 25_000 });
    await desk.simulator.failNext('createOrder', { kind: 'loseAfter' }, { times: 3 });
    const id = await propose('KX-LOST');
    await becomes(id, 'unknown');
    expect(await heldBy(id)).not.toEqual([]);
    await reaches(id, 'open');
    const sent = await sentOf(id);
    expect(sent).toMatchObject({ differing: 1, effects: 1, atVenue: 1 });
    expect(sent.posts).toBeGreaterThanOrEqual(3);
    expect(await fillsOf(id)).toEqual(TEN_AT_HALF);
  }, 90_000);

  test('429: the same bytes are sent again, and taken once', async () => {
    await desk.simulator.failNext('createOrder', { kind: 'reject429' }, { times: 2 });
    const id = await propose('KX-BUSY');
    await reaches(id, 'open');
    expect(await sentOf(id)).toEqual({ posts: 3, differing: 1, effects: 1, atVenue: 1 });
    expect(await fillsOf(id)).toEqual(TEN_AT_HALF);
  }, 90_000);

  test('one that never arrived is sent again after the horizon, and fills', async () => {
    await desk.simulator.failNext('createOrder', { kind: 'loseBefore' });
    const id = await propose('KX-NEVER');
    await reaches(id, 'open');
    expect(await sentOf(id)).toEqual({ posts: 2, differing: 1, effects: 1, atVenue: 1 });
    const { orderId } = await orderOf(id);
    const [first, second] = desk.simulator.requests('createOrder', orderId);
    expect(second!.atMs - first!.atMs).toBeGreaterThan(COMPRESSED.unknownHorizonMs);
  }, 90_000);

  test('one that never arrived and is wanted no more is given up, with everything released', async () => {
    await desk.simulator.failNext('createOrder', { kind: 'loseBefore' });
    const id = await propose('KX-GIVEUP', expiringIn(COMPRESSED.unknownHorizonMs - 500));
    await becomes(id, 'unknown');
    await reaches(id, 'not_sent');
    expect(await sentOf(id)).toEqual({ posts: 1, differing: 1, effects: 0, atVenue: 0 });
    expect(await heldBy(id)).toEqual([]);
  }, 90_000);

  test('unknown for 15 s raises ORDER_UNKNOWN, which ends when the venue tells', async () => {
    const kinds = [{ kind: 'error503', weight: 1, endpoints: ['orders', 'order', 'fills'] }];
    await desk.simulator.drawFaults({ seed: 'silent', share: 1, kinds });
    await desk.simulator.failNext('createOrder', { kind: 'loseAfter' });
    const id = await propose('KX-SILENT');
    const alerts = async () => {
      const { rows } = await desk.query<{ level: string; afterMs: bigint; resolved: boolean }>(
        `SELECT level, raised_at_ms - (SELECT max(granted_at_ms) FROM permit JOIN venue_order
             ON venue_order.id = permit.order_id WHERE trade_id = '${id}') AS "afterMs",
           resolved_at_ms IS NOT NULL AS resolved
         FROM alert WHERE code = 'ORDER_UNKNOWN' AND trade_id = '${id}'`,
      );
      return rows;
    };
    await eventually('the alert', async () => ((await alerts()).length > 0 ? true : undefined));
    const [raised] = await alerts();
    expect(raised).toMatchObject({ level: 'critical', resolved: false });
    expect(Number(raised!.afterMs)).toBeGreaterThanOrEqual(15_000);
    expect(await sentOf(id)).toMatchObject({ posts: 1, effects: 1 });
    await desk.simulator.drawFaults(null);
    await reaches(id, 'open');
    expect(await alerts()).toMatchObject([{ resolved: true }]);
  }, 90_000);
});

test('failure case 10: an order without fills that is not final is followed to its end', async () => {
  await desk.simulator.failNext('order', { kind: 'staleRead', ms: 60_000 }, { times: 2 });
  const id = await propose('KX-RESTS', {
    legs: [{ venue: 'kalshi', market: 'KX-RESTS', outcome: 'yes', limitPrice: '0.49' }],
    tif: 'gtd',
    ...expiringIn(6_000),
  });
  await becomes(id, 'resting');
  expect(await statusOf(id)).toBe('placing');
  await reaches(id, 'unfilled');
  expect(await sentOf(id)).toEqual({ posts: 1, differing: 1, effects: 1, atVenue: 1 });
  expect(await heldBy(id)).toEqual([]);
}, 90_000);

test('failure case 16: a venue that tells nothing is neither flat nor cancelled, and nothing is sent to it', async () => {
  const id = await propose('KX-DARK', {
    legs: [{ venue: 'kalshi', market: 'KX-DARK', outcome: 'yes', limitPrice: '0.49' }],
    tif: 'gtd',
    ...expiringIn(20_000),
  });
  await becomes(id, 'resting');
  await offer(desk.simulator, 'KX-DARK-2');
  const kinds = [
    { kind: 'error503', weight: 1 },
    { kind: 'loseBefore', weight: 1 },
    { kind: 'cutBody', weight: 1 },
  ];
  await desk.simulator.drawFaults({ seed: 'dark', share: 1, kinds });
  const held = await heldBy(id);
  expect(held).not.toEqual([]);
  const posts = desk.simulator.requests('createOrder').length;
  const late = proposalOn('KX-DARK-2', expiringIn(5_000));
  const { body } = await desk.submit(late);
  // Without facts there is no decision; by the time there are some it has expired.
  expect(body).not.toMatchObject({ status: 'accepted' });
  expect(await heldBy(id)).toEqual(held);
  expect(['resting', 'unknown']).toContain((await orderOf(id)).state);
  await desk.simulator.drawFaults(null);
  await reaches(id, 'unfilled');
  expect(await sentOf(id)).toMatchObject({ posts: 1, effects: 1 });
  const decided = await eventually('a decision', async () => {
    const answer = await desk.submit(late);
    return answer.status === 202 ? undefined : answer;
  });
  expect(JSON.stringify(decided.body)).toContain('STALE_PROPOSAL');
  expect(desk.simulator.requests('createOrder')).toHaveLength(posts);
}, 120_000);

test('failure case 18: a 201 with half a body is unknown, its text kept, its price the venue’s', async () => {
  await desk.simulator.admin('openMarket', { ticker: 'KX-HALF' });
  const yes = { asks: [['0.47', '1000']], bids: [['0.45', '1000']] };
  await desk.simulator.admin('setBook', { ticker: 'KX-HALF', yes, no: {} });
  await desk.simulator.failNext('createOrder', { kind: 'cutBody' });
  expect(await desk.submit(proposalOn('KX-HALF'))).toMatchObject({ status: 202 });
  await reaches('kx-half', 'open');
  expect(await fillsOf('kx-half')).toEqual([{ quantity: '10000000', price: '470000' }]);
  expect(await sentOf('kx-half')).toEqual({ posts: 1, differing: 1, effects: 1, atVenue: 1 });
  const run = desk.engine.client.workflow.getHandle(tradeWorkflowId('kx-half'));
  const { events } = await run.fetchHistory();
  const told = (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: done }) =>
    (done?.result?.payloads ?? []).map(({ data }) => Buffer.from(data ?? []).toString('utf8')),
  );
  expect(told.some((text) => text.includes('201, but the body') && text.includes('order_id'))).toBe(
    true,
  );
}, 90_000);

describe('a worker that dies between the POST and the record', () => {
  let dying: RehearsalDesk;
  const workers: WorkerProcess[] = [];
  beforeAll(async () => {
    dying = await startKalshiDesk({ workers: false });
    await dying.goLive();
  }, 120_000);
  afterAll(async () => {
    for (const worker of workers) worker.signal('SIGKILL');
    await Promise.all(workers.map(({ exited }) => exited));
    await dying.close();
  });

  const work = async (environment: Record<string, string>): Promise<WorkerProcess> => {
    const tuning = { TEST_CHILD_LIVE_TUNING: JSON.stringify(COMPRESSED) };
    const worker = startWorkerProcess('mortal-worker-child.ts', dying, {
      ...tuning,
      ...environment,
    });
    workers.push(worker);
    await worker.said('loaded');
    worker.tell('go');
    return worker;
  };

  test('failure case 2: the successor finds the one order, and sends none', async () => {
    const ticker = 'KX-DIES';
    const first = await work({ TEST_CHILD_DIES_AT: 'after place' });
    await first.said('working');
    await offer(dying.simulator, ticker);
    const answer = dying.submit(proposalOn(ticker));
    await first.exited;
    const { orderId } = await dying.engine.ledger.readLegOrder(ticker.toLowerCase(), 0);
    expect(dying.simulator.effects('createOrder', orderId)).toBe(1);
    await work({});
    await eventually(
      `${ticker} open`,
      async () => {
        const trade = await findTrade(dying.engine.ledger.db, ticker.toLowerCase());
        return trade?.status === 'open' ? true : undefined;
      },
      90_000,
    );
    await answer;
    const { orders } = dying.simulator.records() as KalshiRecords;
    expect(orders.filter((order) => order['ticker'] === ticker)).toMatchObject([
      { client_order_id: orderId },
    ]);
    expect(dying.simulator.requests('createOrder', orderId)).toHaveLength(1);
  }, 180_000);
});

test('failure case 15: a watch that starts over books each fill once and places nothing', async () => {
  const id = await propose('KX-AGAIN');
  await reaches(id, 'open');
  const counts = async () => {
    const { rows } = await desk.query<{ fills: bigint }>(
      `SELECT count(*) AS fills FROM fill WHERE book = 'rehearsal'`,
    );
    return Number(rows[0]!.fills);
  };
  const [fills, posts] = [await counts(), desk.simulator.requests('createOrder').length];
  // Half of what it reads again has moved to the archive, and the websocket starts over too.
  await desk.simulator.admin('archive', { before: desk.simulator.clock.nowMs() });
  await desk.simulator.admin('dropSockets');
  const archived = desk.simulator.requests('historicalFills').length;
  await eventually('the watch to have started over', async () => {
    if (desk.simulator.requests('historicalFills').length > archived) return true;
    // A pass under way stores its own place over this one.
    await desk.query(`UPDATE watch SET cursor_ms = 0 WHERE book = 'rehearsal'`);
    return undefined;
  });
  await eventually('the watch to have read on', async () => {
    const { rows } = await desk.query<{ cursor_ms: bigint }>(
      `SELECT cursor_ms FROM watch WHERE book = 'rehearsal'`,
    );
    return Number(rows[0]!.cursor_ms) > 0 ? true : undefined;
  });
  expect([await counts(), desk.simulator.requests('createOrder').length]).toEqual([fills, posts]);
  expect(await fillsOf(id)).toEqual(TEN_AT_HALF);
}, 90_000);

test('I1 I5 I6 I7 ledger and venue agree after all of them', async () => {
  const readRecords = recordsWith(desk.simulator);
  const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
});
