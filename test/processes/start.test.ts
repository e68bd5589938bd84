import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../../worker/embedded/processes.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';
import { CHECKLIST_ENV } from '../support/checklist-env.ts';
import { testDirectory } from '../support/servers.ts';
import { eventually } from '../support/desk.ts';
import { singleLeg } from '../support/markets.ts';

const started: BallastProcess[] = [];
afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
});

function start(cwd: string, environment: Record<string, string>): BallastProcess {
  const process = runBallast(['start'], { environment, cwd });
  started.push(process);
  return process;
}

function folder(env: string): string {
  const cwd = testDirectory('start');
  writeFileSync(join(cwd, '.env'), env);
  return cwd;
}

describe('the .env block of the deployment checklist, verbatim', () => {
  test('starts paper, takes a proposal, and stops without a trace', async () => {
    const cwd = folder(CHECKLIST_ENV);
    const dataDir = join(cwd, 'data');
    const port = String(await freePort());
    const environment = { BALLAST_DATA_DIR: dataDir, BALLAST_PORT: port };
    const desk = start(cwd, environment);
    await desk.printed('ready');
    expect(desk.output()).toContain('PAPER TRADING (LIVE_TRADING=false)');

    const proposal = singleLeg('first', 'KXNHLGAME-26NOV22CBJFLA-FLA', { budget: '50' });
    const file = join(cwd, 'proposal.json');
    writeFileSync(file, JSON.stringify(proposal));
    const propose = runBallast(['propose', file], { environment, cwd });
    expect(await propose.exited).toBe(0);
    expect(propose.output()).toContain('accepted');

    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(ready.status).toBe(200);
    const trades = await eventually('the trade to open', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/trades`);
      const { trades: list } = (await answer.json()) as { trades: { status: string }[] };
      return list.some(({ status }) => status === 'open') ? list : undefined;
    });
    expect(trades).toHaveLength(1);

    const second = runBallast(['start'], { environment, cwd });
    expect(await second.exited).toBe(9);
    expect(second.output()).toContain('ballast stop');

    const stop = runBallast(['stop'], { environment, cwd });
    expect(await stop.exited).toBe(0);
    expect(await desk.exited).toBe(0);
  });
});

describe('a malformed environment', () => {
  test('lists every mistake at once and exits with 4, before anything is started', async () => {
    const cwd = folder(
      `LIVE_TRADING=yes
LIVE_TRADING_BET_AMOUNT=-5
LIVE_TRADING_MAX_DAILY_TRADES=2.5
BALLAST_PROT=5001
`,
    );
    const dataDir = join(cwd, 'data');
    const desk = start(cwd, { BALLAST_DATA_DIR: dataDir });
    expect(await desk.exited).toBe(4);
    const names = [
      'LIVE_TRADING',
      'LIVE_TRADING_BET_AMOUNT',
      'LIVE_TRADING_MAX_DAILY_TRADES',
      'BALLAST_PROT',
    ];
    for (const name of names) expect(desk.output()).toMatch(new RegExp(`^  ${name}: `, 'm'));
    expect(desk.output()).toContain('4 mistakes');
  });
});

describe('limits that differ from the desk', () => {
  test('stop the start until they are adopted on purpose', async () => {
    const cwd = folder('');
    mkdirSync(join(cwd, 'data'));
    const environment = { BALLAST_DATA_DIR: join(cwd, 'data'), BALLAST_PORT: '0' };
    const desk = start(cwd, environment);
    await desk.printed('ready');
    await desk.stop();
    const changed = { ...environment, LIVE_TRADING_MAX_DAILY_TRADES: '3' };
    const refused = start(cwd, changed);
    expect(await refused.exited).toBe(4);
    expect(refused.output()).toContain('ballast limits apply');
    const adopt = runBallast(['limits', 'apply', '--reason', 'smaller days'], {
      environment: changed,
      cwd,
    });
    expect(await adopt.exited).toBe(0);
    const accepted = start(cwd, changed);
    await accepted.printed('ready');
    await accepted.stop();
  });
});
