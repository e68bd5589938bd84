import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workflowBundle } from '../../worker/bundle.ts';
import { cacheDir } from '../../worker/embedded/locations.ts';
import type { RunningWorkers } from '../../worker/workers.ts';
import { startWorkers } from '../../worker/workers.ts';
import { checkI2, checkI7 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

let desk: TestDesk;
let workers: RunningWorkers;

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [kalshiMarket('HELD')] }, workers: false });
  // Nobody serves the orders' queue: trades stay between their reservation and their first POST.
  workers = await startWorkers({
    connection: desk.engine.connection,
    namespace: desk.engine.namespace,
    activities: desk.engine.activities,
    stopping: desk.engine.stopping,
    bundlePath: await workflowBundle(cacheDir()),
    books: [],
  });
});
afterAll(async () => {
  await workers.stop();
  await desk.close();
});

test('a trade cancelled from outside before its first POST gives everything back', async () => {
  const { ledger, client } = desk.engine;
  expect(await desk.submit(singleLeg('cancelled', 'HELD'))).toMatchObject({ status: 202 });
  const reserved = await findTrade(ledger.db, 'cancelled');
  expect(reserved?.status).toBe('reserved');

  const handle = client.workflow.getHandle('trade:cancelled');
  await handle.cancel();
  await expect(handle.result()).rejects.toThrow('cancelled');

  const trade = await eventually('the reservation to be given back', async () => {
    const found = await findTrade(ledger.db, 'cancelled');
    return found?.status === 'not_sent' ? found : undefined;
  });
  expect(trade.legs[0]?.filledQuantity).toBe('0');
  const rows = await readBooks(ledger.db);
  expect(checkI2(rows.counters, rows.holds)).toEqual([]);
  expect(checkI7(rows.holds)).toEqual([]);
  for (const counter of rows.counters)
    expect([counter.id, counter.used, counter.held]).toEqual([counter.id, 0n, 0n]);
  expect(await ledger.db.selectFrom('permit').select('id').execute()).toEqual([]);
});
