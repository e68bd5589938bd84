/** The accounts a live book was bound to are the only ones its venues are opened with. */
import { mkdirSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { readConfig } from '../../contracts/config.ts';
import { openBoundVenues, openToCancel } from '../../worker/live/bound-venues.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { openLiveWay } from '../../worker/live/way.ts';
import { useLedger } from '../ledger/harness.ts';
import { goToRehearsal, open } from '../ledger/redeem-harness.ts';
import { testDirectory } from '../support/servers.ts';

/** Anvil's second account: a key that everybody knows. */
const PRIVATE_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const ADDRESS = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
const WALLET = `0x${'1'.repeat(40)}`;
const ANOTHER = `0x${'2'.repeat(40)}`;
const HERE = 'http://127.0.0.1:9';

const under = useLedger();
let dataDir: string;
beforeEach(() => {
  dataDir = testDirectory('bound-venues');
  mkdirSync(dataDir, { recursive: true });
});

const configOf = (changes: Record<string, string | undefined> = {}) =>
  readConfig({
    BALLAST_DATA_DIR: dataDir,
    BALLAST_VENUES: 'polymarket',
    POLYMARKET_PRIVATE_KEY: PRIVATE_KEY,
    POLYMARKET_SIGNATURE_TYPE: '2',
    POLYMARKET_FUNDER: WALLET,
    POLYMARKET_BASE_URL: HERE,
    POLYMARKET_GAMMA_BASE_URL: `${HERE}/gamma`,
    POLYMARKET_DATA_BASE_URL: `${HERE}/data-api`,
    POLYMARKET_SITE_BASE_URL: `${HERE}/site`,
    POLYMARKET_SOCKET_BASE_URL: HERE.replace('http:', 'ws:'),
    POLYMARKET_API_KEY: '5d3c-id',
    POLYMARKET_SECRET: 'c2VjcmV0',
    POLYMARKET_PASSPHRASE: 'a passphrase',
    ...changes,
  });

describe('a book that is bound to a Polymarket wallet', () => {
  const boundWith = async (changes: Record<string, string | undefined>) => {
    const it = under();
    await it.setUp();
    const account = { book: 'rehearsal', venue: 'polymarket', host: '127.0.0.1:9' } as const;
    const by = { account: WALLET, keyId: ADDRESS, actor: 'ann', reason: 'a rehearsal' };
    await it.ledger.bindVenue({ ...account, ...by }, it.reading());
    const clock = { read: () => Promise.resolve(it.reading()) };
    const log = pino({ level: 'silent' });
    return { config: configOf(changes), ledger: it.ledger, clock, log };
  };
  const opening = async (changes: Record<string, string | undefined> = {}) =>
    openBoundVenues(await boundWith(changes), 'rehearsal');

  test('is opened with it', async () => {
    expect((await opening()).map(({ venue }) => venue.id)).toEqual(['polymarket']);
  });

  test.each([
    ['another wallet of the same key', { POLYMARKET_FUNDER: ANOTHER }],
    [
      'the address of the key itself',
      { POLYMARKET_SIGNATURE_TYPE: '0', POLYMARKET_FUNDER: undefined },
    ],
  ])('is not opened with %s', async (_what, changes) => {
    const opened = opening(changes);
    await expect(opened).rejects.toMatchObject({ name: 'ConfigError' });
    await expect(opened).rejects.toThrow(
      `POLYMARKET_FUNDER: the rehearsal book is bound to account ${WALLET}`,
    );
  });

  test('is not opened with another before it is traded either: a promotion would trade it', async () => {
    const live = { LIVE_TRADING: 'true' };
    const own = await openLiveWay({ desk: 'main', ...(await boundWith(live)) });
    expect(own.venues.map(({ id }) => id)).toEqual(['polymarket']);
    const changes = { ...live, POLYMARKET_FUNDER: ANOTHER };
    const way = await openLiveWay({ desk: 'main', ...(await boundWith(changes)) });
    expect(way.venues).toEqual([]);
    const { desk } = await readDesk(under().db, 'main');
    expect(way.startLine(desk)).toContain('PAPER TRADING; next ballast doctor --live');
  });
});

test('orders are cancelled where the book is, and nowhere else', () => {
  const clock = { read: () => Promise.resolve({ atMs: Date.now(), offsetMs: 0 }) };
  const parts = { book: 'rehearsal', clock, log: pino({ level: 'silent' }) } as const;
  const bound = {
    book: 'rehearsal',
    venue: 'polymarket',
    host: '127.0.0.1:9',
    account: WALLET,
    keyId: 'another key of the account: it may cancel',
  } as const;
  const idsOf = ({ opened, missing }: ReturnType<typeof openToCancel>) => [
    opened.map(({ venue }) => venue.id),
    missing.map(({ why }) => why.split(':')[0]),
  ];
  for (const bindings of [[], [bound]]) {
    expect(idsOf(openToCancel(configOf(), parts, bindings))).toEqual([['polymarket'], []]);
  }
  for (const [changes, setting] of [
    [{ host: '127.0.0.1:10' }, 'POLYMARKET_BASE_URL'],
    [{ account: ANOTHER }, 'POLYMARKET_FUNDER'],
  ] as const) {
    const elsewhere = { ...bound, ...changes };
    expect(idsOf(openToCancel(configOf(), parts, [elsewhere]))).toEqual([[], [setting]]);
  }
});

test('a venue where a live book still holds something is not left out of a start', async () => {
  const it = under();
  await goToRehearsal(it);
  await open(it, 'a', { market: 'will-it-rain' });
  const clock = { read: () => Promise.resolve(it.reading()) };
  const log = pino({ level: 'silent' });
  const config = configOf({ BALLAST_VENUES: 'kalshi' });
  const start = () => openLiveWay({ desk: 'main', config, ledger: it.ledger, clock, log });
  await expect(start()).rejects.toThrow(
    'BALLAST_VENUES: leaves out polymarket, where the rehearsal book still holds something',
  );
  await it.settle('a', 0);
  expect((await start()).startLine((await readDesk(it.db, 'main')).desk)).toContain('PAPER');
});
