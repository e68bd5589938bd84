/** `ballast import` and `export` as processes of their own, without a desk that runs. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { importViewSchema } from '../../contracts/predecessor-import.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { usd } from '../ledger/harness.ts';
import { limitsOf } from '../ledger/wishes.ts';
import { betText, fileText } from '../support/predecessor.ts';
import { runBallast } from '../support/process.ts';
import type { TestDatabase } from '../support/servers.ts';
import { createTestDatabase, testDirectory } from '../support/servers.ts';

let database: TestDatabase;
let cwd: string;

beforeAll(async () => {
  cwd = testDirectory('predecessor');
  database = await createTestDatabase();
  const ledger = openLedger(database.url, () => {});
  await ledger.migrate();
  const initialBalanceMicros = { kalshi: usd(50), polymarket: usd(50) };
  const reading = { atMs: Date.now(), offsetMs: 0 };
  await ledger.setUpDesk('main', limitsOf({ initialBalanceMicros }), reading);
  await ledger.close();
});
afterAll(async () => {
  await database.drop();
});

async function ballast(...args: string[]): Promise<[code: number | null, output: string]> {
  const environment = { DATABASE_URL: database.url, BALLAST_DATA_DIR: join(cwd, 'data') };
  const child = runBallast(args, { environment, cwd });
  return [await child.exited, child.output()];
}

test('a file goes in once and comes out as it was', async () => {
  const [old, out] = [join(cwd, 'old.json'), join(cwd, 'new.json')];
  writeFileSync(old, fileText([betText()]));
  const [code, report] = await ballast('import', old, '--json');
  expect(code).toBe(0);
  expect(importViewSchema.parse(JSON.parse(report)).bets).toMatchObject([{ result: 'imported' }]);
  const [again, says] = await ballast('import', old);
  expect([again, says]).toEqual([0, expect.stringContaining('nothing new: 1 bets')]);
  writeFileSync(out, 'something older');
  expect(await ballast('export', '--out', out)).toEqual([0, `1 bets written to ${out}\n`]);
  const written = JSON.parse(readFileSync(out, 'utf8')) as { bets: object[]; balance: number };
  expect([written.bets, written.balance]).toEqual([[betText()], 96.244375]);
  expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  expect(await ballast('verify')).toEqual([0, expect.stringMatching(/I6 .*ok$/m)]);
});

test('a damaged file ends with 2 and names every mistake', async () => {
  const path = join(cwd, 'damaged.json');
  writeFileSync(path, fileText([betText({ quantity: -5 })]));
  const [code, output] = await ballast('import', path);
  expect([code, output]).toEqual([2, expect.stringContaining('bets.0.quantity')]);
});
