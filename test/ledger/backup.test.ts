/** Backups of a walked desk: what they hold, and the same desk on another database. */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { backUp } from '../../bin/backup.ts';
import { machineClock } from '../../bin/clock.ts';
import { verifyBooks } from '../../bin/verify.ts';
import type { Manifest } from '../../contracts/backup.ts';
import { readConfig } from '../../contracts/config.ts';
import { listBackups, prune } from '../../ledger/backup/folder.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { backUpOf, contentsOf, restoreInto } from '../support/backups.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase, testDirectory } from '../support/servers.ts';

const SECRET = 'trader-token-that-is-secret';
const PAID = { result: { at: 0, payout: '1' } };
/** Rows that the running desk changes all the time, or that backup and restore add to. */
const MOVING = ['public.watch', 'public.desk', 'public.audit', 'public.audit_head'];

let desk: TestDesk;
let backup: { folder: string; manifest: Manifest };
let original: Record<string, string[]>;
let restored: TestDatabase;
let restoredLedger: Ledger;
const opened: (() => Promise<void>)[] = [];

async function until(on: TestDesk, id: string, status: string): Promise<void> {
  await eventually(`${id} to be ${status}`, async () => {
    const { rows } = await on.query<{ status: string }>(
      `SELECT status FROM trade WHERE id = '${id}'`,
    );
    return rows[0]?.status === status ? true : undefined;
  });
}

function still(contents: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(contents).filter(([name]) => !MOVING.includes(name)));
}

function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) =>
    join(entry.parentPath, entry.name),
  );
}

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [kalshiMarket('WON'), kalshiMarket('OPEN')] } });
  await desk.submit(singleLeg('won', 'WON'));
  await desk.submit(singleLeg('open', 'OPEN'));
  await desk.submit(singleLeg('denied', 'OPEN', { fairPrice: '0.59' }));
  await until(desk, 'open', 'open');
  desk.publish({ markets: [kalshiMarket('WON', PAID), kalshiMarket('OPEN')] });
  await until(desk, 'won', 'settled');
  original = await contentsOf(desk.databaseUrl);
  backup = await backUpOf(desk.engine.ledger, desk.databaseUrl, {
    BALLAST_PAPER_FILE: desk.environment['BALLAST_PAPER_FILE']!,
    BALLAST_TRADER_TOKEN: SECRET,
    DATABASE_URL: desk.databaseUrl,
  });
  restored = await createTestDatabase();
  await restoreInto(restored.url, backup.folder);
  restoredLedger = openLedger(restored.url, () => {});
  opened.push(() => restoredLedger.close());
});
afterAll(async () => {
  for (const close of opened) await close();
  await desk.close();
  await restored.drop();
});

