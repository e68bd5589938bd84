import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { readDeskView } from '../../ledger/read/desk.ts';
import { serverLocation } from '../../worker/embedded/locations.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, silenceTemporal, startTestDesk } from '../support/desk.ts';
import { kalshiMarket } from '../support/markets.ts';

/** The server asks for a new run after so many events; 4,096 where nobody says so. */
const EVENTS_A_RUN = 40;
const SIGNALS = 60;

let environment: TestWorkflowEnvironment;
let desk: TestDesk;

beforeAll(async () => {
  silenceTemporal();
  environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: serverLocation('temporal') },
      extraArgs: [
        '--dynamic-config-value',
        `limit.historyCount.suggestContinueAsNew=${EVENTS_A_RUN}`,
      ],
    },
  });
  desk = await startTestDesk({
    markets: { markets: [kalshiMarket('ANY')] },
    temporalAddress: environment.address,
  });
});
afterAll(async () => {
  await desk.close();
  await environment.teardown();
});

function audited() {
  return desk.engine.ledger.db
    .selectFrom('audit')
    .select(['actor', 'action'])
    .where('reason', '=', 'one of many')
    .orderBy('seq')
    .execute();
}

test('the desk’s workflow continues as new again and again and loses no message', async () => {
  const rollout = desk.engine.client.workflow.getHandle('rollout:main');
  const { runId: first } = await rollout.describe();
  for (let index = 0; index < SIGNALS; index += 1) {
    const verb = index % 2 === 0 ? 'pause' : 'resume';
    await rollout.signal(verb, { by: `nr-${index}`, reason: 'one of many' });
  }
  const last = `nr-${SIGNALS - 1}`;
  await eventually('the last signal to be audited', async () =>
    (await audited()).some(({ actor }) => actor === last) ? true : undefined,
  );
  await eventually('a new run', async () =>
    (await rollout.describe()).runId === first ? undefined : true,
  );
  const rows = await audited();
  // A pause may be played again, as after a task that was lost; a resume never is.
  const seen = rows.map(({ actor }) => actor);
  expect([...new Set(seen)]).toEqual(Array.from({ length: SIGNALS }, (_, index) => `nr-${index}`));
  const resumes = rows.filter(({ action }) => action === 'desk.resumed');
  expect(resumes).toHaveLength(SIGNALS / 2);
  expect((await readDeskView(desk.engine.ledger.db, 'main')).state).toBe('active');
});
