import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EmbeddedServerError } from '../../worker/embedded/errors.ts';
import { launch, launchWithRetries } from '../../worker/embedded/launch.ts';
import type { ProcessIdentity } from '../../worker/embedded/processes.ts';
import { testDirectory } from '../support/servers.ts';

/** A server that says why it fails and then, at length, where. */
function failing(): Promise<ProcessIdentity> {
  return launch({
    name: 'Failing',
    command: '/bin/sh',
    args: ['-c', 'echo port taken; seq 1000 1100; exit 2'],
    env: { PATH: process.env['PATH'] },
    logFile: join(testDirectory('launch'), 'log'),
    readyWithinMs: 10_000,
    onStart: () => {},
    giveUpWith: ['SIGKILL', 1_000],
    isReady: () => Promise.resolve(false),
  });
}

test('a server that ends while it starts is an error with the head and the end of its log', async () => {
  const error = await failing().catch((failure: unknown) => failure);

  expect(error).toBeInstanceOf(EmbeddedServerError);
  const { message } = error as Error;
  expect(message).toMatch(/^Failing ended while it was starting[^]*port taken[^]*1100$/);
  expect(message).not.toContain('1050');
});

test('a failure that passes is known by the head of the log, and the start is repeated', async () => {
  let starts = 0;
  const identity: ProcessIdentity = { pid: 1, startTime: '1' };
  const started = await launchWithRetries(
    () => ((starts += 1) < 2 ? failing() : Promise.resolve(identity)),
    /port taken/,
    10_000,
  );

  expect([starts, started]).toEqual([2, identity]);
});
