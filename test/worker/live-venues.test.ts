/** What each venue needs before it is opened for real, told by name and without any secret's text. */
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { ConfigError, polymarketUrlsOf, readConfig } from '../../contracts/config.ts';
import { PRODUCTION_URLS } from '../../venues/polymarket/hosts.ts';
import {
  liveBookOf,
  liveProblems,
  openForCancels,
  openLiveVenue,
  openLiveVenues,
  prepareVenue,
} from '../../worker/live/venues.ts';
import { testDirectory } from '../support/servers.ts';
import type { RawServer } from '../venues/kalshi/raw-server.ts';
import { json, startServer } from '../venues/kalshi/raw-server.ts';

/** Anvil's second account: a key that everybody knows, and its address. */
const PRIVATE_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const ADDRESS = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
const FIRST_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const FUNDER = '0x1111111111111111111111111111111111111111';
const CANARY = 'canary-7f3a91';

const clock = { read: () => Promise.resolve({ atMs: Date.now(), offsetMs: 0 }) };
const parts = { book: 'rehearsal', clock, log: pino({ level: 'silent' }) } as const;

let server: RawServer;
let dataDir: string;
beforeAll(async () => {
  server = await startServer(({ path }) =>
    path === '/auth/derive-api-key'
      ? json({ apiKey: `${CANARY}-id`, secret: 'Y2FuYXJ5', passphrase: `${CANARY}-pass` })
      : json({ error: `unexpected ${path}` }, 404),
  );
});
afterAll(() => server.close());
beforeEach(() => {
  dataDir = testDirectory('live-venues');
  mkdirSync(dataDir, { recursive: true });
});

/** All of Polymarket on one port of this machine. */
const here = (url: string): Record<string, string> => ({
  POLYMARKET_BASE_URL: url,
  POLYMARKET_GAMMA_BASE_URL: `${url}/gamma`,
  POLYMARKET_DATA_BASE_URL: `${url}/data-api`,
  POLYMARKET_SITE_BASE_URL: `${url}/site`,
  POLYMARKET_SOCKET_BASE_URL: url.replace('http:', 'ws:'),
});
/** Of the five, as variables. */
const PRODUCTION: Record<string, string> = {
  POLYMARKET_BASE_URL: PRODUCTION_URLS.clob,
  POLYMARKET_GAMMA_BASE_URL: PRODUCTION_URLS.gamma,
  POLYMARKET_DATA_BASE_URL: PRODUCTION_URLS.data,
  POLYMARKET_SITE_BASE_URL: PRODUCTION_URLS.site,
  POLYMARKET_SOCKET_BASE_URL: PRODUCTION_URLS.socket,
};
const KEYS = {
  POLYMARKET_API_KEY: '5d3c-id',
  POLYMARKET_SECRET: 'c2VjcmV0',
  POLYMARKET_PASSPHRASE: 'a passphrase',
};

function configOf(changes: Record<string, string | undefined> = {}) {
  return readConfig({
    BALLAST_DATA_DIR: dataDir,
    BALLAST_VENUES: 'polymarket',
    POLYMARKET_PRIVATE_KEY: PRIVATE_KEY,
    POLYMARKET_SIGNATURE_TYPE: '0',
    ...here('http://127.0.0.1:9'),
    ...changes,
  });
}

test('Polymarket’s default base URLs are the adapter’s own', () => {
  expect(polymarketUrlsOf(readConfig({}).environment)).toEqual(PRODUCTION_URLS);
});

