/** `ballast backup`, and the backups the desk makes by itself. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BackupView } from '../contracts/backup.ts';
import type { Config } from '../contracts/config.ts';
import type { Clock } from '../domain/clock.ts';
import { withoutSecrets } from '../ledger/backup/settings.ts';
import { writeBackup } from '../ledger/backup/write.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { machineClock } from './clock.ts';
import { rememberLedger } from './ledger-file.ts';
import { backupDirOf, dataDirOf, paperFileOf, ROOT, version } from './settings.ts';
import { withLedger } from './with-ledger.ts';

/** Writes a backup of the configured ledger, beside a running desk or without one. */
export function runBackup(config: Config, to: string | undefined): Promise<BackupView> {
  const clock = machineClock(config.clockOffsetMs);
  return withLedger(config, (ledger, { databaseUrl }) =>
    backUp(config, { ledger, databaseUrl, clock }, { actor: 'cli', reason: 'ballast backup', to }),
  );
}

/** Writes a backup and notes how far the ledger has come; `to` names another place than usual. */
export async function backUp(
  config: Config,
  desk: { readonly ledger: Ledger; readonly databaseUrl: string; readonly clock: Clock },
  asked: { readonly actor: string; readonly reason: string; readonly to?: string | undefined },
): Promise<BackupView> {
  const { environment } = config;
  const { atMs } = await desk.clock.read();
  const view = await writeBackup(desk.ledger.db, {
    databaseUrl: desk.databaseUrl,
    parent: asked.to === undefined ? backupDirOf(environment) : resolve(asked.to),
    // A place somebody named is theirs to tidy.
    prunes: asked.to === undefined,
    atMs,
    appVersion: version(),
    actor: asked.actor,
    reason: asked.reason,
    settings: withoutSecrets(environment),
    files: [{ from: paperFileOf(environment), path: 'markets.json' }, ...plans()],
  });
  await rememberLedger(dataDirOf(environment), desk.ledger.db);
  return view;
}

function plans(): { from: string; path: string }[] {
  const folder = join(ROOT, 'plans');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[\w-][\w.-]*\.ya?ml$/.test(name))
    .map((name) => ({ from: join(folder, name), path: `plans/${name}` }));
}
