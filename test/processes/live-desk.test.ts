/**
 * A rehearsal by the command line alone, on real processes and the simulated Kalshi: set up, armed,
 * and halted with Temporal stopped, then with everything but the venue gone. No secret is left behind.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { HaltView } from '../../contracts/halt.ts';
import { createKalshiSimulator } from '../../simulator/kalshi/kalshi-simulator.ts';
import type { KalshiRecords } from '../../simulator/kalshi/oracle.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { eventually } from '../support/desk.ts';
import { KEY_ID, offer, proposalOn } from '../support/kalshi-desk.ts';
import { commandLine, filesBelow, jsonOf, ledgerRows, postgresUrl } from '../support/live-cli.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';
import type { TestSimulator } from '../support/simulator.ts';
import { startTestSimulator } from '../support/simulator.ts';

const TOKEN = 'trader-token-of-the-test';
/** The 256 bytes of an RSA signature in base64, and nothing longer. */
const SIGNATURE = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{342}==(?![A-Za-z0-9+/=])/;

let dataDir: string;
let api: string;
let environment: Record<string, string>;
let simulator: TestSimulator;
let pem: string;
let desk: BallastProcess;
let ballast: ReturnType<typeof commandLine>['ballast'];
/** Everything any process printed. */
let printed: readonly string[];

beforeAll(async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  simulator = await startTestSimulator((clock) =>
    createKalshiSimulator({ clock, keys: [{ keyId: KEY_ID, publicKeyPem }] }),
  );
  await simulator.admin('setUser', { tier: 'prestige' });
  pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const keyFile = join(testDirectory('key'), 'kalshi.pem');
  writeFileSync(keyFile, pem, { mode: 0o600 });
  dataDir = testDirectory('live-desk');
  const port = String(await freePort());
  api = `http://127.0.0.1:${port}`;
  environment = {
    LIVE_TRADING: 'true',
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PORT: port,
    BALLAST_VENUES: 'kalshi',
    BALLAST_PAPER_FILE: join(dataDir, 'markets.json'),
    BALLAST_TRADER_TOKEN: TOKEN,
    BALLAST_LOG_LEVEL: 'trace',
    KALSHI_BASE_URL: `${simulator.url}/trade-api/v2`,
    KALSHI_API_KEY: KEY_ID,
    KALSHI_PRIVATE_KEY_PATH: keyFile,
  };
  writeFileSync(environment['BALLAST_PAPER_FILE']!, JSON.stringify({ markets: [] }));
  ({ ballast, printed } = commandLine(environment));
  desk = runBallast(['start'], { environment });
  await desk.printed('ready');
}, 180_000);
afterAll(async () => {
  await desk.stop();
  await simulator.close();
}, 60_000);

const pidOf = (server: 'postgres' | 'temporal'): number =>
  (JSON.parse(readFileSync(join(dataDir, `${server}.json`), 'utf8')) as { pid: number }).pid;
const REASON = ['--reason', 'a rehearsal'];
const HALT = ['halt', '--reason', 'orders nobody asked for', '--json'];

/** What rests at the venue, by its own records. */
const resting = (): unknown[] =>
  (simulator.records() as KalshiRecords).orders.filter(({ status }) => status === 'resting');

/** An order that rests below the market for ten minutes. */
async function rest(ticker: string): Promise<void> {
  await offer(simulator, ticker);
  const before = resting().length;
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  const legs = [{ venue: 'kalshi', market: ticker, outcome: 'yes', limitPrice: '0.49' }];
  const answer = await fetch(`${api}/api/v1/trades`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...proposalOn(ticker), legs, tif: 'gtd', expiresAt }),
  });
  expect([answer.status, await answer.text()]).toEqual([202, expect.anything()]);
  await eventually(`${ticker} to rest`, async () => (resting().length > before ? true : undefined));
}