describe('before Polymarket is opened', () => {
  test.each<[string, Record<string, string | undefined>, string, string]>([
    ['no private key', { POLYMARKET_PRIVATE_KEY: undefined }, 'PRIVATE_KEY', 'is not set'],
    ['a placeholder', { POLYMARKET_PRIVATE_KEY: 'your_key' }, 'PRIVATE_KEY', 'placeholder'],
    ['zeros', { POLYMARKET_PRIVATE_KEY: `0x${'0'.repeat(64)}` }, 'PRIVATE_KEY', 'placeholder'],
    ['no hex', { POLYMARKET_PRIVATE_KEY: CANARY }, 'PRIVATE_KEY', '64 hex digits'],
    [
      'a number above the curve’s',
      { POLYMARKET_PRIVATE_KEY: `0x${'f'.repeat(63)}e` },
      'PRIVATE_KEY',
      '64 hex digits',
    ],
    ['no type', { POLYMARKET_SIGNATURE_TYPE: undefined }, 'SIGNATURE_TYPE', '3 a deposit wallet'],
    ['type 4', { POLYMARKET_SIGNATURE_TYPE: '4' }, 'SIGNATURE_TYPE', 'must be 0, 1, 2 or 3'],
    ['type 2, no funder', { POLYMARKET_SIGNATURE_TYPE: '2' }, 'FUNDER', 'needs the address'],
    ['type 0, another funder', { POLYMARKET_FUNDER: FUNDER }, 'FUNDER', 'leave the funder out'],
    ['a funder that is none', { POLYMARKET_FUNDER: '0x12' }, 'FUNDER', 'must be an address'],
    ['a secret alone', { POLYMARKET_SECRET: 'c2VjcmV0' }, 'API_KEY', 'together, or none'],
    [
      'placeholders for the API key',
      { ...KEYS, POLYMARKET_API_KEY: 'test_key' },
      'API_KEY',
      'is a placeholder',
    ],
    ['no API key at all', {}, 'API_KEY', 'ballast venue setup polymarket'],
    [
      'Polymarket US',
      {
        ...here('https://api.polymarket.us'),
        POLYMARKET_SOCKET_BASE_URL: 'wss://api.polymarket.us',
      },
      'BASE_URL',
      'Polymarket US is another exchange',
    ],
    [
      'the exchange on a data host',
      { ...PRODUCTION, POLYMARKET_BASE_URL: 'https://data-api.polymarket.com' },
      'BASE_URL',
      'must all be',
    ],
    [
      'a key that everybody knows, in production',
      { ...PRODUCTION, ...KEYS, POLYMARKET_PRIVATE_KEY: FIRST_KEY },
      'PRIVATE_KEY',
      'everybody knows',
    ],
  ])('%s is told', (_name, changes, field, words) => {
    const problems = liveProblems(configOf(changes));
    expect(problems).toContainEqual({
      field: `POLYMARKET_${field}`,
      problem: expect.stringContaining(words),
    });
    const secrets = [PRIVATE_KEY, FIRST_KEY, CANARY, 'c2VjcmV0', `${'f'.repeat(63)}e`];
    const told = JSON.stringify(problems);
    expect(secrets.filter((secret) => told.includes(secret.replace('0x', '')))).toEqual([]);
    expect(() => openLiveVenues(configOf(changes), parts)).toThrow(`POLYMARKET_${field}`);
  });

  test.each([
    ['0', {}, ADDRESS],
    ['1', { POLYMARKET_FUNDER: FUNDER }, FUNDER],
    ['3', { POLYMARKET_FUNDER: FUNDER }, FUNDER],
  ])(
    'with key, type %s and API key it opens, and names its account',
    async (type, more, account) => {
      const config = configOf({ ...KEYS, ...more, POLYMARKET_SIGNATURE_TYPE: type });
      expect(liveProblems(config)).toEqual([]);
      const [live] = openLiveVenues(config, parts);
      expect(live).toMatchObject({ host: '127.0.0.1:9', keyId: ADDRESS });
      expect(await live!.accountId()).toBe(account);
      const fuse = await live!.armFuse({ known: undefined, limit: 1 as never });
      expect(fuse).toMatchObject({ kind: 'expiry' });
    },
  );
});

test('a secret that happens to begin like a placeholder is none', () => {
  const secret = `MyA7${'k3Zq'.repeat(9)}dw0=`;
  expect(liveProblems(configOf({ ...KEYS, POLYMARKET_SECRET: secret }))).toEqual([]);
});

describe('the API key that the venue gives', () => {
  const config = () => configOf(here(server.url));
  const file = () => join(dataDir, 'polymarket-api.json');

  test('is derived once, kept for its owner alone, and used from then on', async () => {
    const before = server.seen.length;
    await prepareVenue(config(), 'polymarket');
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(liveProblems(config())).toEqual([]);
    await prepareVenue(config(), 'polymarket');
    expect(server.seen.slice(before).map(({ path }) => path)).toEqual(['/auth/derive-api-key']);
    // What is opened with it tells nothing of it.
    const told = JSON.stringify(openLiveVenues(config(), parts));
    expect([told.includes(CANARY), told.includes(PRIVATE_KEY.slice(2))]).toEqual([false, false]);
  });

  test('belongs to one private key at one host; another takes nothing from it', async () => {
    await prepareVenue(config(), 'polymarket');
    const other = configOf({ ...here(server.url), POLYMARKET_PRIVATE_KEY: FIRST_KEY });
    const elsewhere = configOf(here('http://127.0.0.1:10'));
    for (const one of [other, elsewhere]) {
      expect(liveProblems(one)).toMatchObject([{ field: 'POLYMARKET_API_KEY' }]);
    }
    await prepareVenue(other, 'polymarket');
    expect([liveProblems(other), liveProblems(config())]).toEqual([[], []]);
    expect(Object.keys(JSON.parse(readFileSync(file(), 'utf8')) as object)).toHaveLength(2);
  });

  test('is not taken from a file that others may read, nor from a damaged one', async () => {
    await prepareVenue(config(), 'polymarket');
    chmodSync(file(), 0o640);
    expect(liveProblems(config())).toMatchObject([
      { field: 'POLYMARKET_API_KEY', problem: expect.stringContaining('chmod 600') },
    ]);
    writeFileSync(file(), '{"half', { mode: 0o600 });
    chmodSync(file(), 0o600);
    expect(liveProblems(config())).toMatchObject([
      { field: 'POLYMARKET_API_KEY', problem: expect.stringContaining('venue setup') },
    ]);
  });

  test('is not asked for where the wallet cannot be used', async () => {
    const before = server.seen.length;
    const config = configOf({ ...here(server.url), POLYMARKET_SIGNATURE_TYPE: undefined });
    await expect(prepareVenue(config, 'polymarket')).rejects.toThrow('SIGNATURE_TYPE');
    expect(server.seen).toHaveLength(before);
  });
});

