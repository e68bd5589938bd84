/** What each fault does, seen by a real HTTP client and by the venue. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../../simulator/venue-simulator.ts';
import { eventually } from '../../support/children.ts';
import { echoVenue } from '../../support/echo-venue.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';

let simulator: TestSimulator;

beforeEach(async () => {
  simulator = await startTestSimulator(echoVenue);
});
afterEach(() => simulator.close());

interface Seen {
  /** The status, or `none` where no answer began. */
  readonly status: number | 'none';
  /** The text, or `broken` where it ended early. */
  readonly text: string;
}

async function post(id: string, signal?: AbortSignal): Promise<Seen> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
  const body = JSON.stringify({ id });
  return seen(fetch(`${simulator.url}/orders`, { ...init, body, ...(signal && { signal }) }));
}

async function seen(answer: Promise<Response>): Promise<Seen> {
  const response = await answer.catch(() => undefined);
  if (response === undefined) return { status: 'none', text: '' };
  return { status: response.status, text: await response.text().catch(() => 'broken') };
}

const DONE = '{"id":"a","fault":null}';
const PAGE = expect.stringContaining('<title>502 Bad Gateway</title>') as unknown as string;

const CASES: readonly (readonly [string, Fault, Seen, readonly number[]])[] = [
  ['loses it', { kind: 'loseBefore' }, { status: 'none', text: '' }, []],
  ['loses the answer', { kind: 'loseAfter' }, { status: 'none', text: '' }, [201]],
  ['answers late', { kind: 'delay', ms: 20 }, { status: 201, text: DONE }, [201]],
  ['acts late', { kind: 'late', ms: 20 }, { status: 201, text: DONE }, [201]],
  ['gets it twice', { kind: 'duplicate' }, { status: 409, text: '{"error":"exists"}' }, [201, 409]],
  ['limits', { kind: 'reject429' }, { status: 429, text: '{"error":"slow down"}' }, []],
  [
    'fails at once',
    { kind: 'error500Before' },
    { status: 500, text: '{"error":"internal server error"}' },
    [],
  ],
  [
    'fails after the effect',
    { kind: 'error500After' },
    { status: 500, text: '{"error":"internal server error"}' },
    [201],
  ],
  ['is down', { kind: 'error503' }, { status: 503, text: '{"error":"service unavailable"}' }, []],
  ['is behind a broken edge', { kind: 'error502html' }, { status: 502, text: PAGE }, []],
  ['restarts', { kind: 'status425' }, { status: 425, text: '' }, []],
  ['cuts its answer', { kind: 'cutBody' }, { status: 201, text: '{"id":"a","' }, [201]],
  ['breaks off', { kind: 'breakBody' }, { status: 201, text: 'broken' }, [201]],
  ['words its own', { kind: 'cancelOnly' }, { status: 503, text: '{"error":"cancel-only"}' }, []],
  [
    'plays its own',
    { kind: 'ghostFill', detail: 7 },
    { status: 201, text: '{"id":"a","fault":{"kind":"ghostFill","detail":7}}' },
    [201],
  ],
];

