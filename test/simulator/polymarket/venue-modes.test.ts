/** What the simulated Polymarket takes when: restarts, modes, regions, limits, heartbeats. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketUnderTest } from './harness.ts';
import { startPolymarket } from './harness.ts';

let venue: PolymarketUnderTest;
beforeEach(async () => {
  venue = await startPolymarket();
});
afterEach(() => venue.close());

const OFFER = { slug: 'M1', yes: { asks: [['0.50', '100']] } };
const cancel = (orderID: string) => venue.send('DELETE', '/order', { orderID });

describe('a restart', () => {
  test('is a 425 without a body, then two minutes without takers, then over', async () => {
    const resting = await venue.placed({ price: 0.3 });
    await venue.admin('setBook', OFFER);
    await venue.admin('restart', { forMs: 30_000 });
    const answer = await venue.post();
    expect([answer.status, answer.text, answer.headers.get('retry-after')]).toEqual([425, '', '1']);
    expect((await cancel(resting)).status).toBe(425);
    venue.passMs(30_000);
    const taking = await venue.post();
    expect(taking).toMatchObject({
      status: 503,
      json: { code: 'post_only_mode', retry_after_seconds: 120 },
    });
    expect(taking.headers.get('retry-after')).toBe('120');
    const batch = await venue.send('POST', '/orders', [await venue.body()]);
    expect(batch).toMatchObject({
      status: 200,
      json: [{ success: true, orderID: '', errorMsg: expect.stringContaining('post-only mode') }],
    });
    await venue.placed({ price: 0.4 });
    expect((await cancel(resting)).json['canceled']).toEqual([resting]);
    venue.passMs(120_000);
    expect((await venue.post()).json).toMatchObject({ status: 'matched' });
  });

  test('may begin with an order, which then has no effect', async () => {
    await venue.simulator.failNext('createOrder', { kind: 'restart', ms: 5000 });
    const body = await venue.body();
    expect((await venue.send('POST', '/order', body)).status).toBe(425);
    venue.passMs(5000);
    expect((await venue.send('POST', '/order', body)).json).toMatchObject({ status: 'live' });
  });
});

describe('a mode', () => {
  test('cancel-only takes cancels and nothing else', async () => {
    const id = await venue.placed();
    await venue.admin('setMode', { mode: 'cancel_only' });
    expect(await venue.post()).toMatchObject({
      status: 503,
      json: {
        error:
          'Trading is currently cancel-only. New orders are not accepted, but cancels are allowed.',
      },
    });
    expect((await cancel(id)).json['canceled']).toEqual([id]);
  });

  test('disabled takes nothing until its time is over', async () => {
    const id = await venue.placed();
    await venue.admin('setMode', { mode: 'disabled', until: venue.nowMs() + 1000 });
    const error = 'Trading is currently disabled. Check polymarket.com for updates';
    expect(await venue.post()).toMatchObject({ status: 503, json: { error } });
    expect(await cancel(id)).toMatchObject({ status: 503, json: { error } });
    venue.passMs(1000);
    await venue.placed();
  });

  test('a blocked region is told by the site and refuses orders', async () => {
    expect(await venue.get('/site/api/geoblock')).toMatchObject({ blocked: false, country: 'CH' });
    await venue.admin('setGeoblock', { blocked: true, country: 'US', region: 'NY' });
    expect(await venue.get('/site/api/geoblock')).toMatchObject({ blocked: true, country: 'US' });
    const answer = await venue.post();
    expect(answer.status).toBe(403);
    expect(answer.json['error']).toMatch(/^Trading restricted in your region/);
  });

  test('a market that takes no orders is not ready', async () => {
    await venue.admin('setMarket', { slug: 'M1', accepting: false });
    const error = 'the market is not yet ready to process new orders';
    expect(await venue.post()).toMatchObject({ status: 400, json: { error } });
  });

  test('another version is told', async () => {
    await venue.admin('setVersion', { version: 3 });
    expect(await venue.get('/version')).toEqual({ version: 3 });
  });
});

describe('limits of a signer', () => {
  beforeEach(() => venue.admin('setAccount', { apiKey: 'key-one', tier: 'standard' }));

  test('are told with every write, and refuse what is too much', async () => {
    const first = await venue.post({ price: 0.1 });
    expect(first.headers.get('poly-ratelimit-remaining')).toBe('59');
    expect(first.headers.get('poly-ratelimit-tier')).toBe('standard');
    const bodies = await Promise.all(Array.from({ length: 15 }, () => venue.body({ price: 0.1 })));
    for (let batch = 0; batch < 3; batch += 1) await venue.send('POST', '/orders', bodies);
    const refused = await venue.send('POST', '/orders', bodies);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('poly-ratelimit-remaining')).toBe('14');
    expect(refused.headers.get('retry-after')).toBe('1');
    // All or nothing: what is left is still there for one.
    expect((await venue.post({ price: 0.1 })).status).toBe(200);
    venue.passMs(1000);
    expect((await venue.send('POST', '/orders', bodies)).status).toBe(200);
    expect(await venue.get('/v1/user/rate-limit-tier')).toMatchObject({ tier: 'standard' });
  });

  test('only warn before they are enforced', async () => {
    await venue.admin('setLimits', { limitsEnforced: false });
    const bodies = Array.from({ length: 15 }, () => ({}));
    let last = await venue.send('POST', '/orders', bodies);
    for (let batch = 1; batch < 5; batch += 1) last = await venue.send('POST', '/orders', bodies);
    expect([last.status, last.headers.get('poly-ratelimit-warning')]).toEqual([200, 'true']);
  });

  test("Cloudflare's 429 has none of the headers", async () => {
    await venue.simulator.failNext('createOrder', { kind: 'reject429' });
    const answer = await venue.post();
    expect([answer.status, answer.text]).toEqual([429, 'error code: 1015']);
    expect(answer.headers.get('poly-ratelimit-tier')).toBeNull();
  });
});

describe('a heartbeat', () => {
  const beat = (id: string) => venue.send('POST', '/v1/heartbeats', { heartbeat_id: id });

  test('that stops takes the orders of its key along, after 15 s', async () => {
    const [mine, theirs] = [await venue.placed(), await venue.placed({ as: 'two', price: 0.4 })];
    const first = String((await beat('')).json['heartbeat_id']);
    venue.passMs(14_999);
    const second = String((await beat(first)).json['heartbeat_id']);
    expect(await beat(first)).toMatchObject({ status: 400, json: { heartbeat_id: second } });
    venue.passMs(15_000);
    expect(await venue.order(mine)).toMatchObject({ status: 'CANCELED' });
    expect(await venue.order(theirs, 'two')).toMatchObject({ status: 'LIVE' });
  });

  test('that never began takes nothing', async () => {
    const id = await venue.placed();
    venue.passMs(60_000);
    expect(await venue.order(id)).toMatchObject({ status: 'LIVE' });
  });
});

test('what is nowhere is a 404, and what proves the sender is in no journal', async () => {
  expect((await venue.send('GET', '/nowhere')).status).toBe(404);
  await venue.placed();
  const journal = JSON.stringify(venue.simulator.journal());
  expect(journal).toContain('"endpoint":"createOrder"');
  expect(journal).not.toContain('key-one');
  expect(journal).not.toMatch(/0x[0-9a-f]{130}/);
});

test('a fault meets the identity of an order: its hash, wherever it is asked about', async () => {
  const body = await venue.body();
  const id = String((await venue.send('POST', '/order', body)).json['orderID']);
  await venue.order(id);
  await cancel(id);
  for (const endpoint of ['createOrder', 'order', 'cancelOrder']) {
    expect(venue.simulator.requests(endpoint, id)).toHaveLength(1);
  }
});
