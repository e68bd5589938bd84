/** A start takes only the ledger it knows, whole and in order: failure case 20, without servers. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { refuseLostCluster, rememberLedger } from '../../bin/ledger-file.ts';
import { openVerifiedLedger } from '../../bin/verified-ledger.ts';
import { verifyBooks } from '../../bin/verify.ts';
import { readConfig } from '../../contracts/config.ts';
import { readLeftovers } from '../../ledger/backup/catalog.ts';
import { withClient } from '../../ledger/backup/connection.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { appendAudit } from '../../ledger/verbs/audit.ts';
import { backUpOf } from '../support/backups.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase, testDirectory } from '../support/servers.ts';
import { readingAt } from '../ledger/harness.ts';
import { limitsOf } from '../ledger/wishes.ts';

let mine: TestDatabase;
let other: TestDatabase;
let ledger: Ledger;
let dataDir: string;
let file: string;

const configOf = (url: string) => readConfig({ BALLAST_DATA_DIR: dataDir, DATABASE_URL: url });

/** What `start` does with a database before anything else. */
async function start(database: TestDatabase): Promise<void> {
  const log = pino({ level: 'silent' });
  const config = configOf(database.url);
  const opened = await openVerifiedLedger({ config, databaseUrl: database.url, log });
  await rememberLedger(dataDir, opened.db);
  await opened.close();
}

async function note(): Promise<void> {
  const entry = { actor: 'tester', verified: true, action: 'test.noted', reason: 'a test' };
  await ledger.db.transaction().execute((tx) => appendAudit(tx, entry, Date.now()));
}

async function setUp(database: TestDatabase): Promise<Ledger> {
  const opened = openLedger(database.url, () => {});
  await opened.migrate();
  await opened.setUpDesk('main', limitsOf(), readingAt(Date.now()));
  return opened;
}

beforeAll(async () => {
  mine = await createTestDatabase();
  other = await createTestDatabase();
  ledger = await setUp(mine);
  await (await setUp(other)).close();
});
beforeEach(async () => {
  dataDir = testDirectory('whose');
  file = join(dataDir, 'ledger.json');
  await start(mine);
});
afterAll(async () => {
  await ledger.close();
  await mine.drop();
  await other.drop();
});

const refused = (...texts: string[]) =>
  expect.objectContaining({
    name: 'LedgerReplaced',
    message: expect.stringMatching(new RegExp(texts.join('[^]*'))),
  });

describe('failure case 20: a ledger is never replaced by another, an older or an empty one', () => {
  test('the ledger it knows is taken, however far it has come since', async () => {
    await note();
    await start(mine);
    await start(mine);
    const { seq } = await ledger.db
      .selectFrom('audit_head')
      .select('seq')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ auditSeq: Number(seq) });
  });

  test('another ledger is refused, with the newest backup and the way out', async () => {
    const settings = { BALLAST_DATA_DIR: dataDir };
    const { folder } = await backUpOf(ledger, mine.url, settings);
    await expect(start(other)).rejects.toEqual(
      refused('the database holds ledger', `ballast restore ${folder}`, `rm ${file}`),
    );
  });

  test('an empty database is refused, and stays empty', async () => {
    const empty = await createTestDatabase();
    try {
      await expect(start(empty)).rejects.toEqual(
        refused('the database holds no ledger', 'there is no backup of it in', `rm ${file}`),
      );
      expect(await withClient(empty.url, readLeftovers)).toEqual([]);
    } finally {
      await empty.drop();
    }
  });

  test('an older copy is refused', async () => {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as { auditSeq: number };
    const later = { ...mark, auditSeq: mark.auditSeq + 1, auditHash: 'of a later entry' };
    writeFileSync(file, JSON.stringify(later));
    await expect(start(mine)).rejects.toEqual(
      refused('an older copy', `ends with entry ${mark.auditSeq} and lacks`, 'or, where this is'),
    );
  });

  test('a copy that went another way is refused', async () => {
    const mark = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...mark, auditHash: 'of another entry' }));
    await expect(start(mine)).rejects.toEqual(refused('an older copy'));
  });

  test('without ledger.json any ledger is taken: that is how a replacement is meant', async () => {
    dataDir = testDirectory('fresh');
    await expect(start(other)).resolves.toBeUndefined();
    expect(existsSync(join(dataDir, 'ledger.json'))).toBe(true);
  });

  test('a damaged ledger.json is not taken for an absent one', async () => {
    writeFileSync(file, '{"ledgerId":');
    await expect(start(mine)).rejects.toEqual(refused('ledger.json is damaged', `rm ${file}`));
  });

  test('a cluster that is gone is refused before an empty one is made', async () => {
    const embedded = readConfig({ BALLAST_DATA_DIR: dataDir });
    await expect(refuseLostCluster(embedded)).rejects.toEqual(
      refused(`${dataDir}/postgres is gone`, 'with one from elsewhere: ballast restore'),
    );
    await expect(refuseLostCluster(configOf(mine.url))).resolves.toBeUndefined();
  });
});

describe('failure case 20: a ledger that was tampered with is not traded on', () => {
  const TABLES = ['transfer', 'audit', 'fill', 'settlement', 'decision'];
  async function unguarded(statement: string): Promise<void> {
    for (const table of TABLES) {
      await sql`ALTER TABLE ${sql.table(table)} DISABLE TRIGGER USER`.execute(ledger.db);
    }
    await sql.raw(statement).execute(ledger.db);
    for (const table of TABLES) {
      await sql`ALTER TABLE ${sql.table(table)} ENABLE TRIGGER USER`.execute(ledger.db);
    }
  }

  test.each([
    [
      'a flipped bit in an amount',
      'UPDATE transfer SET amount = amount # 4096',
      'UPDATE transfer SET amount = amount # 4096',
      'I6 paper/kalshi/capital: stored balance differs from its transfers',
    ],
    [
      'a rewritten reason in the audit log',
      "UPDATE audit SET reason = reason || '!' WHERE seq = 1",
      "UPDATE audit SET reason = rtrim(reason, '!') WHERE seq = 1",
      'I9 entry 1: was changed after it was written',
    ],
    [
      'money held for nobody',
      "UPDATE account SET held = 1 WHERE id = 'paper/kalshi/cash'",
      "UPDATE account SET held = 0 WHERE id = 'paper/kalshi/cash'",
      'I2 paper/kalshi/cash: held is 1, its holds come to 0',
    ],
  ])('%s', async (_name, tamper, mend, finding) => {
    await unguarded(tamper);
    try {
      await expect(start(mine)).rejects.toMatchObject({
        name: 'LedgerDamaged',
        message: expect.stringContaining(finding),
      });
      const view = await verifyBooks(ledger, { patienceMs: 0 });
      expect([view.ok, view.invariants.flatMap(({ findings }) => findings)]).toEqual([
        false,
        expect.arrayContaining([finding]),
      ]);
    } finally {
      await unguarded(mend);
    }
    await expect(start(mine)).resolves.toBeUndefined();
  });
});
