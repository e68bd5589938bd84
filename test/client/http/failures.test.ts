/** Wrong tokens are limited by address; a right one is never kept out. */
import { describe, expect, test } from '@jest/globals';
import { FAILURES_MAX, failureLimit } from '../../../client/http/failures.ts';
import { createServer } from '../../../client/http/server.ts';
import { SINGLE_LEG, stubPorts, TOKENS } from './stub-ports.ts';

const app = () => createServer(stubPorts());

interface Ask {
  readonly url?: string;
  readonly authorization?: string;
  readonly remoteAddress?: string;
  readonly payload?: object;
}

const post = (
  server: ReturnType<typeof app>,
  { url = '/api/v1/trades', authorization, remoteAddress, payload = SINGLE_LEG }: Ask,
) =>
  server.inject({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
    payload,
  });

/** Answers of so many guesses, one after the other. */
async function guess(server: ReturnType<typeof app>, times: number, ask: Ask = {}) {
  const statuses: number[] = [];
  for (let index = 0; index < times; index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- counted one by one
    const answer = await post(server, { authorization: `Bearer guess-${index}`, ...ask });
    statuses.push(answer.statusCode);
  }
  return statuses;
}

describe('over HTTP', () => {
  test('the guesses beyond the limit are answered 429 with Retry-After', async () => {
    const server = app();
    const statuses = await guess(server, FAILURES_MAX + 2);
    expect(statuses).toEqual([...Array.from({ length: FAILURES_MAX }, () => 401), 429, 429]);
    const answer = await post(server, { authorization: 'Bearer again' });
    expect(answer.json()).toMatchObject({ code: 'TOO_MANY_FAILURES' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(60);
  });

  test('from the same address a right token is taken, and pause most of all', async () => {
    const server = app();
    await guess(server, 5 * FAILURES_MAX);
    const good = await post(server, { authorization: `Bearer ${TOKENS.trader}` });
    expect(good.statusCode).toBe(202);
    const pause = await post(server, {
      url: '/api/v1/pause',
      authorization: `Bearer ${TOKENS.operator}`,
      payload: { reason: 'now' },
    });
    expect(pause.statusCode).toBe(200);
  });

  test('another address and a reader without a token are not concerned', async () => {
    const server = app();
    await guess(server, 2 * FAILURES_MAX, { remoteAddress: '10.0.0.7' });
    const [other] = await guess(server, 1, { remoteAddress: '10.0.0.8' });
    expect(other).toBe(401);
    expect((await server.inject({ url: '/api/v1/status' })).statusCode).toBe(200);
  });

  test('asking without a token is no guess', async () => {
    const server = app();
    for (let index = 0; index < 2 * FAILURES_MAX; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- counted one by one
      expect((await post(server, {})).statusCode).toBe(401);
    }
  });

  test('a role that is too low is no guess either', async () => {
    const server = app();
    const ask = { url: '/api/v1/rearm', authorization: `Bearer ${TOKENS.trader}` };
    expect(await guess(server, 2 * FAILURES_MAX, ask)).not.toContain(429);
  });
});

describe('the count', () => {
  test('starts anew a minute after the first failure, whatever came meanwhile', () => {
    let nowMs = 0;
    const limit = failureLimit(() => nowMs);
    for (let index = 0; index < FAILURES_MAX; index += 1) {
      expect(limit.fail('a')).toBeUndefined();
    }
    nowMs = 20_500;
    expect(limit.fail('a')).toBe(40);
    nowMs = 59_999;
    expect(limit.fail('a')).toBe(1);
    nowMs = 60_000;
    expect(limit.fail('a')).toBeUndefined();
  });

  test('takes no more memory than 10,000 addresses, and forgets the oldest first', () => {
    const limit = failureLimit(() => 0);
    for (let index = 0; index < FAILURES_MAX; index += 1) limit.fail('first');
    expect(limit.fail('first')).toBe(60);
    for (let index = 0; index < 25_000; index += 1) limit.fail(`address-${index}`);
    expect(limit.size).toBe(10_000);
    expect(limit.fail('first')).toBeUndefined();
  });
});
