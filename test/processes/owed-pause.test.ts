import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { payOwedPause, stopTrading } from '../../bin/supervision.ts';
import { machineClock } from '../../bin/clock.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { readConfig } from '../../contracts/config.ts';
import { createTestDatabase, testDirectory } from '../support/servers.ts';

test('a pause that the ledger could not take is made at the next start, once', async () => {
  const [dataDir, clock] = [testDirectory('owed'), machineClock(0)];
  const database = await createTestDatabase();
  const ledger = openLedger(database.url, () => {});
  try {
    await ledger.migrate();
    await ledger.setUpDesk('main', readConfig({}).limits, await clock.read());
    const dead = { breachDesk: () => Promise.reject(new Error('connect ECONNREFUSED')) };
    const died = new Error('Postgres died again');
    const said: string[] = [];
    const stopping = stopTrading(died, {
      dataDir,
      engine: { ledger: dead, clock },
      progress: (line) => said.push(line),
      log: pino({ level: 'silent' }),
    });
    await expect(stopping).rejects.toBe(died);
    expect(said.join()).toContain('paused at the next start');

    await payOwedPause(dataDir, { ledger, clock });

    const { desk } = await readDesk(ledger.db, 'main');
    expect(desk).toMatchObject({ state: 'paused', cause: 'breach', reason: died.message });
    await payOwedPause(dataDir, { ledger: dead, clock });
  } finally {
    await ledger.close();
    await database.drop();
  }
});
