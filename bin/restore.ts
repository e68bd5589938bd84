/** `ballast restore`: a backup into an empty database, the desk stopped until somebody has looked. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Client } from 'pg';
import type { Manifest, RestoreView } from '../contracts/backup.ts';
import type { Config } from '../contracts/config.ts';
import { poolOfOne } from '../ledger/backup/connection.ts';
import { TargetNotEmpty } from '../ledger/backup/errors.ts';
import { readBackup } from '../ledger/backup/files.ts';
import { restoreBackup } from '../ledger/backup/restore.ts';
import { viewOf } from '../ledger/backup/write.ts';
import type { LedgerMark } from '../ledger/read/mark.ts';
import { migratePaperExchange, PAPER_MIGRATIONS } from '../venues/paper/migrate.ts';
import { readPaperRecords } from '../venues/paper/records.ts';
import { startPostgres } from '../worker/embedded/postgres.ts';
import { machineClock } from './clock.ts';
import { emptyTargetAdvice, readLedgerFile, writeLedgerFile } from './ledger-file.ts';
import { claimDataDir } from './run-file.ts';
import { dataDirOf } from './settings.ts';

const EXCHANGE = {
  migrations: PAPER_MIGRATIONS,
  migrate: (client: Client, to?: string) =>
    migratePaperExchange(poolOfOne(client), { within: true, ...(to === undefined ? {} : { to }) }),
  readRecords: (client: Client) => readPaperRecords(client),
};

/**
 * Restores the backup in `directory` into the configured database, which must be empty.
 * @throws BackupUnusable, TargetNotEmpty, AlreadyRunning; nothing is changed then
 */
export async function runRestore(config: Config, directory: string): Promise<RestoreView> {
  const folder = resolve(directory);
  const manifest = await readBackup(folder);
  const dataDir = dataDirOf(config.environment);
  const claim = await claimDataDir(dataDir);
  try {
    const { DATABASE_URL: named } = config.environment;
    if (named === undefined) await intoEmbedded(config, folder, manifest);
    else writeLedgerFile(dataDir, await into(config, named, folder, manifest));
  } finally {
    claim.release();
  }
  return { ...viewOf(folder, manifest), createdAt: manifest.createdAt };
}

/** A cluster made for this restore goes again with it where it fails. */
async function intoEmbedded(config: Config, folder: string, manifest: Manifest): Promise<void> {
  const dataDir = dataDirOf(config.environment);
  const cluster = join(dataDir, 'postgres');
  if (existsSync(cluster)) {
    throw new TargetNotEmpty(
      `${cluster} holds a database; ${emptyTargetAdvice(config)}ballast restore ${folder}`,
    );
  }
  const remembered = await readLedgerFile(dataDir).catch(() => undefined);
  // First of all: if this process dies, no start takes the empty cluster for the desk's.
  writeLedgerFile(dataDir, markOf(manifest));
  try {
    const server = await startPostgres({ dataDir });
    try {
      writeLedgerFile(dataDir, await into(config, server.url, folder, manifest));
    } finally {
      await server.stop();
    }
  } catch (error) {
    await rm(cluster, { recursive: true, force: true });
    writeLedgerFile(dataDir, remembered);
    throw error;
  }
}

async function into(
  config: Config,
  databaseUrl: string,
  folder: string,
  manifest: Manifest,
): Promise<LedgerMark> {
  const reading = await machineClock(config.clockOffsetMs).read();
  const options = { databaseUrl, folder, manifest, exchange: EXCHANGE, actor: 'cli', reading };
  try {
    return await restoreBackup(options);
  } catch (error) {
    if (!(error instanceof TargetNotEmpty)) throw error;
    const advice = `${emptyTargetAdvice(config)}ballast restore ${folder}`;
    throw new TargetNotEmpty(`${error.message}; ${advice}`, { cause: error });
  }
}

function markOf({ ledgerId, auditHead }: Manifest): LedgerMark {
  return { ledgerId, auditSeq: auditHead.seq, auditHash: auditHead.hash };
}
