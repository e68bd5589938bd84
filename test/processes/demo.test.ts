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

test('the demo tells a win, a loss and a void, crosses a midnight, balances, and tells the same twice', async () => {
  const first = await runDemo();
  expect(first.summary).toMatchObject({
    trades: 7,
    settled: 6,
    // 77.3036 on the first day; on the second 10 at 0.50 pay 10.00, less 5.00 and a fee of 0.125.
    realizedPnl: '82.1786',
    phase: 'paper',
    ledgerBalanced: true,
  });
  expect(new Set(Object.values(first.summary.invariants))).toEqual(new Set([true]));
  expect(Object.keys(first.summary.invariants)).toEqual(
    expect.arrayContaining(['I2', 'I5', 'I6', 'I7', 'I8', 'I9']),
  );
  expect(first.summary.denied).toMatchObject({ BELOW_MIN_ROI: 1, DAILY_TRADES_REACHED: 1 });
  for (const [trade, pnl] of [
    ['win', '33.7146'],
    ['loss', '-27.1392'],
    ['void', '0.6281'],
  ] as const) {
    expect(first.story).toMatch(new RegExp(`│ ${trade} .*${pnl} │ settled`));
  }
  // The trade that had no place before midnight has one after it, on the next day.
  expect(first.story).toMatch(/one more than the day allows +denied: DAILY_TRADES_REACHED\n/);
  const closed = /(\d{4}-\d{2}-\d{2}) is closed: P&L \$77\.3036/.exec(first.story)?.[1];
  expect(first.summary.day).toBe(utcDate(Date.parse(closed!) + DAY_MS));
  expect(first.story).toContain('trades 5 of 5 used · loss $27.1392 of $200.00');
  expect(first.story).toMatch(/│ seventh .*4\.875 │ settled/);
  const second = await runDemo();
  const { day: _day, ...story } = first.summary;
  expect(second.summary).toMatchObject(story);
});
