// A worker for the orders of one desk that stops itself (SIGSTOP) at a point it is told by stdin:
// `freeze at <point>`, answered with `armed`; `frozen` is its last word before it stops.
import { createInterface } from 'node:readline';
import { Worker } from '@temporalio/worker';
import { pino } from 'pino';
import type { ActivityDeps } from '../../activities/deps.ts';
import { machineClock } from '../../bin/clock.ts';
import { openEngine } from '../../bin/engine.ts';
import { embeddedTemporal } from '../../bin/servers.ts';
import { readConfig } from '../../contracts/config.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { orderQueue } from '../../workflows/messages.ts';
import { silenceTemporal } from './desk.ts';
import { interfere } from './interfere.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

let point: string | undefined;
const at = (reached: string): void => {
  if (reached !== point) return;
  point = undefined;
  say('frozen');
  process.kill(process.pid, 'SIGSTOP');
};

/** The permit's statement without its look at the desk: the harness must notice. */
function withoutDeskCheck(deps: ActivityDeps): ActivityDeps {
  const { ledger } = deps;
  const grantPermit: Ledger['grantPermit'] = async ({ orderId }) => {
    await ledger.db
      .updateTable('venue_order')
      .set({ state: 'sending' })
      .where('id', '=', orderId)
      .execute();
    return { kind: 'granted', permitId: 'none' };
  };
  return { ...deps, ledger: { ...ledger, grantPermit } };
}

silenceTemporal();
const engine = await openEngine({
  config: readConfig(process.env),
  databaseUrl: process.env['TEST_CHILD_DATABASE_URL']!,
  temporal: { ...embeddedTemporal(process.env['TEST_CHILD_TEMPORAL']!), embedded: false },
  clock: machineClock(0),
  log: pino({ level: 'silent' }),
  interfere: (deps) => {
    const unsafe = process.env['TEST_CHILD_WITHOUT_DESK_CHECK'] !== undefined;
    return interfere(unsafe ? withoutDeskCheck(deps) : deps, at);
  },
});
const { activities, connection, namespace } = engine;
const worker = await Worker.create({
  connection,
  namespace,
  taskQueue: orderQueue('kalshi', 'paper'),
  activities: {
    sendOrder: (tradeId: string, leg: number) => activities.sendOrder(tradeId, leg),
    lookUpOrder: (tradeId: string, leg: number) => activities.lookUpOrder(tradeId, leg),
  },
});
createInterface({ input: process.stdin }).on('line', (line) => {
  point = line.slice('freeze at '.length);
  say('armed');
});
process.once('SIGTERM', () => worker.shutdown());
const running = worker.run();
say('ready');
await running;
await engine.close();
process.exit(0);
