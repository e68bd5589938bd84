/**
 * `<dataDir>/ledger.json`: which ledger this data directory belongs to and how far it had come. An
 * empty, foreign or older database is told by it, and never taken for the desk's own.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../contracts/config.ts';
import { listBackups } from '../ledger/backup/folder.ts';
import type { LedgerDb } from '../ledger/database.ts';
import type { LedgerMark } from '../ledger/read/mark.ts';
import { continues, readMark } from '../ledger/read/mark.ts';
import { removeState, writeState } from '../worker/embedded/state-file.ts';
import { LedgerReplaced } from './errors.ts';
import { backupDirOf, dataDirOf } from './settings.ts';

const markSchema = z.object({
  ledgerId: z.string().min(1),
  auditSeq: z.int().min(0),
  auditHash: z.string(),
});

const pathOf = (dataDir: string): string => join(dataDir, 'ledger.json');

/** @returns undefined where no ledger was used here yet @throws LedgerReplaced where it is damaged */
export async function readLedgerFile(dataDir: string): Promise<LedgerMark | undefined> {
  const path = pathOf(dataDir);
  if (!existsSync(path)) return undefined;
  try {
    return markSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    throw new LedgerReplaced(
      `${path} is damaged, so nobody can tell whether the database is this desk's; ` +
        `if it is, delete the file and start again: rm ${path}`,
      { cause: error },
    );
  }
}

/** Writes the mark whole or not at all; without one, forgets the ledger. */
export function writeLedgerFile(dataDir: string, mark: LedgerMark | undefined): void {
  if (mark === undefined) return removeState(pathOf(dataDir));
  mkdirSync(dataDir, { recursive: true });
  writeState(pathOf(dataDir), mark);
}

/** Notes whose ledger it is and how far it has come. */
export async function rememberLedger(dataDir: string, db: LedgerDb): Promise<void> {
  const mark = await readMark(db);
  if (mark !== undefined) writeLedgerFile(dataDir, mark);
}

/** The embedded server would make an empty cluster where one is gone. @throws LedgerReplaced */
export async function refuseLostCluster(config: Config): Promise<void> {
  const dataDir = dataDirOf(config.environment);
  const cluster = join(dataDir, 'postgres');
  if (config.environment.DATABASE_URL !== undefined || existsSync(cluster)) return;
  const mark = await readLedgerFile(dataDir);
  if (mark === undefined) return;
  throw await replaced(config, mark, `${cluster} is gone, and with it ledger ${mark.ledgerId}`);
}

/** @throws LedgerReplaced where the database is not the ledger remembered, or an older copy */
export async function refuseOtherLedger(config: Config, db: LedgerDb): Promise<void> {
  const mark = await readLedgerFile(dataDirOf(config.environment));
  if (mark === undefined || (await continues(db, mark))) return;
  const now = await readMark(db);
  throw await replaced(
    config,
    mark,
    now === undefined
      ? `the database holds no ledger; this desk's is ${mark.ledgerId}`
      : now.ledgerId === mark.ledgerId
        ? `the database holds an older copy of this desk's ledger: its audit log ends with entry ` +
          `${now.auditSeq} and lacks entry ${mark.auditSeq}, which was there before`
        : `the database holds ledger ${now.ledgerId}; this desk's is ${mark.ledgerId}`,
  );
}

async function replaced(config: Config, mark: LedgerMark, what: string): Promise<LedgerReplaced> {
  return new LedgerReplaced(
    `${what}\n${await restoreAdvice(config, mark.ledgerId)}\n` +
      `or, where this is meant: rm ${pathOf(dataDirOf(config.environment))}`,
  );
}

/** How to get a ledger back: what to move away, and the command with the newest backup. */
export async function restoreAdvice(config: Config, ledgerId?: string): Promise<string> {
  const { environment } = config;
  const folder = backupDirOf(environment);
  const [newest] = await listBackups(folder, ledgerId);
  const command =
    newest === undefined
      ? `there is no backup of it in ${folder}; with one from elsewhere: ballast restore <directory>`
      : `restore the newest backup: ballast restore ${newest}`;
  return `${emptyTargetAdvice(config)}${command}`;
}

/** How to make room for a restore; empty where there is room. */
export function emptyTargetAdvice({ environment }: Config): string {
  if (environment.DATABASE_URL !== undefined) {
    return 'create an empty database and set DATABASE_URL to it; then ';
  }
  const cluster = join(dataDirOf(environment), 'postgres');
  if (!existsSync(cluster)) return '';
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return `move the data away: mv ${cluster} ${cluster}.before-${stamp}; then `;
}
