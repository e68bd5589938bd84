/** Real processes on a real cluster whose files go bad: failure case 20, and the way back. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withClient } from '../../ledger/backup/connection.ts';
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { eventually } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';

let cwd: string;
let dataDir: string;
let environment: Record<string, string>;
let backupFolder: string;
let transferFile: string;
const started: BallastProcess[] = [];

/** Runs a command to its end. */
async function ballast(...args: string[]): Promise<{ code: number | null; output: string }> {
  const process = runBallast(args, { environment, cwd });
  started.push(process);
  return { code: await process.exited, output: process.output() };
}

async function startDesk(): Promise<BallastProcess> {
  const desk = runBallast(['start'], { environment, cwd });
  started.push(desk);
  await desk.printed('ready');
  return desk;
}

/** Works on the desk's own cluster while no desk runs. */
async function onDisk<Result>(statement: string): Promise<Result[]> {
  const server = await startPostgres({ dataDir });
  try {
    return await withClient(server.url, async (client) => {
      const result = await client.query<Result & object>(statement);
      return result.rows;
    });
  } finally {
    await server.stop();
  }
}

const FLIP = `ALTER TABLE transfer DISABLE TRIGGER USER;
  UPDATE transfer SET amount = amount # 4096 WHERE trade_id = 'first';
  ALTER TABLE transfer ENABLE TRIGGER USER`;

beforeAll(async () => {
  cwd = testDirectory('damaged');
  dataDir = join(cwd, 'data');
  const paperFile = join(cwd, 'markets.json');
  writeFileSync(paperFile, JSON.stringify({ markets: [kalshiMarket('M')] }));
  environment = { BALLAST_DATA_DIR: dataDir, BALLAST_PORT: '0', BALLAST_PAPER_FILE: paperFile };
  const proposal = join(cwd, 'proposal.json');
  writeFileSync(proposal, JSON.stringify(singleLeg('first', 'M')));
  const desk = await startDesk();
  await ballast('propose', proposal);
  await eventually('the trade to open', async () => {
    const { output } = await ballast('trades', 'first', '--json');
    return output.includes('"open"') ? true : undefined;
  });
  const verified = await ballast('verify', '--json');
  expect([verified.code, JSON.parse(verified.output)]).toEqual([
    0,
    expect.objectContaining({ ok: true, waiting: 0, auditSeq: 1 }),
  ]);
  const backup = await ballast('backup', '--json');
  expect(backup.code).toBe(0);
  backupFolder = (JSON.parse(backup.output) as { path: string }).path;
  await desk.stop();
  const [row] = await onDisk<{ path: string }>(`SELECT pg_relation_filepath('transfer') AS path`);
  transferFile = join(dataDir, 'postgres', row!.path);
});
afterAll(async () => {
  await Promise.all(started.map((one) => one.stop()));
});

test('verify passes a sound ledger while no desk runs, and ends with 0', async () => {
  const { code, output } = await ballast('verify');
  expect([code, output]).toEqual([0, expect.stringContaining('I9')]);
});

test('failure case 20: a flipped bit in an amount ends verify with 1 and start with 8, and stays', async () => {
  await onDisk(FLIP);
  const verified = await ballast('verify', '--json');
  const { ok, invariants } = JSON.parse(verified.output) as {
    ok: boolean;
    invariants: { id: string; findings: string[] }[];
  };
  const broken = invariants.filter(({ findings }) => findings.length > 0).map(({ id }) => id);
  expect([verified.code, ok, broken]).toEqual([1, false, ['I6']]);
  const start = await ballast('start');
  expect([start.code, start.output]).toEqual([
    8,
    expect.stringContaining(`ballast restore ${backupFolder}`),
  ]);
  await onDisk(FLIP);
  expect((await ballast('verify')).code).toBe(0);
});

function flipOnDisk(path: string, position: number): void {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, position);
  byte[0]! ^= 1;
  writeSync(file, byte, 0, 1, position);
  closeSync(file);
}

/** The refusal of a start, and the command in it that makes room. */
let refusal = '';

test('failure case 20: a flipped bit on the disk is told by its checksum, and start refuses', async () => {
  // In the last row of the first page, which is written from its end.
  flipOnDisk(transferFile, 8192 - 20);
  const verified = await ballast('verify', '--json');
  expect([verified.code, JSON.parse(verified.output)]).toEqual([
    1,
    expect.objectContaining({ ok: false, unreadable: expect.stringContaining('invalid page') }),
  ]);
  const start = await ballast('start');
  refusal = start.output;
  expect(start.code).toBe(8);
  expect(refusal).toContain('the ledger is damaged and nothing is traded on it');
  expect(refusal).toContain(`ballast restore ${backupFolder}`);
  const early = await ballast('restore', backupFolder);
  expect([early.code, early.output]).toEqual([9, expect.stringContaining('holds a database')]);
});

test('the advice of that refusal leads back to a desk that trades', async () => {
  const [, move] = /^move the data away: (mv \S+ \S+); then/m.exec(refusal) ?? [];
  expect(spawnSync('sh', ['-c', move!]).status).toBe(0);
  const restored = await ballast('restore', backupFolder);
  expect([restored.code, restored.output]).toEqual([
    0,
    expect.stringContaining('restored and verified'),
  ]);
  const desk = await startDesk();
  const status = await ballast('status');
  expect(status.output).toContain('restored from backup');
  expect((await ballast('verify')).code).toBe(0);
  const resume = await ballast('resume', '--after-breach', '--reason', 'compared');
  expect(resume.code).toBe(0);
  await desk.stop();
});

test('failure case 20: a cluster that is gone is never replaced by an empty one', async () => {
  rmSync(join(dataDir, 'postgres'), { recursive: true });
  for (const command of [['start'], ['verify'], ['limits', 'apply', '--reason', 'x'], ['backup']]) {
    const { code, output } = await ballast(...command);
    expect([command, code, output]).toEqual([
      command,
      8,
      expect.stringContaining(`${dataDir}/postgres is gone`),
    ]);
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  }
});

test('a restore that fails leaves the way free for the next', async () => {
  const broken = join(cwd, 'broken');
  spawnSync('cp', ['-r', backupFolder, broken]);
  rmSync(join(broken, 'tables', 'public.transfer.copy.gz'));
  const { code, output } = await ballast('restore', broken);
  expect([code, output]).toEqual([1, expect.stringContaining('nothing was changed')]);
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  expect((await ballast('restore', backupFolder)).code).toBe(0);
});

test('failure case 20: a cluster that cannot even start is told as damage, with the way back', async () => {
  flipOnDisk(join(dataDir, 'postgres', 'global', 'pg_control'), 40);
  for (const command of ['start', 'backup']) {
    const { code, output } = await ballast(command);
    expect([command, code, output]).toEqual([
      command,
      8,
      expect.stringContaining(`ballast restore ${backupFolder}`),
    ]);
  }
});
