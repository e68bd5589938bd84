/** Restores a backup into an empty database, in one transaction: whole and checked, or not at all. */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Client } from 'pg';
import { from } from 'pg-copy-streams';
import type { BackupTable, Manifest } from '../../contracts/backup.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { VenueRecords } from '../../domain/invariants/verify.ts';
import { allFindings } from '../../domain/invariants/verify.ts';
import { messageOf } from '../../domain/thrown.ts';
import type { LedgerTx } from '../database.ts';
import { LEDGER_MIGRATIONS, migrateWithin } from '../database.ts';
import { sha256Hex } from '../identity.ts';
import { readBookRows } from '../read/books.ts';
import type { LedgerMark } from '../read/mark.ts';
import { readMark } from '../read/mark.ts';
import { appendAudit } from '../verbs/audit.ts';
import { breachDesk } from '../verbs/desk-state.ts';
import { quoted, quotedName, readLeftovers, readTables, tableName } from './catalog.ts';
import { breakOff, inTransaction, ledgerWithin, withClient } from './connection.ts';
import { BackupUnusable, TargetNotEmpty } from './errors.ts';

/** The paper exchange, whose schema is not the ledger's. */
export interface ExchangeSchema {
  readonly migrations: readonly string[];
  /** Runs its migrations within the transaction begun on `client`, up to `to`. */
  migrate(client: Client, to?: string): Promise<void>;
  readRecords(client: Client): Promise<VenueRecords>;
}

export interface RestoreOptions {
  readonly databaseUrl: string;
  readonly folder: string;
  /** Read and checked: `readBackup`. */
  readonly manifest: Manifest;
  readonly exchange: ExchangeSchema;
  /** Who asked for it. */
  readonly actor: string;
  readonly reading: ClockReading;
}

/**
 * Loads a checked backup into an empty database, brings it up to date, runs every checker on it,
 * and leaves its desks stopped until an admin has looked.
 * @returns the ledger's mark after it
 * @throws TargetNotEmpty, BackupUnusable, or the database's error; the target is then as it was
 */
export async function restoreBackup(options: RestoreOptions): Promise<LedgerMark> {
  const { folder, manifest, exchange } = options;
  refuseUnknown(folder, 'ledger', manifest.migrations.ledger, LEDGER_MIGRATIONS);
  refuseUnknown(folder, 'paper exchange', manifest.migrations.paperExchange, exchange.migrations);
  return withClient(options.databaseUrl, async (client) => {
    const leftovers = await readLeftovers(client);
    if (leftovers.length > 0) {
      throw new TargetNotEmpty(
        `the database to restore into is not empty: it has ${leftovers.slice(0, 3).join(', ')}` +
          `${leftovers.length > 3 ? ` and ${leftovers.length - 3} more` : ''}`,
      );
    }
    return inTransaction(client, 'BEGIN', () => restoreWithin(client, options));
  });
}

async function restoreWithin(client: Client, options: RestoreOptions): Promise<LedgerMark> {
  const { folder, manifest, exchange } = options;
  const tx = ledgerWithin(client);
  await migrateWithin(tx, manifest.migrations.ledger.at(-1));
  const exchangeLevel = manifest.migrations.paperExchange.at(-1);
  if (exchangeLevel !== undefined) await exchange.migrate(client, exchangeLevel);
  await loadTables(client, folder, manifest);
  await refuseOther(tx, folder, manifest);
  await migrateWithin(tx);
  await exchange.migrate(client);
  const rows = await readBookRows(tx);
  const records = await exchange.readRecords(client);
  const { findings } = allFindings(rows, { before: records, after: records }, sha256Hex);
  const found = Object.values(findings).flat();
  if (found.length > 0) {
    throw new BackupUnusable(
      `${folder} was taken of a ledger that does not verify; nothing was restored, ` +
        `try an older backup:\n${found.slice(0, 5).join('\n')}`,
    );
  }
  await stopDesks(tx, options);
  return (await readMark(tx))!;
}

