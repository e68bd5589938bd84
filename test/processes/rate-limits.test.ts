/** Two worker processes on one account of the smallest tier: orders in its budget, cancels always through. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JournalEntry } from '../../simulator/frame/journal.ts';
import { eventually } from '../support/desk.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import type { WorkerProcess } from '../support/worker-process.ts';
import { startWorkerProcess } from '../support/worker-process.ts';

const BURST = 40;
/** Basic: 100 write tokens a second, 10 a create. @source reference/kalshi.md §4 */
const CREATES_PER_SECOND = 10;
/** Resting orders whose time is over at these moments of the flood. */
const CANCEL_DUE_MS = Array.from({ length: 8 }, (_, index) => 12_000 + index * 5_000);
const CANCEL_MS_MAX = 2_000;
/** A queue's cap is an average: up to twice a second's starts were seen at its beginning. @source DESIGN §3 */
const REFUSED_MAX = 10;

let desk: RehearsalDesk;
const workers: WorkerProcess[] = [];

beforeAll(async () => {
  desk = await startKalshiDesk({
    workers: false,
    tier: 'basic',
    settings: {
      LIVE_TRADING_MAX_DAILY_TRADES: '1000',
      BALLAST_STRATEGY_EXECUTIONS_MAX: '1000',
      // Reads have a budget too, and wait for it.
      BALLAST_QUOTE_AGE_MS_MAX: '60000',
    },
  });
  await desk.goLive();
  await Promise.all([startWorker(), startWorker()]);
}, 240_000);
afterAll(async () => {
  for (const worker of workers) worker.signal('SIGTERM');
  await Promise.all(workers.map(({ exited }) => exited));
  await desk.close();
}, 60_000);

async function startWorker(): Promise<void> {
  const tuning = { TEST_CHILD_LIVE_TUNING: JSON.stringify({ unknownHorizonMs: 4_000 }) };
  const worker = startWorkerProcess('mortal-worker-child.ts', desk, tuning);
  workers.push(worker);
  await worker.said('loaded');
  worker.tell('go');
  await worker.said('working');
}

/** The most that lie in any window of so many ms. */
function busiest(entries: readonly JournalEntry[], windowMs: number): number {
  const times = entries.map(({ atMs }) => atMs);
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length),
  );
}

async function rest(ticker: string, untilMs: number): Promise<void> {
  await offer(desk.simulator, ticker);
  const legs = [{ venue: 'kalshi', market: ticker, outcome: 'yes', limitPrice: '0.49' }] as const;
  const expiresAt = new Date(untilMs).toISOString();
  await desk.submit(proposalOn(ticker, { legs: [...legs], tif: 'gtd', expiresAt, quantity: '1' }));
}

async function restingId(ticker: string): Promise<string> {
  return eventually(
    `${ticker} to rest`,
    async () => {
      const { stored } = await desk.engine.ledger.readLegOrder(ticker.toLowerCase(), 0);
      return stored?.state === 'resting' ? stored.venueOrderId! : undefined;
    },
    60_000,
  );
}

test('a burst of 40 proposals stays within the budget, and no cancel waits behind it', async () => {
  const floodAtMs = Date.now() + 8_000;
  const rests = CANCEL_DUE_MS.map((dueMs, index) => ({
    ticker: `KX-REST-${index}`,
    dueAtMs: floodAtMs + dueMs,
  }));
  await Promise.all(rests.map(({ ticker, dueAtMs }) => rest(ticker, dueAtMs)));
  const resting = await Promise.all(
    rests.map(async (one) => ({ ...one, id: await restingId(one.ticker) })),
  );
  const flood = Array.from({ length: BURST }, (_, index) => `KX-F-${index}`);
  for (const ticker of flood) await offer(desk.simulator, ticker);
  const before = desk.simulator.requests('createOrder').length;
  const expiresAt = new Date(Date.now() + 120_000).toISOString();
  await Promise.all(
    flood.map((ticker) => desk.submit(proposalOn(ticker, { quantity: '1', expiresAt }))),
  );
  await eventually(
    'all of them to be open',
    async () => {
      const { rows } = await desk.query<{ count: bigint }>(
        `SELECT count(*) AS count FROM trade WHERE book = 'rehearsal' AND status = 'open'`,
      );
      return Number(rows[0]!.count) === BURST ? true : undefined;
    },
    120_000,
  );
  const sent = desk.simulator.requests('createOrder').slice(before);
  const refused = sent.filter(({ answer }) => answer?.status === 429);
  const spanMs = sent.at(-1)!.atMs - sent[0]!.atMs;
  // A busy machine floods later: what is due before or after shows nothing.
  const during = resting.filter(
    ({ dueAtMs }) => dueAtMs >= sent[0]!.atMs && dueAtMs + CANCEL_MS_MAX <= sent.at(-1)!.atMs,
  );
  const waits = during.map(({ id, dueAtMs }) => {
    const asked = desk.simulator.requests('cancelOrder').find(({ path }) => path.includes(id));
    return { ms: asked === undefined ? Infinity : asked.atMs - dueAtMs };
  });
  console.log(
    `${sent.length} sends in ${spanMs} ms, most in 1 s ${busiest(sent, 1_000)}, in 2 s ${busiest(sent, 2_000)}; ${refused.length} refused (429); cancels ${waits.map(({ ms }) => ms).join(', ')} ms after they were due, all during the flood`,
  );
  expect(refused.length).toBeLessThanOrEqual(REFUSED_MAX);
  expect(sent.length / ((spanMs + 1_000) / 1_000)).toBeLessThanOrEqual(CREATES_PER_SECOND);
  expect(busiest(sent, 5_000)).toBeLessThanOrEqual(5 * CREATES_PER_SECOND);
  for (const { ms } of waits) expect(ms).toBeLessThan(CANCEL_MS_MAX);
  expect(waits.length).toBeGreaterThan(0);
  // Each identity had one effect, also those that were refused first.
  const identities = new Set(sent.map(({ identity }) => identity));
  expect([...identities].filter((id) => desk.simulator.effects('createOrder', id) !== 1)).toEqual(
    [],
  );
  expect(identities.size).toBe(BURST);
}, 300_000);
