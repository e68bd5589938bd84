/** The door of the simulated Kalshi: keys, clocks, buckets, pages, unknown routes. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pageOf } from '../../../simulator/kalshi/paging.ts';
import type { KalshiUnderTest } from './harness.ts';
import { PUBLIC_PEM, startKalshi } from './harness.ts';

let kalshi: KalshiUnderTest;
beforeEach(async () => {
  kalshi = await startKalshi('basic');
});
afterEach(() => kalshi.close());

const balance = (key: string | null) =>
  kalshi.request('GET', '/portfolio/balance', { key }).then(({ status }) => status);

describe('keys', () => {
  test('RSA and Ed25519 sign for the same user, and a removed key no longer', async () => {
    expect([await balance('rsa'), await balance('ed25519'), await balance(null)]).toEqual([
      200, 200, 401,
    ]);
    kalshi.admin('removeKey', { keyId: 'ed25519' });
    expect(await balance('ed25519')).toBe(401);
  });

  test('a signature is good for its method, path and time only', async () => {
    const signedPath = '/trade-api/v2/portfolio/fills';
    const other = await kalshi.request('GET', '/portfolio/balance', { signedPath });
    expect(other.status).toBe(401);
    const query = await kalshi.request('GET', '/portfolio/fills?limit=1', { signedPath });
    expect(query.status).toBe(200);
    const without = { signedPath: '/portfolio/fills' };
    expect((await kalshi.request('GET', '/portfolio/fills', without)).status).toBe(401);
  });

  test('scopes keep a key from what it may not do', async () => {
    const publicKeyPem = PUBLIC_PEM.rsa;
    kalshi.admin('removeKey', { keyId: 'rsa' });
    kalshi.admin('addKey', { keyId: 'rsa', publicKeyPem, scopes: ['read'] });
    kalshi.admin('openMarket', { ticker: 'M1' });
    expect(await balance('rsa')).toBe(200);
    expect((await kalshi.place()).status).toBe(403);
    kalshi.admin('addKey', { keyId: 'rsa', publicKeyPem, scopes: ['write::trade'] });
    expect([await balance('rsa'), (await kalshi.place()).status]).toEqual([403, 201]);
  });

  test('every key of a user tells the same account, a key of another user another', async () => {
    const of = (key: string) => kalshi.get('/communications/id', { key });
    const [one, same, other] = [await of('rsa'), await of('ed25519'), await of('other')];
    expect(one).toEqual(same);
    expect(other).not.toEqual(one);
    expect(await kalshi.get('/portfolio/subaccounts/netting')).toEqual({
      netting_configs: [{ enabled: true, exchange_index: 0, subaccount_number: 0 }],
    });
  });

  test('keys of another kind are refused when they are added', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(() => kalshi.admin('addKey', { keyId: 'k', publicKeyPem })).toThrow('rsa and ed25519');
  });

  test('a lapsed attestation of the region closes sports and tells when it lapsed', async () => {
    kalshi.admin('openMarket', { ticker: 'S1', category: 'Sports' });
    kalshi.admin('openMarket', { ticker: 'M1' });
    kalshi.admin('setUser', { regionExpiresAt: kalshi.nowMs() - 1000 });
    expect((await kalshi.place({ ticker: 'S1' })).status).toBe(403);
    expect((await kalshi.place()).status).toBe(201);
    expect(await kalshi.get('/api_keys')).toMatchObject({
      api_key_region_expiration_ts: kalshi.nowMs() / 1000 - 1,
      api_keys: [
        { api_key_id: 'rsa', scopes: ['read', 'write'] },
        { api_key_id: 'ed25519', scopes: ['read', 'write'] },
      ],
    });
  });
});

describe('rate limits', () => {
  test('a basic user places 10 orders a second, then 429; cancels cost a fifth', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    const codes: number[] = [];
    for (let count = 0; count < 10; count += 1) codes.push((await kalshi.place()).status);
    expect(new Set(codes)).toEqual(new Set([201]));
    expect(await kalshi.place()).toMatchObject({
      status: 429,
      text: '{"error":"too many requests"}',
    });
    kalshi.passMs(20);
    const cancel = () => kalshi.request('DELETE', '/portfolio/events/orders/x?market_ticker=M1');
    expect([(await cancel()).status, (await cancel()).status]).toEqual([404, 429]);
    expect(await balance('rsa')).toBe(200);
    kalshi.passMs(1000);
    expect((await kalshi.place()).status).toBe(201);
  });

  test('an order with an explicit shard bills that shard, one routed by ticker bills all', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    kalshi.admin('openMarket', { ticker: 'C1', shard: 2 });
    kalshi.admin('deposit', { shard: 2, amount: '100' });
    const onTwo = { ticker: 'C1', exchange_index: 2 };
    for (let count = 0; count < 10; count += 1) await kalshi.place(onTwo);
    expect((await kalshi.place(onTwo)).status).toBe(429);
    expect((await kalshi.place({ exchange_index: 0 })).status).toBe(201);
    // Routed by ticker, the empty bucket of shard 2 refuses an order for shard 0.
    expect((await kalshi.place()).status).toBe(429);
    expect((await kalshi.place({ exchange_index: -1 })).status).toBe(429);
  });

  test('users do not share buckets; reads have their own; public data costs nothing', async () => {
    for (let count = 0; count < 20; count += 1) await balance('rsa');
    expect([await balance('ed25519'), await balance('other')]).toEqual([429, 200]);
    expect((await kalshi.request('GET', '/exchange/status', { key: null })).status).toBe(200);
  });
});

describe('pages', () => {
  test('cursors walk every row once, newest first, whatever is added meanwhile', () => {
    const sizes = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 25 }));
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 5 }), ([count, limit], added) => {
        let rows = Array.from({ length: count }, (_, at) => ({ sequence: at + 1 }));
        const seen: number[] = [];
        let cursor = '';
        do {
          const read = pageOf(rows, { limit: String(limit), cursor }, 'GetFills');
          seen.push(...read.page.map(({ sequence }) => sequence));
          cursor = read.cursor;
          const next = Array.from({ length: added }, (_, at) => rows.length + at + 1);
          rows = [...rows, ...next.map((sequence) => ({ sequence }))];
        } while (cursor !== '');
        expect(seen).toEqual(Array.from({ length: count }, (_, at) => count - at));
      }),
    );
  });

  test('orders come in pages whose last has an empty cursor', async () => {
    kalshi.admin('openMarket', { ticker: 'M1' });
    for (let count = 0; count < 5; count += 1) await kalshi.place();
    const first = await kalshi.get('/portfolio/orders?limit=3');
    expect(first['orders']).toHaveLength(3);
    const last = await kalshi.get(`/portfolio/orders?limit=3&cursor=${String(first['cursor'])}`);
    expect([(last['orders'] as []).length, last['cursor']]).toEqual([2, '']);
  });
});

describe('what is not there', () => {
  test('V1 writes answer 410, what is not simulated says so, the rest is 404', async () => {
    const status = (method: string, path: string) =>
      kalshi.request(method, path, { body: {} }).then((one) => [one.status, one.json['error']]);
    expect(await status('POST', '/portfolio/orders')).toMatchObject([
      410,
      { code: 'deprecated_v1_order_endpoint' },
    ]);
    expect((await status('DELETE', '/portfolio/orders/x'))[0]).toBe(410);
    expect((await status('POST', '/portfolio/events/orders/x/amend'))[0]).toBe(501);
    expect((await status('POST', '/nowhere'))[0]).toBe(404);
    expect((await kalshi.request('GET', '/markets/nowhere')).status).toBe(404);
  });

  test('a body that cannot be read is refused with the flat shape', async () => {
    const place = (body: unknown) => kalshi.request('POST', '/portfolio/events/orders', { body });
    expect(await place([])).toMatchObject({ status: 400, json: { code: 'bad_request' } });
    expect((await kalshi.place({ side: 'buy' })).json['msg']).toContain("'side'");
    expect((await kalshi.place({ time_in_force: undefined })).status).toBe(400);
    expect((await kalshi.place({ self_trade_prevention_type: undefined })).status).toBe(400);
    const expiring = { expiration_time: kalshi.nowMs() / 1000 + 60 };
    expect((await kalshi.place(expiring)).json).toMatchObject({ error: { code: 'invalid_order' } });
  });

  test('each request has a name and an identity for the draw of faults', () => {
    const { simulator } = kalshi;
    const of = (method: string, path: string, body?: unknown) => {
      const request = { method, url: `/trade-api/v2${path}`, headers: {}, body };
      return [simulator.endpointOf(request), simulator.identityOf(request)];
    };
    const order = { client_order_id: 'mine' };
    expect(of('POST', '/portfolio/events/orders', order)).toEqual(['createOrder', 'mine']);
    expect(of('DELETE', '/portfolio/events/orders/o1?market_ticker=M')).toEqual([
      'cancelOrder',
      'o1',
    ]);
    expect(of('GET', '/portfolio/orders/o1')).toEqual(['order', 'o1']);
    expect(of('GET', '/series/fee_changes')[0]).toBe('seriesFeeChanges');
    expect(of('GET', '/markets?limit=1')).toEqual(['markets', '/trade-api/v2/markets?limit=1']);
    expect(of('PATCH', '/markets')[0]).toBe('unknown');
  });
});
