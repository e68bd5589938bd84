/** Cash, the account's name, its key, the checks before live trading, results and redemptions. */
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { polymarketAccountChecks } from '../../../venues/polymarket/account-checks.ts';
import { deriveApiKey } from '../../../venues/polymarket/api-key.ts';
import type { PolymarketVenueOptions } from '../../../venues/polymarket/account.ts';
import { Secret } from '../../../venues/secret.ts';
import { clockAt, json } from '../kalshi/raw-server.ts';
import { idsOf, movableClock, NOW_MS } from './stub.ts';
import { credentials, EOA, orderBody, PRIVATE_KEY, TradingStub } from './trading.ts';

let t: TradingStub;
beforeEach(async () => {
  t = await TradingStub.start();
});
afterEach(() => t.close());

const WALLET = '0x1111111111111111111111111111111111111111';
const UNLIMITED = (2n ** 256n - 1n).toString();
const EXCHANGES = [
  '0xE111180000d2663C0091e4f400237545B87B996B',
  '0xe2222d279d744050d28e00520010520000310F59',
] as const;
const [STANDARD, NEG_RISK] = EXCHANGES;
const collateral = (balance: string, allowances: object) => json({ balance, allowances });

test('cash is the wallet’s pUSD in millionths, of its signature type', async () => {
  t.stub.answers.set('/balance-allowance', collateral('98018612', {}));
  const venue = t.venue();
  expect(await venue.balance()).toEqual({ cashMicros: 98_018_612 });
  expect(await venue.balance('M1')).toEqual(await venue.totalBalance());
  const [asked] = t.sent('GET', '/balance-allowance');
  expect(Object.fromEntries(asked!.query)).toEqual({
    asset_type: 'COLLATERAL',
    signature_type: '0',
  });
});

test('an account is named by the address that holds the money', async () => {
  expect(await t.venue().accountId()).toBe(EOA.toLowerCase());
  const proxied = { ...credentials(), signatureType: 3 as const, funder: WALLET };
  expect(await t.venue({ credentials: proxied }).accountId()).toBe(WALLET);
});

describe('an API key', () => {
  const KEY = { apiKey: 'k-1', secret: 'c2VjcmV0', passphrase: 'words' };
  const derive = () =>
    deriveApiKey({
      urls: t.stub.urls,
      wallet: { privateKey: new Secret(PRIVATE_KEY), signatureType: 0 },
      wallMs: () => NOW_MS,
    });

  test('is derived by the wallet’s login', async () => {
    t.stub.answers.set('/auth/derive-api-key', json(KEY));
    const { apiKey, secret, passphrase } = await derive();
    expect([apiKey, secret.reveal(), passphrase.reveal()]).toEqual(Object.values(KEY));
    expect(t.sent('GET', '/auth/derive-api-key')[0]!.headers).toMatchObject({
      poly_address: EOA,
      poly_nonce: '0',
      poly_timestamp: String(NOW_MS / 1000),
      poly_signature: expect.stringMatching(/^0x[0-9a-f]{130}$/),
    });
    expect(t.sent('POST', '/auth/api-key')).toHaveLength(0);
  });

  test('is made where there is none yet', async () => {
    t.stub.answers.set('/auth/derive-api-key', json({ error: 'no api key' }, 400));
    t.stub.answers.set('/auth/api-key', json(KEY));
    expect((await derive()).apiKey).toBe('k-1');
    expect(t.sent('POST', '/auth/api-key')).toHaveLength(1);
  });

  test('is not made where the venue was not heard', async () => {
    t.stub.answers.set('/auth/derive-api-key', json({ error: 'oops' }, 500));
    await expect(derive()).rejects.toMatchObject({ name: 'VenueUnreachable' });
    expect(t.sent('POST', '/auth/api-key')).toHaveLength(0);
  });

  test('is read from any answer of success', async () => {
    t.stub.answers.set('/auth/derive-api-key', json(KEY, 201));
    expect((await derive()).apiKey).toBe('k-1');
  });

  test.each([200, 201])('I11 half a key is quoted nowhere, with a %i', async (status) => {
    t.stub.answers.set('/auth/derive-api-key', json({ secret: KEY.secret, apiKey: 'k-1' }, status));
    const failed = await derive().catch((error: unknown) => error);
    expect(failed).toMatchObject({ name: 'VenueUnreachable' });
    expect(inspect(failed)).not.toContain(KEY.secret);
  });
});