function refuseUnknown(
  folder: string,
  what: string,
  applied: readonly string[],
  known: readonly string[],
): void {
  const unknown = applied.find((name, index) => known[index] !== name);
  if (unknown === undefined) return;
  throw new BackupUnusable(
    `${folder} is of another version of Ballast: this one does not know the ${what}'s migration ` +
      `${unknown}; restore it with the version that wrote it`,
  );
}

async function loadTables(client: Client, folder: string, manifest: Manifest): Promise<void> {
  const files = new Map(
    manifest.files.flatMap(({ path, table }) =>
      table === undefined ? [] : [[tableName(table), { path, table }]],
    ),
  );
  const tables = await readTables(client);
  const here = tables.map(tableName);
  const differing = [
    ...here.filter((name) => !files.has(name)),
    ...[...files.keys()].filter((name) => !here.includes(name)),
  ];
  if (differing.length > 0) {
    throw new BackupUnusable(
      `${folder} has other tables than its migrations make: ${differing.join(', ')}; ` +
        'nothing was restored, try an older backup',
    );
  }
  // What the migrations put there themselves: the backup has its own.
  for (const table of tables.toReversed()) {
    const { rows } = await client.query(`SELECT FROM ${quoted(table)} LIMIT 1`);
    if (rows.length > 0) await client.query(`DELETE FROM ${quoted(table)}`);
  }
  for (const name of here) {
    const { path, table } = files.get(name)!;
    await copyIn(client, join(folder, path), table);
  }
  for (const { table } of files.values()) await setSequences(client, table);
}

async function copyIn(client: Client, path: string, table: BackupTable): Promise<void> {
  const columns = table.columns.map(quotedName).join(', ');
  const copy = client.query(from(`COPY ${quoted(table)} (${columns}) FROM STDIN`));
  try {
    await pipeline(createReadStream(path), createGunzip(), copy);
  } catch (error) {
    // Damage in the middle of a file: the server still waits for the rest of it.
    if (!(error instanceof Error && 'severity' in error)) breakOff(client);
    const why = messageOf(error);
    throw new BackupUnusable(`${path} cannot be loaded: ${why}; nothing was restored`, {
      cause: error,
    });
  }
  if (copy.rowCount !== table.rows) {
    throw new BackupUnusable(
      `${path} holds ${copy.rowCount} rows, not ${table.rows}; nothing was restored`,
    );
  }
}

/** Identity columns go on after the highest number that was loaded. */
async function setSequences(client: Client, table: BackupTable): Promise<void> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT attname AS column FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity <> ''`,
    [quoted(table)],
  );
  for (const { column } of rows) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2),
         (SELECT coalesce(max(${quotedName(column)}), 0) + 1 FROM ${quoted(table)}), false)`,
      [quoted(table), column],
    );
  }
}

/** The tables must be those of the manifest's ledger at the manifest's instant. */
async function refuseOther(tx: LedgerTx, folder: string, manifest: Manifest): Promise<void> {
  const mark = await readMark(tx);
  const { ledgerId, auditHead } = manifest;
  if (
    mark?.ledgerId !== ledgerId ||
    mark.auditSeq !== auditHead.seq ||
    mark.auditHash !== auditHead.hash
  ) {
    throw new BackupUnusable(
      `${folder}: its manifest is of another ledger or another moment than its tables; ` +
        'nothing was restored, try an older backup',
    );
  }
}

/** Nobody may trade on a copy before a person has compared it with the world. */
async function stopDesks(tx: LedgerTx, options: RestoreOptions): Promise<void> {
  const { folder, manifest, actor, reading } = options;
  const reason = `restored from backup ${folder}`;
  const desks = await tx.selectFrom('desk').select('id').orderBy('id').execute();
  for (const { id } of desks) await breachDesk(tx, id, { actor, reason }, reading);
  const { createdAt, ledgerId, auditHead } = manifest;
  const detail = { folder, createdAt, ledgerId, auditSeq: auditHead.seq };
  const entry = { actor, verified: true, action: 'ledger.restored', reason, detail };
  await appendAudit(tx, entry, reading.atMs);
}
