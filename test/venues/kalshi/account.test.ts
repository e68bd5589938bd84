/** Cash by shard, the account’s name, order groups, and the checks before live trading. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { kalshiAccountChecks } from '../../../venues/kalshi/account-checks.ts';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import { contracts } from '../venue-under-test.ts';
import type { RawServer, SeenRequest } from './raw-server.ts';
import { clockAt, json, KEY_ID, venueOptions } from './raw-server.ts';
import type { Routes } from './routes.ts';
import { marketBody, NOW_MS, serveRoutes } from './routes.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

async function serve(routes: Routes): Promise<string> {
  server = await serveRoutes(routes);
  return server.url;
}

describe('cash', () => {
  const balances = {
    balance: 12_345,
    balance_dollars: '123.4567',
    balance_breakdown: [
      { exchange_index: 0, balance: '100.0001' },
      { exchange_index: 2, balance: '23.4566' },
    ],
  };
  const market = (shard: number) => marketBody({ exchange_index: shard });
  test.each([
    [undefined, 0, 100_000_100],
    ['M1', 0, 100_000_100],
    ['M1', 2, 23_456_600],
    ['M1', 3, 0],
  ])('of market %s on shard %i is %i', async (marketId, shard, cashMicros) => {
    const url = await serve({
      'GET /portfolio/balance': balances,
      'GET /markets/M1': market(shard),
    });
    expect(await createKalshiVenue(venueOptions(url)).balance(marketId)).toEqual({ cashMicros });
  });
});

describe('the account', () => {
  test('is named by its user for every key, by its key where the venue tells no user', async () => {
    const url = await serve({ 'GET /communications/id': { communications_id: 'u-1' } });
    expect(await createKalshiVenue(venueOptions(url)).accountId()).toBe('user:u-1/0');
    await server!.close();
    const silent = await serve({});
    const venue = createKalshiVenue(venueOptions(silent, { subaccount: 2 }));
    expect(await venue.accountId()).toBe(`key:${KEY_ID}/2`);
  });

  test('order groups are made, read, reset and triggered', async () => {
    const url = await serve({
      'POST /portfolio/order_groups/create': (request: SeenRequest) =>
        json({ order_group_id: `g-${request.body}`, subaccount: 0 }, 201),
      'GET /portfolio/order_groups/g': {
        is_auto_cancel_enabled: true,
        contracts_limit_fp: '500.00',
        orders: ['o-1'],
      },
      'PUT /portfolio/order_groups/g/reset': {},
      'PUT /portfolio/order_groups/g/trigger': { status: 503, body: '' },
    });
    const venue = createKalshiVenue(venueOptions(url));
    expect(await venue.createOrderGroup(contracts(500), 2)).toBe(
      'g-{"contracts_limit_fp":"500.00","exchange_index":2}',
    );
    expect(await venue.orderGroup('g')).toEqual({
      id: 'g',
      autoCancel: true,
      limit: contracts(500),
      orders: ['o-1'],
    });
    expect(await venue.orderGroup('none')).toBeUndefined();
    await venue.resetOrderGroup('g');
    await expect(venue.triggerOrderGroup('g')).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });

  const healthy = {
    'GET /portfolio/balance': {
      balance_dollars: '98.0186',
      balance_breakdown: [{ exchange_index: 0, balance: '98.0186' }],
    },
    'GET /api_keys': {
      api_keys: [{ api_key_id: KEY_ID, name: 'k', scopes: ['read', 'write::trade'] }],
      api_key_region_expiration_ts: NOW_MS / 1000 + 30 * 86_400,
    },
    'GET /account/limits': {
      usage_tier: 'basic',
      read: { refill_rate: 200, bucket_capacity: 200 },
      write: { refill_rate: 100, bucket_capacity: 100 },
    },
    'GET /portfolio/subaccounts/netting': {
      netting_configs: [{ subaccount_number: 0, enabled: true, exchange_index: 0 }],
    },
    'GET /exchange/status': { exchange_active: true, trading_active: true },
    'GET /exchange/schedule': { schedule: { standard_hours: [], maintenance_windows: [] } },
  };
  const checksOf = async (changes: Routes, options: object = {}) => {
    const url = await serve({ ...healthy, ...changes });
    const made = { clock: clockAt(NOW_MS), readTokensPerSecond: 100, ...options };
    return kalshiAccountChecks(venueOptions(url, made));
  };

  test('a healthy account passes every check', async () => {
    const rows = await checksOf({});
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(rows.map(({ name }) => name)).toEqual([
      'host',
      'clock',
      'key',
      'scopes',
      'region attestation',
      'cash',
      'rate limits',
      'netting',
      'exchange',
      'maintenance',
    ]);
    expect(rows.find(({ name }) => name === 'cash')?.detail).toBe('98.0186, shard 0 98.0186');
  });

  test.each([
    [
      'key',
      {
        'GET /portfolio/balance': {
          status: 401,
          body: '{"error":{"code":"authentication_error","details":"NOT_FOUND"}}',
        },
      },
      'NOT_FOUND',
    ],
    [
      'scopes',
      { 'GET /api_keys': { api_keys: [{ api_key_id: KEY_ID, scopes: ['read'] }] } },
      'write::trade',
    ],
    [
      'scopes',
      { 'GET /api_keys': { api_keys: [{ api_key_id: 'other', scopes: ['read', 'write'] }] } },
      'does not list this key',
    ],
    [
      'scopes',
      {
        'GET /api_keys': {
          api_keys: [{ api_key_id: KEY_ID, scopes: ['read', 'write'], subaccount: 4 }],
        },
      },
      'subaccount 4',
    ],
    [
      'region attestation',
      { 'GET /api_keys': { api_keys: [], api_key_region_expiration_ts: NOW_MS / 1000 - 1 } },
      'expired 2026-11-23',
    ],
    [
      'rate limits',
      {
        'GET /account/limits': {
          usage_tier: 'x',
          read: { refill_rate: 50, bucket_capacity: 50 },
          write: { refill_rate: 100, bucket_capacity: 100 },
        },
      },
      '50 read',
    ],
    [
      'netting',
      {
        'GET /portfolio/subaccounts/netting': {
          netting_configs: [{ subaccount_number: 0, enabled: false }],
        },
      },
      'turn it on',
    ],
    [
      'exchange',
      { 'GET /exchange/status': { exchange_active: true, trading_active: false } },
      'paused',
    ],
    ['maintenance', { 'GET /exchange/schedule': { status: 502, body: '<html>' } }, '502'],
  ])('%s fails where it should', async (name, changes, words) => {
    const rows = await checksOf(changes);
    const failed = rows.filter((row) => row.name === name && !row.ok);
    expect(failed).toHaveLength(1);
    expect(failed[0]?.detail).toContain(words);
  });

  test('a clock that is off fails', async () => {
    const rows = await checksOf({}, { wallMs: () => Date.now() - 20_000 });
    expect(rows.find(({ name }) => name === 'clock')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('behind the venue'),
    });
  });
});
