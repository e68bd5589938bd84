/**
 * A rehearsal of both venues by the command line alone, on real processes and both simulators:
 * Polymarket's API key derived, each account bound, a blocked place told, orders resting on both
 * venues halted. No secret is left behind.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { generatePrivateKey, privateKeyToAddress } from 'viem/accounts';
import type { HaltView } from '../../contracts/halt.ts';
import type { Check, StatusView } from '../../contracts/http.ts';
import type { VenueSetUpView } from '../../contracts/live.ts';
import { createKalshiSimulator } from '../../simulator/kalshi/kalshi-simulator.ts';
import { createPolymarketSimulator } from '../../simulator/polymarket/polymarket-simulator.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { eventually } from '../support/desk.ts';
import { KEY_ID, offer } from '../support/kalshi-desk.ts';
import { commandLine, filesBelow, jsonOf, ledgerRows } from '../support/live-cli.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';
import type { TestSimulator } from '../support/simulator.ts';
import { startTestSimulator } from '../support/simulator.ts';

const TOKEN = 'trader-token-of-the-test';
const privateKey = generatePrivateKey();
const API_KEY = {
  apiKey: '5d3c9a52-0000-4000-8000-0123456789ab',
  secret: Buffer.from('canary-secret-of-the-api-key-0001').toString('base64'),
  passphrase: 'canary-passphrase-7f3a91',
};
const SLUG = 'blue-jackets-panthers';

let environment: Record<string, string>;
let dataDir: string;
let api: string;
let kalshi: TestSimulator;
let polymarket: TestSimulator;
let pem: string;
let desk: BallastProcess | undefined;
const outputs: string[] = [];
let ballast: ReturnType<typeof commandLine>['ballast'];
let printed: readonly string[];

beforeAll(async () => {
  const { publicKey, privateKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  kalshi = await startTestSimulator((clock) =>
    createKalshiSimulator({ clock, keys: [{ keyId: KEY_ID, publicKeyPem }] }),
  );
  await kalshi.admin('setUser', { tier: 'prestige' });
  const account = { privateKeyAddress: privateKeyToAddress(privateKey), signatureType: 0 } as const;
  polymarket = await startTestSimulator((clock) =>
    createPolymarketSimulator({ clock, accounts: [{ ...account, ...API_KEY }] }),
  );
  pem = rsa.export({ type: 'pkcs8', format: 'pem' }) as string;
  const keyFile = join(testDirectory('key'), 'kalshi.pem');
  writeFileSync(keyFile, pem, { mode: 0o600 });
  dataDir = testDirectory('live-desk-both');
  const port = String(await freePort());
  api = `http://127.0.0.1:${port}`;
  environment = {
    LIVE_TRADING: 'true',
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PORT: port,
    BALLAST_PAPER_QUOTES: 'venue',
    BALLAST_TRADER_TOKEN: TOKEN,
    BALLAST_LOG_LEVEL: 'trace',
    KALSHI_BASE_URL: `${kalshi.url}/trade-api/v2`,
    KALSHI_API_KEY: KEY_ID,
    KALSHI_PRIVATE_KEY_PATH: keyFile,
    POLYMARKET_BASE_URL: polymarket.url,
    POLYMARKET_GAMMA_BASE_URL: `${polymarket.url}/gamma`,
    POLYMARKET_DATA_BASE_URL: `${polymarket.url}/data-api`,
    POLYMARKET_SITE_BASE_URL: `${polymarket.url}/site`,
    POLYMARKET_SOCKET_BASE_URL: polymarket.url.replace('http:', 'ws:'),
    POLYMARKET_PRIVATE_KEY: privateKey,
    POLYMARKET_SIGNATURE_TYPE: '0',
  };
  ({ ballast, printed } = commandLine(environment));
  await offer(kalshi, 'KX-REST');
  await polymarket.admin('openMarket', { slug: SLUG });
  const yes = { asks: [['0.50', '1000']], bids: [['0.48', '1000']] };
  await polymarket.admin('setBook', { slug: SLUG, yes, no: {} });
}, 180_000);
afterAll(async () => {
  await stop();
  await kalshi.close();
  await polymarket.close();
}, 60_000);

async function start(): Promise<BallastProcess> {
  await stop();
  desk = runBallast(['start'], { environment });
  await desk.printed('ready');
  return desk;
}

async function stop(): Promise<void> {
  await desk?.stop();
  if (desk !== undefined) outputs.push(desk.output());
  desk = undefined;
}

const REASON = ['--reason', 'a rehearsal of both'];
const writes = (at: TestSimulator) => at.journal().filter(({ method }) => method !== 'GET');
const failed = (checks: readonly Check[]) =>
  checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);

/** Proposes an order that rests below the market for ten minutes. */
async function rest(id: string, leg: Record<string, string>): Promise<unknown> {
  const proposal = {
    id,
    strategy: 'rehearsal',
    event: `event:${id}`,
    legs: [{ outcome: 'yes', limitPrice: '0.49', ...leg }],
    fairPrice: '0.60',
    quantity: '10',
    tif: 'gtd',
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
  };
  const answer = await fetch(`${api}/api/v1/trades`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(proposal),
  });
  return { status: answer.status, body: await answer.text() };
}
const ON_POLYMARKET = { venue: 'polymarket', market: SLUG };
const ON_KALSHI = { venue: 'kalshi', market: 'KX-REST' };

