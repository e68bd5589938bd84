import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { tryLock, withLock } from '../../tools/setup/lock.mjs';
import { eventually, runNode, type NodeChild } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

let lock: string;
let journal: string;
let release: string;

beforeEach(() => {
  const directory = testDirectory('lock');
  [lock, journal, release] = [
    join(directory, 'lock'),
    join(directory, 'journal'),
    join(directory, 'go'),
  ];
});

const contender = (): NodeChild => runNode(['test/support/lock-child.ts', lock, journal, release]);
const lines = (): string[] =>
  existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : [];

test('of several processes one at a time holds the lock', async () => {
  const first = contender();
  await eventually('the first one is in', () => lines().length === 1);
  const others = [contender(), contender()];
  for (const other of others) {
    await eventually('another one waits', () =>
      other.output().includes(`waits for ${String(first.process.pid)}`),
    );
  }
  expect(lines()).toHaveLength(1);

  writeFileSync(release, '');
  for (const child of [first, ...others]) expect(await child.ended()).toBe(0);

  const pids = lines().map((line) => line.split(' ')[0]);
  expect(lines().map((line) => line.split(' ')[1])).toEqual([
    'in',
    'out',
    'in',
    'out',
    'in',
    'out',
  ]);
  expect([pids[0], pids[2], pids[4]]).toEqual([pids[1], pids[3], pids[5]]);
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a killed process is taken over, by one of those who want it', async () => {
  const killed = contender();
  await eventually('it is in', () => lines().length === 1);
  killed.process.kill('SIGKILL');
  await killed.ended();
  expect(existsSync(lock)).toBe(true);

  let inside = 0;
  const results = await Promise.all(
    [1, 2, 3, 4].map((n) =>
      withLock(lock, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await new Promise(setImmediate);
        inside -= 1;
        return n;
      }),
    ),
  );
  expect(results).toEqual([1, 2, 3, 4]);
});

test('a failure inside releases the lock', async () => {
  const failing = withLock(lock, () => Promise.reject(new Error('inside')));

  await expect(failing).rejects.toThrow('inside');
  expect(await withLock(lock, () => 'free again')).toBe('free again');
});

test('a lock that is tried goes to one at a time, and names who holds it', () => {
  const first = tryLock(lock);
  expect(first.held).toBe(true);
  expect(tryLock(lock)).toEqual({ held: false, ownerPid: process.pid });
  if (first.held) first.release();

  const second = tryLock(lock);
  expect(second.held).toBe(true);
  // Given back twice: the second time it is another's.
  if (first.held) first.release();
  expect(tryLock(lock).held).toBe(false);
  if (second.held) second.release();
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a killed process is not worth waiting for', async () => {
  const killed = contender();
  await eventually('it is in', () => lines().length === 1);
  killed.process.kill('SIGKILL');
  await killed.ended();

  expect(tryLock(lock).held).toBe(true);
});
