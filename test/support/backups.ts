/** Backups in tests: written of one database, restored into another, compared table by table. */
import type { Manifest } from '../../contracts/backup.ts';
import { readConfig } from '../../contracts/config.ts';
import type { Client } from 'pg';
import { backUp } from '../../bin/backup.ts';
import { machineClock } from '../../bin/clock.ts';
import { runRestore } from '../../bin/restore.ts';
import { quoted, readTables, tableName } from '../../ledger/backup/catalog.ts';
import { withClient } from '../../ledger/backup/connection.ts';
import { readBackup } from '../../ledger/backup/files.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { testDirectory } from './servers.ts';

/** Backs a ledger up into a directory of its own. */
export async function backUpOf(
  ledger: Ledger,
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<{ folder: string; manifest: Manifest }> {
  const config = readConfig({ BALLAST_DATA_DIR: testDirectory('backup'), ...settings });
  const desk = { ledger, databaseUrl, clock: machineClock(0) };
  const { path } = await backUp(config, desk, { actor: 'tester', reason: 'a test' });
  return { folder: path, manifest: await readBackup(path) };
}

/** Restores a backup into the database at `databaseUrl`. */
export function restoreInto(databaseUrl: string, folder: string) {
  const dataDir = testDirectory('restore');
  return runRestore(readConfig({ BALLAST_DATA_DIR: dataDir, DATABASE_URL: databaseUrl }), folder);
}

/** Restores a backup into an embedded cluster below `dataDir`. */
export function restoreEmbedded(dataDir: string, folder: string) {
  return runRestore(readConfig({ BALLAST_DATA_DIR: dataDir }), folder);
}

/** Every row of every table as JSON text, sorted; by `schema.table`. */
export function contentsOf(databaseUrl: string): Promise<Record<string, string[]>> {
  return withClient(databaseUrl, async (client) => {
    const contents: Record<string, string[]> = {};
    for (const table of await readTables(client)) {
      contents[tableName(table)] = await rowsOf(client, quoted(table));
    }
    return contents;
  });
}

async function rowsOf(client: Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ row: string }>(
    `SELECT to_jsonb(t)::text AS row FROM ${table} t ORDER BY 1`,
  );
  return rows.map(({ row }) => row);
}
