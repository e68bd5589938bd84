import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle.ts';
import { cacheDir, serverLocation } from '../../worker/embedded/locations.ts';
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { startTemporal } from '../../worker/embedded/temporal.ts';
import { endTestRun, type TestRun } from './test-run.ts';

function makeRunDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-jest-'));
  // As root, Postgres runs as nobody, who has to enter it.
  chmodSync(directory, 0o711);
  const reaper = fileURLToPath(new URL('reap.sh', import.meta.url));
  spawn('sh', [reaper, String(process.pid), directory], {
    detached: true,
    stdio: 'ignore',
  }).unref();
  return directory;
}

async function startServers(run: TestRun): Promise<void> {
  const { directory } = run;
  const starts = [
    startPostgres({ dataDir: directory, fsync: false }).then((postgres) => {
      run.servers.push(postgres);
      process.env['TEST_DATABASE_URL'] = postgres.url;
    }),
    startTemporal({ dataDir: directory, dbFile: false, ui: false, port: 0 }).then((temporal) => {
      run.servers.push(temporal);
      process.env['TEST_TEMPORAL_ADDRESS'] = temporal.address;
    }),
  ];
  const failed = (await Promise.allSettled(starts)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/**
 * Starts what all test files share: one Postgres, one Temporal server in memory. Test files find
 * them by TEST_DATABASE_URL, TEST_TEMPORAL_ADDRESS and TEST_SERVER_EXECUTABLE (the time-skipping
 * server, which each file starts for itself), and a directory for files of their own by TEST_RUN_DIR.
 */
// oxlint-disable-next-line import/no-default-export -- jest asks for it
export default async function globalSetup(): Promise<void> {
  process.env['TEST_SERVER_EXECUTABLE'] = serverLocation('testServer');
  const run: TestRun = { directory: makeRunDirectory(), servers: [] };
  process.env['TEST_RUN_DIR'] = run.directory;
  globalThis.ballastTestRun = run;
  try {
    await startServers(run);
    // Made once here, found in the cache by every test file and every process they start.
    await workflowBundle(cacheDir(), new DefaultLogger('WARN'));
  } catch (error) {
    await endTestRun();
    throw error;
  }
}