test('doctor --live, venue setup, promote and arm lead from nothing to a rehearsal', async () => {
  expect(desk.output()).toContain('LIVE_TRADING=true but phase is paper');
  const doctor = await ballast(['doctor', '--live', '--json']);
  const { checks } = jsonOf<{ checks: { name: string; ok: boolean }[] }>(doctor);
  const ofVenue = checks.filter(({ name }) => name.startsWith('kalshi '));
  expect(ofVenue.filter(({ ok }) => !ok)).toEqual([]);
  expect(ofVenue.map(({ name }) => name)).toContain('kalshi region attestation');
  const kept: unknown = JSON.parse(readFileSync(join(dataDir, 'doctor-live.json'), 'utf8'));
  expect(kept).toMatchObject({ book: 'rehearsal', ok: true, at: expect.any(String) });
  expect(simulator.journal().filter(({ method }) => method !== 'GET')).toEqual([]);
  const setUp = await ballast(['venue', 'setup', 'kalshi', ...REASON, '--json']);
  expect([setUp.code, jsonOf(setUp)]).toEqual([
    0,
    expect.objectContaining({ venue: 'kalshi', book: 'rehearsal', binding: 'bound' }),
  ]);
  const promoted = await ballast(['rollout', 'promote', ...REASON]);
  expect([promoted.code, promoted.output]).toEqual([0, expect.stringContaining('rehearsal book')]);
  const armed = await ballast(['arm', ...REASON]);
  expect([armed.code, armed.output]).toEqual([0, expect.stringContaining('armed until')]);
}, 240_000);

test('with Temporal stopped `ballast halt` leaves nothing resting at the venue', async () => {
  await rest('KX-TEMPORAL');
  const temporal = pidOf('temporal');
  process.kill(temporal, 'SIGSTOP');
  try {
    const halted = await ballast(HALT);
    expect(jsonOf<HaltView>(halted)).toMatchObject({
      state: 'halted',
      latched: true,
      verified: true,
    });
    expect(halted.code).toBe(0);
    expect(resting()).toEqual([]);
  } finally {
    process.kill(temporal, 'SIGCONT');
  }
  const rearmed = await ballast(['rearm', '--reason', 'looked at it']);
  expect([rearmed.code, rearmed.output]).toEqual([0, expect.stringContaining('active')]);
}, 240_000);

test('I11 neither the key nor a signature is in the log, the ledger, a history or an output', async () => {
  await rest('KX-GONE');
  const files = filesBelow(dataDir);
  expect(files.map((path) => path.slice(dataDir.length))).toEqual(
    expect.arrayContaining([expect.stringMatching(/log/), '/doctor-live.json']),
  );
  const all = [
    ...files.map((path) => readFileSync(path, 'latin1')),
    await ledgerRows(dataDir),
    desk.output(),
    ...printed,
  ].join('\n');
  // What a search finds at all: the key's public id is no secret and stands in the binding.
  const found = (text: string): boolean => all.includes(text);
  expect(found(KEY_ID)).toBe(true);
  // Every line of the key but its first and last, which are the same for all keys.
  const secret = pem.trim().split('\n').slice(1, -1);
  expect(secret.filter(found)).toEqual([]);
  expect(/kalshi-access-signature/i.test(all)).toBe(false);
  expect(all.match(SIGNATURE)).toBeNull();
}, 120_000);

const rehearsalOf = ({ venues }: HaltView) => venues.find(({ book }) => book === 'rehearsal');

test('with the desk gone and Postgres frozen the command cancels at the venue by itself', async () => {
  expect(resting()).toHaveLength(1);
  const url = postgresUrl(dataDir);
  const postgres = pidOf('postgres');
  desk.child.kill('SIGKILL');
  await desk.exited;
  process.kill(postgres, 'SIGSTOP');
  try {
    const halted = await ballast(HALT, { DATABASE_URL: url });
    const view = jsonOf<HaltView>(halted);
    expect(view).toMatchObject({ state: 'halted', epoch: null, latched: true });
    expect(rehearsalOf(view)).toMatchObject({
      listed: true,
      open: [],
      unresolved: [],
      cancelled: [expect.any(String)],
    });
    expect(resting()).toEqual([]);
    // The paper exchange lives in Postgres: what could not be asked is named, and so is not verified.
    expect(halted.code).toBe(3);
  } finally {
    process.kill(postgres, 'SIGCONT');
  }
}, 240_000);

test('with Postgres and Temporal killed too it still asks the venue, and says what it found', async () => {
  for (const server of ['temporal', 'postgres'] as const) process.kill(pidOf(server), 'SIGKILL');
  const nowhere = `postgres://nobody@127.0.0.1:${await freePort()}/none`;
  const halted = await ballast(HALT, { DATABASE_URL: nowhere });
  expect(rehearsalOf(jsonOf<HaltView>(halted))).toMatchObject({ listed: true, open: [] });
  expect(halted.code).toBe(3);
}, 240_000);
