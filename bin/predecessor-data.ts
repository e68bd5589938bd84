/** The predecessor's data in and out of the configured ledger, whether a desk runs on it or not. */
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { PredecessorPorts } from '../client/predecessor-ports.ts';
import type { Config } from '../contracts/config.ts';
import type { ExportedFile } from '../contracts/predecessor-file.ts';
import type { ImportOutcome } from '../contracts/predecessor-import.ts';
import { exportPredecessor } from '../ledger/read/export.ts';
import { machineClock } from './clock.ts';
import { DESK } from './settings.ts';
import { withLedger } from './with-ledger.ts';

/** Books a file's bets; see `importPredecessor`. */
export async function importFile(
  config: Config,
  asked: Parameters<PredecessorPorts['importFile']>[0],
): Promise<ImportOutcome> {
  const reading = await machineClock(config.clockOffsetMs).read();
  return withLedger(config, (ledger) =>
    ledger.importPredecessor({ ...asked, actor: 'cli' }, reading),
  );
}

/** The current book in the shape of the predecessor's file. */
export async function exportFile(config: Config): Promise<ExportedFile> {
  const reading = await machineClock(config.clockOffsetMs).read();
  return withLedger(config, (ledger) => exportPredecessor(ledger.db, DESK, reading));
}

/** Writes a file whole or not at all: flushed beside its place, then renamed into it. */
export async function writeOutput(path: string, text: string): Promise<void> {
  const target = resolve(path);
  const temporary = `${target}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
