/** The tables of docs/predecessor.md name tests that are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const rows = readFileSync(join(ROOT, 'docs/predecessor.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, , , covered]) => covered?.startsWith('`test/') === true);

test('nine issues and thirteen defects, each with a test', () => {
  const names = rows.map(([, name = '']) => name.split(' ')[0]!);
  expect(names.filter((name) => /^\d$/.test(name)).join('')).toBe('123456789');
  expect(names.filter((name) => /^[a-m]$/.test(name)).join('')).toBe('abcdefghijklm');
});

test.each(rows.map(([, name = '', , covered = '']) => [name, covered]))('%s', (_, covered) => {
  const [, path = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(covered) ?? [];
  expect(existsSync(join(ROOT, path))).toBe(true);
  expect(readFileSync(join(ROOT, path), 'utf8')).toContain(title);
});
