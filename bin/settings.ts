/** Where a process finds its configuration, its data directory and its version. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import type { Config, Environment } from '../contracts/config.ts';
import { isLoopback } from '../contracts/config-fields.ts';
import { readConfig } from '../contracts/config.ts';
import { dataDirOf } from '../worker/data-dir.ts';

export { dataDirOf };

/** The checkout, or the folder the build was put in. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The desk this version trades. */
export const DESK = 'main';

/** The file the paper exchange quotes from when none is named. */
const SAMPLE_MARKETS = join(ROOT, 'venues', 'paper', 'sample-markets.json');

/** Variables of `.env` in the working directory, under those of the process. */
export function environmentVariables(): Record<string, string | undefined> {
  const file = resolve('.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  return { ...fromFile, ...process.env };
}

/** @throws ConfigError listing every mistake */
export function loadConfig(): Config {
  return readConfig(environmentVariables());
}

/** Where backups are written and looked for. */
export function backupDirOf(environment: Environment): string {
  return resolve(environment.BALLAST_BACKUP_DIR ?? join(dataDirOf(environment), 'backups'));
}

/** The file the paper exchange quotes from: `BALLAST_PAPER_FILE`, else a shipped sample. */
export function paperFileOf(environment: Environment): string {
  return resolve(environment.BALLAST_PAPER_FILE ?? SAMPLE_MARKETS);
}

/** Where the API of this configuration listens. */
export function apiUrlOf(environment: Environment): string {
  const { BALLAST_HOST: host } = environment;
  const here = isLoopback(host) || host === '0.0.0.0' || host === '::';
  return `http://${here ? '127.0.0.1' : host}:${environment.BALLAST_PORT}`;
}

/** The version of `package.json`. */
export function version(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return (parsed as { version: string }).version;
}
