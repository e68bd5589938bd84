import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle.ts';
import { cacheDir } from '../../worker/embedded/locations.ts';
import { MAIN_QUEUE } from '../../workflows/messages.ts';
import { silenceTemporal } from '../support/desk.ts';
import { fromSetup } from '../support/servers.ts';

let environment: TestWorkflowEnvironment;

beforeAll(async () => {
  silenceTemporal();
  environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: fromSetup('TEST_SERVER_EXECUTABLE') } },
  });
});
afterAll(async () => {
  await environment.teardown();
});

test('what cannot be done in an hour fails the run by name, after everything else was tried', async () => {
  const tried = { closeDays: 0, writeReports: 0, backUp: 0 };
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: MAIN_QUEUE,
    workflowBundle: { codePath: await workflowBundle(cacheDir()) },
    activities: {
      closeDays: async () => {
        tried.closeDays += 1;
        // Longer than any bound of the other steps: a clock that is wrong for a day.
        if (tried.closeDays < 300) throw new Error('the clock is wrong');
        return [{ book: 'paper', date: '2026-11-22' }];
      },
      writeReports: async () => {
        tried.writeReports += 1;
        throw new Error('no space left on device');
      },
      backUp: async () => {
        tried.backUp += 1;
        throw new Error('no such directory');
      },
    },
  });
  const ended = worker.runUntil(
    environment.client.workflow.execute('dailyReset', {
      workflowId: 'fails',
      taskQueue: MAIN_QUEUE,
    }),
  );
  await expect(ended).rejects.toMatchObject({
    cause: {
      message: 'reports: no space left on device; backup: no such directory',
    },
  });
  expect(tried.closeDays).toBe(300);
  expect(tried.writeReports).toBeGreaterThan(5);
  expect(tried.backUp).toBeGreaterThan(5);
});
