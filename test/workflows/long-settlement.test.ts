import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { pino } from 'pino';
import { workersOf } from '../../bin/host.ts';
import type { Clock } from '../../domain/clock.ts';
import { DAY_MS, utcDate } from '../../domain/day.ts';
import { checkI2, checkI6, checkI7 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { tradeWorkflowId } from '../../workflows/messages.ts';
import type { RunningWorkers } from '../../worker/workers.ts';
import type { TestDesk } from '../support/desk.ts';
import { silenceTemporal, startTestDesk } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import { fromSetup } from '../support/servers.ts';

const SETTLES_AFTER_DAYS = 45;

let environment: TestWorkflowEnvironment;
let desk: TestDesk | undefined;
let workers: RunningWorkers | undefined;

/** The test server's time: it runs ahead of the machine's, and says so. */
const skippingClock: Clock = {
  read: async () => {
    const atMs = await environment.currentTimeMs();
    return { atMs, offsetMs: atMs - Date.now() };
  },
};

beforeAll(async () => {
  silenceTemporal();
  environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: fromSetup('TEST_SERVER_EXECUTABLE') } },
  });
  const settles = SETTLES_AFTER_DAYS * (DAY_MS / 1000);
  desk = await startTestDesk({
    markets: {
      markets: [kalshiMarket('LATE', { settles, result: { at: settles, payout: '1' } })],
    },
    // No watch runs here: the trade's own safety net has to find the result.
    workers: false,
    temporalAddress: environment.address,
    clock: skippingClock,
  });
  workers = await workersOf(desk.engine, {
    progress: () => {},
    log: pino({ level: 'silent' }),
  });
});
afterAll(async () => {
  await workers?.stop();
  await desk?.close();
  await environment?.teardown();
});

test('a position that settles after 45 days is recorded then, on that day, without a watch', async () => {
  const { ledger } = desk!.engine;
  const startMs = await environment.currentTimeMs();
  const answer = await desk!.submit(singleLeg('late', 'LATE'));
  expect(answer).toMatchObject({ status: 202, body: { status: 'accepted' } });

  // `result()` lets the server skip: the only way forward is the trade's durable timer.
  const result = await environment.client.workflow.getHandle(tradeWorkflowId('late')).result();
  expect(result).toMatchObject({ status: 'settled' });

  const trade = (await findTrade(ledger.db, 'late'))!;
  const settledAtMs = Date.parse(trade.settledAt!);
  expect(settledAtMs - startMs).toBeGreaterThanOrEqual(SETTLES_AFTER_DAYS * DAY_MS);
  expect(settledAtMs - startMs).toBeLessThan((SETTLES_AFTER_DAYS + 1) * DAY_MS);
  expect(trade).toMatchObject({ status: 'settled', realizedPnl: '4.0294' });

  const rows = await readBooks(ledger.db);
  expect(checkI2(rows.counters, rows.holds)).toEqual([]);
  expect(checkI6(rows.accounts, rows.transfers)).toEqual([]);
  expect(checkI7(rows.holds)).toEqual([]);
  const days = await ledger.db.selectFrom('day').select('date').orderBy('date').execute();
  expect(days.map(({ date }) => date)).toEqual([utcDate(startMs), utcDate(settledAtMs)]);
});
