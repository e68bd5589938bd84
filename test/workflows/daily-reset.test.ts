import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ScheduleHandle } from '@temporalio/client';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { steppableClock } from '../../bin/demo/clock.ts';
import { startSchedules } from '../../bin/schedules.ts';
import { dailyReportSchema } from '../../contracts/daily-report.ts';
import { DAY_MS, utcDate } from '../../domain/day.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { ClosedDay } from '../../workflows/messages.ts';
import { DAILY_RESET_ID, MAIN_QUEUE, dailyResetStatusQuery } from '../../workflows/messages.ts';
import { sealOf } from '../ledger/seal.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { recordHistory } from '../support/histories.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

/** Days count from the machine's when the test began, so that backfilled midnights fit. */
const MIDNIGHT_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS;
const at = (day: number, hour: number): number => MIDNIGHT_MS + day * DAY_MS + hour * 3_600_000;
const date = (day: number): string => utcDate(at(day, 0));

const MARKETS = ['M-3', 'M-2', 'M-1', 'M0', 'M1', 'M2', 'OTHER'];
const clock = steppableClock(at(-3, 12));
const backups: string[] = [];
let backUp = (reason: string): Promise<string> => {
  backups.push(reason);
  return Promise.resolve('/backups/one');
};
let desk: TestDesk;

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: MARKETS.map((id) => kalshiMarket(id)) },
    settings: { LIVE_TRADING_MAX_DAILY_TRADES: '1' },
    clock,
    interfere: (deps) => ({ ...deps, backUp: (reason) => backUp(reason) }),
  });
});
afterAll(async () => {
  await desk.close();
});

const schedule = (): ScheduleHandle => desk.engine.client.schedule.getHandle(DAILY_RESET_ID);

/** The runs the schedule has started, oldest first. */
async function runIds(): Promise<string[]> {
  const { info } = await schedule().describe();
  return info.recentActions.map(({ action }) => action.workflow.workflowId);
}

async function resultOf(workflowId: string): Promise<ClosedDay[]> {
  return (await desk.engine.client.workflow.getHandle(workflowId).result()) as ClosedDay[];
}

/** Waits for so many runs more than there were, and answers what they closed. */
async function closedBy(known: readonly string[], count: number): Promise<ClosedDay[]> {
  const fresh = await eventually(`${count} runs of the schedule`, async () => {
    const ids = (await runIds()).filter((id) => !known.includes(id));
    return ids.length >= count ? ids : undefined;
  });
  return (await Promise.all(fresh.map(resultOf))).flat();
}

async function daysOf(): Promise<Record<string, boolean>> {
  const rows = await desk.engine.ledger.db.selectFrom('day').selectAll().orderBy('date').execute();
  return Object.fromEntries(rows.map((row) => [row.date, row.closed_at_ms !== null]));
}

/** Opens a position at noon of a day; one more is denied, the limit is one trade a day. */
async function tradeOn(day: number, hour = 12): Promise<void> {
  clock.stepTo(at(day, hour));
  const id = `trade${day}`;
  expect(await desk.submit(singleLeg(id, `M${day}`))).toMatchObject({ status: 202 });
  await eventually(`${id} to open`, async () =>
    (await findTrade(desk.engine.ledger.db, id))?.status === 'open' ? true : undefined,
  );
  expect(await desk.submit(singleLeg(`${id}-more`, 'OTHER'))).toMatchObject({
    status: 422,
    body: { failures: [{ code: 'DAILY_TRADES_REACHED' }] },
  });
}

test('two processes that start at once make one schedule; a person’s pause of it is kept', async () => {
  await Promise.all([startSchedules(desk.engine), startSchedules(desk.engine)]);
  await schedule().pause('moving house');
  await schedule().update((previous) => ({
    ...previous,
    policies: { overlap: ScheduleOverlapPolicy.SKIP },
    action: { ...previous.action, memo: { definition: 'of an older version' } },
  }));
  await Promise.all([startSchedules(desk.engine), startSchedules(desk.engine)]);
  const { policies, spec, state, action } = await schedule().describe();
  expect(state).toMatchObject({ paused: true, note: 'moving house' });
  expect(policies).toMatchObject({ overlap: 'BUFFER_ONE', catchupWindow: 2 * DAY_MS });
  expect(policies.pauseOnFailure).toBe(false);
  expect(spec.calendars).toMatchObject([{ hour: [{ start: 0, end: 0 }] }]);
  expect(action.staticSummary).toContain('Closes every UTC day');
  expect(await runIds()).toEqual([]);
  // Stays paused: a real midnight must not run it in the middle of a test. Asked for, it still runs.
});

