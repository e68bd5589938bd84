import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  isLatched,
  latchPath,
  latchText,
  readLatch,
  removeLatch,
  setLatch,
} from '../../worker/halt-latch.ts';
import { testDirectory } from '../support/servers.ts';

const LATCH = { by: 'ann', reason: 'odd orders', at: '2026-11-23T05:00:00.000Z' };

describe('the file HALT', () => {
  test('says by whom, why and when, and holds until it is removed', () => {
    const dataDir = testDirectory('latch');
    expect([isLatched(dataDir), readLatch(dataDir)]).toEqual([false, undefined]);
    setLatch(dataDir, LATCH);
    expect(isLatched(dataDir)).toBe(true);
    expect(JSON.parse(readFileSync(latchPath(dataDir), 'utf8'))).toEqual(LATCH);
    expect(latchText(dataDir, readLatch(dataDir)!)).toContain('ann at 2026-11-23');
    expect(removeLatch(dataDir, LATCH)).toBe(true);
    expect(existsSync(latchPath(dataDir))).toBe(false);
    expect(removeLatch(dataDir, LATCH)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'stop!'],
    ['another shape', '{"by": 7}'],
  ])('made by hand with %s in it halts all the same', (_name, content) => {
    const dataDir = testDirectory('latch');
    writeFileSync(latchPath(dataDir), content);
    expect(isLatched(dataDir)).toBe(true);
    const latch = readLatch(dataDir)!;
    expect(latch.reason).toContain(latchPath(dataDir));
    expect(removeLatch(dataDir, latch)).toBe(true);
    expect(isLatched(dataDir)).toBe(false);
  });

  test('as a directory it halts too', () => {
    const dataDir = testDirectory('latch');
    mkdirSync(latchPath(dataDir));
    expect(isLatched(dataDir)).toBe(true);
  });

  test('a data directory that is gone, or none, stops orders: nobody can tell', () => {
    const dataDir = testDirectory('latch');
    rmSync(dataDir, { recursive: true });
    expect(isLatched(dataDir)).toBe(true);
    const file = join(testDirectory('latch'), 'file');
    writeFileSync(file, '');
    expect(isLatched(join(file, 'below'))).toBe(true);
  });

  test('one that was set meanwhile is not removed with the one that was seen', () => {
    const dataDir = testDirectory('latch');
    setLatch(dataDir, LATCH);
    const seen = readLatch(dataDir)!;
    setLatch(dataDir, { ...LATCH, by: 'bob' });
    expect(removeLatch(dataDir, seen)).toBe(false);
    expect(readLatch(dataDir)).toMatchObject({ by: 'bob' });
  });

  test('is not set where there is no such directory, and says so', () => {
    expect(() => setLatch(join(testDirectory('latch'), 'missing'), LATCH)).toThrow('ENOENT');
  });
});
