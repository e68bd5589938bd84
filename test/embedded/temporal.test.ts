import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { isAlive } from '../../tools/setup/processes.mjs';
import { freePort } from '../../worker/embedded/processes.ts';
import {
  startTemporal,
  type EmbeddedTemporal,
  type TemporalOptions,
} from '../../worker/embedded/temporal.ts';
import { eventually } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

const running: EmbeddedTemporal[] = [];

async function start(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const temporal = await startTemporal(options);
  running.push(temporal);
  return temporal;
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((temporal) => temporal.stop()));
});

test('workflows survive a kill of the server, and the stale state is replaced', async () => {
  const dataDir = testDirectory('temporal');
  const first = await start({ dataDir, port: 0, ui: false });
  await withClient(first.address, (client) =>
    client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody-listens' }),
  );
  process.kill(first.pid, 'SIGKILL');
  await eventually('the server is gone', () => !isAlive(first.pid));

  const second = await start({ dataDir, port: 0, ui: false });

  expect(second.adopted).toBe(false);
  const { status } = await withClient(second.address, (client) =>
    client.workflow.getHandle('kept').describe(),
  );
  expect(status.name).toBe('RUNNING');
  expect(statSync(join(dataDir, 'temporal.db')).mode & 0o777).toBe(0o600);
});

test('a server that nobody had time to write down is found by its file, and adopted', async () => {
  const dataDir = testDirectory('temporal');
  const first = await start({ dataDir, port: 0, ui: false });
  rmSync(join(dataDir, 'temporal.json'));

  const second = await start({ dataDir, ui: false });

  expect(second).toMatchObject({ pid: first.pid, address: first.address, adopted: true });
  expect(existsSync(join(dataDir, 'temporal.json'))).toBe(true);
  await second.stop();
  expect(isAlive(first.pid)).toBe(false);
});

test('the Web UI is served at the address given, and only when asked for', async () => {
  const dataDir = testDirectory('temporal');
  const [port, uiPort] = [await freePort(), await freePort()];
  const withUi = await start({ dataDir, port, uiPort, dbFile: false });

  expect(withUi).toMatchObject({
    address: `127.0.0.1:${String(port)}`,
    uiUrl: `http://127.0.0.1:${String(uiPort)}`,
  });
  await eventually('the Web UI answers', () =>
    fetch(withUi.uiUrl ?? '').then(
      ({ ok }) => ok,
      () => false,
    ),
  );

  const headless = await start({ dataDir, port: 0, ui: false, dbFile: false });
  expect(headless.uiUrl).toBeUndefined();
  expect(isAlive(withUi.pid)).toBe(false);
});

test('two servers started at once get ports of their own', async () => {
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) => start({ dataDir: testDirectory(name), dbFile: false })),
  );

  expect(one?.address).not.toBe(two?.address);
  expect(one?.uiUrl).not.toBe(two?.uiUrl);
});

test('a port that is taken gives an error with the log, and leaves neither process nor state', async () => {
  const { address } = await start({ dataDir: testDirectory('first'), port: 0, ui: false });
  const dataDir = testDirectory('second');

  const port = Number(address.split(':')[1]);
  await expect(startTemporal({ dataDir, port, ui: false })).rejects.toThrow(
    /address already in use/,
  );
  expect(existsSync(join(dataDir, 'temporal.json'))).toBe(false);
});