describe('the checks', () => {
  const healthy = () => {
    t.stub.answers.set('/time', json(NOW_MS / 1000));
    t.stub.answers.set('/auth/ban-status/closed-only', json({ closed_only: false }));
    const all = Object.fromEntries(EXCHANGES.map((spender) => [spender, UNLIMITED]));
    t.stub.answers.set('/balance-allowance', collateral('50000000', all));
    t.stub.answers.set('/v1/user/rate-limit-tier', json({ tier: 'standard' }));
  };
  const check = (changes: Partial<PolymarketVenueOptions> = {}) =>
    polymarketAccountChecks({
      urls: t.stub.urls,
      book: 'rehearsal',
      clock: clockAt(NOW_MS),
      wallMs: () => NOW_MS,
      credentials: credentials(),
      ordersOf: () => Promise.resolve(new Map()),
      ...changes,
    });

  test('of a healthy account are all right, and say what they saw', async () => {
    healthy();
    const rows = await check();
    expect(rows.filter(({ ok }) => !ok)).toEqual([]);
    expect(Object.fromEntries(rows.map(({ name, detail }) => [name, detail]))).toMatchObject({
      hosts: expect.stringContaining('loopback'),
      wallet: expect.stringContaining(EOA),
      protocol: 'version 2',
      clock: expect.stringContaining('500 ms behind'),
      place: 'allowed from CH ZH',
      'closed-only': expect.stringContaining('API key was taken'),
      cash: '50.00 pUSD',
      allowances: 'both exchanges may take the cash',
      'open orders': "0 of this ledger's",
      'rate limits': 'tier standard',
    });
    const methods = new Set(t.stub.seen.map(({ method }) => method));
    expect([...methods]).toEqual(['GET']);
  });

  const broken: readonly (readonly [string, string, () => void])[] = [
    ['protocol', 'version 3', () => t.stub.answers.set('/version', json({ version: 3 }))],
    ['clock', 'set it by NTP', () => t.stub.answers.set('/time', json(NOW_MS / 1000 + 7))],
    [
      'place',
      'refused from here',
      () => t.stub.answers.set('/site/api/geoblock', json({ blocked: true, country: 'US' })),
    ],
    [
      'closed-only',
      'only close positions',
      () => t.stub.answers.set('/auth/ban-status/closed-only', json({ closed_only: true })),
    ],
    [
      'closed-only',
      'Unauthorized',
      () =>
        t.stub.answers.set('/auth/ban-status/closed-only', json({ error: 'Unauthorized' }, 401)),
    ],
    [
      'cash',
      'nothing can be bought',
      () => t.stub.answers.set('/balance-allowance', collateral('0', {})),
    ],
    [
      'allowances',
      'the neg-risk exchange',
      () => t.stub.answers.set('/balance-allowance', collateral('5', { [STANDARD]: UNLIMITED })),
    ],
    [
      'allowances',
      'the exchange (',
      () =>
        t.stub.answers.set(
          '/balance-allowance',
          collateral('500', { [NEG_RISK.toLowerCase()]: UNLIMITED, [STANDARD]: '499' }),
        ),
    ],
    [
      'open orders',
      '1 that this ledger does not know',
      () => {
        t.open = [orderBody(`0x${'1'.repeat(64)}`, { status: 'LIVE' })];
      },
    ],
  ];
  test('without a ledger of open orders only their number is told', async () => {
    healthy();
    t.open = [orderBody(`0x${'1'.repeat(64)}`, { status: 'LIVE' })];
    const rows = await check({ ordersOf: undefined });
    expect(rows.find(({ name }) => name === 'open orders')).toMatchObject({
      ok: true,
      detail: expect.stringContaining('1; arming compares'),
    });
  });

  test.each(broken)('of %s say: %s', async (name, words, breakIt) => {
    healthy();
    breakIt();
    const rows = await check();
    const failed = rows.filter(({ ok }) => !ok);
    expect(failed.map((row) => row.name)).toContain(name);
    expect(failed.find((row) => row.name === name)!.detail).toContain(words);
  });

  test('without a wallet are one row', async () => {
    const unfit = { ...credentials(), signatureType: 1 as const, funder: EOA };
    expect(await check({ credentials: unfit })).toEqual([
      { name: 'wallet', ok: false, detail: expect.stringContaining('must not be the key') },
    ]);
  });
});

