import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSchedules } from '../../bin/schedules.ts';
import { checkI2, checkI6, checkI7 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { MAIN_QUEUE } from '../../workflows/messages.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { recordHistory } from '../support/histories.ts';
import type { PaperFileInput } from '../support/markets.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

const MARKETS = ['TERM', 'DEL', 'RESET', 'CANCEL', 'MISSED', 'LATE', 'OWN'];

const file = (...over: string[]): PaperFileInput => ({
  markets: MARKETS.map((id) =>
    kalshiMarket(id, over.includes(id) ? { result: { at: 0, payout: '1' } } : {}),
  ),
});

let desk: TestDesk;

beforeAll(async () => {
  desk = await startTestDesk({
    markets: file(),
    settings: { LIVE_TRADING_MAX_DAILY_TRADES: '50', BALLAST_STRATEGY_EXECUTIONS_MAX: '50' },
  });
});
afterAll(async () => {
  await desk.close();
});

const runOf = (id: string) => desk.engine.client.workflow.getHandle(`trade:${id}`);

async function reaches(id: string, status: string): Promise<void> {
  await eventually(`${id} to be ${status}`, async () =>
    (await findTrade(desk.engine.ledger.db, id))?.status === status ? true : undefined,
  );
}

async function opened(id: string, market: string): Promise<void> {
  expect(await desk.submit(singleLeg(id, market))).toMatchObject({ status: 202 });
  await reaches(id, 'open');
}

/** Sweeps until the trade is driven again: the list of runs lags behind what ended. */
async function swept(id: string): Promise<void> {
  await eventually(`${id} to be driven again`, async () => {
    const driven = await desk.engine.activities.sweepTrades();
    return driven.includes(id) ? true : undefined;
  });
}

async function ordersAtExchange(id: string): Promise<number> {
  const { orderId } = await desk.engine.ledger.readLegOrder(id, 0);
  const fills = await desk.engine.venues.find((venue) => venue.id === 'kalshi')!.fillsSince(0);
  const own = fills.facts.filter((fill) => fill.clientOrderId === orderId);
  return new Set(own.map((fill) => fill.venueOrderId)).size;
}

describe('whatever is done to a run from outside, the trade ends right, with one order', () => {
  test('terminated while open', async () => {
    await opened('terminated', 'TERM');
    await runOf('terminated').terminate('a test');
    await swept('terminated');
    desk.publish(file('TERM'));
    await reaches('terminated', 'settled');
    await expect(runOf('terminated').result()).resolves.toMatchObject({ status: 'settled' });
    await recordHistory(desk.engine.client, 'trade:terminated', 'trade-driven-again');
    expect(await ordersAtExchange('terminated')).toBe(1);
  });

  test('deleted while open', async () => {
    await opened('deleted', 'DEL');
    const { client, namespace } = desk.engine;
    await client.workflowService.deleteWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: 'trade:deleted' },
    });
    await swept('deleted');
    desk.publish(file('TERM', 'DEL'));
    await reaches('deleted', 'settled');
    expect(await ordersAtExchange('deleted')).toBe(1);
  });

  test('reset to its first task while open', async () => {
    await opened('reset', 'RESET');
    const { client, namespace } = desk.engine;
    const history = await runOf('reset').fetchHistory();
    const first = history.events!.find((event) => event.workflowTaskCompletedEventAttributes);
    await client.workflowService.resetWorkflowExecution({
      namespace,
      workflowExecution: { workflowId: 'trade:reset' },
      reason: 'a test',
      requestId: 'reset-once',
      workflowTaskFinishEventId: first!.eventId!,
    });
    desk.publish(file('TERM', 'DEL', 'RESET'));
    await reaches('reset', 'settled');
    await expect(runOf('reset').result()).resolves.toMatchObject({ status: 'settled' });
    expect(await ordersAtExchange('reset')).toBe(1);
  });

  test('cancelled while open: the position is not forgotten', async () => {
    await opened('cancelled', 'CANCEL');
    await runOf('cancelled').cancel();
    await expect(runOf('cancelled').result()).rejects.toThrow('cancelled');
    await swept('cancelled');
    desk.publish(file('TERM', 'DEL', 'RESET', 'CANCEL'));
    await reaches('cancelled', 'settled');
    expect(await ordersAtExchange('cancelled')).toBe(1);
  });

  test('gone while the result came: the new run does not wait for a signal that was lost', async () => {
    await opened('missed', 'MISSED');
    await runOf('missed').terminate('a test');
    desk.publish(file('TERM', 'DEL', 'RESET', 'CANCEL', 'MISSED'));
    await eventually('the lost signal', async () => {
      const rows = await desk.engine.ledger.db
        .selectFrom('outbox')
        .select('sent_at_ms')
        .where('workflow_id', '=', 'trade:missed')
        .execute();
      return rows.some((row) => row.sent_at_ms !== null) ? true : undefined;
    });
    await swept('missed');
    await reaches('missed', 'settled');
    expect(await ordersAtExchange('missed')).toBe(1);
  });
});

test('a proposal whose run was never started is decided by the sweep, once its submitter is gone', async () => {
  const { ledger, clock, activities } = desk.engine;
  const proposal = { ...singleLeg('orphan', 'LATE') };
  const { proposalSchema } = await import('../../contracts/proposal.ts');
  const reading = await clock.read();
  const received = {
    id: 'orphan',
    desk: 'main' as const,
    proposal: proposalSchema.parse(proposal),
  };
  await ledger.receiveProposal(received, reading);
  expect(await activities.sweepTrades()).not.toContain('orphan');
  const early = { atMs: reading.atMs - 16_000, offsetMs: 0 };
  await ledger.receiveProposal({ ...received, id: 'orphan-2' }, early);
  expect(await activities.sweepTrades()).toEqual(['orphan-2']);
  await reaches('orphan-2', 'open');
});

test('the Schedule does it by itself, at the start of a process and every 30 s', async () => {
  await opened('scheduled', 'OWN');
  await runOf('scheduled').terminate('a test');
  await startSchedules(desk.engine);
  const { spec, policies } = await desk.engine.client.schedule.getHandle('sweep').describe();
  expect(spec.intervals).toMatchObject([{ every: 30_000 }]);
  expect(policies.overlap).toBe('SKIP');
  desk.publish(file(...MARKETS));
  await eventually(
    'a scheduled sweep to drive it',
    async () =>
      (await findTrade(desk.engine.ledger.db, 'scheduled'))?.status === 'settled' || undefined,
    60_000,
  );
  expect(await ordersAtExchange('scheduled')).toBe(1);
});

test('a sweep as the Schedule runs it answers what it drove', async () => {
  const { client } = desk.engine;
  const run = { taskQueue: MAIN_QUEUE, workflowId: 'sweep-by-hand' };
  expect(await client.workflow.execute('sweep', run)).toEqual(expect.any(Array));
  await recordHistory(client, 'sweep-by-hand', 'sweep');
});

test('nothing is started twice where every trade has its run', async () => {
  const driven = await eventually('the list of runs to catch up', async () => {
    const ids = await desk.engine.activities.sweepTrades();
    return ids.length === 0 ? ids : undefined;
  });
  expect(driven).toEqual([]);
});

test('I2, I6 and I7 hold after all of it', async () => {
  const rows = await readBooks(desk.engine.ledger.db);
  expect(checkI2(rows.counters, rows.holds)).toEqual([]);
  expect(checkI6(rows.accounts, rows.transfers)).toEqual([]);
  expect(checkI7(rows.holds)).toEqual([]);
});
