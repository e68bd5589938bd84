import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { isAlive } from '../../tools/setup/processes.mjs';
import { postgresUser } from '../../worker/embedded/postgres-cluster.ts';
import {
  startPostgres,
  type EmbeddedPostgres,
  type PostgresOptions,
} from '../../worker/embedded/postgres.ts';
import { freePort } from '../../worker/embedded/processes.ts';
import { eventually, runNode } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

const running: EmbeddedPostgres[] = [];

async function start(
  dataDir: string,
  more: Partial<PostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const postgres = await startPostgres({ dataDir, ...more });
  running.push(postgres);
  return postgres;
}

async function ask(postgres: EmbeddedPostgres, sql: string): Promise<unknown> {
  const client = new Client({ connectionString: postgres.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
});

describe('one data directory', () => {
  let dataDir: string | undefined;
  const directory = (): string => (dataDir ??= testDirectory('postgres'));

  test('it runs in UTC, with checksums, durable, and keeps its password to its owner', async () => {
    const postgres = await start(directory());

    expect(postgres.adopted).toBe(false);
    expect(await ask(postgres, 'SHOW timezone')).toBe('UTC');
    expect(await ask(postgres, 'SHOW data_checksums')).toBe('on');
    expect(await ask(postgres, 'SHOW fsync')).toBe('on');
    expect(await ask(postgres, 'SHOW listen_addresses')).toBe('127.0.0.1');
    for (const file of ['postgres.json', 'postgres.password', 'postgres.log']) {
      expect(statSync(join(directory(), file)).mode & 0o777).toBe(0o600);
    }
    expect(JSON.parse(readFileSync(join(directory(), 'postgres.json'), 'utf8'))).toMatchObject({
      pid: postgres.pid,
      url: postgres.url,
    });
  });

  test('no connection without the password is let in', async () => {
    const postgres = await start(directory());
    const url = new URL(postgres.url);
    url.password = 'guess';

    const client = new Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toThrow('password authentication failed');
  });

  test('data survive a kill of Postgres itself, and the stale state is replaced', async () => {
    const first = await start(directory());
    await ask(first, 'CREATE TABLE kept AS SELECT 7 AS seven');
    process.kill(first.pid, 'SIGKILL');
    await eventually('Postgres is gone', () => !isAlive(first.pid));

    const second = await start(directory());

    expect(second.adopted).toBe(false);
    expect(await ask(second, 'SELECT seven FROM kept')).toBe(7);
  });

  async function startWithPidFileOf(pid: number): Promise<EmbeddedPostgres> {
    await (await start(directory())).stop();
    const cluster = join(directory(), 'postgres');
    const lines = [pid, cluster, 1, 5432, '', '127.0.0.1', ''];
    writeFileSync(join(cluster, 'postmaster.pid'), lines.join('\n'));
    return start(directory());
  }

  test('a pid file that names another program after a restart of the machine is no hindrance', async () => {
    const postgres = await startWithPidFileOf(process.pid);

    expect(postgres.adopted).toBe(false);
    expect(await ask(postgres, 'SELECT 1')).toBe(1);
  });

  test('a pid file of a dead server that nobody reaped is no hindrance', async () => {
    const negligent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
      ...postgresUser(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(negligent.stdout, 'data')) as [Buffer];
      const zombie = Number(line.toString());
      await eventually('it is dead', () => !isAlive(zombie));
      expect(existsSync(`/proc/${String(zombie)}`)).toBe(process.platform === 'linux');

      const postgres = await startWithPidFileOf(zombie);

      expect(await ask(postgres, 'SELECT 1')).toBe(1);
    } finally {
      negligent.kill('SIGKILL');
    }
  });

  test('an adopted server that listens at another port than the one asked for is restarted', async () => {
    const first = await start(directory());
    const port = await freePort();

    const second = await start(directory(), { port });

    expect(new URL(second.url).port).toBe(String(port));
    expect(isAlive(first.pid)).toBe(false);
  });

  test('a server whose cluster has vanished is not replaced by an empty one', async () => {
    const vanishing = testDirectory('vanished');
    const postgres = await start(vanishing, { fsync: false });
    process.kill(postgres.pid, 'SIGKILL');
    await eventually('Postgres is gone', () => !postgres.runs());
    renameSync(join(vanishing, 'postgres'), join(vanishing, 'elsewhere'));

    await expect(postgres.restart()).rejects.toThrow('restore it from a backup');
    expect(existsSync(join(vanishing, 'postgres'))).toBe(false);
  });

  test('a port that is taken gives an error with the log, and leaves no state', async () => {
    const taken = new URL((await start(testDirectory('other'), { fsync: false })).url).port;

    await expect(startPostgres({ dataDir: directory(), port: Number(taken) })).rejects.toThrow(
      /ended while it was starting[^]*could not bind/,
    );
    expect(existsSync(join(directory(), 'postgres.json'))).toBe(false);
  });
});

test('an initialisation that was killed half way is begun anew', async () => {
  const dataDir = testDirectory('interrupted');
  const leftovers = (): string[] =>
    readdirSync(dataDir).filter((entry) => entry.startsWith('postgres.init-'));
  const ballast = runNode(['test/support/start-and-wait.ts', dataDir]);
  await eventually('initdb is at work', () =>
    leftovers().some((entry) => existsSync(join(dataDir, entry, 'PG_VERSION'))),
  );
  ballast.process.kill('SIGKILL');
  await ballast.ended();
  mkdirSync(join(dataDir, 'postgres.init-1', 'base'), { recursive: true });
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);

  const postgres = await start(dataDir, { fsync: false });

  expect(await ask(postgres, 'SELECT 1')).toBe(1);
  expect(leftovers()).toEqual([]);
});

test('a cluster without its password file is refused and not replaced', async () => {
  const dataDir = testDirectory('no-password');
  mkdirSync(join(dataDir, 'postgres'));

  await expect(startPostgres({ dataDir })).rejects.toThrow('postgres.password is missing');
});