describe('a backup', () => {
  test('holds every table of both schemas, and so a table that is added tomorrow', async () => {
    const { rows } = await desk.query<{ name: string }>(
      `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
       WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
         AND table_name NOT LIKE 'kysely_%'`,
    );
    const kept = backup.manifest.files.flatMap(({ table }) =>
      table === undefined ? [] : [`${table.schema}.${table.name}`],
    );
    expect(kept.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
    expect(kept).toContain('paper_exchange.client_order');
    expect(kept.indexOf('public.trade')).toBeLessThan(kept.indexOf('public.leg'));
  });

  test('names what it is of: ledger, moment, migrations, version', () => {
    const { rows } = { rows: original['public.ledger_identity']! };
    expect(rows[0]).toContain(backup.manifest.ledgerId);
    expect(backup.manifest).toMatchObject({
      format: 1,
      auditHead: { seq: original['public.audit']!.length },
      migrations: {
        ledger: ['0001-ledger', '0002-survival', '0003-pairs', '0004-live', '0005-polymarket'],
      },
    });
    expect(backup.manifest.migrations.paperExchange.length).toBeGreaterThan(0);
  });

  test('keeps the markets as they were, and is readable by its owner alone', () => {
    const markets = readFileSync(join(backup.folder, 'markets.json'), 'utf8');
    expect(JSON.parse(markets)).toMatchObject({
      markets: [{ id: 'WON', ...PAID }, { id: 'OPEN' }],
    });
    for (const path of everyFile(backup.folder)) {
      expect(statSync(path).mode & 0o777).toBe(statSync(path).isDirectory() ? 0o700 : 0o600);
    }
    expect(statSync(backup.folder).mode & 0o777).toBe(0o700);
  });

  test('I11 no secret in it: a token and the database address leave fingerprints', () => {
    const config = readFileSync(join(backup.folder, 'config.json'), 'utf8');
    const fingerprint = /^sha256:[0-9a-f]{12}$/;
    expect(JSON.parse(config)).toMatchObject({
      BALLAST_TRADER_TOKEN: expect.stringMatching(fingerprint),
      DATABASE_URL: expect.stringMatching(fingerprint),
      LIVE_TRADING: 'false',
    });
    const { password } = new URL(desk.databaseUrl);
    for (const path of everyFile(backup.folder).filter((file) => statSync(file).isFile())) {
      const bytes = readFileSync(path);
      const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      expect([path, text.includes(SECRET), text.includes(password)]).toEqual([path, false, false]);
    }
  });

  test('is told in the audit log, by who asked', async () => {
    const { rows } = await desk.query(
      `SELECT actor, detail::jsonb->>'path' AS path FROM audit WHERE action = 'backup.written'`,
    );
    expect(rows).toEqual([{ actor: 'tester', path: backup.folder }]);
  });

  test('that fails leaves nothing that looks like one', async () => {
    const dataDir = testDirectory('failing');
    // A directory where the markets should be: it cannot be copied.
    const config = readConfig({ BALLAST_DATA_DIR: dataDir, BALLAST_PAPER_FILE: dataDir });
    const { ledger } = desk.engine;
    const at = { ledger, databaseUrl: desk.databaseUrl, clock: machineClock(0) };
    await expect(backUp(config, at, { actor: 'tester', reason: 'a test' })).rejects.toThrow(
      'EISDIR',
    );
    expect(readdirSync(join(dataDir, 'backups'))).toEqual([]);
  });

  test('two of the same second do not mix', async () => {
    const dataDir = testDirectory('twice');
    const config = readConfig({ BALLAST_DATA_DIR: dataDir });
    const clock = { read: () => Promise.resolve({ atMs: 1_795_000_000_000, offsetMs: 0 }) };
    const at = { ledger: restoredLedger, databaseUrl: restored.url, clock };
    const asked = { actor: 'tester', reason: 'a test' };
    const first = await backUp(config, at, asked);
    const second = await backUp(config, at, asked);
    expect(second.path).toBe(`${first.path}-2`);
    expect(await listBackups(join(dataDir, 'backups'))).toEqual([second.path, first.path]);
  });
});

describe('pruning', () => {
  const ledgerId = '1a2b3c4d-0000-4000-8000-000000000000';
  const atMs = Date.UTC(2026, 10, 22, 12);

  test("keeps the newest 30 of this ledger, other ledgers' all, and what is being written", async () => {
    const parent = testDirectory('prune');
    const day = (number: number): string => `202610${String(number).padStart(2, '0')}T000000Z`;
    const mine = Array.from({ length: 31 }, (_, index) => `${day(index + 1)}-1a2b3c4d`);
    const others = [`${day(1)}-99999999`, 'notes'];
    const partials = ['20261120T000000Z-1a2b3c4d.partial', '20261122T115959Z-1a2b3c4d.partial'];
    for (const name of [...mine, ...others, ...partials]) mkdirSync(join(parent, name));
    await prune(parent, { atMs, ledgerId });
    expect(readdirSync(parent).toSorted()).toEqual(
      [...mine.slice(1), ...others, partials[1]!].toSorted(),
    );
    expect((await listBackups(parent, ledgerId))[0]).toBe(join(parent, mine.at(-1)!));
  });
});

describe('a restored ledger', () => {
  test('equals the original table by table', async () => {
    const now = await contentsOf(restored.url);
    expect(still(now)).toEqual(still(original));
    expect(now['public.audit']).toEqual(expect.arrayContaining(original['public.audit']!));
  });

  test('verifies', async () => {
    const view = await verifyBooks(restoredLedger);
    expect([view.ok, view.ledgerId]).toEqual([true, backup.manifest.ledgerId]);
  });

  test('stands still until an admin lets it go on, and says so in its audit log', async () => {
    const { rows } = await sql`SELECT state, cause, reason FROM desk`.execute(restoredLedger.db);
    const reason = `restored from backup ${backup.folder}`;
    expect(rows).toEqual([{ state: 'paused', cause: 'breach', reason }]);
    const { rows: told } = await sql`
      SELECT action FROM audit ORDER BY seq OFFSET ${original['public.audit']!.length}`.execute(
      restoredLedger.db,
    );
    expect(told).toEqual([
      { action: 'desk.breached' },
      { action: 'ledger.restored' },
      // By the tests above.
      { action: 'backup.written' },
      { action: 'backup.written' },
    ]);
  });

  test.each(['permit', 'outbox'])('numbers on where the original stopped: %s', async (name) => {
    const { rows } = await sql`
      SELECT nextval(pg_get_serial_sequence(${name}, 'id')) - max(id) AS step, max(id) > 0 AS rows
      FROM ${sql.table(name)}`.execute(restoredLedger.db);
    expect(rows).toEqual([{ step: 1n, rows: true }]);
  });

  test('backed up and restored again is the same to the last row', async () => {
    const before = await contentsOf(restored.url);
    const again = await backUpOf(restoredLedger, restored.url);
    const copy = await createTestDatabase();
    try {
      await restoreInto(copy.url, again.folder);
      const { 'public.audit': audit, 'public.audit_head': _, ...rest } = await contentsOf(copy.url);
      expect(before).toMatchObject(rest);
      expect(audit!.length).toBe(before['public.audit']!.length + 1);
    } finally {
      await copy.drop();
    }
  });

  test('trades on: the open trade settles, and a new one walks all the way', async () => {
    const second = await startTestDesk({
      database: restored,
      markets: { markets: [kalshiMarket('OPEN', PAID), kalshiMarket('NEW')] },
    });
    try {
      expect(await second.engine.activities.sweepTrades()).toEqual(['open']);
      await until(second, 'open', 'settled');
      expect(await second.submit(singleLeg('new', 'NEW'))).toMatchObject({ status: 423 });
      const { ledger } = second.engine;
      const intent = {
        action: 'resume',
        actor: 'tester',
        role: 'admin',
        reason: 'looked',
      } as const;
      const intentId = await ledger.writeIntent({ desk: 'main', ...intent });
      const reading = await machineClock(0).read();
      expect(
        await ledger.resumeDesk(
          'main',
          { actor: 'tester', reason: 'looked', intentId, requestId: 'r' },
          reading,
        ),
      ).toMatchObject({ kind: 'resumed' });
      expect(await second.submit(singleLeg('new', 'NEW'))).toMatchObject({ status: 202 });
      await until(second, 'new', 'open');
      second.publish({ markets: [kalshiMarket('OPEN', PAID), kalshiMarket('NEW', PAID)] });
      await until(second, 'new', 'settled');
      expect(await verifyBooks(ledger)).toMatchObject({ ok: true, waiting: 0 });
    } finally {
      await second.close();
    }
  });
});
