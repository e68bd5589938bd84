// Takes a lock, writes down when it holds it, and keeps it until told to let go by a file.
import { appendFileSync, existsSync } from 'node:fs';
import { withLock } from '../../tools/setup/lock.mjs';
import { until } from '../../worker/embedded/processes.ts';

const [lock, journal, release] = process.argv.slice(2);
if (lock === undefined || journal === undefined || release === undefined) {
  throw new Error('usage: lock-child.ts <lock> <journal> <file that ends it>');
}
await withLock(
  lock,
  async () => {
    appendFileSync(journal, `${String(process.pid)} in\n`);
    await until(() => existsSync(release), 30_000);
    appendFileSync(journal, `${String(process.pid)} out\n`);
  },
  (pid) => {
    console.log(`waits for ${String(pid)}`);
  },
);
