import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { identify, stillRuns, stopProcess } from '../../worker/embedded/processes.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that takes no notice of SIGTERM. */
async function stubborn(): Promise<ChildProcess> {
  const script = "trap '' TERM; echo ready; while true; do sleep 0.05; done";
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

test('a process that ignores the polite signal is sent the next one', async () => {
  const child = await stubborn();
  const exited = once(child, 'exit');
  const identity = identify(child.pid!);

  await stopProcess('Stubborn', identity, [
    ['SIGTERM', 200],
    ['SIGKILL', 10_000],
  ]);

  expect(stillRuns(identity)).toBe(false);
  expect(await exited).toEqual([null, 'SIGKILL']);
});

test('a process that stays is an error that says what was tried', async () => {
  const child = await stubborn();

  await expect(stopProcess('Stubborn', identify(child.pid!), [['SIGTERM', 200]])).rejects.toThrow(
    `Stubborn (process ${String(child.pid)}) did not stop in time: SIGTERM (0.2 s)`,
  );
});

test('a process that got the id of one that is gone is not touched', async () => {
  const child = await stubborn();
  const earlier = { ...identify(child.pid!), startTime: '1' };

  await stopProcess('Earlier', earlier, [['SIGKILL', 200]]);

  expect(stillRuns(identify(child.pid!))).toBe(true);
});
