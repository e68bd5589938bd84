import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '../../worker/logger.ts';
import { openRotatingFile, type LineWriter } from '../../worker/rotating-file.ts';
import { runNode } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = testDirectory('log');
  path = join(directory, 'app.log');
});

const failures: unknown[] = [];
function open(bytesMax: number, kept: number): LineWriter {
  failures.length = 0;
  return openRotatingFile({ path, bytesMax, kept, onFailure: (error) => failures.push(error) });
}
const text = (name: string): string => readFileSync(join(directory, name), 'utf8');

test('a line is in the file when the call returns, and only its owner may read it', () => {
  const file = open(1_000, 2);
  file.write('first\n');

  expect(text('app.log')).toBe('first\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a file that would grow too large is set aside, and the oldest are dropped', () => {
  const file = open(10, 2);
  for (const line of [
    '1234\n',
    '5678\n',
    'one\n',
    'two\n',
    'three-is-longer-than-all\n',
    'four\n',
  ]) {
    file.write(line);
  }

  expect(readdirSync(directory).toSorted()).toEqual(['app.log', 'app.log.1', 'app.log.2']);
  expect(text('app.log')).toBe('four\n');
  expect(text('app.log.1')).toBe('three-is-longer-than-all\n');
  expect(text('app.log.2')).toBe('one\ntwo\n');
});

test('a log of an earlier process is gone on with', () => {
  writeFileSync(path, 'earlier\n');
  open(1_000, 2).write('later\n');

  expect(text('app.log')).toBe('earlier\nlater\n');
});

test.each([
  ['set aside', () => renameSync(path, `${path}.1`)],
  ['removed', () => rmSync(path)],
])('after the file was %s by somebody else, lines go to a new one', (_what, change) => {
  const file = open(1_000, 2);
  file.write('before\n');
  change();
  file.write('after\n');

  expect(text('app.log')).toBe('after\n');
});

test('several processes share the file: every line is kept once and whole', async () => {
  const [names, lines] = [['a', 'b', 'c'], 1_500];
  const children = names.map((name) =>
    runNode(['test/support/log-child.ts', path, name, String(lines)]),
  );
  for (const child of children) {
    expect([await child.ended(), child.output()]).toEqual([0, '']);
  }

  const files = readdirSync(directory);
  const found = files.flatMap((name) => text(name).trimEnd().split('\n'));
  const expected = names.flatMap((name) =>
    Array.from({ length: lines }, (_, n) => `${name} ${String(n)} ${'x'.repeat(n % 50)}`.trimEnd()),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(found.map((line) => line.trimEnd()).toSorted()).toEqual(expected.toSorted());
});

test('a line that cannot be written is reported once, and the next that can is written', () => {
  const file = open(1_000, 2);
  mkdirSync(path);
  file.write('lost\n');
  file.write('lost too\n');
  rmSync(path, { recursive: true });
  file.write('kept\n');

  expect(failures).toHaveLength(1);
  expect(text('app.log')).toBe('kept\n');
});

test('the logger writes to app.log at once, without secrets', () => {
  const log = createLogger({ level: 'info', dataDir: directory });
  log.info({ token: 'very-secret', desk: { password: 'very-secret' } }, 'hello');

  expect(existsSync(path)).toBe(true);
  expect(JSON.parse(text('app.log'))).toMatchObject({ msg: 'hello', token: '[Redacted]' });
  expect(text('app.log')).not.toContain('very-secret');
});
