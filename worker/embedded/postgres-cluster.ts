import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedServerError } from './errors.ts';

/** The role and the database that Ballast uses. */
export const ROLE = 'ballast';

const NOBODY = { uid: 65_534, gid: 65_534 };

/** Whom Postgres runs as: nobody if we are root, whom it refuses, else ourselves. */
export function postgresUser(): { uid: number; gid: number } | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/** The environment of the Postgres programs: nothing of ours, which may hold PG* settings and keys. */
export function postgresEnvironment(cluster: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: cluster, LC_ALL: 'C', TZ: 'UTC' };
}

function makeEnterable(dataDir: string): void {
  const { mode } = statSync(dataDir);
  if ((mode & 0o001) === 0) chmodSync(dataDir, (mode & 0o777) | 0o011);
  for (let above = dirname(dataDir); above !== dirname(above); above = dirname(above)) {
    if ((statSync(above).mode & 0o001) !== 0) continue;
    throw new EmbeddedServerError(
      `As root, Postgres runs as the user nobody, who cannot enter ${above}: ` +
        `choose a data directory elsewhere than ${dataDir}`,
    );
  }
}

/** The password of the role; it is made on first use and kept beside the cluster. */
export function clusterPassword(dataDir: string): string {
  const file = join(dataDir, 'postgres.password');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new EmbeddedServerError(
      `${file} is missing: without it ${dataDir}/postgres cannot be used`,
    );
  }
  writeFileSync(`${file}.tmp`, randomBytes(24).toString('base64url'), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
  return readFileSync(file, 'utf8');
}

function initialise(bin: string, dataDir: string, password: string, sync: boolean): void {
  const user = postgresUser();
  const temporary = join(dataDir, `postgres.init-${String(process.pid)}`);
  const passwordFile = `${temporary}.pw`;
  const auth = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-U', ROLE];
  const kind = [
    '--locale=C',
    '--encoding=UTF8',
    '--data-checksums',
    ...(sync ? [] : ['--no-sync']),
  ];
  try {
    mkdirSync(temporary, { mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (user !== undefined) {
      for (const path of [temporary, passwordFile]) chownSync(path, user.uid, user.gid);
    }
    const { status, stderr, stdout, error } = spawnSync(
      join(bin, 'initdb'),
      ['-D', temporary, ...auth, ...kind],
      { ...user, env: postgresEnvironment(temporary), cwd: '/', encoding: 'utf8' },
    );
    if (status !== 0) {
      const output = error?.message ?? `${stdout}\n${stderr}`.trim();
      throw new EmbeddedServerError('initdb could not make a database cluster', output);
    }
    renameSync(temporary, join(dataDir, 'postgres'));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

function giveTo(user: { uid: number; gid: number }, path: string): void {
  lchownSync(path, user.uid, user.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const entry of readdirSync(path)) giveTo(user, join(path, entry));
}

/**
 * Makes `<dataDir>/postgres` a database cluster that the server's user can open, unless it is one.
 * An initialisation that was interrupted is begun anew. Throws EmbeddedServerError.
 */
export function prepareCluster(
  bin: string,
  dataDir: string,
  options: { sync: boolean; log: (line: string) => void },
): void {
  const cluster = join(dataDir, 'postgres');
  const user = postgresUser();
  if (user !== undefined) makeEnterable(dataDir);
  for (const entry of readdirSync(dataDir)) {
    if (!entry.startsWith('postgres.init-')) continue;
    // Its initdb may still be at work for a moment, if only Ballast was killed.
    rmSync(join(dataDir, entry), { recursive: true, force: true, maxRetries: 20 });
  }
  const password = clusterPassword(dataDir);
  if (!existsSync(cluster)) {
    options.log(`initialising a database cluster in ${cluster}`);
    initialise(bin, dataDir, password, options.sync);
  }
  // A data directory copied from a backup belongs to whoever copied it.
  if (user !== undefined && statSync(cluster).uid !== user.uid) giveTo(user, cluster);
}
