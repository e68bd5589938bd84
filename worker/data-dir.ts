/** Where a desk keeps its files. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Environment } from '../contracts/config.ts';

/** `BALLAST_DATA_DIR`, else the place the system has for such data. */
export function dataDirOf(environment: Environment): string {
  if (environment.BALLAST_DATA_DIR !== undefined) return resolve(environment.BALLAST_DATA_DIR);
  // As root, Postgres runs as nobody, who cannot enter /root.
  if (process.getuid?.() === 0) return '/var/lib/ballast';
  const base = process.env['XDG_DATA_HOME'];
  const home = base === undefined || base === '' ? join(homedir(), '.local', 'share') : base;
  return join(home, 'ballast');
}
