import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

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

test('the demo tells a win, a loss and a void, balances, and tells the same twice', async () => {
  const first = await runDemo();
  expect(first.summary).toMatchObject({
    trades: 6,
    settled: 5,
    realizedPnl: '77.3036',
    phase: 'paper',
    ledgerBalanced: true,
    invariants: { I2: true, I5: true, I6: true, I7: true },
  });
  expect(first.summary.denied).toMatchObject({ BELOW_MIN_ROI: 1, DAILY_TRADES_REACHED: 1 });
  for (const [trade, pnl] of [
    ['win', '33.7146'],
    ['loss', '-27.1392'],
    ['void', '0.6281'],
  ] as const) {
    expect(first.story).toMatch(new RegExp(`│ ${trade} .*${pnl} │ settled`));
  }
  const second = await runDemo();
  const { day: _day, ...story } = first.summary;
  expect(second.summary).toMatchObject(story);
});
