/** One desk, restarted on the same UTC day and after days of being down, as real processes. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { StatusView, TradeView } from '../../contracts/http.ts';
import { DAY_MS, utcDate } from '../../domain/day.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { eventually } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';

/** Noon, whatever the machine's clock says: nothing here may run into a midnight by itself. */
const NOON_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
const FIRST_DAY = utcDate(NOON_MS);
const OFFSET_SECONDS = Math.round((NOON_MS - Date.now()) / 1000);

const TOKEN = 'operator-0123456789abcdef';

let cwd: string;
let environment: Record<string, string>;
let desk: BallastProcess | undefined;

function publish(over: boolean): void {
  const result = over ? { result: { at: 0, payout: '0' } } : {};
  const path = join(cwd, 'markets.json');
  const markets = [kalshiMarket('LOST', result), kalshiMarket('NEXT')];
  writeFileSync(`${path}.new`, JSON.stringify({ markets }));
  renameSync(`${path}.new`, path);
}

beforeAll(async () => {
  cwd = testDirectory('failure-case-5');
  publish(false);
  environment = {
    BALLAST_DATA_DIR: join(cwd, 'data'),
    BALLAST_PAPER_FILE: join(cwd, 'markets.json'),
    BALLAST_PORT: String(await freePort()),
    BALLAST_OPERATOR_TOKEN: TOKEN,
    // Room for one loss of 5.97 and for no second.
    LIVE_TRADING_DAILY_LOSS_LIMIT: '6',
    LIVE_TRADING_MAX_DAILY_TRADES: '1',
  };
});
afterAll(async () => {
  await desk?.stop();
});

async function start(days: number, zone: string): Promise<void> {
  const clock = String(OFFSET_SECONDS + (days * DAY_MS) / 1000);
  const process = runBallast(['start'], {
    environment: { ...environment, BALLAST_CLOCK: clock, TZ: zone },
    cwd,
  });
  desk = process;
  await process.printed('ready');
}

async function ballast(...args: string[]): Promise<{ code: number | null; output: string }> {
  const process = runBallast(args, {
    environment: { ...environment, BALLAST_CLOCK: String(OFFSET_SECONDS) },
    cwd,
  });
  return { code: await process.exited, output: process.output() };
}

async function api(path: string, body?: object): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${environment['BALLAST_PORT']}/api/v1${path}`, {
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
  });
  return { status: answer.status, body: await answer.json() };
}

function propose(id: string, market: string) {
  return api('/trades', singleLeg(id, market));
}

async function readStatus(): Promise<StatusView> {
  return (await api('/status')).body as StatusView;
}

function reaches(id: string, status: TradeView['status']): Promise<true> {
  return eventually(`${id} to be ${status}`, async () => {
    const { body } = await api(`/trades/${id}`);
    return (body as TradeView).status === status ? true : undefined;
  });
}

async function gauges(): Promise<Record<string, string>> {
  const status = await readStatus();
  return Object.fromEntries(status.gauges.map(({ name, used }) => [name, used]));
}

test('failure case 5: a loss, a count and a pause are still in force after a restart on the same UTC day', async () => {
  await start(0, 'America/New_York');
  expect(await propose('lost', 'LOST')).toMatchObject({ status: 202 });
  await reaches('lost', 'open');
  publish(true);
  await reaches('lost', 'settled');
  const before = await gauges();
  expect(before).toMatchObject({ trades: '1', 'day loss': '5.9706' });
  expect(await api('/pause', { reason: 'lost enough' })).toMatchObject({ status: 200 });
  const killed = desk!;
  killed.child.kill('SIGKILL');
  await killed.exited;

  await start(0, 'Pacific/Kiritimati');
  expect(await readStatus()).toMatchObject({
    day: FIRST_DAY,
    desk: { state: 'paused', reason: 'lost enough' },
  });
  expect(await gauges()).toEqual(before);
  expect(await propose('while-paused', 'NEXT')).toMatchObject({ status: 423 });
  expect(await api('/resume', { reason: 'looked' })).toMatchObject({ status: 200 });
  expect(await propose('second', 'NEXT')).toMatchObject({
    status: 422,
    body: {
      failures: [
        { code: 'DAILY_TRADES_REACHED' },
        { code: 'DAILY_LOSS_REACHED' },
        { code: 'AT_RISK_REACHED' },
      ],
    },
  });
});

test('failure case 6: a reset missed for three days is made up for at the next start, and limits re-open', async () => {
  expect(await ballast('report', 'daily', FIRST_DAY)).toMatchObject({ code: 8 });
  await desk!.stop();

  await start(3, 'Pacific/Kiritimati');
  // Without an API, too: the report is read from the ledger.
  const report = await eventually('the day to be closed', async () => {
    const answer = await ballast('report', 'daily', FIRST_DAY);
    return answer.code === 0 ? answer.output : undefined;
  });
  expect(report).toContain(`# ${FIRST_DAY} (UTC), paper book`);
  expect(report).toContain('Realised P&L **-$5.9706**');
  expect(await gauges()).toMatchObject({ trades: '0', 'day loss': '0.00' });
  expect(await propose('third', 'NEXT')).toMatchObject({ status: 202 });
  await desk!.stop();
  expect(await ballast('report', 'daily')).toMatchObject({ code: 0, output: report });
});
