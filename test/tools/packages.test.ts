import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ensurePostgresLinks, expectedStamp, packagesState } from '../../tools/setup/packages.mjs';
import { runNode, type NodeChild } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

const LOCKED = {
  '': { dependencies: { pg: '8.0.0' } },
  'node_modules/pg': { version: '8.0.0' },
  'node_modules/only-on-mars': { version: '1.0.0', optional: true },
};

let root: string;

const write = (file: string, content: unknown): void => {
  writeFileSync(join(root, file), JSON.stringify(content));
};
const npmInstalled = (packages: unknown): void => {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  write('node_modules/.package-lock.json', { packages });
};
const stamp = (): string => join(root, 'node_modules', '.ballast-stamp');

beforeEach(() => {
  root = testDirectory('checkout');
  write('package.json', { dependencies: { pg: '8.0.0' }, scripts: { test: 'jest' } });
  write('package-lock.json', { packages: LOCKED });
});

describe('what is in node_modules', () => {
  beforeEach(() => {
    mkdirSync(join(root, 'node_modules'));
    writeFileSync(stamp(), expectedStamp(root));
  });

  test('nothing at all is missing', () => {
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(packagesState(root)).toBe('missing');
  });

  test('with the stamp of this lock file it is current, and a changed script leaves it so', () => {
    expect(packagesState(root)).toBe('current');
    write('package.json', { dependencies: { pg: '8.0.0' }, scripts: { test: 'other' } });
    expect(packagesState(root)).toBe('current');
  });

  test('a changed lock file, a changed dependency and another platform make it stale', () => {
    write('package-lock.json', {
      packages: { ...LOCKED, 'node_modules/new': { version: '1.0.0' } },
    });
    expect(packagesState(root)).toBe('stale');

    write('package-lock.json', { packages: LOCKED });
    write('package.json', { dependencies: { pg: '8.0.1' } });
    expect(packagesState(root)).toBe('stale');

    write('package.json', { dependencies: { pg: '8.0.0' } });
    writeFileSync(stamp(), expectedStamp(root).replace(process.arch, 'other'));
    expect(packagesState(root)).toBe('stale');
  });

  test('without a stamp it is stale, as after an installation that was interrupted', () => {
    rmSync(stamp());
    expect(packagesState(root)).toBe('stale');
  });

  test('what npm installed when called by hand counts, unless a package is missing or another', () => {
    rmSync(stamp());
    npmInstalled({ 'node_modules/pg': { version: '8.0.0' } });
    expect(packagesState(root)).toBe('unstamped');

    npmInstalled({ 'node_modules/pg': { version: '7.9.9' } });
    expect(packagesState(root)).toBe('stale');
    npmInstalled({ 'node_modules/only-on-mars': { version: '1.0.0' } });
    expect(packagesState(root)).toBe('stale');
  });
});

describe('bringing it up to date', () => {
  const calls = (): string => readFileSync(join(root, 'npm-calls'), 'utf8');

  function setUp(exitCode = 0): NodeChild {
    const npm = join(root, 'npm.mjs');
    writeFileSync(
      npm,
      `import { appendFileSync, mkdirSync } from 'node:fs';
       appendFileSync('npm-calls', process.argv[2] + ' begins\\n');
       mkdirSync('node_modules', { recursive: true });
       setTimeout(() => { appendFileSync('npm-calls', 'ends\\n'); process.exit(${String(exitCode)}); }, 200);`,
    );
    const env = { npm_execpath: npm, BALLAST_CACHE_DIR: join(root, 'cache') };
    return runNode(['test/support/packages-child.ts', root], env);
  }

  test('two set-ups at once install once', async () => {
    const setUps = [setUp(), setUp()];

    for (const child of setUps) expect(await child.ended()).toBe(0);

    expect(calls()).toBe('ci begins\nends\n');
    expect(packagesState(root)).toBe('current');
    expect(setUps.map((child) => child.output()).join('')).toContain(
      'installing the npm packages, because node_modules is missing',
    );
  });

  test('an installation that fails leaves no stamp and says so', async () => {
    const child = setUp(3);

    expect(await child.ended()).toBe(1);

    expect(child.output()).toContain('npm ci failed (exit code 3)');
    expect(existsSync(stamp())).toBe(false);
  });
});

test('the library links that npm did not make are made', () => {
  const links = [{ source: 'native/lib/libx.so.1', target: 'native/lib/libx.so' }];
  mkdirSync(join(root, 'native', 'lib'), { recursive: true });
  mkdirSync(join(root, 'scripts'));
  write('native/pg-symlinks.json', links);
  write('native/lib/libx.so.1', 'library');
  writeFileSync(
    join(root, 'scripts', 'hydrate-symlinks.js'),
    `require('node:fs').symlinkSync('libx.so.1', 'native/lib/libx.so');`,
  );

  ensurePostgresLinks(root);
  ensurePostgresLinks(root);

  expect(readFileSync(join(root, 'native/lib/libx.so'), 'utf8')).toBe('"library"');
});
