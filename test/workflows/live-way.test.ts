/** What it takes to send an order to an exchange, and what a start without it does about a live book. */
import { chmodSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { abort, arm, promote, setUpVenue } from '../../bin/live-operator.ts';
import { openLiveWay } from '../../worker/live/way.ts';
import { machineClock } from '../../bin/clock.ts';
import { ConfigError, readConfig } from '../../contracts/config.ts';
import type { Config } from '../../contracts/config.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { pino } from 'pino';
import { eventually } from '../support/desk.ts';
import type { DeskProcess } from '../support/desk-process.ts';
import { startDeskProcess } from '../support/desk-process.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { COMPRESSED } from '../support/rehearsal-desk.ts';
import { offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import { interfere } from '../support/interfere.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

let desk: RehearsalDesk;
let running: DeskProcess | undefined;
beforeAll(async () => {
  // The desk itself has no workers: each test starts the process it is about.
  desk = await startKalshiDesk({
    workers: false,
    markets: { markets: ['P1', 'P2', 'P3'].map((id) => kalshiMarket(id)) },
    settings: { BALLAST_STRATEGY_EXECUTIONS_MAX: '100', LIVE_TRADING_MAX_DAILY_TRADES: '100' },
  });
}, 180_000);
afterAll(async () => {
  await running?.stop();
  await desk.close();
});

async function start(changes: Record<string, string | undefined> = {}): Promise<DeskProcess> {
  await running?.stop();
  running = undefined;
  running = await startDeskProcess(desk, changes, COMPRESSED);
  return running;
}

const WITHOUT = { LIVE_TRADING: 'false' };
const configWith = (changes: Record<string, string | undefined>): Config =>
  readConfig({ ...desk.environment, DATABASE_URL: desk.databaseUrl, ...changes });
const refusal = (of: Promise<unknown>): Promise<string> =>
  of.then(
    () => 'was not refused',
    (error: unknown) => String(error),
  );

/** Requests that carry a key, websocket handshakes included, and those that are to change anything. */
function privateRequests(): string[] {
  return desk.simulator
    .journal()
    .filter(
      ({ method, headerNames }) =>
        method !== 'GET' || headerNames.some((name) => name.startsWith('kalshi-access')),
    )
    .map(({ method, path }) => `${method} ${path}`);
}

async function reaches(id: string, status: string): Promise<void> {
  await eventually(`${id} to be ${status}`, async () =>
    (await findTrade(desk.engine.ledger.db, id))?.status === status ? true : undefined,
  );
}

async function audited(action: string): Promise<number> {
  const rows = desk.engine.ledger.db.selectFrom('audit').select('seq');
  return (await rows.where('action', '=', action).execute()).length;
}

function keyFile(name: string): { path: string; publicKeyPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const path = join(desk.dataDir, `${name}.pem`);
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { path, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) as string };
}

describe('failure case 17: in phase paper', () => {
  const way = (config: Config) =>
    openLiveWay({
      desk: 'main',
      config,
      ledger: desk.engine.ledger,
      clock: machineClock(0),
      log: pino({ level: 'silent' }),
    });

  test.each([
    ['a placeholder for the key', { KALSHI_API_KEY: 'your-api-key-id' }],
    ['a demo key by name', { KALSHI_API_KEY: 'demo-key-1' }],
    ['no key', { KALSHI_API_KEY: undefined }],
    ['no key file', { KALSHI_PRIVATE_KEY_PATH: '/nowhere/kalshi.pem' }],
    ['an unknown host', { KALSHI_BASE_URL: 'https://kalshi.example.com' }],
    ['production named like a stranger', { KALSHI_BASE_URL: 'https://api.kalshi.com.evil.io' }],
    ['Polymarket traded too', { BALLAST_VENUES: 'kalshi,polymarket' }],
  ])('%s: it stays on paper with no client at all', async (_name, changes) => {
    const { venues, startLine } = await way(configWith(changes));
    expect(venues).toEqual([]);
    const { desk: now } = await readDesk(desk.engine.ledger.db, 'main');
    expect(startLine(now)).toContain('PAPER TRADING; next ballast doctor --live');
    expect(await refusal(promote(configWith(changes), 'x'))).toContain('ConfigError');
    expect(privateRequests()).toEqual([]);
  });

  test('a key file that others may read is refused by name', async () => {
    const open = keyFile('open');
    chmodSync(open.path, 0o640);
    const config = configWith({ KALSHI_PRIVATE_KEY_PATH: open.path });
    expect((await way(config)).venues).toEqual([]);
    const why = await refusal(setUpVenue(config, { venue: 'kalshi', reason: 'x' }));
    expect(why).toContain('KALSHI_PRIVATE_KEY_PATH');
    expect(why).toContain('chmod 600');
  });

  test('I10 LIVE_TRADING=true alone sends nothing: trades are made on paper', async () => {
    const { engine, submit } = await start();
    expect(await engine.startLine()).toBe(
      'LIVE_TRADING=true but phase is paper: next ballast rollout promote',
    );
    expect(await submit(singleLeg('paper-1', 'P1'))).toMatchObject({ status: 202 });
    await reaches('paper-1', 'open');
    expect(await findTrade(engine.ledger.db, 'paper-1')).toMatchObject({ book: 'paper' });
    expect(privateRequests()).toEqual([]);
  });

  test('the default is paper, and says so', async () => {
    const { engine } = await start({ LIVE_TRADING: undefined });
    expect(await engine.startLine()).toBe('PAPER TRADING (LIVE_TRADING=false)');
    expect(engine.venues.map(({ book }) => book)).toEqual(['paper']);
  });
});

describe('the way there', () => {
  test('is refused without the set-up, for production, and while paused', async () => {
    expect(await refusal(promote(configWith(WITHOUT), 'x'))).toContain('LIVE_TRADING');
    expect(await refusal(promote(desk.config, 'x'))).toContain('ballast venue setup kalshi');
    const production = { KALSHI_BASE_URL: 'https://external-api.kalshi.com/trade-api/v2' };
    expect(await refusal(promote(configWith(production), 'x'))).toContain('production host');
    expect(await refusal(arm(desk.config, 'x'))).toContain('nothing to arm');
    const found = await setUpVenue(desk.config, { venue: 'kalshi', reason: 'first use' });
    expect(found).toMatchObject({ book: 'rehearsal', binding: 'bound', fuse: { armed: 'new' } });
    const { ledger, clock } = desk.engine;
    await ledger.pauseDesk(
      'main',
      { actor: 'ann', reason: 'lunch', verified: true },
      await clock.read(),
    );
    expect(await refusal(promote(desk.config, 'x'))).toContain('paused: lunch');
    expect((await readDesk(ledger.db, 'main')).desk.phase).toBe('paper');
    await desk.query(`UPDATE desk SET state = 'active', epoch = epoch + 1`);
  });

  test('another account or host is refused afterwards, with nothing written there', async () => {
    const stranger = keyFile('stranger');
    await desk.simulator.admin('addKey', {
      keyId: 'key-of-a-stranger',
      publicKeyPem: stranger.publicKeyPem,
      userId: 'user-2',
    });
    const other = configWith({
      KALSHI_API_KEY: 'key-of-a-stranger',
      KALSHI_PRIVATE_KEY_PATH: stranger.path,
    });
    const before = desk.simulator.journal().filter(({ method }) => method !== 'GET').length;
    const why = await refusal(setUpVenue(other, { venue: 'kalshi', reason: 'x' }));
    expect(why).toContain('is bound to account user:');
    expect(why).toContain('BALLAST_DATA_DIR');
    expect(await refusal(promote(other, 'x'))).toContain('another key of its account');
    const demo = configWith({ KALSHI_BASE_URL: 'https://demo-api.kalshi.co/trade-api/v2' });
    expect(await refusal(promote(demo, 'x'))).toContain('not demo-api.kalshi.co:443');
    expect(desk.simulator.journal().filter(({ method }) => method !== 'GET')).toHaveLength(before);
  });

  test('a new key of the same account is taken once `venue setup` has seen whose it is', async () => {
    const rotated = keyFile('rotated');
    const keyId = 'rotated-key-of-the-desk';
    await desk.simulator.admin('addKey', { keyId, publicKeyPem: rotated.publicKeyPem });
    const changed = { KALSHI_API_KEY: keyId, KALSHI_PRIVATE_KEY_PATH: rotated.path };
    expect(await refusal(promote(configWith(changed), 'x'))).toContain('another key');
    const seen = await setUpVenue(configWith(changed), { venue: 'kalshi', reason: 'rotation' });
    expect(seen).toMatchObject({ binding: 'known', fuse: { armed: 'reset' } });
    expect(await refusal(promote(desk.config, 'x'))).toContain('another key');
    await setUpVenue(desk.config, { venue: 'kalshi', reason: 'and back' });
  });

  test('promoted but not armed it enters nothing; a difference refuses the arming', async () => {
    expect(await promote(desk.config, 'rehearsal')).toMatchObject({
      phase: 'live',
      book: 'rehearsal',
    });
    const { engine, submit } = await start();
    expect(await engine.startLine()).toBe('LIVE TRADING ENABLED (rehearsal: no production hosts)');
    await offer(desk.simulator, 'KX-U');
    expect(await submit(proposalOn('KX-U'))).toMatchObject({
      status: 422,
      body: { failures: expect.arrayContaining([expect.objectContaining({ code: 'NOT_ARMED' })]) },
    });
    await desk.simulator.admin('deposit', { amount: '0.0101' });
    expect(await refusal(arm(desk.config, 'x'))).toContain('kalshi has 1000.0101, the ledger 1000');
    await desk.simulator.admin('deposit', { amount: '-0.0101' });
    expect(desk.simulator.requests('createOrder')).toEqual([]);
  });

  test('a foreign open order refuses the arming, and is not touched', async () => {
    const venue = desk.engine.venues.find(({ book }) => book === 'rehearsal')!;
    const prepared = await venue.prepare({
      clientOrderId: 'somebody-elses-order',
      marketId: 'KX-U',
      outcome: 0,
      action: 'buy',
      quantity: 1_000_000 as never,
      limitPrice: 100_000 as never,
      timeInForce: 'gtd',
      restUntilMs: Date.now() + 600_000,
      decidedAtMs: Date.now(),
    });
    expect(await venue.place(prepared, () => true)).toMatchObject({ kind: 'accepted' });
    expect(await refusal(arm(desk.config, 'x'))).toContain(
      "1 open orders that are not this desk's",
    );
    expect(await venue.openOrders()).toHaveLength(1);
    expect(await venue.cancelAll()).toBe(1);
  });

  test('armed it trades; what was armed expires', async () => {
    const armed = await arm(desk.config, 'watching');
    expect(armed.accounts).toEqual([
      { venue: 'kalshi', cashAtVenue: '1000.00', cashInLedger: '1000.00', openOrders: 0 },
    ]);
    await offer(desk.simulator, 'KX-A');
    expect(await running!.submit(proposalOn('KX-A'))).toMatchObject({ status: 202 });
    await reaches('kx-a', 'open');
    await desk.query(`UPDATE desk SET armed_until_ms = ${Date.now() - 1}`);
    await offer(desk.simulator, 'KX-B');
    expect(await running!.submit(proposalOn('KX-B'))).toMatchObject({
      status: 422,
      body: { failures: expect.arrayContaining([expect.objectContaining({ code: 'NOT_ARMED' })]) },
    });
  });
});

describe('a start without LIVE_TRADING=true', () => {
  test('beyond paper it goes back, audited, and winds down what it holds: no entry is sent', async () => {
    await arm(desk.config, 'once more');
    // Decided and held, and stopped before its order could leave.
    const { ledger } = desk.engine;
    await offer(desk.simulator, 'KX-LATE');
    await running!.stop();
    running = undefined;
    let reachedPermit = false;
    const late = await startDeskProcess(desk, {}, COMPRESSED, {
      interfere: (deps) =>
        interfere(deps, (point) => {
          if (point !== 'before grantPermit') return;
          reachedPermit = true;
          throw new Error('stopped here by the test');
        }),
    });
    expect(await late.submit(proposalOn('KX-LATE'))).toMatchObject({ status: 202 });
    await eventually('its order', () => Promise.resolve(reachedPermit || undefined));
    await late.stop();
    const sent = desk.simulator.requests('createOrder').length;

    const { engine, submit } = await start(WITHOUT);
    expect(await engine.startLine()).toBe(
      'LIVE_TRADING=false: 2 live positions open, wind-down only',
    );
    expect((await readDesk(ledger.db, 'main')).desk.phase).toBe('paper');
    expect(await audited('desk.demoted')).toBe(1);
    await reaches('kx-late', 'not_sent');
    expect(JSON.stringify(await findTrade(ledger.db, 'kx-late'))).toContain('only wound down');
    // Proposals are paper's again.
    expect(await submit(singleLeg('paper-2', 'P2'))).toMatchObject({ status: 202 });
    await reaches('paper-2', 'open');
    // What is open settles by the venue's word, without anybody's help.
    await desk.simulator.admin('setResult', { ticker: 'KX-A', payout: '1' });
    await reaches('kx-a', 'settled');
    expect(desk.simulator.requests('createOrder')).toHaveLength(sent);
  });

  test('with a live book that is empty it loads no key: nothing signed is sent', async () => {
    const before = privateRequests().length;
    const { engine, submit } = await start({
      ...WITHOUT,
      KALSHI_PRIVATE_KEY_PATH: '/nowhere/kalshi.pem',
    });
    expect(await engine.startLine()).toBe('PAPER TRADING (LIVE_TRADING=false)');
    expect(engine.venues.map(({ book }) => book)).toEqual(['paper']);
    expect(await submit(singleLeg('paper-3', 'P3'))).toMatchObject({ status: 202 });
    await reaches('paper-3', 'open');
    expect(privateRequests().slice(before)).toEqual([]);
    expect(await audited('desk.demoted')).toBe(1);
  });

  test('I10 the phase alone sends nothing: a live desk starts on paper and stays there', async () => {
    await promote(desk.config, 'again');
    const before = privateRequests().length;
    const { engine } = await start(WITHOUT);
    expect(await engine.startLine()).toBe('PAPER TRADING (LIVE_TRADING=false)');
    expect((await readDesk(engine.ledger.db, 'main')).desk.phase).toBe('paper');
    expect(await audited('desk.demoted')).toBe(2);
    expect(privateRequests().slice(before)).toEqual([]);
  });
});

test('beyond paper a start with keys that are none is refused, and names them', async () => {
  await promote(desk.config, 'once more');
  await running?.stop();
  running = undefined;
  await expect(start({ KALSHI_API_KEY: 'changeme' })).rejects.toThrow(ConfigError);
  await expect(start({ KALSHI_API_KEY: 'changeme' })).rejects.toThrow(
    /KALSHI_API_KEY.*placeholder/,
  );
  const aborted = await abort(desk.config, 'over');
  expect(aborted).toEqual({ phase: 'paper', book: 'paper', changed: true });
  expect(await abort(desk.config, 'over')).toMatchObject({ changed: false });
});
