import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isAlive } from '../../tools/setup/processes.mjs';
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { startTemporal } from '../../worker/embedded/temporal.ts';
import { runBallast } from '../support/process.ts';
import { testDirectory } from '../support/servers.ts';

test('a second Ctrl-C ends a desk that cannot drain, and leaves its servers to be adopted', async () => {
  const dataDir = testDirectory('signals');
  const environment = { BALLAST_DATA_DIR: dataDir, BALLAST_PORT: '0' };
  const desk = runBallast(['start'], { environment });
  await desk.printed('ready');
  const pidOf = (server: string): number =>
    (JSON.parse(readFileSync(join(dataDir, `${server}.json`), 'utf8')) as { pid: number }).pid;
  const [postgres, temporal] = [pidOf('postgres'), pidOf('temporal')];
  // A Temporal that hangs keeps the desk draining.
  process.kill(temporal, 'SIGSTOP');
  try {
    desk.child.kill('SIGINT');
    // The same Ctrl-C once more, as npm passes it on: nothing comes of it.
    desk.child.kill('SIGINT');
    await desk.printed('stopping');
    const again = setInterval(() => desk.child.kill('SIGINT'), 200);
    expect(await desk.exited).toBe(1);
    clearInterval(again);
    expect(desk.output()).toContain('servers are left running');
    expect([isAlive(postgres), isAlive(temporal)]).toEqual([true, true]);
  } finally {
    process.kill(temporal, 'SIGCONT');
  }

  const adopted = [await startPostgres({ dataDir }), await startTemporal({ dataDir })];
  expect(adopted.map(({ pid }) => pid)).toEqual([postgres, temporal]);
  for (const server of adopted) await server.stop();
});
