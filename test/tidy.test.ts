/** House rules that a machine can check. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { environmentSchema } from '../contracts/config.ts';
import { ALERTS } from '../domain/alerts.ts';
import { DENIALS } from '../domain/risk/codes.ts';
import { tableUnder } from './support/doc-tables.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(ROOT, path)));
const code = tracked.filter((path) => /\.(ts|mjs|cjs)$/.test(path));
const documents = tracked.filter((path) => path.endsWith('.md'));
/** Spelt so that this file does not find itself. */
const LEFT_OVER = new RegExp(
  ['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X\\b', 'not ' + 'implemented'].join('|'),
);

test('no file is longer than 400 lines', () => {
  expect(code.filter((path) => read(path).split('\n').length > 401)).toEqual([]);
});

test('no left-over notes in code', () => {
  expect(code.filter((path) => LEFT_OVER.test(read(path)))).toEqual([]);
});

test('no test is skipped or focused', () => {
  const skipped = /\b(it|test|describe)\.(skip|only|todo)\(|\bx(it|describe)\(/;
  const tests = code.filter((path) => path.startsWith('test/') && path !== 'test/tidy.test.ts');
  expect(tests.filter((path) => skipped.test(read(path)))).toEqual([]);
});

test('every exported function says what it does', () => {
  const rooms =
    /^(domain|contracts|workflows|activities|venues|ledger|simulator|worker|client|bin)\//;
  const bare = code
    .filter((path) => rooms.test(path) && !path.includes('/migrations/'))
    .flatMap((path) => {
      const lines = read(path).split('\n');
      return lines.flatMap((line, index) => {
        const name = /^export (?:async )?function (\w+)/.exec(line)?.[1];
        const documented = /\*\/\s*$/.test(lines[index - 1] ?? '');
        return name === undefined || documented ? [] : [`${path}: ${name}`];
      });
    });
  expect(bare).toEqual([]);
});

test('links in the documents lead somewhere', () => {
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map((match) => join(dirname(path), match[1]!))
      .filter((target) => !existsSync(join(ROOT, target)))
      .map((target) => `${path} -> ${target}`),
  );
  expect(broken).toEqual([]);
});

test('.env.example names every setting, and no other of ours', () => {
  const named = [...read('.env.example').matchAll(/^#? ?([A-Z_]+)=/gm)].map((match) => match[1]!);
  const ours = Object.keys(environmentSchema.shape);
  expect(ours.filter((name) => !named.includes(name))).toEqual([]);
  const unknown = named.filter(
    (name) => /^(LIVE_TRADING|BALLAST_)/.test(name) && !ours.includes(name),
  );
  expect(unknown).toEqual([]);
});

test('every alert is explained in docs/codes.md', () => {
  const rows = tableUnder('docs/codes.md', 'Alerts').map((row) => row.slice(0, 3));
  expect(rows).toEqual(
    Object.entries(ALERTS).map(([code, { level, todo }]) => [code, level, todo]),
  );
});

test('every denial code is explained in docs/codes.md', () => {
  const text = read('docs/codes.md').replaceAll(/ +/g, ' ');
  const missing = Object.entries(DENIALS).filter(
    ([name, meaning]) => !text.includes(`| \`${name}\` | ${meaning} |`),
  );
  expect(missing).toEqual([]);
});

test('the lockfile holds no download addresses, and a hash for every package', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { resolved?: string; integrity?: string }>;
  };
  const entries = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(entries.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  expect(entries.filter(([, entry]) => entry.integrity === undefined)).toEqual([]);
});