describe('results', () => {
  test('are of the held markets, once each, and again when they are amended', async () => {
    t.stub.market('M2');
    const venue = t.venue({ heldMarkets: () => Promise.resolve(['M1', 'M2']) });
    expect((await venue.settlementsSince(0)).facts).toEqual([]);
    t.stub.resolve('M1', [1, 0]);
    const first = await venue.settlementsSince(0);
    expect(first.facts).toMatchObject([
      { settlementId: 'M1@1000000/0', marketId: 'M1', payoutMicros: [1_000_000, 0] },
    ]);
    expect((await venue.settlementsSince(0)).facts).toEqual(first.facts);
    t.stub.resolve('M1', [0, 1]);
    expect((await venue.settlementsSince(0)).facts).toMatchObject([
      { settlementId: 'M1@0/1000000', payoutMicros: [0, 1_000_000] },
    ]);
    expect((await t.venue().settlementsSince(0)).facts).toEqual([]);
  });

  test('failure case 13: a 50/50 pays half a share each', async () => {
    t.stub.resolve('M1', [0.5, 0.5]);
    const venue = t.venue({ heldMarkets: () => Promise.resolve(['M1']) });
    expect((await venue.settlementsSince(0)).facts).toMatchObject([
      { settlementId: 'M1@500000/500000', payoutMicros: [500_000, 500_000] },
    ]);
  });

  test('are asked at their pace', async () => {
    const venue = t.venue({
      heldMarkets: () => Promise.resolve(['M1']),
      resultIntervalMs: 60_000,
    });
    const reads = () => t.sent('GET', '/gamma/markets').length;
    await venue.settlementsSince(0);
    const once = reads();
    await venue.settlementsSince(0);
    expect([once, reads()]).toEqual([1, 1]);
  });

  test('failure case 16: a venue that is not heard has no empty list', async () => {
    t.stub.answers.set('/gamma/markets', { status: 502, body: '' });
    const venue = t.venue({ heldMarkets: () => Promise.resolve(['M1']) });
    await expect(venue.settlementsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });
});

describe('failure case 14: redemptions are cash that the chain shows', () => {
  const row = (changes: object = {}) => ({
    proxyWallet: EOA,
    type: 'REDEEM',
    timestamp: NOW_MS / 1000 - 60,
    conditionId: idsOf('M1').conditionId,
    size: 10,
    usdcSize: 10.000001,
    transactionHash: '0xaa',
    ...changes,
  });
  const rows = (...body: object[]) => t.stub.answers.set('/data-api/activity', json(body));

  test('each once, both outcomes of one transaction together', async () => {
    rows(
      row({ transactionHash: '0xbb', timestamp: NOW_MS / 1000 - 30, usdcSize: 4 }),
      row(),
      row({ usdcSize: 0 }),
      row({ type: 'TRADE', transactionHash: '0xcc' }),
    );
    const { facts, cursorMs } = await t.venue().redemptionsSince(0);
    const { conditionId } = idsOf('M1');
    expect(facts).toEqual([
      {
        redemptionId: `0xaa:${conditionId}`,
        marketId: 'M1',
        amountMicros: 10_000_001,
        redeemedAtMs: NOW_MS - 60_000,
      },
      {
        redemptionId: `0xbb:${conditionId}`,
        marketId: 'M1',
        amountMicros: 4_000_000,
        redeemedAtMs: NOW_MS - 30_000,
      },
    ]);
    // The Data API lags: what it shows later is still asked for.
    expect(cursorMs).toBe(NOW_MS - 600_000);
    const [asked] = t.sent('GET', '/data-api/activity');
    expect(Object.fromEntries(asked!.query)).toMatchObject({
      user: EOA,
      type: 'REDEEM',
      start: '0',
    });
  });

  test('of a market without a name wait, and the cursor with them', async () => {
    rows(row({ conditionId: `0x${'7'.repeat(64)}`, timestamp: NOW_MS / 1000 - 3_600 }));
    const { facts, cursorMs } = await t.venue().redemptionsSince(NOW_MS - 7_200_000);
    expect(facts).toEqual([]);
    expect(cursorMs).toBe(NOW_MS - 3_600_001);
  });

  test('every page is read, and a list without an end is none', async () => {
    const full = Array.from({ length: 500 }, (_, index) => row({ transactionHash: `0x${index}` }));
    const pages = [full, [row({ transactionHash: '0xlast' })]];
    t.stub.answers.set('/data-api/activity', () => json(pages.shift()));
    expect((await t.venue().redemptionsSince(0)).facts).toHaveLength(501);
    rows(...full);
    await expect(t.venue().redemptionsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });

  test.each([
    ['text for an amount', { usdcSize: '10' }],
    ['no amount', { usdcSize: undefined }],
    ['a negative one', { usdcSize: -1 }],
  ])('%s is no redemption', async (_name, changes) => {
    rows(row(changes));
    await expect(t.venue().redemptionsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
  });
});

test('a clock that moves dates what was read', async () => {
  const clock = movableClock();
  const venue = t.venue({ clock: clock.clock });
  t.stub.answers.set('/data-api/activity', json([]));
  clock.nowMs += 1_000_000;
  expect((await venue.settlementsSince(0)).cursorMs).toBe(NOW_MS + 1_000_000);
  expect((await venue.redemptionsSince(0)).cursorMs).toBe(NOW_MS + 400_000);
});