test('three missed days, backfilled all at once: each is closed once, trading goes on', async () => {
  for (const day of [-3, -2, -1]) await tradeOn(day);
  // Off by whole days, so that Temporal's midnights are the Clock's.
  clock.stepTo(at(0, 0) + (Date.now() % DAY_MS));
  await schedule().backfill({
    start: new Date(at(-2, 0) - 1_000),
    end: new Date(at(0, 0) + 1_000),
    overlap: ScheduleOverlapPolicy.ALLOW_ALL,
  });
  const closed = await closedBy([], 3);
  expect(closed.map((day) => day.date).toSorted()).toEqual([date(-3), date(-2), date(-1)]);
  expect(await daysOf()).toEqual({
    [date(-3)]: true,
    [date(-2)]: true,
    [date(-1)]: true,
    [date(0)]: false,
  });
  await tradeOn(0);
  const open = await findTrade(desk.engine.ledger.db, 'trade-3');
  expect(open?.status).toBe('open');
  expect(backups.length).toBeGreaterThanOrEqual(1);
});

test('the reports lie in the data directory, as stored', async () => {
  const folder = join(desk.dataDir, 'reports', 'daily');
  const files = [-3, -2, -1].flatMap((day) => [`paper-${date(day)}.json`, `paper-${date(day)}.md`]);
  expect(readdirSync(folder).toSorted()).toEqual(files);
  for (const day of [-3, -2, -1]) {
    const text = readFileSync(join(folder, `paper-${date(day)}.json`), 'utf8');
    const report = dailyReportSchema.parse(JSON.parse(text));
    expect(report).toEqual(await desk.engine.ledger.findReport('paper', date(day)));
    expect(report.seal).toEqual(await sealOf(desk.engine.ledger.db, 'paper', date(day)));
    expect(report.trades).toMatchObject({ used: 1, cap: 1, sent: 1 });
    expect(report.carried.trades).toBe(report.open.length);
    expect(readFileSync(join(folder, `paper-${date(day)}.md`), 'utf8')).toContain(`# ${date(day)}`);
  }
});

test('doubled runs at once: the day that is over closes once, and the limits refill', async () => {
  const known = await runIds();
  clock.stepTo(at(1, 0) + 5_000);
  const options = { taskQueue: MAIN_QUEUE, args: [] };
  const { workflow } = desk.engine.client;
  const doubles = [1, 2, 3].map((number) =>
    workflow.execute('dailyReset', { ...options, workflowId: `doubled-${number}` }),
  );
  await schedule().trigger();
  const closed = [...(await closedBy(known, 1)), ...(await Promise.all(doubles)).flat()];
  expect(closed).toEqual([{ book: 'paper', date: date(0) }]);
  await tradeOn(1, 1);
  await recordHistory(desk.engine.client, (await runIds()).at(-1)!, 'daily-reset');
});

test('a start that finds a day left open closes it, but not where a person paused the resets', async () => {
  const known = await runIds();
  clock.stepTo(at(2, 3));
  await startSchedules(desk.engine);
  expect(await runIds()).toEqual(known);
  expect(await daysOf()).toMatchObject({ [date(1)]: false });
  await schedule().unpause();
  await startSchedules(desk.engine);
  expect(await closedBy(known, 1)).toEqual([{ book: 'paper', date: date(1) }]);
  await startSchedules(desk.engine);
  expect(await runIds()).toHaveLength(known.length + 1);
  await schedule().pause();
});

test('a backup that fails undoes nothing: the day is closed, its report written, the rest retried', async () => {
  const known = await runIds();
  await tradeOn(2);
  let broken = true;
  const well = backUp;
  backUp = (reason) => (broken ? Promise.reject(new Error('disk full')) : well(reason));
  // A trigger counts in whole seconds: one in the first would still count before midnight.
  clock.stepTo(at(3, 0) + 5_000);
  await schedule().trigger();
  const run = await eventually('the run', async () =>
    (await runIds()).find((id) => !known.includes(id)),
  );
  const handle = desk.engine.client.workflow.getHandle(run);
  await eventually('the run to come to its backup', async () => {
    const { step } = await handle.query(dailyResetStatusQuery);
    return step === 'back up' ? true : undefined;
  });
  expect(await daysOf()).toMatchObject({ [date(2)]: true });
  expect(readdirSync(join(desk.dataDir, 'reports', 'daily'))).toContain(`paper-${date(2)}.md`);
  broken = false;
  expect(await resultOf(run)).toEqual([{ book: 'paper', date: date(2) }]);
  expect(await handle.query(dailyResetStatusQuery)).toMatchObject({
    step: 'over',
    backup: '/backups/one',
    failures: [],
  });
});
