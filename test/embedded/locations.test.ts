import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { cacheDir, serverLocation } from '../../worker/embedded/locations.ts';
import { testDirectory } from '../support/servers.ts';

const before = { ...process.env };

afterEach(() => {
  process.env = { ...before };
});

test('the cache lies outside the checkout, where the servers can be run', () => {
  const expected =
    process.getuid?.() === 0 ? '/var/cache/ballast' : join(homedir(), '.cache', 'ballast');

  expect(cacheDir({})).toBe(expected);
  expect(cacheDir({ BALLAST_CACHE_DIR: '' })).toBe(expected);
  expect(cacheDir({ BALLAST_CACHE_DIR: '/srv/ballast' })).toBe('/srv/ballast');
});

test('a server that was not installed is asked for by name', () => {
  process.env['BALLAST_CACHE_DIR'] = testDirectory('empty-cache');

  expect(() => serverLocation('temporal')).toThrow(/temporal server[^]*run npm run setup/);
});
