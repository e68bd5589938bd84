/** Real `ballast start` processes whose servers are killed under them, with trades open and under way. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { verifyBooks } from '../../bin/verify.ts';
import { readBooks } from '../../ledger/read/books.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { isTerminal, type TradeStatus } from '../../domain/trade.ts';
import { isAlive } from '../../tools/setup/processes.mjs';
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { eventually } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import { runBallast, type BallastProcess } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';

const TOKEN = 'trader-token-of-the-test';
const QUANTITY = 10_000_000n;
const markets = Array.from({ length: 40 }, (_, n) => `KILL-${n}`);
const settled = new Set<string>();

let dataDir: string;
let api: string;
let environment: Record<string, string>;
let desk: BallastProcess;

beforeAll(async () => {
  dataDir = testDirectory('killed');
  const port = String(await freePort());
  api = `http://127.0.0.1:${port}`;
  environment = {
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PORT: port,
    BALLAST_PAPER_FILE: join(dataDir, 'markets.json'),
    BALLAST_TRADER_TOKEN: TOKEN,
    BALLAST_LOG_LEVEL: 'warn',
    BALLAST_STRATEGY_EXECUTIONS_MAX: '1000',
    LIVE_TRADING_MAX_DAILY_TRADES: '1000',
  };
  publishResults([]);
  await start();
});
afterAll(async () => {
  await desk.stop();
});

async function start(): Promise<void> {
  desk = runBallast(['start'], { environment });
  await desk.printed('ready');
}

/** Ends the markets of these trades, and keeps those ended that were. */
function publishResults(trades: readonly string[]): void {
  for (const trade of trades) settled.add(marketOf(trade));
  const file = join(dataDir, 'markets.json');
  const result = { at: 0, payout: '1' };
  const all = markets.map((id) => kalshiMarket(id, settled.has(id) ? { result } : {}));
  writeFileSync(`${file}.new`, JSON.stringify({ markets: all }));
  renameSync(`${file}.new`, file);
}

let next = 0;
const newTrades = (count: number): string[] =>
  Array.from({ length: count }, () => `trade-${(next += 1)}`);
const marketOf = (trade: string): string => markets[Number(trade.slice('trade-'.length)) - 1]!;

interface Decision {
  readonly status: string;
  readonly failures?: readonly { readonly code: string }[];
}

/** Long enough for a kill, a slow start and Temporal's time-outs in between. */
const expiresAt = new Date(Date.now() + 300_000).toISOString();

function post(trade: string, market: string): Promise<Response> {
  return fetch(`${api}/api/v1/trades`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(singleLeg(trade, market, { expiresAt })),
  });
}

const accepted = new Set<string>();

/**
 * Sends the proposal until it is decided: a repeat under the same id changes nothing. What was
 * held up until its quotes were too old is denied, and rightly so.
 */
async function submit(trade: string): Promise<void> {
  const body = await eventually(
    `a decision on ${trade}`,
    async () => {
      const answer = await post(trade, marketOf(trade)).catch(() => undefined);
      if (![200, 202, 422].includes(answer?.status ?? 0)) return undefined;
      const said = (await answer!.json()) as Decision;
      return said.status === 'pending' ? undefined : said;
    },
    60_000,
  );
  if (body.status === 'accepted') accepted.add(trade);
  else expect(body.failures?.map(({ code }) => code)).toEqual(['STALE_FACTS']);
}

interface Seen {
  readonly status: TradeStatus;
  readonly failures: readonly { readonly code: string; readonly detail: string }[];
}

async function seen(trade: string): Promise<Seen | undefined> {
  const answer = await fetch(`${api}/api/v1/trades/${trade}`).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  const { status, failures } = (await answer.json()) as Seen;
  return { status, failures };
}

async function becomes(
  trade: string,
  wanted: (status: TradeStatus) => boolean,
): Promise<TradeStatus> {
  let last: Seen | undefined;
  const probe = async () => {
    last = await seen(trade);
    return last !== undefined && wanted(last.status) ? last.status : undefined;
  };
  return eventually(`${trade} to move on`, probe, 60_000).catch((error: unknown) => {
    throw new Error(`it is ${JSON.stringify(last)}`, { cause: error });
  });
}

const stateOf = (server: 'postgres' | 'temporal'): { pid: number; url?: string } =>
  JSON.parse(readFileSync(join(dataDir, `${server}.json`), 'utf8')) as { pid: number };
const pidOf = (server: 'postgres' | 'temporal'): number => stateOf(server).pid;

