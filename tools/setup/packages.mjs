// Plain JavaScript with Node's own modules only: this is what installs all others.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDir, postgresPackage } from './locations.mjs';
import { withLock } from './lock.mjs';
import { elapsed, say, withProgress } from './progress.mjs';

const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides'];

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const stampFile = (root) => join(root, 'node_modules', '.ballast-stamp');

export function expectedStamp(root) {
  const manifest = readJson(join(root, 'package.json'));
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(JSON.stringify(SECTIONS.map((section) => manifest?.[section] ?? {})));
  // Packages hold binaries, so a node_modules carried to another kind of machine is stale.
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`;
}

export function packagesState(root) {
  if (existsSync(join(root, 'node_modules')) !== true) return 'missing';
  try {
    if (readFileSync(stampFile(root), 'utf8') === expectedStamp(root)) return 'current';
  } catch {
    // No stamp: npm may have been called by hand, which the next line finds out.
  }
  return npmInstalledAll(root) ? 'unstamped' : 'stale';
}

/** Whether npm itself has recorded that all the packages of the lock file are in node_modules. */
function npmInstalledAll(root) {
  const lock = readJson(join(root, 'package-lock.json'))?.packages;
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages;
  const manifest = readJson(join(root, 'package.json'));
  if (lock === undefined || installed === undefined || manifest === undefined) return false;
  const agreed = SECTIONS.slice(0, 3).every((section) => {
    const sorted = (packages = {}) =>
      Object.entries(packages)
        .map((entry) => entry.join(' '))
        .toSorted((a, b) => (a < b ? -1 : 1))
        .join();
    return sorted(manifest[section]) === sorted(lock['']?.[section]);
  });
  return (
    agreed &&
    Object.entries(lock).every(([path, { version, optional }]) => {
      const found = installed[path];
      return path === '' || (found === undefined ? optional === true : found.version === version);
    })
  );
}

function npmCi(root) {
  const npm = process.env.npm_execpath;
  const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund'];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
    child.on('error', (error) => reject(new Error(`npm cannot be started: ${error.message}`)));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}), see above`));
    });
  });
}

export function ensurePostgresLinks(directory) {
  const links = readJson(join(directory, 'native', 'pg-symlinks.json')) ?? [];
  const missing = () => links.filter(({ target }) => !linkExists(join(directory, target)));
  if (missing().length === 0) return;
  // Where npm runs no install scripts, nobody has made the links that the binaries load.
  say(`linking the Postgres libraries of ${basename(directory)}`);
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], {
    cwd: directory,
    stdio: 'inherit',
  });
  const left = missing();
  if (left.length > 0) throw new Error(`${join(directory, left[0].target)} could not be linked`);
}

function linkExists(path) {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function writeStamp(root) {
  try {
    writeFileSync(stampFile(root), expectedStamp(root));
  } catch (error) {
    // The packages of a container's image may belong to another user; the check is only slower then.
    if (!['EACCES', 'EROFS', 'EPERM'].includes(error.code)) throw error;
  }
}

export async function ensurePackages(root) {
  if (packagesState(root) === 'current') return;
  const id = createHash('sha256').update(root).digest('hex').slice(0, 16);
  await withLock(
    join(cacheDir(), 'locks', `packages-${id}`),
    async () => {
      const state = packagesState(root);
      if (state === 'current') return;
      if (state !== 'unstamped') {
        const why =
          state === 'missing' ? 'node_modules is missing' : 'package-lock.json has changed';
        say(`installing the npm packages, because ${why}`);
        const since = Date.now();
        await withProgress('npm ci', () => npmCi(root));
        say(`npm packages installed in ${elapsed(since)}`);
      }
      ensurePostgresLinks(postgresPackage(root));
      writeStamp(root);
    },
    (pid) => say(`waiting for another set-up${pid === undefined ? '' : ` (process ${pid})`}`),
  );
}
