// Claims a data directory, says how that went, and keeps what it got until it is killed.
import { existsSync } from 'node:fs';
import { claimDataDir } from '../../bin/run-file.ts';
import { until } from '../../worker/embedded/processes.ts';

const [dataDir, go] = process.argv.slice(2);
if (dataDir === undefined || go === undefined) {
  throw new Error('usage: claim-child.ts <data directory> <file that starts it>');
}
console.log('waits');
await until(() => existsSync(go), 30_000);
try {
  await claimDataDir(dataDir);
  console.log('won;');
  setInterval(() => undefined, 60_000);
} catch (error) {
  console.log(`lost: ${(error as Error).message};`);
}
