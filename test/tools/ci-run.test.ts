import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { checkout } from '../../tools/setup/locations.mjs';
import { testDirectory } from '../support/servers.ts';

function ciRun(npmPrints: string, npmExits: number): { last: string; all: string; code: unknown } {
  const bin = join(testDirectory('ci'), 'bin');
  mkdirSync(bin);
  const npm = `#!/bin/sh\n[ "$*" = "run check" ] || exit 9\nprintf '${npmPrints}'\nexit ${String(npmExits)}\n`;
  writeFileSync(join(bin, 'npm'), npm);
  chmodSync(join(bin, 'npm'), 0o755);
  const { stdout, status } = spawnSync(join(checkout, '.ci/run'), {
    encoding: 'utf8',
    env: { PATH: `${bin}:/usr/bin:/bin` },
  });
  return { last: stdout.trimEnd().split('\n').at(-1) ?? '', all: stdout, code: status };
}

test.each([
  ['all passed', 'Tests:       12 passed, 12 total\\n', 0, '12 passed, 0 failed', 0],
  [
    'some failed or were skipped',
    'Tests:       2 failed, 1 skipped, 12 passed, 15 total\\n',
    1,
    '12 passed, 2 failed, 1 skipped',
    1,
  ],
  [
    'the summary is coloured',
    '\\033[1mTests:       \\033[22m\\033[1m\\033[32m3 passed\\033[39m\\033[22m, 3 total\\n',
    0,
    '3 passed, 0 failed',
    0,
  ],
  ['lint failed first', 'lint: error\\n', 1, '0 passed, 1 failed', 1],
  [
    'a test file could not be loaded',
    'Tests:       3 passed, 3 total\\n',
    1,
    '3 passed, 1 failed',
    1,
  ],
  ['set-up lacked a server', 'setup: no Go\\n', 4, '0 passed, 1 failed', 4],
  ['no tests ran', 'No tests found\\n', 0, '0 passed, 1 failed', 1],
])('when %s, the last line and the exit code say so', (_, prints, exits, last, code) => {
  const run = ciRun(prints, exits);

  expect([run.last, run.code]).toEqual([last, code]);
  expect(run.all).toContain(prints.split('\\')[0]);
});
