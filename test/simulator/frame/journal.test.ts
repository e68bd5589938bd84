/** The journal: what reached the venue, in order, and nothing that proves who sent it. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Journal } from '../../../simulator/frame/journal.ts';
import type { Arrival, JournalEntry } from '../../../simulator/frame/journal.ts';
import { eventually } from '../../support/children.ts';
import { echoVenue } from '../../support/echo-venue.ts';
import { testDirectory } from '../../support/servers.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';

let simulator: TestSimulator;
let journalFile: string;

beforeEach(async () => {
  journalFile = join(testDirectory('simulator'), 'journal.ndjson');
  simulator = await startTestSimulator(echoVenue, { journalFile, base: () => 1_000 });
});
afterEach(() => simulator.close());

const lines = (): JournalEntry[] =>
  readFileSync(journalFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalEntry);

async function post(body: unknown, headers: Record<string, string> = {}): Promise<number> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
  return (await fetch(`${simulator.url}/orders`, { ...init, body: JSON.stringify(body) })).status;
}

test('an entry tells the request, the answer and the time at the venue', async () => {
  simulator.clock.setOffset(234);
  await fetch(`${simulator.url}/orders?ticker=A&ticker=B&limit=5`);
  expect(simulator.journal()).toEqual([
    {
      seq: 1,
      atMs: 1_234,
      method: 'GET',
      path: '/orders',
      query: { ticker: 'A,B', limit: '5' },
      headerNames: expect.arrayContaining(['host', 'user-agent']),
      endpoint: 'orders',
      identity: '/orders',
      attempt: 1,
      handled: [200],
      answer: { status: 200, body: { orders: [], staleMs: 0 } },
    },
  ]);
});

test('entries stand in the order of arrival, the lines of the file in that of the answers', async () => {
  await simulator.failNext('createOrder', { kind: 'delay', ms: 300 });
  const slow = post({ id: 'slow' });
  await eventually('the slow one', () => simulator.requests('createOrder', 'slow').length === 1);
  await post({ id: 'fast' });
  expect(simulator.journal().map(({ identity }) => identity)).toEqual(['slow', 'fast']);
  expect(simulator.journal()[0]).not.toHaveProperty('answer');
  await slow;
  expect(lines().map(({ seq, identity }) => [seq, identity])).toEqual([
    [2, 'fast'],
    [1, 'slow'],
  ]);
  expect(lines().toSorted((a, b) => a.seq - b.seq)).toEqual(simulator.journal());
  expect(simulator.journal(1).map(({ seq }) => seq)).toEqual([2]);
});

test('I11 nothing that proves the sender is kept, in memory or on disk', async () => {
  const secret = 'c2VjcmV0';
  const named = {
    signature: secret,
    owner: secret,
    apiKey: secret,
    'api-secret': secret,
    passphrase: secret,
    private_key: secret,
  };
  const body = { id: 'a', order: { tokenId: '7', ...named }, all: [named] };
  await post(body, { 'kalshi-access-signature': secret, authorization: `Bearer ${secret}` });
  await fetch(`${simulator.url}/orders?signature=${secret}&cursor=x`);
  await fetch(`${simulator.url}/orders`, { method: 'POST', body: `{"signature":"${secret}` });
  const [first, second, third] = simulator.journal();
  expect(first?.headerNames).toEqual(
    expect.arrayContaining(['authorization', 'kalshi-access-signature']),
  );
  expect(first?.body).toMatchObject({ id: 'a', order: { tokenId: '7', owner: '[redacted]' } });
  expect(second?.query).toEqual({ signature: '[redacted]', cursor: 'x' });
  expect(third?.body).toEqual({ unreadableCharacters: 22 });
  expect(JSON.stringify(simulator.journal())).not.toContain(secret);
  expect(readFileSync(journalFile, 'utf8')).not.toContain(secret);
  expect(statSync(journalFile).mode & 0o077).toBe(0);
});

test('I1 the oracle counts what the venue did, not what it was asked or what it told', async () => {
  await simulator.failNext('createOrder', { kind: 'loseBefore' });
  await simulator.failNext('createOrder', { kind: 'loseAfter' });
  for (let n = 0; n < 3; n += 1) await post({ id: 'a' }).catch(() => 0);
  await post({ id: 'b' });
  expect(simulator.requests('createOrder', 'a').map(({ handled }) => handled)).toEqual([
    [],
    [201],
    [409],
  ]);
  expect([simulator.effects('createOrder', 'a'), simulator.effects('createOrder')]).toEqual([1, 2]);
});

test('a second run goes on in the same file', async () => {
  await post({ id: 'a' });
  await simulator.close();
  simulator = await startTestSimulator(echoVenue, { journalFile });
  await post({ id: 'b' });
  expect(lines().map(({ seq, identity }) => [seq, identity])).toEqual([
    [1, 'a'],
    [1, 'b'],
  ]);
});

test('memory keeps the newest entries, and says so where older ones are asked for', () => {
  const journal = new Journal(undefined, 2);
  const arrival: Arrival = {
    atMs: 0,
    method: 'GET',
    path: '/',
    query: {},
    headerNames: [],
    endpoint: 'x',
    identity: 'x',
    attempt: 1,
  };
  for (let n = 0; n < 3; n += 1) journal.over(journal.arrived(arrival), {});
  expect(journal.entries(1).map(({ seq }) => seq)).toEqual([2, 3]);
  expect(() => journal.entries()).toThrow(/those up to 1 are only in the journal file/);
});
