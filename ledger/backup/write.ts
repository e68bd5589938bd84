/** Writes a backup: all tables of both schemas as of one instant, and what belongs to them. */
import { createReadStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { Client } from 'pg';
import { to } from 'pg-copy-streams';
import type { BackupFile, BackupView, Manifest } from '../../contracts/backup.ts';
import { BACKUP_FORMAT } from '../../contracts/backup.ts';
import type { LedgerDb } from '../database.ts';
import { appendAudit } from '../verbs/audit.ts';
import type { CatalogTable } from './catalog.ts';
import { quoted, quotedName, readMigrations, readTables, tableName } from './catalog.ts';
import { breakOff, inTransaction, withClient } from './connection.ts';
import { syncDirectory, writeBackupFile, writeManifest } from './files.ts';
import { makePartial, prune } from './folder.ts';

export interface BackupOptions {
  readonly databaseUrl: string;
  /** The directory the backup's own directory is made in. */
  readonly parent: string;
  /** Whether older backups there are removed. */
  readonly prunes: boolean;
  readonly atMs: number;
  readonly appVersion: string;
  /** Who asked for it, and why. */
  readonly actor: string;
  readonly reason: string;
  /** The configuration, without secrets; kept as `config.json`. */
  readonly settings: object;
  /** Files to keep beside the tables; one that is not there is left out. */
  readonly files: readonly { readonly from: string; readonly path: string }[];
}

/**
 * Writes a backup beside the running desk: it locks nothing. The directory gets its name when it
 * is whole and on the disk; a failure leaves nothing but an error.
 * @throws Error of the database or of the disk
 */
export async function writeBackup(db: LedgerDb, options: BackupOptions): Promise<BackupView> {
  const { parent, atMs } = options;
  const { manifest, path } = await withClient(options.databaseUrl, (client) =>
    inTransaction(client, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', () =>
      writeSnapshot(client, options),
    ),
  );
  const view = viewOf(path, manifest);
  const { actor, reason } = options;
  const detail = { path, sha256: manifest.checksum, auditSeq: view.auditSeq, rows: view.rows };
  const entry = { actor, verified: true, action: 'backup.written', reason, detail };
  await db.transaction().execute((tx) => appendAudit(tx, entry, atMs));
  if (options.prunes) await prune(parent, { atMs, ledgerId: manifest.ledgerId });
  return view;
}

/** What a backup holds, in numbers. */
export function viewOf(path: string, manifest: Manifest): BackupView {
  const tables = manifest.files.flatMap(({ table }) => table ?? []);
  return {
    path,
    ledgerId: manifest.ledgerId,
    auditSeq: manifest.auditHead.seq,
    tables: tables.length,
    rows: tables.reduce((total, { rows }) => total + rows, 0),
    bytes: manifest.files.reduce((total, { bytes }) => total + bytes, 0),
  };
}

async function writeSnapshot(client: Client, options: BackupOptions) {
  const { parent, atMs, appVersion } = options;
  const { ledgerId, ...head } = await readHead(client);
  const { partial, final } = await makePartial(parent, { atMs, ledgerId });
  try {
    const files = await writeFiles(client, partial, options);
    const manifest = await writeManifest(partial, {
      format: BACKUP_FORMAT,
      ledgerId,
      createdAt: new Date(atMs).toISOString(),
      appVersion,
      migrations: {
        ledger: await readMigrations(client, 'public'),
        paperExchange: await readMigrations(client, 'paper_exchange'),
      },
      auditHead: head,
      files,
    });
    const folders = files.map(({ path }) => dirname(`${partial}/${path}`));
    for (const folder of new Set([...folders, partial])) await syncDirectory(folder);
    await rename(partial, final);
    await syncDirectory(parent);
    return { manifest, path: final };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function readHead(client: Client) {
  const { rows } = await client.query<{ ledgerId: string; seq: bigint; hash: string }>(
    'SELECT ledger_identity.id AS "ledgerId", seq, hash FROM ledger_identity, audit_head',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the ledger has lost its identity; run: ballast verify');
  return { ...row, seq: Number(row.seq) };
}

async function writeFiles(
  client: Client,
  folder: string,
  options: BackupOptions,
): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  // One after the other: they share the connection that has the snapshot.
  for (const table of await readTables(client)) files.push(await copyOut(client, folder, table));
  const settings = `${JSON.stringify(options.settings, undefined, 2)}\n`;
  files.push(await writeBackupFile(folder, 'config.json', Readable.from([Buffer.from(settings)])));
  for (const { from, path } of options.files.filter((file) => existsSync(file.from))) {
    files.push(await writeBackupFile(folder, path, createReadStream(from)));
  }
  return files;
}

async function copyOut(client: Client, folder: string, table: CatalogTable): Promise<BackupFile> {
  const { schema, name, columns } = table;
  const list = columns.map(quotedName).join(', ');
  const copy = client.query(to(`COPY ${quoted(table)} (${list}) TO STDOUT`));
  const path = `tables/${tableName(table)}.copy.gz`;
  try {
    const written = await writeBackupFile(folder, path, copy, createGzip());
    // The count comes a moment after the last row.
    await client.query('SELECT');
    return { ...written, table: { schema, name, columns: [...columns], rows: copy.rowCount } };
  } catch (error) {
    breakOff(client);
    throw error;
  }
}
