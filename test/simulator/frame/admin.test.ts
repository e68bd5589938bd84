/** The admin port: verbs, what it tells, and its errors. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { OffsetClock } from '../../../simulator/clock.ts';
import { startSimulator } from '../../../simulator/frame/start.ts';
import { echoVenue } from '../../support/echo-venue.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';

let simulator: TestSimulator;

beforeEach(async () => {
  simulator = await startTestSimulator(echoVenue, { base: () => 1_000 });
});
afterEach(() => simulator.close());

async function get(path: string): Promise<unknown> {
  return (await fetch(`${simulator.adminUrl}/admin/${path}`)).json();
}

async function post(verb: string, body?: string, type = 'application/json'): Promise<unknown[]> {
  const init = body === undefined ? {} : { headers: { 'content-type': type }, body };
  const response = await fetch(`${simulator.adminUrl}/admin/${verb}`, { method: 'POST', ...init });
  return [response.status, await response.json()];
}

test('runs the venue’s verbs and tells its records', async () => {
  expect(await post('open', '{"id":"a"}')).toEqual([200, { result: { id: 'a' } }]);
  expect(await post('say')).toEqual([200, { result: null }]);
  expect(await get('records')).toEqual({ orders: ['a'] });
});

test('moves the clock of venue and journal', async () => {
  expect(await post('clock', '{"offsetMs":-400}')).toEqual([
    200,
    { result: { nowMs: 600, offsetMs: -400 } },
  ]);
  await fetch(`${simulator.url}/orders`);
  expect(simulator.journal()[0]?.atMs).toBe(600);
  expect(await get('health')).toEqual({
    venue: 'kalshi',
    nowMs: 600,
    offsetMs: -400,
    requests: 1,
    sockets: 0,
  });
});

test('scripts faults and tells what they did', async () => {
  const next = [{ endpoint: 'orders', times: 1, fault: { kind: 'error503' } }];
  expect(await post('faults', JSON.stringify({ next }))).toEqual([
    200,
    { result: { plan: null, next, counts: {} } },
  ]);
  await fetch(`${simulator.url}/orders`);
  expect(await get('faults')).toEqual({ plan: null, next: [], counts: { error503: 1 } });
});

test('tells the journal from a number on', async () => {
  for (let n = 0; n < 3; n += 1) await fetch(`${simulator.url}/orders`);
  const { entries } = (await get('journal?after=2')) as { entries: { seq: number }[] };
  expect(entries.map(({ seq }) => seq)).toEqual([3]);
  expect(((await get('journal')) as { entries: unknown[] }).entries).toHaveLength(3);
});

test.each([
  ['open', '{}', 400, /^id: is missing$/],
  [
    'fly',
    '{}',
    400,
    /^no verb fly; there are: clock, dropSockets, faults, muteSockets, open, say$/,
  ],
  ['clock', '{"offsetMs":0.5}', 400, /^offsetMs: /],
  ['clock', '{', 400, /JSON/],
  ['faults', '{"plan":{}}', 400, /^plan\.seed: /],
  ['muteSockets', '{}', 400, /^muted: /],
  ['a/b', '{}', 404, /^nothing at POST \/admin\/a\/b$/],
])('POST %s %s is told what is wrong', async (verb, body, status, text) => {
  expect(await post(verb, body)).toEqual([status, { error: expect.stringMatching(text) }]);
});

test('a page in a browser cannot call a verb with plain text', async () => {
  expect((await post('open', '{"id":"a"}', 'text/plain'))[0]).toBe(400);
  expect(simulator.records()).toEqual({ orders: [] });
});

test('a journal number that is none is told', async () => {
  expect(await get('journal?after=x')).toEqual({ error: expect.stringMatching(/^after: /) });
});

test('the venue’s port knows nothing of the admin’s', async () => {
  expect((await fetch(`${simulator.url}/admin/health`)).status).toBe(404);
});

test('a venue cannot name a verb as the frame does', async () => {
  const venue = { ...echoVenue(), admin: { faults: () => ({}) } };
  await expect(startTestSimulator(() => venue)).rejects.toThrow(
    'kalshi: the frame has a verb faults of its own',
  );
});

test('a taken port fails the start and leaves nothing listening', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as AddressInfo;
  const clock = new OffsetClock(() => 0);
  const start = (ports: { port: number; adminPort: number }): Promise<unknown> =>
    startSimulator({ venue: echoVenue(), host: '127.0.0.1', clock, ...ports });
  try {
    await expect(start({ port, adminPort: 0 })).rejects.toThrow(/EADDRINUSE/);
    const free = Number(new URL(simulator.url).port);
    await simulator.close();
    await expect(start({ port: free, adminPort: port })).rejects.toThrow(/EADDRINUSE/);
    await expect(fetch(`http://127.0.0.1:${free}/orders`)).rejects.toThrow(/fetch failed/);
  } finally {
    taken.close();
  }
  simulator = await startTestSimulator(echoVenue);
});