describe('the hosts of both venues', () => {
  const kalshiKey = () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const path = join(dataDir, 'kalshi.pem');
    writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    return { KALSHI_API_KEY: 'b2a9c1de', KALSHI_PRIVATE_KEY_PATH: path };
  };
  const both = (kalshi: string, polymarket: Record<string, string>) =>
    configOf({
      ...kalshiKey(),
      ...KEYS,
      BALLAST_VENUES: 'kalshi,polymarket',
      KALSHI_BASE_URL: kalshi,
      ...polymarket,
    });
  const KALSHI = 'https://external-api.kalshi.com/trade-api/v2';
  const KALSHI_DEMO = 'https://demo-api.kalshi.co/trade-api/v2';
  const KALSHI_HERE = 'http://127.0.0.1:9/trade-api/v2';
  const HERE = here('http://127.0.0.1:9');

  test.each([
    { are: 'production', kalshi: KALSHI, polymarket: PRODUCTION, book: 'live' },
    { are: 'simulators', kalshi: KALSHI_HERE, polymarket: HERE, book: 'rehearsal' },
    { are: 'demo and simulator', kalshi: KALSHI_DEMO, polymarket: HERE, book: 'rehearsal' },
  ])('all $are: the book is $book', ({ kalshi, polymarket, book }) => {
    const config = both(kalshi, polymarket);
    expect([liveProblems(config), liveBookOf(config)]).toEqual([[], book]);
    expect(openLiveVenues(config, parts).map(({ venue }) => venue.id)).toEqual(config.venues);
  });

  test.each([
    ['Kalshi’s demo host', KALSHI_DEMO, PRODUCTION, 'KALSHI_BASE_URL'],
    ['a simulated Kalshi', KALSHI_HERE, PRODUCTION, 'KALSHI_BASE_URL'],
    ['a simulated Polymarket', KALSHI, HERE, 'POLYMARKET_BASE_URL'],
  ])('%s beside the other’s production is refused by name', (_name, kalshi, polymarket, field) => {
    const config = both(kalshi, polymarket);
    expect(liveProblems(config)).toEqual([
      { field, problem: expect.stringContaining('real money') },
    ]);
    expect(liveBookOf(config)).toBe('rehearsal');
    expect(() => openLiveVenues(config, parts)).toThrow(field);
  });

  test.each([
    ['Polymarket’s key is missing', { POLYMARKET_PRIVATE_KEY: undefined }, ['kalshi']],
    ['Kalshi’s key file is gone', { KALSHI_PRIVATE_KEY_PATH: '/nowhere' }, ['polymarket']],
    ['the hosts do not belong together', { KALSHI_BASE_URL: KALSHI }, ['kalshi', 'polymarket']],
  ])('to cancel, whatever opens is opened: %s', (_what, changes, ids) => {
    const config = both(KALSHI_HERE, { ...HERE, ...(changes as Record<string, string>) });
    expect(() => openLiveVenues(config, parts)).toThrow(ConfigError);
    const { opened, missing } = openForCancels(config, parts);
    expect(opened.map(({ venue }) => venue.id)).toEqual(ids);
    expect(missing.map(({ venue }) => venue)).toEqual(
      config.venues.filter((id) => !ids.includes(id)),
    );
    expect(missing.every(({ why }) => /^(KALSHI|POLYMARKET)_\w+: /.test(why))).toBe(true);
  });

  test('one venue opens for its set-up while the other has no key yet', () => {
    const config = both(KALSHI_HERE, { ...HERE, KALSHI_API_KEY: undefined as never });
    expect(openLiveVenue(config, 'polymarket', parts).venue.id).toBe('polymarket');
    expect(() => openLiveVenue(config, 'kalshi', parts)).toThrow('KALSHI_API_KEY');
  });

  test('a clock that was moved is refused beside a host that is not of this machine', () => {
    const moved = { BALLAST_CLOCK: '3600' };
    expect(liveProblems(both(KALSHI_HERE, { ...HERE, ...moved }))).toEqual([]);
    for (const config of [
      both(KALSHI_DEMO, { ...HERE, ...moved }),
      both(KALSHI, { ...PRODUCTION, ...moved }),
    ]) {
      expect(liveProblems(config)).toMatchObject([{ field: 'BALLAST_CLOCK' }]);
    }
  });

  test('a venue that is not traded is neither asked for keys nor opened', () => {
    const config = configOf({ ...KEYS, KALSHI_BASE_URL: KALSHI });
    expect(liveProblems(config)).toEqual([]);
    expect(openLiveVenues(config, parts).map(({ venue }) => venue.id)).toEqual(['polymarket']);
  });
});
