import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { intoCache, record } from '../../tools/setup/cache.ts';
import { installPostgres } from '../../tools/setup/install-postgres.ts';
import {
  checkout,
  installedServers,
  missingServers,
  serverKeys,
} from '../../tools/setup/locations.mjs';
import { runNode, type NodeChild } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

const MAIN = 'tools/setup/main.mjs';
// Nothing listens there, so that the SDK's download fails at once, on every machine.
const OFFLINE = { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };

let directory: string;
let env: Record<string, string>;

function script(name: string, body: string): string {
  const bin = join(directory, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(bin, name), 0o755);
  return join(bin, name);
}

const setUp = (...args: string[]): NodeChild => runNode([MAIN, ...args], env);

beforeEach(() => {
  directory = testDirectory('setup');
  env = {
    BALLAST_CACHE_DIR: join(directory, 'cache'),
    PATH: join(directory, 'bin'),
    ...OFFLINE,
  };
});

test('on a machine that is ready, set-up prints nothing', async () => {
  const child = runNode([MAIN, '--test']);

  expect(await child.ended()).toBe(0);
  expect(child.output()).toBe('');
});

test('two set-ups at once install each server once, and both find all of them', async () => {
  const temporal = script('temporal', 'exit 0');

  const setUps = [setUp(), setUp()];
  for (const child of setUps)
    expect([await child.ended(), child.output()]).toEqual([0, expect.anything()]);

  const output = setUps.map((child) => child.output()).join('');
  expect(output.match(/postgres-\S+ is ready/g)).toHaveLength(1);
  const installed = installedServers(checkout, env);
  expect(installed.temporal).toBe(temporal);
  expect(missingServers({ env })).toEqual([]);
  expect(missingServers({ env, test: true })).toEqual(['testServer']);
  expect(new Set(readdirSync(env['BALLAST_CACHE_DIR'] ?? ''))).toEqual(
    new Set(['locks', serverKeys().postgres, 'servers.json']),
  );
});

test('without Temporal, download and Go it says what to do and ends with 4', async () => {
  const child = setUp();

  expect(await child.ended()).toBe(4);
  for (const way of ['"temporal" is on the PATH', 'TEMPORAL_ADDRESS', 'install Go 1.25 or newer']) {
    expect(child.output()).toContain(way);
  }
});

test('a server of the owner needs no executable, except for tests', () => {
  const own = {
    ...env,
    TEMPORAL_ADDRESS: 'temporal:7233',
    DATABASE_URL: 'postgresql://db/ballast',
  };

  expect(missingServers({ env: own })).toEqual([]);
  expect(missingServers({ env: own, test: true })).toEqual(['postgres', 'testServer', 'temporal']);
});

test('a temporal that appears on the PATH or vanishes from it is noticed', () => {
  const cache = env['BALLAST_CACHE_DIR'] ?? '';
  const built = script('built', 'exit 0');
  record(cache, serverKeys().temporal, { path: built, source: 'go-build', onPath: '' });
  expect(installedServers(checkout, env).temporal).toBe(built);

  const installed = script('temporal', 'exit 0');
  expect(installedServers(checkout, env).temporal).toBeUndefined();

  record(cache, serverKeys().temporal, { path: installed, source: 'path', onPath: installed });
  expect(installedServers(checkout, env).temporal).toBe(installed);
  rmSync(installed);
  expect(installedServers(checkout, env).temporal).toBeUndefined();
});

test('a half-made copy is not used, and the next set-up replaces it', async () => {
  const cache = env['BALLAST_CACHE_DIR'] ?? '';
  const key = serverKeys().postgres ?? '';
  for (const left of [key, `${key}.tmp-1`])
    mkdirSync(join(cache, left, 'bin'), { recursive: true });
  writeFileSync(join(cache, key, 'bin', 'postgres'), '');
  expect(installedServers(checkout, env).postgres).toBeUndefined();

  record(cache, key, await installPostgres(cache, key));

  expect(installedServers(checkout, env).postgres).toBe(join(cache, key));
  expect(new Set(readdirSync(cache))).toEqual(new Set([key, 'servers.json']));
  expect(statSync(join(cache, key, 'bin', 'initdb')).mode & 0o777).toBe(0o755);
  rmSync(join(cache, key, 'bin', 'initdb'));
  expect(installedServers(checkout, env).postgres).toBeUndefined();
});

test('what fails while it is made leaves what was there before', async () => {
  const cache = env['BALLAST_CACHE_DIR'] ?? '';
  const made = await intoCache(cache, 'thing', (temporary) => {
    writeFileSync(join(temporary, 'file'), 'first');
  });

  const failing = intoCache(cache, 'thing', (temporary) => {
    writeFileSync(join(temporary, 'file'), 'second');
    throw new Error('disk full');
  });

  await expect(failing).rejects.toThrow('disk full');
  expect(readFileSync(join(made, 'file'), 'utf8')).toBe('first');
  expect(readdirSync(cache)).toEqual(['thing']);
});
