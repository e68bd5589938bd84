import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { eventually } from '../support/children.ts';
import type { DecisionListener } from '../../ledger/read/decisions.ts';
import { listenForDecisions, readDecision } from '../../ledger/read/decisions.ts';
import type { LedgerUnderTest } from './harness.ts';
import { useLedger } from './harness.ts';

const under = useLedger();

let listener: DecisionListener | undefined;

afterEach(async () => {
  await listener?.close();
  listener = undefined;
});

/** Process ids of the sessions that listen in this database. */
async function listening(it: LedgerUnderTest): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`
    SELECT pid FROM pg_stat_activity
    WHERE application_name = 'ballast-decisions' AND datname = current_database()
      AND query LIKE 'LISTEN%' AND state = 'idle'`.execute(it.db);
  return rows.map(({ pid }) => pid);
}

async function listen(it: LedgerUnderTest): Promise<DecisionListener> {
  listener = listenForDecisions(it.db, it.database.url);
  await eventually('the listener listens', async () => (await listening(it)).length === 1);
  return listener;
}

test('an accepted and a denied decision arrive by NOTIFY, sooner than the next look', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 1 });
  const decisions = await listen(it);
  await it.prepare('a');
  await it.prepare('b');
  const started = performance.now();
  const waiting = [decisions.await('a', 30_000), decisions.await('b', 30_000)];
  await it.reserve('a');
  await it.reserve('b');
  const [accepted, denied] = await Promise.all(waiting);
  expect(performance.now() - started).toBeLessThan(900);
  expect(accepted).toMatchObject({ kind: 'accepted', plan: { legs: [{ outcome: 0 }] } });
  expect(denied).toMatchObject({ kind: 'denied', failures: [{ code: 'DAILY_TRADES_REACHED' }] });
  expect(await readDecision(it.db, 'a')).toEqual(accepted);
});

test('a decision made before anybody waits is found at once', async () => {
  const it = under();
  await it.setUp();
  const decisions = await listen(it);
  await it.accept('a');
  expect(await decisions.await('a', 0)).toMatchObject({ kind: 'accepted' });
});

test('many who wait for one trade all learn of it', async () => {
  const it = under();
  await it.setUp();
  const decisions = await listen(it);
  await it.prepare('a');
  const waiting = Array.from({ length: 20 }, () => decisions.await('a', 30_000));
  await it.reserve('a');
  for (const decision of await Promise.all(waiting)) expect(decision?.kind).toBe('accepted');
});

test('without a decision in time the answer is undefined', async () => {
  const it = under();
  await it.setUp();
  const decisions = await listen(it);
  expect(await decisions.await('nobody', 50)).toBeUndefined();
  expect(await decisions.await('nobody', 0)).toBeUndefined();
});

test('a listener whose connection is cut learns all the same, and listens again', async () => {
  const it = under();
  await it.setUp();
  const decisions = await listen(it);
  const [pid] = await listening(it);
  await it.prepare('a');
  const waiting = decisions.await('a', 30_000);
  await sql`SELECT pg_terminate_backend(${pid})`.execute(it.db);
  await it.reserve('a');
  expect((await waiting)?.kind).toBe('accepted');
  await eventually('it listens again', async () => {
    const pids = await listening(it);
    return pids.length === 1 && pids[0] !== pid;
  });
});

test('while the database cannot be reached it is tried again at a steady pace', async () => {
  const it = under();
  const triedAtMs: number[] = [];
  const server = createServer((socket) => {
    triedAtMs.push(performance.now());
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  listener = listenForDecisions(it.db, `postgres://x:x@127.0.0.1:${port}/x`);
  await eventually('five attempts', () => triedAtMs.length >= 5);
  await listener.close();
  server.close();
  // Four pauses of half a second; twice the attempts each time would take two.
  expect(triedAtMs[4]! - triedAtMs[0]!).toBeGreaterThan(1_800);
});
