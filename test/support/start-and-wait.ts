// A Ballast to be killed: starts the servers of a data directory, says so, and waits for ever.
import { startPostgres } from '../../worker/embedded/postgres.ts';
import { startTemporal } from '../../worker/embedded/temporal.ts';

const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('usage: start-and-wait.ts <data directory>');

const [postgres, temporal] = await Promise.all([
  startPostgres({ dataDir }),
  startTemporal({ dataDir, port: 0, ui: false }),
]);
console.log(JSON.stringify({ postgres: postgres.pid, temporal: temporal.pid }));
setInterval(() => undefined, 60_000);
