/** A restore takes a whole and sound backup into an empty database, and nothing else into anything. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Manifest } from '../../contracts/backup.ts';
import { readLeftovers } from '../../ledger/backup/catalog.ts';
import { withClient } from '../../ledger/backup/connection.ts';
import { openPool } from '../../ledger/database.ts';
import { canonicalJson, sha256Hex } from '../../ledger/identity.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { migratePaperExchange } from '../../venues/paper/migrate.ts';
import { backUpOf, restoreEmbedded, restoreInto } from '../support/backups.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase, testDirectory } from '../support/servers.ts';
import { readingAt } from './harness.ts';
import { limitsOf } from './wishes.ts';

let source: TestDatabase;
let target: TestDatabase;
let ledger: Ledger;
let sound: string;
let folder: string;

beforeAll(async () => {
  source = await createTestDatabase();
  target = await createTestDatabase();
  ledger = openLedger(source.url, () => {});
  await ledger.migrate();
  const pool = openPool({ connectionString: source.url }, () => {});
  await migratePaperExchange(pool);
  await pool.end();
  await ledger.setUpDesk('main', limitsOf(), readingAt(Date.now()));
  sound = (await backUpOf(ledger, source.url)).folder;
});
beforeEach(() => {
  folder = join(testDirectory('copy'), 'backup');
  cpSync(sound, folder, { recursive: true });
});
afterAll(async () => {
  await ledger.close();
  await source.drop();
  await target.drop();
});

const TRANSFERS = 'tables/public.transfer.copy.gz';

/** Rewrites the manifest; `seal` makes its checksum right again, as somebody might who knows how. */
function edit(change: (manifest: Manifest) => object, options = { seal: true }): void {
  const path = join(folder, 'manifest.json');
  const { checksum, ...content } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  const changed = { ...content, ...change({ checksum, ...content }) };
  const sealed = options.seal ? sha256Hex(canonicalJson(changed)) : checksum;
  writeFileSync(path, JSON.stringify({ ...changed, checksum: sealed }));
}

/** Rewrites a table's rows, and everything in the manifest that would tell. */
function rewrite(path: string, change: (text: string) => string): void {
  const bytes = gzipSync(change(gunzipSync(readFileSync(join(folder, path))).toString()));
  writeFileSync(join(folder, path), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  edit(({ files }) => ({
    files: files.map((file) =>
      file.path === path ? { ...file, bytes: bytes.length, sha256 } : file,
    ),
  }));
}

const refusals: [string, () => void, string][] = [
  ['a truncated file', () => truncateSync(join(folder, TRANSFERS), 40), 'has 40 bytes, not '],
  [
    'a flipped bit in a file',
    () => {
      const bytes = readFileSync(join(folder, TRANSFERS));
      bytes[30]! ^= 1;
      writeFileSync(join(folder, TRANSFERS), bytes);
    },
    'public.transfer.copy.gz was changed after it was written',
  ],
  [
    'a missing file',
    () => rmSync(join(folder, TRANSFERS)),
    'public.transfer.copy.gz is missing; nothing was changed, try an older backup',
  ],
  [
    'an edited manifest',
    () => edit(() => ({ createdAt: '2026-01-01T00:00:00.000Z' }), { seal: false }),
    'manifest.json was changed after it was written',
  ],
  [
    'a manifest of another ledger',
    () => edit(() => ({ ledgerId: 'somebody-elses' })),
    'its manifest is of another ledger or another moment than its tables',
  ],
  [
    'a manifest of another moment',
    () => edit(({ auditHead }) => ({ auditHead: { ...auditHead, seq: 0 } })),
    'of another ledger or another moment',
  ],
  [
    'a file outside the backup',
    () => edit(({ files }) => ({ files: files.map((file) => ({ ...file, path: '../x' })) })),
    'must lie inside the backup',
  ],
  ['a foreign format', () => edit(() => ({ format: 2 })), 'its format is 2, this version reads 1'],
  [
    'a later migration',
    () =>
      edit(({ migrations }) => ({
        migrations: { ...migrations, ledger: [...migrations.ledger, '0999-later'] },
      })),
    "does not know the ledger's migration 0999-later; restore it with the version that wrote it",
  ],
  [
    'a table too few',
    () => edit(({ files }) => ({ files: files.filter(({ path }) => path !== TRANSFERS) })),
    'other tables than its migrations make: public.transfer',
  ],
  [
    'rows too few',
    () => rewrite(TRANSFERS, (text) => `${text.split('\n')[0]!}\n`),
    'holds 1 rows, not 2',
  ],
  [
    'rows that break the rules of their table',
    () => rewrite(TRANSFERS, (text) => text.replace('10000000000', '-1')),
    'violates check constraint',
  ],
  [
    'an amount that was changed by somebody who knew how',
    () => rewrite(TRANSFERS, (text) => text.replace('10000000000', '10000000001')),
    'I6 paper/kalshi/capital: stored balance differs from its transfers',
  ],
  ['a directory without a manifest', () => rmSync(join(folder, 'manifest.json')), 'cannot be read'],
];

describe('failure case 20: a damaged backup is refused and the database stays empty', () => {
  test.each(refusals)('%s', async (_name, damage, message) => {
    damage();
    await expect(restoreInto(target.url, folder)).rejects.toMatchObject({
      name: 'BackupUnusable',
      message: expect.stringContaining(message),
    });
    expect(await withClient(target.url, readLeftovers)).toEqual([]);
  });

  test('a backup of a ledger that does not verify', async () => {
    await sql`ALTER TABLE transfer DISABLE TRIGGER USER`.execute(ledger.db);
    await sql`UPDATE transfer SET amount = amount # 4096`.execute(ledger.db);
    try {
      const { folder: damaged } = await backUpOf(ledger, source.url);
      await expect(restoreInto(target.url, damaged)).rejects.toThrow(
        'taken of a ledger that does not verify',
      );
      expect(await withClient(target.url, readLeftovers)).toEqual([]);
    } finally {
      await sql`UPDATE transfer SET amount = amount # 4096`.execute(ledger.db);
      await sql`ALTER TABLE transfer ENABLE TRIGGER USER`.execute(ledger.db);
    }
  });
});

describe('failure case 20: a restore never goes over what is there', () => {
  test('a database that holds anything is refused, with advice, and keeps it', async () => {
    const client = withClient(source.url, (one) => one.query('SELECT id FROM ledger_identity'));
    const { rows: before } = await client;
    await expect(restoreInto(source.url, folder)).rejects.toMatchObject({
      name: 'TargetNotEmpty',
      message: expect.stringContaining('create an empty database and set DATABASE_URL to it'),
    });
    const { rows: after } = await withClient(source.url, (one) =>
      one.query('SELECT id FROM ledger_identity'),
    );
    expect(after).toEqual(before);
  });

  test('an embedded cluster that is there is refused, with the command that moves it', async () => {
    const dataDir = testDirectory('occupied');
    mkdirSync(join(dataDir, 'postgres'));
    await expect(restoreEmbedded(dataDir, folder)).rejects.toMatchObject({
      name: 'TargetNotEmpty',
      message: expect.stringMatching(
        /mv \S+\/postgres \S+\/postgres\.before-\S+; then ballast restore/,
      ),
    });
  });
});

test('the sound backup restores after all of that', async () => {
  await expect(restoreInto(target.url, sound)).resolves.toMatchObject({ path: sound });
});