test('I10 before the set-up it stays on paper, says what is missing, and sends nothing signed', async () => {
  const started = await start();
  expect(started.output()).toContain('PAPER TRADING; next ballast doctor --live');
  const { code, output: told } = await ballast(['doctor', '--live']);
  expect(code).not.toBe(0);
  expect(told).toContain('ballast venue setup polymarket');
  const trades = jsonOf<{ checks: Check[] }>(await ballast(['doctor', '--json'])).checks;
  expect(trades.filter(({ name }) => name.endsWith(' trades'))).toMatchObject([
    { name: 'kalshi trades', ok: true },
    { name: 'polymarket trades', ok: true },
  ]);
  expect([...writes(kalshi), ...writes(polymarket)]).toEqual([]);
  const signed = polymarket
    .journal()
    .filter(({ headerNames }) => headerNames.some((name) => name.startsWith('poly')));
  expect(signed).toEqual([]);
  await stop();
}, 240_000);

test('venue setup derives the API key, binds each account, and doctor --live is content', async () => {
  const seen = jsonOf<VenueSetUpView>(
    await ballast(['venue', 'setup', 'polymarket', ...REASON, '--json']),
  );
  expect(seen).toMatchObject({
    venue: 'polymarket',
    book: 'rehearsal',
    account: privateKeyToAddress(privateKey).toLowerCase(),
    binding: 'bound',
    fuse: { kind: 'expiry' },
    keyDerived: true,
  });
  expect(failed(seen.checks)).toEqual([]);
  const kept = join(dataDir, 'polymarket-api.json');
  expect([
    statSync(kept).mode & 0o777,
    readFileSync(kept, 'utf8').includes(API_KEY.secret),
  ]).toEqual([0o600, true]);
  expect((await ballast(['venue', 'setup', 'kalshi', ...REASON])).code).toBe(0);
  const again = await ballast(['venue', 'setup', 'polymarket', ...REASON]);
  expect(again.output).toContain('was bound before to');
  const { checks } = jsonOf<{ checks: Check[] }>(await ballast(['doctor', '--live', '--json']));
  expect(failed(checks)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['kalshi key', 'polymarket wallet', 'polymarket place']),
  );
  expect(writes(polymarket)).toEqual([]);
}, 240_000);

test('from a place where orders are refused it starts, says so, and enters nothing there', async () => {
  const promoted = await ballast(['rollout', 'promote', ...REASON]);
  expect([promoted.code, promoted.output]).toEqual([0, expect.stringContaining('rehearsal book')]);
  const armed = await ballast(['arm', ...REASON]);
  expect([armed.code, armed.output]).toEqual([0, expect.stringContaining('polymarket')]);
  await polymarket.admin('setGeoblock', { blocked: true, country: 'US', region: 'NY' });
  const refused = await ballast(['arm', ...REASON]);
  expect([refused.code, refused.output]).toEqual([
    9,
    expect.stringContaining('not armed: polymarket place: orders are refused from here (US NY)'),
  ]);
  await start();
  expect(desk?.output()).toContain('LIVE TRADING ENABLED (rehearsal');
  const told = await eventually('the place to be told', async () => {
    const view = jsonOf<StatusView>(await ballast(['status', '--json']));
    return view.venueStatus.find(
      ({ venue, book, trading }) => venue === 'polymarket' && book === 'rehearsal' && !trading,
    );
  });
  expect(told?.detail).toContain('US NY');
  const { output } = await ballast(['status']);
  expect(output).toContain('NEEDS YOU  polymarket does not trade');
  expect(readFileSync(join(dataDir, 'app.log'), 'utf8')).toContain('venue does not trade');
  const answer = await rest('blocked', ON_POLYMARKET);
  expect(answer).toMatchObject({ status: 422, body: expect.stringContaining('VENUE_UNAVAILABLE') });
  expect(polymarket.requests('createOrder')).toEqual([]);
  await polymarket.admin('setGeoblock', { blocked: false });
}, 240_000);

test('armed it rests an order on each venue, and `ballast halt` leaves none', async () => {
  await start();
  for (const [id, leg] of [
    ['on-polymarket', ON_POLYMARKET],
    ['on-kalshi', ON_KALSHI],
  ] as const) {
    expect(await rest(id, leg)).toMatchObject({ status: 202 });
  }
  for (const at of [kalshi, polymarket]) {
    await eventually('an order to rest', async () =>
      at.effects('createOrder') === 1 ? true : undefined,
    );
  }
  const halted = await ballast(['halt', '--reason', 'enough', '--json']);
  const view = jsonOf<HaltView>(halted);
  expect(view).toMatchObject({ state: 'halted', verified: true });
  const rehearsed = view.venues.filter(({ book }) => book === 'rehearsal');
  expect(rehearsed.map(({ venue, open }) => ({ venue, open }))).toEqual([
    { venue: 'kalshi', open: [] },
    { venue: 'polymarket', open: [] },
  ]);
  const rearmed = await ballast(['rearm', '--reason', 'looked at it']);
  expect([rearmed.code, rearmed.output]).toEqual([0, expect.stringContaining('active')]);
}, 240_000);

test('I11 no key, secret or passphrase is in a log, the ledger, a file or an output', async () => {
  const rows = await ledgerRows(dataDir);
  await stop();
  const backup = await ballast(['backup']);
  expect(backup.code).toBe(0);
  const files = filesBelow(dataDir).filter((path) => basename(path) !== 'polymarket-api.json');
  const all = [
    ...files.map((path) => readFileSync(path, 'latin1')),
    rows,
    ...outputs,
    ...printed,
  ].join('\n');
  const found = (text: string): boolean => all.includes(text);
  // What a search finds at all: the wallet's address stands in the binding.
  expect(found(privateKeyToAddress(privateKey).toLowerCase())).toBe(true);
  const secrets = [
    privateKey.slice(2),
    API_KEY.secret,
    API_KEY.passphrase,
    ...pem.trim().split('\n').slice(1, -1),
  ];
  expect(secrets.filter(found)).toEqual([]);
  expect(/poly_(signature|passphrase)|kalshi-access-signature/i.test(all)).toBe(false);
}, 240_000);
