import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { isAlive } from '../../tools/setup/processes.mjs';
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { startTemporal } from '../../worker/embedded/temporal.ts';
import { eventually, runNode } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

let dataDir: string;
let pids: { postgres: number; temporal: number };

beforeAll(async () => {
  dataDir = testDirectory('adoption');
  const ballast = runNode(['test/support/start-and-wait.ts', dataDir]);
  await eventually(`the servers start: ${ballast.output()}`, () =>
    ballast.output().includes('}\n'),
  );
  pids = JSON.parse(ballast.output()) as typeof pids;
  ballast.process.kill('SIGKILL');
  await ballast.ended();
});

test('a Postgres left by a killed Ballast is adopted, and stop ends it', async () => {
  expect(isAlive(pids.postgres)).toBe(true);

  const postgres = await startPostgres({ dataDir });

  expect(postgres).toMatchObject({ pid: pids.postgres, adopted: true });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query('SELECT current_database() AS database');
  await client.end();
  expect(rows).toEqual([{ database: 'ballast' }]);

  await postgres.stop();
  expect(isAlive(pids.postgres)).toBe(false);
  expect(existsSync(join(dataDir, 'postgres.json'))).toBe(false);
  await expect(postgres.stop()).resolves.toBeUndefined();
});

test('a Temporal server left by a killed Ballast is adopted, and stop ends it', async () => {
  expect(isAlive(pids.temporal)).toBe(true);

  const temporal = await startTemporal({ dataDir, ui: false });

  expect(temporal).toMatchObject({ pid: pids.temporal, adopted: true });
  await temporal.stop();
  expect(isAlive(pids.temporal)).toBe(false);
  expect(existsSync(join(dataDir, 'temporal.json'))).toBe(false);
});