/** Some trades open, others under way: some just written down, some decided, some being sent. */
async function tradesUnderWay(): Promise<{ trades: string[]; answers: Promise<unknown> }> {
  const [open, ...underWay] = newTrades(4);
  await submit(open!);
  await becomes(open!, (status) => status === 'open');
  const answers = Promise.all(underWay.map(submit));
  const client = new pg.Client({ connectionString: stateOf('postgres').url });
  await client.connect();
  await eventually('the first of them to be decided', async () => {
    const { rows } = await client.query('SELECT FROM decision WHERE trade_id = ANY($1)', [
      underWay,
    ]);
    return rows.length > 0 ? true : undefined;
  });
  await client.end();
  return { trades: [open!, ...underWay], answers };
}

/** The games end: every trade must come to its end. */
async function settle(submitted: readonly string[]): Promise<void> {
  const trades = submitted.filter((trade) => accepted.has(trade));
  expect(trades).toContain(submitted[0]);
  const ends = new Map<string, TradeStatus>();
  for (const trade of trades) {
    ends.set(trade, await becomes(trade, (now) => now === 'open' || isTerminal(now)));
  }
  // Stopped between its permit and its bytes, or too late for its send: not at the exchange then.
  const unsent = trades.filter((trade) => ends.get(trade) === 'not_sent');
  for (const trade of unsent) accepted.delete(trade);
  const open = trades.filter((trade) => !unsent.includes(trade));
  expect(open.map((trade) => ends.get(trade))).toEqual(open.map(() => 'open'));
  expect(open).toContain(submitted[0]);
  publishResults(open);
  for (const trade of open) {
    expect([trade, await becomes(trade, isTerminal)]).toEqual([trade, 'settled']);
  }
}

test.each(['temporal', 'postgres'] as const)(
  'trades go on after a SIGKILL of %s, which is started again at its address',
  async (server) => {
    const { trades, answers } = await tradesUnderWay();
    const killed = pidOf(server);
    process.kill(killed, 'SIGKILL');
    await answers;
    await settle(trades);
    expect(isAlive(killed)).toBe(false);
    expect(pidOf(server)).not.toBe(killed);
    expect(desk.child.exitCode).toBeNull();
  },
);

test('trades go on after a SIGKILL of everything at once and a new start', async () => {
  const { trades, answers } = await tradesUnderWay();
  const killed = [desk.child.pid!, pidOf('temporal'), pidOf('postgres')];
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  await desk.exited;
  await start();
  expect(killed.filter(isAlive)).toEqual([]);
  await answers;
  await settle(trades);
});

test('what is being sent at SIGTERM ends right, and the next start goes on', async () => {
  const { trades, answers } = await tradesUnderWay();
  desk.child.kill('SIGTERM');
  expect(await desk.exited).toBe(0);
  await start();
  await answers;
  await settle(trades);
});

test('a server that keeps dying ends the desk, which is paused at its next start', async () => {
  for (let restart = 0; restart < 5; restart += 1) {
    process.kill(pidOf('temporal'), 'SIGKILL');
    await desk.printed(`restart ${String(restart + 1)} within`);
  }
  process.kill(pidOf('temporal'), 'SIGKILL');
  expect(await desk.exited).toBe(3);
  expect(desk.output()).toMatch(/Temporal .*5 restarts.*temporal\.log.*ballast start/);
  await start();
  const answer = await post('while-paused', markets[39]!);
  expect(answer.status).toBe(423);
});

test('after all of it: one order a trade, every fill booked once, and the books balance', async () => {
  await desk.stop();
  const postgres = await startPostgres({ dataDir });
  const ledger = openLedger(postgres.url, () => {});
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  try {
    const orders = await client.query<{ market_id: string; orders: string; filled: string }>(
      `SELECT market_id, count(*) AS orders, sum(filled_micro_contracts) AS filled
       FROM paper_exchange.client_order GROUP BY market_id`,
    );
    const expected = [...accepted].map((trade) => ({
      market_id: marketOf(trade),
      orders: '1',
      filled: String(QUANTITY),
    }));
    expect(byMarket(orders.rows)).toEqual(byMarket(expected));
    expect((await readBooks(ledger.db)).fills).toHaveLength(accepted.size);
    expect(await verifyBooks(ledger)).toMatchObject({ ok: true });
  } finally {
    await client.end();
    await ledger.close();
    await postgres.stop();
  }
});

function byMarket<Row extends { market_id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.market_id < b.market_id ? -1 : 1));
}
