/** `ballast halt` against real processes: with Temporal, the API, Postgres, or all of them stopped. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { HaltView } from '../../contracts/halt.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { eventually } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import { runBallast, type BallastProcess } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';

const TOKEN = 'trader-token-of-the-test';
/** DESIGN §11, and the time a command takes to load on a machine busy with other tests. */
const HALT_MS_MAX = 30_000;

let dataDir: string;
let api: string;
let environment: Record<string, string>;
let desk: BallastProcess;

beforeAll(async () => {
  dataDir = testDirectory('halted');
  const port = String(await freePort());
  api = `http://127.0.0.1:${port}`;
  environment = {
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PORT: port,
    BALLAST_VENUES: 'kalshi',
    BALLAST_PAPER_FILE: join(dataDir, 'markets.json'),
    BALLAST_TRADER_TOKEN: TOKEN,
    BALLAST_LOG_LEVEL: 'warn',
    BALLAST_STRATEGY_EXECUTIONS_MAX: '100',
    LIVE_TRADING_MAX_DAILY_TRADES: '100',
  };
  const ids = ['TEMPORAL', 'API', 'ALL', 'AFTER'];
  const markets = ids.map((id) => kalshiMarket(id));
  writeFileSync(environment['BALLAST_PAPER_FILE']!, JSON.stringify({ markets }));
  await start();
}, 120_000);
afterAll(async () => {
  desk.child.kill('SIGCONT');
  await desk.stop();
});

async function start(): Promise<void> {
  desk = runBallast(['start'], { environment });
  await desk.printed('ready');
}

const pidOf = (server: 'postgres' | 'temporal'): number =>
  (JSON.parse(readFileSync(join(dataDir, `${server}.json`), 'utf8')) as { pid: number }).pid;
const latchFile = (): string => join(dataDir, 'HALT');

function post(body: object): Promise<Response> {
  return fetch(`${api}/api/v1/trades`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** An order that rests below the market for an hour. @returns its identity */
async function rest(id: string, market: string): Promise<string> {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const proposal = singleLeg(id, market, { tif: 'gtd', limitPrice: '0.57', expiresAt });
  expect((await post(proposal)).status).toBe(202);
  return eventually(`${id} to rest`, async () => {
    const answer = await fetch(`${api}/api/v1/orders?open=true&trade=${id}`);
    const { orders } = (await answer.json()) as { orders: { id: string; state: string }[] };
    return orders.find(({ state }) => state === 'resting')?.id;
  });
}

async function becomes(id: string, wanted: string): Promise<void> {
  await eventually(
    `${id} to be ${wanted}`,
    async () => {
      const answer = await fetch(`${api}/api/v1/trades/${id}`).catch(() => undefined);
      const said = answer?.ok === true ? ((await answer.json()) as { status: string }) : undefined;
      return said?.status === wanted ? true : undefined;
    },
    60_000,
  );
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly tookMs: number;
}

/** Runs a command from a folder that knows nothing of the desk. */
async function ballast(argv: readonly string[], more: Record<string, string> = {}): Promise<Ended> {
  const beganMs = performance.now();
  const cwd = testDirectory('elsewhere');
  const command = runBallast(argv, { environment: { ...environment, ...more }, cwd });
  const code = await command.exited;
  return { code, output: command.output(), tookMs: performance.now() - beganMs };
}

const HALT = ['halt', '--reason', 'orders nobody asked for', '--json'];
const viewOf = ({ output }: Ended): HaltView =>
  JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as HaltView;

async function rearm(): Promise<void> {
  const rearmed = await ballast(['rearm', '--reason', 'looked at it']);
  expect([rearmed.code, rearmed.output]).toEqual([0, expect.stringContaining('active')]);
  expect(existsSync(latchFile())).toBe(false);
}

/** Orders that rest at the exchange, read from its own tables. */
async function resting(): Promise<number> {
  const { url } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as {
    url: string;
  };
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: string }>(
      'SELECT count(*) FROM paper_exchange.client_order WHERE end_reason IS NULL AND reject_code IS NULL',
    );
    return Number(rows[0]!.count);
  } finally {
    await client.end();
  }
}

