/** Signals that reach the desk before its workflow's first task keep their order. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { workersOf } from '../../bin/host.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import type { RunningWorkers } from '../../worker/workers.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { kalshiMarket } from '../support/markets.ts';

let desk: TestDesk;
let workers: RunningWorkers | undefined;

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [kalshiMarket('ANY')] }, workers: false });
});
afterAll(async () => {
  await workers?.stop();
  await desk.close();
});

test('a resume followed by a pause ends in a pause, though no worker was there to take them', async () => {
  const { engine } = desk;
  await engine.runs.ensureStanding();
  const rollout = engine.client.workflow.getHandle('rollout:main');
  await rollout.signal('resume', { by: 'first', reason: 'in order' });
  await rollout.signal('pause', { by: 'second', reason: 'in order' });
  workers = await workersOf(engine, { progress: () => {}, log: pino({ level: 'silent' }) });
  const actors = await eventually('both signals to be audited', async () => {
    const rows = await engine.ledger.db
      .selectFrom('audit')
      .select('actor')
      .where('reason', '=', 'in order')
      .orderBy('seq')
      .execute();
    return rows.length === 2 ? rows.map(({ actor }) => actor) : undefined;
  });
  expect(actors).toEqual(['first', 'second']);
  expect((await readDeskView(engine.ledger.db, 'main')).state).toBe('paused');
});
