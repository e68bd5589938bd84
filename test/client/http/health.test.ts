/** Health, status, and what every answer has in common. */
import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../../client/http/server.ts';
import { problemSchema, statusViewSchema } from '../../../contracts/http.ts';
import { stubPorts } from './stub-ports.ts';

test('a live process is ok, whatever its desk is', async () => {
  const ports = stubPorts({ readiness: () => Promise.reject(new Error('ledger is down')) });
  const response = await createServer(ports).inject({ url: '/healthz' });
  expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }]);
});

describe('readiness', () => {
  const ledger = { name: 'ledger', ok: true, detail: 'answers' };
  const worker = { name: 'worker', ok: false, detail: 'none polls' };

  test.each([
    ['all checks pass', [ledger], 200],
    ['one fails', [ledger, worker], 503],
  ])('when %s', async (_name, checks, status) => {
    const ports = stubPorts({ readiness: async () => checks });
    const response = await createServer(ports).inject({ url: '/readyz' });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toEqual({ ready: status === 200, checks });
  });

  test('checks that cannot run are not ready, and reported', async () => {
    const ports = stubPorts({ readiness: () => Promise.reject(new Error('secret detail')) });
    const response = await createServer(ports).inject({ url: '/readyz' });
    expect(response.statusCode).toBe(503);
    expect(response.body).not.toContain('secret detail');
    expect(ports.reports).toHaveLength(1);
  });
});

test('the status is the desk’s own', async () => {
  const response = await createServer(stubPorts()).inject({ url: '/api/v1/status' });
  expect(statusViewSchema.parse(response.json()).gauges).toHaveLength(3);
});

describe('every answer', () => {
  const answers = [
    ['GET', '/healthz', 200],
    ['HEAD', '/healthz', 200],
    ['GET', '/nothing', 404],
    ['DELETE', '/api/v1/trades/fed-1', 404],
    ['POST', '/api/v1/trades', 401],
    ['GET', '/%ff', 400],
  ] as const;
  test.each(answers)(
    '%s %s is %i, uncached, unsniffed, without CORS',
    async (method, url, status) => {
      const response = await createServer(stubPorts()).inject({ method, url });
      expect(response.statusCode).toBe(status);
      expect(response.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      });
      expect(Object.keys(response.headers).join()).not.toContain('access-control');
    },
  );
});

test.each(['/nothing', '/%ff', '/api/v1/trades/fed-9', '/api/v1/trades?limit=x'])(
  'the refusal of %s is a problem with a code and a sentence',
  async (url) => {
    const response = await createServer(stubPorts()).inject({ url });
    expect(problemSchema.parse(response.json()).code).toMatch(/^[A-Z_]+$/);
  },
);
