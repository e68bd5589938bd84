/** `ballast api` and `ballast worker` as two processes on servers that run elsewhere. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tradingModeSchema, tradingStateSchema } from '../../contracts/predecessor.ts';
import type { TradeView } from '../../contracts/http.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { readTokens } from '../../worker/tokens.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';

const OPEN = kalshiMarket('SPLIT');
const OVER = { ...OPEN, result: { at: 0, payout: '1' } };

let desk: TestDesk;
let environment: Record<string, string>;
let url = '';
let api: BallastProcess;
let worker: BallastProcess;

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [OPEN] }, workers: false });
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  environment = {
    ...desk.environment,
    BALLAST_PORT: port,
    DATABASE_URL: desk.databaseUrl,
    TEMPORAL_ADDRESS: desk.temporalAddress,
  };
  api = runBallast(['api'], { environment });
  worker = runBallast(['worker'], { environment });
  await Promise.all([api.printed('API ready'), worker.printed('worker ready')]);
});
afterAll(async () => {
  await Promise.all([api.stop(), worker.stop()]);
  await desk.close();
});

/** Runs a command on the same servers and answers its exit code and output. */
async function ballast(...args: string[]): Promise<[code: number | null, output: string]> {
  const child = runBallast(args, { environment });
  return [await child.exited, child.output()];
}

async function statusOf(id: string): Promise<TradeView['status']> {
  const answer = await fetch(`${url}/api/v1/trades/${id}`);
  return ((await answer.json()) as TradeView).status;
}

test('the API is ready once a worker elsewhere has the watches reading', async () => {
  const ready = await eventually('readiness', async () => {
    const answer = await fetch(`${url}/readyz`);
    return answer.status === 200 ? true : undefined;
  });
  expect(ready).toBe(true);
});

test('a proposal through the API is driven by the worker and settles', async () => {
  const file = join(desk.dataDir, 'proposal.json');
  writeFileSync(file, JSON.stringify(singleLeg('split', 'SPLIT')));
  expect(await ballast('propose', file)).toEqual([0, expect.stringContaining('accepted')]);
  await eventually('the trade to open', async () =>
    (await statusOf('split')) === 'open' ? true : undefined,
  );
  desk.publish({ markets: [OVER] });
  await eventually('the trade to settle', async () =>
    (await statusOf('split')) === 'settled' ? true : undefined,
  );
  const { events } = await desk.engine.client.workflow.getHandle('trade:split').fetchHistory();
  const identities = (events ?? []).map(
    (event) => event.workflowTaskCompletedEventAttributes?.identity,
  );
  const worked = identities.filter((identity) => identity != null && identity !== '');
  expect(new Set(worked.map((identity) => identity?.split('@')[0]))).toEqual(
    new Set([String(worker.child.pid)]),
  );
});

test('the predecessor’s endpoints tell of it in their own words', async () => {
  const mode = tradingModeSchema.parse(await (await fetch(`${url}/api/trading/mode`)).json());
  expect(mode).toMatchObject({ live_trading_enabled: false, mode: 'paper', phase: 'paper' });
  const state = tradingStateSchema.parse(await (await fetch(`${url}/api/trading/state`)).json());
  expect(state).toMatchObject({
    total_trades: 1,
    daily_trades: 1,
    bets: [{ id: 'split', status: 'settled', settled_amount: 10 }],
  });
  expect(state.balance).toBe(state.initial_balance + state.total_profit);
});

test('the lists of the command line come from the API, as tables', async () => {
  const shown: [string[], RegExp][] = [
    [['orders'], /^\S+ +split +0\.0 +entry +buy 10 \S+ at 0\.58 kalshi SPLIT +done +10 +10 /m],
    [['audit', '--last', '5'], /what is shown links/],
  ];
  for (const [argv, says] of shown) {
    // oxlint-disable-next-line no-await-in-loop -- two cores
    expect(await ballast(...argv)).toEqual([0, expect.stringMatching(says)]);
  }
  const enabled = await ballast('strategies', 'enable', 'test', '--reason', 'checked');
  expect(enabled).toEqual([0, expect.stringContaining('strategy test may trade again')]);
  const file = join(desk.dataDir, 'dry.json');
  writeFileSync(file, JSON.stringify(singleLeg('dry', 'SPLIT')));
  // Its market has settled, so that a rule stops it.
  expect(await ballast('propose', '--dry-run', file)).toEqual([
    6,
    expect.stringMatching(/^FAIL +MARKET_CLOSED/m),
  ]);
});

test('limits and tokens are shown without the API, from the ledger and the data directory', async () => {
  const [code, output] = await ballast('limits');
  expect([code, output]).toEqual([0, expect.stringMatching(/^trades +5 +1 +0 +4 /m)]);
  const shown = await ballast('token', 'show');
  expect(shown).toEqual([0, expect.stringMatching(/^admin +\S{43}$/m)]);
  expect(shown[1]).toContain(join(desk.dataDir, 'tokens.json'));
});

test('a second API on the same port ends with 9 and says what to change', async () => {
  expect(await ballast('api')).toEqual([9, expect.stringContaining('BALLAST_PORT')]);
});

test('SIGTERM ends both with 0, the API once it has answered what it was asked', async () => {
  await worker.stop();
  expect(await worker.exited).toBe(0);
  const token = (await readTokens(desk.dataDir))?.trader ?? '';
  // Nobody decides it: the answer comes after 10 s, long after the signal.
  const asked = fetch(`${url}/api/v1/trades`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(singleLeg('late', 'SPLIT')),
  });
  const handle = desk.engine.client.workflow.getHandle('trade:late');
  await eventually('the workflow to start', () => handle.describe().catch(() => undefined));
  api.child.kill('SIGTERM');
  const answer = await asked;
  expect([answer.status, await answer.json()]).toEqual([
    202,
    expect.objectContaining({ status: 'pending' }),
  ]);
  // A connection that the answer leaves open must not hold the process for a minute.
  expect(await Promise.race([api.exited, delay(20_000, 'still runs', { ref: false })])).toBe(0);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
});

test('without named servers and without a desk it ends with 4 and names the variable', async () => {
  const alone = runBallast(['api'], {
    environment: { BALLAST_DATA_DIR: join(desk.dataDir, 'nothing') },
  });
  expect(await alone.exited).toBe(4);
  expect(alone.output()).toContain('DATABASE_URL');
});
