// A worker of one desk that kills itself (SIGKILL) at the point named in TEST_CHILD_DIES_AT, the
// first time it comes there with an order on its way; without one it lives until SIGTERM. It starts
// to work at a line on stdin, so that the next one is loaded when its predecessor dies.
import { once } from 'node:events';
import { pino } from 'pino';
import { machineClock } from '../../bin/clock.ts';
import { openEngine } from '../../bin/engine.ts';
import type { LiveTuning } from '../../worker/live/live-venue.ts';
import { workersOf } from '../../bin/host.ts';
import { embeddedTemporal } from '../../bin/servers.ts';
import { readConfig } from '../../contracts/config.ts';
import { silenceTemporal } from './desk.ts';
import { interfere } from './interfere.ts';

const tuning = process.env['TEST_CHILD_LIVE_TUNING'];
const diesAt = process.env['TEST_CHILD_DIES_AT'];
let armed = false;
process.stdout.write('loaded\n');
await once(process.stdin, 'data');
process.stdin.destroy();

silenceTemporal();
// For whoever looks for a fault: TEST_CHILD_LOG=warn tells on the error output.
const log = pino({ level: process.env['TEST_CHILD_LOG'] ?? 'silent' }, pino.destination(2));
const engine = await openEngine({
  config: readConfig(process.env),
  databaseUrl: process.env['TEST_CHILD_DATABASE_URL']!,
  temporal: { ...embeddedTemporal(process.env['TEST_CHILD_TEMPORAL']!), embedded: false },
  clock: machineClock(0),
  log,
  ...(tuning === undefined ? {} : { liveTuning: JSON.parse(tuning) as LiveTuning }),
  interfere: (deps) =>
    interfere(deps, (point) => {
      armed ||= point === 'write allowed';
      if (armed && point === diesAt) process.kill(process.pid, 'SIGKILL');
    }),
});
const workers = await workersOf(engine, { progress: () => {}, log });
await engine.runs.ensureStanding();
process.stdout.write('working\n');
await Promise.race([once(process, 'SIGTERM'), workers.done]);
await workers.stop();
await engine.close();
process.exit(0);
