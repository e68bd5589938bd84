/** The predecessor's defect d: a state that could not be read was replaced by an empty one. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { LedgerDamaged, LedgerReplaced } from '../../bin/errors.ts';
import { refuseLostCluster, rememberLedger } from '../../bin/ledger-file.ts';
import { openVerifiedLedger } from '../../bin/verified-ledger.ts';
import { readConfig } from '../../contracts/config.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { readingAt, usd } from '../ledger/harness.ts';
import { limitsOf } from '../ledger/wishes.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase, testDirectory } from '../support/servers.ts';

const log = pino({ level: 'silent' });

let database: TestDatabase;
let ledger: Ledger;
let dataDir: string;

beforeAll(async () => {
  dataDir = testDirectory('defect-d');
  database = await createTestDatabase();
  ledger = openLedger(database.url, () => {});
  await ledger.migrate();
  await ledger.setUpDesk('main', limitsOf(), readingAt('2026-11-22T12:00:00Z'));
  await rememberLedger(dataDir, ledger.db);
});
afterAll(async () => {
  await ledger.close();
  await database.drop();
});

async function cash(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    SELECT id || ' ' || debits - credits AS line FROM account
    WHERE id LIKE '%/cash' ORDER BY id`.execute(ledger.db);
  return rows.map(({ line }) => line);
}

describe('defect d: what cannot be read is refused, never replaced and never traded on', () => {
  const config = () => readConfig({ BALLAST_DATA_DIR: dataDir });
  const start = (databaseUrl: string) => openVerifiedLedger({ config: config(), databaseUrl, log });

  test('a ledger in order opens', async () => {
    const opened = await start(database.url);
    expect(await opened.pendingMigrations()).toEqual([]);
    await opened.close();
  });

  test('a posting that somebody changed stops the start, and all stays as it is', async () => {
    const before = await cash();
    await sql`ALTER TABLE transfer DISABLE TRIGGER USER`.execute(ledger.db);
    await sql`UPDATE transfer SET amount = amount + 1`.execute(ledger.db);
    try {
      const failed = start(database.url);
      await expect(failed).rejects.toBeInstanceOf(LedgerDamaged);
      await expect(failed).rejects.toThrow(/stored balance differs from its transfers/);
      expect(await cash()).toEqual(before);
      expect(before).toContain(`paper/kalshi/cash ${usd(10_000)}`);
    } finally {
      await sql`UPDATE transfer SET amount = amount - 1`.execute(ledger.db);
      await sql`ALTER TABLE transfer ENABLE TRIGGER USER`.execute(ledger.db);
    }
  });

  test('an empty database in its place is refused, and stays empty', async () => {
    const empty = await createTestDatabase();
    try {
      await expect(start(empty.url)).rejects.toBeInstanceOf(LedgerReplaced);
      const other = openLedger(empty.url, () => {});
      const { rows } = await sql`
        SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`.execute(
        other.db,
      );
      await other.close();
      expect(rows).toEqual([]);
    } finally {
      await empty.drop();
    }
  });

  test('files that are gone are not made anew', async () => {
    await expect(refuseLostCluster(config())).rejects.toBeInstanceOf(LedgerReplaced);
  });
});
