// Run by main.mjs once the npm packages are there: brings the servers into the cache.
import { join } from 'node:path';
import { MachineLacks, record } from './cache.ts';
import { installPostgres } from './install-postgres.ts';
import { installTemporal } from './install-temporal.ts';
import { installTestServer } from './install-test-server.ts';
import { cacheDir, missingServers, serverKeys, type Server } from './locations.mjs';
import { withLock } from './lock.mjs';
import { say } from './progress.mjs';

const NO_POSTGRES = `There is no Postgres for ${process.platform}-${process.arch} among the npm packages.
Set DATABASE_URL to a Postgres 15 or newer of your own.`;

async function install(server: Server, cache: string): Promise<void> {
  const keys = serverKeys();
  const key = keys[server];
  if (key === undefined) throw new MachineLacks(NO_POSTGRES);
  const installers = {
    temporal: installTemporal,
    testServer: installTestServer,
    postgres: (): ReturnType<typeof installPostgres> => installPostgres(cache, key),
  };
  const entry = await installers[server](cache, key);
  record(cache, key, entry);
  say(`${key} is ready (${entry.source}): ${entry.path}`);
}

const test = process.argv.includes('--test');
const cache = cacheDir();
try {
  await withLock(
    join(cache, 'locks', 'servers'),
    async () => {
      // Looked up only now: the process waited for may have installed them all.
      for (const server of missingServers({ test })) await install(server, cache);
    },
    (pid) => {
      say(`waiting for another set-up${pid === undefined ? '' : ` (process ${String(pid)})`}`);
    },
  );
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof MachineLacks ? 4 : 1;
}
