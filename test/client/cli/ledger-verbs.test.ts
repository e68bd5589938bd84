import { describe, expect, test } from '@jest/globals';
import type { VerifyView } from '../../../contracts/verify.ts';
import { cli } from './harness.ts';

const SOUND: VerifyView = {
  ok: true,
  ledgerId: '1a2b3c4d',
  auditSeq: 7,
  invariants: [
    { id: 'I1', says: 'at most one effect', findings: [] },
    { id: 'I6', says: 'balances follow', findings: [] },
  ],
  waiting: 0,
  unreadable: null,
};
const BROKEN: VerifyView = {
  ...SOUND,
  ok: false,
  invariants: [
    SOUND.invariants[0]!,
    {
      id: 'I6',
      says: 'balances follow',
      findings: Array.from({ length: 25 }, (_, index) => `I6 a-${index}: \u001b[2Jdiffers`),
    },
  ],
};
const WRITTEN = {
  path: '/backups/20261122T000005Z-1a2b3c4d',
  ledgerId: '1a2b3c4d',
  auditSeq: 7,
  tables: 30,
  rows: 1234,
  bytes: 5000,
};

describe('ballast verify', () => {
  const verify = (view: VerifyView, ...argv: string[]) =>
    cli(['verify', ...argv], { verify: () => Promise.resolve(view) });

  test('ends with 0 and says what was checked', async () => {
    const { code, out } = await verify(SOUND);
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      'ledger 1a2b3c4d, 7 entries in the audit log',
      expect.stringMatching(/^I1\s+at most one effect\s+ok$/),
      expect.stringMatching(/^I6\s+balances follow\s+ok$/),
    ]);
  });

  test('ends with 1 and lists the findings, the first 20 of each, harmless to a terminal', async () => {
    const { code, out } = await verify(BROKEN);
    expect(code).toBe(1);
    expect(out).toMatch(/^I6\s+balances follow\s+25 found$/m);
    expect(out).toContain('I6 a-19: ?[2Jdiffers');
    expect(out).not.toContain('I6 a-20');
    expect(out).toContain('and 5 more; all of them: ballast verify --json');
  });

  test('--json has every finding', async () => {
    const { code, out } = await verify(BROKEN, '--json');
    expect([code, JSON.parse(out)]).toEqual([1, BROKEN]);
  });

  test('says what waits, which is no fault', async () => {
    const { code, out } = await verify({ ...SOUND, waiting: 2 });
    expect([code, out]).toEqual([0, expect.stringContaining('2 facts of the venues wait')]);
  });

  test('ends with 1 where the database cannot be read', async () => {
    const unreadable = 'invalid page in block 0';
    const { code, out } = await verify({ ...SOUND, ok: false, invariants: [], unreadable });
    expect([code, out]).toEqual([1, expect.stringContaining(unreadable)]);
  });
});

describe('ballast backup', () => {
  test('tells where it is, and hands on where it shall be', async () => {
    const asked: (string | undefined)[] = [];
    const backup = (to?: string) => {
      asked.push(to);
      return Promise.resolve(WRITTEN);
    };
    const first = await cli(['backup'], { backup });
    const second = await cli(['backup', '--to', '/mnt', '--json'], { backup });
    expect(asked).toEqual([undefined, '/mnt']);
    expect([first.code, first.out]).toEqual([
      0,
      'backup written: /backups/20261122T000005Z-1a2b3c4d: 1234 rows in 30 tables, 5 KiB',
    ]);
    expect([second.code, JSON.parse(second.out)]).toEqual([0, WRITTEN]);
  });
});

describe('ballast restore', () => {
  const restore = () => Promise.resolve({ ...WRITTEN, createdAt: '2026-11-22T00:00:05.000Z' });

  test('tells what was restored and what comes next', async () => {
    const { code, out } = await cli(['restore', WRITTEN.path], { restore });
    expect(code).toBe(0);
    expect(out).toContain('of 2026-11-22T00:00:05.000Z');
    expect(out).toContain('ballast resume --after-breach --reason');
  });

  test('needs to be told which backup', async () => {
    expect((await cli(['restore'], { restore })).code).toBe(2);
  });
});