test('with Temporal stopped: cancelled and verified; status, readiness and doctor say so', async () => {
  const order = await rest('t-1', 'TEMPORAL');
  const temporal = pidOf('temporal');
  process.kill(temporal, 'SIGSTOP');
  try {
    const halted = await ballast(HALT);
    expect(viewOf(halted)).toMatchObject({
      state: 'halted',
      latched: true,
      verified: true,
      venues: [{ venue: 'kalshi', cancelled: [order], open: [], unresolved: [] }],
    });
    expect(halted.code).toBe(0);
    expect(halted.tookMs).toBeLessThan(HALT_MS_MAX);
    expect(await resting()).toBe(0);
    const ready = await fetch(`${api}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('halted')]);
  } finally {
    process.kill(temporal, 'SIGCONT');
  }
  const status = await ballast(['status']);
  expect(status.output).toContain('HALTED');
  expect(status.output).toContain('ballast rearm');
  const doctor = await ballast(['doctor']);
  expect([doctor.code, doctor.output]).toEqual([8, expect.stringContaining(latchFile())]);
  // Its own run books what the order came to.
  await becomes('t-1', 'unfilled');
}, 180_000);

test('failure case 8: restarted it is still halted, until an admin rearms it', async () => {
  await desk.stop();
  await start();
  expect(desk.output()).toContain('the desk is halted by');
  const refused = await post(singleLeg('t-2', 'AFTER'));
  expect([refused.status, await refused.json()]).toMatchObject([423, { code: 'DESK_HALTED' }]);
  const resumed = await ballast(['resume', '--reason', 'let me']);
  expect([resumed.code, resumed.output]).toEqual([9, expect.stringContaining('halted')]);
  expect(existsSync(latchFile())).toBe(true);
  await rearm();
  expect((await post(singleLeg('t-3', 'AFTER'))).status).toBe(202);
  await becomes('t-3', 'open');
}, 180_000);

test('with the API’s process stopped the command does it alone', async () => {
  const order = await rest('a-1', 'API');
  desk.child.kill('SIGSTOP');
  try {
    const halted = await ballast(HALT);
    expect(halted.output).toContain('halting from here');
    expect(viewOf(halted)).toMatchObject({
      epoch: expect.any(Number),
      verified: true,
      venues: [{ cancelled: [order] }],
    });
    expect(halted.code).toBe(0);
    expect(await resting()).toBe(0);
  } finally {
    desk.child.kill('SIGCONT');
  }
  await becomes('a-1', 'unfilled');
  await rearm();
}, 180_000);

test('with everything killed it starts the ledger for itself, halts and cancels', async () => {
  const order = await rest('all-1', 'ALL');
  desk.child.kill('SIGKILL');
  for (const server of ['temporal', 'postgres'] as const) process.kill(pidOf(server), 'SIGKILL');
  await desk.exited;
  const halted = await ballast(HALT);
  expect(viewOf(halted)).toMatchObject({
    epoch: expect.any(Number),
    verified: true,
    venues: [{ cancelled: [order] }],
  });
  expect(halted.code).toBe(0);
}, 180_000);

test('with Postgres out of reach the file is there, what could not be asked is named, and it ends with 3', async () => {
  const nowhere = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
  const halted = await ballast(HALT, { DATABASE_URL: nowhere });
  expect(viewOf(halted)).toMatchObject({
    state: 'halted',
    epoch: null,
    latched: true,
    verified: false,
    venues: [{ venue: 'kalshi', listed: false }],
    problems: [expect.stringContaining('ECONNREFUSED')],
  });
  expect(halted.code).toBe(3);
  // The same with the embedded one's data gone: nothing is made in its place.
  renameSync(join(dataDir, 'postgres'), join(dataDir, 'postgres.away'));
  const gone = await ballast(HALT);
  expect([gone.code, viewOf(gone).epoch]).toEqual([3, null]);
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  renameSync(join(dataDir, 'postgres.away'), join(dataDir, 'postgres'));
}, 180_000);

test('the start after that is halted, and says by whom and why', async () => {
  await start();
  expect(desk.output()).toContain('the desk is halted by cli');
  expect(desk.output()).toContain('orders nobody asked for');
  await becomes('all-1', 'unfilled');
  expect((await post(singleLeg('t-4', 'AFTER'))).status).toBe(423);
  await rearm();
}, 180_000);

test('where there is no desk it says so and leaves nothing behind', async () => {
  const missing = join(testDirectory('nothing'), 'data');
  const port = String(await freePort());
  const halted = await ballast(HALT, { BALLAST_DATA_DIR: missing, BALLAST_PORT: port });
  expect([halted.code, halted.output]).toEqual([4, expect.stringContaining('BALLAST_DATA_DIR')]);
  expect(existsSync(missing)).toBe(false);
});