describe('a venue that', () => {
  test.each(CASES)('%s', async (_name, fault, told, handled) => {
    await simulator.failNext('createOrder', fault);
    expect(await post('a')).toEqual(told);
    const [entry] = simulator.requests('createOrder', 'a');
    expect(entry).toMatchObject({ fault, handled, attempt: 1 });
    expect(entry?.answer?.status ?? 'none').toBe(told.status);
    expect(simulator.records()).toEqual({ orders: handled.includes(201) ? ['a'] : [] });
    expect(simulator.faults().counts).toEqual({ [fault.kind]: 1 });
  });

  test('breaks off has announced the whole body', async () => {
    await simulator.failNext('createOrder', { kind: 'breakBody' });
    const body = JSON.stringify({ id: 'a' });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${simulator.url}/orders`, { method: 'POST', headers, body });
    expect(response.headers.get('content-length')).toBe(String(DONE.length));
    await expect(response.text()).rejects.toThrow(/terminated/);
  });

  test('tells its own headers with a fault', async () => {
    await simulator.failNext('orders', { kind: 'reject429' });
    const { headers } = await fetch(`${simulator.url}/orders`);
    expect(headers.get('retry-after')).toBe('3');
  });
});

describe('beyond the client’s patience', () => {
  test('a late answer finds nobody, and the effect is there', async () => {
    await simulator.failNext('createOrder', { kind: 'delay', ms: 600_000 });
    const gone = new AbortController();
    const told = post('a', gone.signal);
    await eventually('the effect', () => simulator.effects('createOrder', 'a') === 1);
    gone.abort();
    expect((await told).status).toBe('none');
  });

  test('a late request still has its effect after the client hung up', async () => {
    await simulator.failNext('createOrder', { kind: 'late', ms: 300 });
    const gone = new AbortController();
    const told = post('a', gone.signal);
    await eventually('the request', () => simulator.requests('createOrder', 'a').length === 1);
    gone.abort();
    expect((await told).status).toBe('none');
    expect(simulator.effects('createOrder', 'a')).toBe(0);
    await eventually('the effect', () => simulator.effects('createOrder', 'a') === 1);
    expect(simulator.requests('createOrder', 'a')[0]).not.toHaveProperty('answer');
  });

  test('the end of the simulator ends what a fault holds back', async () => {
    await simulator.failNext('createOrder', { kind: 'late', ms: 600_000 });
    const told = post('a');
    await eventually('the request', () => simulator.requests('createOrder', 'a').length === 1);
    await simulator.close();
    expect((await told).status).toBe('none');
    expect(simulator.requests('createOrder')[0]).toMatchObject({ handled: [] });
    expect(simulator.requests('createOrder')[0]).not.toHaveProperty('failure');
    simulator = await startTestSimulator(echoVenue);
  });
});

test('a stale read tells the venue how old its answer is to be', async () => {
  await simulator.failNext('orders', { kind: 'staleRead', ms: 900 });
  const read = async (): Promise<unknown> => (await fetch(`${simulator.url}/orders`)).json();
  expect(await read()).toEqual({ orders: [], staleMs: 900 });
  expect(await read()).toEqual({ orders: [], staleMs: 0 });
});

test('scripted faults wait for their endpoint and identity, in order', async () => {
  await simulator.failNext('createOrder', { kind: 'error503' }, { identity: 'b' });
  await simulator.failNext('createOrder', { kind: 'reject429' }, { times: 2 });
  const statuses: unknown[] = [];
  for (const id of ['a', 'a', 'b', 'b', 'a']) statuses.push((await post(id)).status);
  expect(statuses).toEqual([429, 429, 503, 201, 201]);
  expect(simulator.requests('createOrder').map(({ attempt }) => attempt)).toEqual([1, 2, 1, 2, 3]);
  expect(simulator.faults()).toMatchObject({ next: [], counts: { reject429: 2, error503: 1 } });
});

test('a plan draws on real requests until it is cleared', async () => {
  await simulator.drawFaults({
    seed: 's',
    share: 1,
    kinds: [{ kind: 'error503', weight: 1, endpoints: ['createOrder'] }],
  });
  expect((await post('a')).status).toBe(503);
  expect((await seen(fetch(`${simulator.url}/orders`))).status).toBe(200);
  await simulator.drawFaults(null);
  expect((await post('a')).status).toBe(201);
});

test('an answer without a body stays one', async () => {
  expect(await seen(fetch(`${simulator.url}/orders`, { method: 'DELETE' }))).toEqual({
    status: 204,
    text: '',
  });
});

test('a defect of the simulator is no fault: it says so, and the next request is served', async () => {
  expect(await seen(fetch(`${simulator.url}/broken`))).toEqual({
    status: 500,
    text: '{"error":"the simulator itself failed: Error: the venue has a defect"}',
  });
  expect((await post('a')).status).toBe(201);
});
