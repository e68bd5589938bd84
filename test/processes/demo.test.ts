import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { DAY_MS, utcDate } from '../../domain/day.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSX = createRequire(import.meta.url).resolve('tsx');

interface DemoLine {
  trades: number;
  denied: Record<string, number>;
  settled: number;
  realizedPnl: string;
  phase: string;
  day: string;
  ledgerBalanced: boolean;
  invariants: Record<string, boolean>;
}

async function runDemo(): Promise<{ summary: DemoLine; story: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', TSX, 'bin/demo.ts'], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  });
  const last = stdout.trimEnd().split('\n').at(-1)!;
  expect(last).toMatch(/^demo: \{/);
  return { summary: JSON.parse(last.slice('demo: '.length)) as DemoLine, story: stdout };
}

/** Codes that must speak against at least one proposal of the story. */
const DENIED = [
  'BELOW_MIN_ROI',
  'IMPLAUSIBLE_ROI',
  'PAIR_NOT_COMPLEMENTARY',
  'POSITION_TOO_LARGE',
  'DAILY_TRADES_REACHED',
  'DAILY_LOSS_REACHED',
  'AT_RISK_REACHED',
  'INSUFFICIENT_BALANCE',
  'DUPLICATE_TRADE',
  'INVALID_PROPOSAL',
];

test('the demo trades nine pairs and six singles, is denied by every rule, crosses a midnight, balances, and tells the same twice', async () => {
  const first = await runDemo();
  expect(first.summary).toMatchObject({
    // Eight pairs, of which one was approved and one unwound, and five single legs.
    trades: 13,
    settled: 12,
    realizedPnl: '36.40371',
    phase: 'paper',
    ledgerBalanced: true,
  });
  expect(new Set(Object.values(first.summary.invariants))).toEqual(new Set([true]));
  expect(Object.keys(first.summary.invariants)).toEqual(
    expect.arrayContaining(['I1', 'I2', 'I5', 'I6', 'I7', 'I8', 'I9']),
  );
  for (const code of DENIED) expect(first.summary.denied[code]).toBeGreaterThan(0);
  for (const [trade, pnl, status] of [
    ['cbjfla', '1.63559', 'settled'],
    ['stlott', '1.2058', 'settled'],
    ['mtltor', '-1.8229', 'closed'],
    ['minvan', '6.26575', 'settled'],
    ['nshcar', '-', 'open'],
    ['nshcar', '2.11449', 'settled'],
    ['loss', '-91.4496', 'settled'],
    ['void', '0.6281', 'settled'],
  ] as const) {
    expect(first.story).toMatch(new RegExp(`│ ${trade} .*│ +${pnl} │ ${status}`));
  }
  expect(first.story).toMatch(/one more than the day allows +denied: DAILY_TRADES_REACHED\n/);
  const closed = /(\d{4}-\d{2}-\d{2}) is closed: P&L -\$57\.50278/.exec(first.story)?.[1];
  expect(first.summary.day).toBe(utcDate(Date.parse(closed!) + DAY_MS));
  expect(first.story).toContain('trades 12 of 12 used · loss $93.2725 of $200.00');
  const second = await runDemo();
  const { day: _day, ...story } = first.summary;
  expect(second.summary).toMatchObject(story);
});
