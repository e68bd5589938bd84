// The workers of several desks in one process, which tells each point their trades pass, and stops
// a trade for good where a line on stdin says: the activity waits there until this process is
// killed. So one SIGKILL ends many trades, each at an await of its own. It starts to work at the
// first line.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Context } from '@temporalio/activity';
import { pino } from 'pino';
import { machineClock } from '../../bin/clock.ts';
import { openEngine } from '../../bin/engine.ts';
import { workersOf } from '../../bin/host.ts';
import { embeddedTemporal } from '../../bin/servers.ts';
import { readConfig } from '../../contracts/config.ts';
import { tradeWorkflowId } from '../../workflows/messages.ts';
import { silenceTemporal } from './desk.ts';
import type { DeskAddress } from './dying-workers.ts';
import type { AtPoint } from './interfere.ts';
import { interfere } from './interfere.ts';
import { tradePoints } from './trade-points.ts';
import { watchedTrades } from './watched-trades.ts';

const TRADE = tradeWorkflowId('');
/** Where trades stop, by trade id: `<occurrence> <point>`. */
const stops = new Map<string, string>();
const stopped = new Set<string>();
const placeOf = tradePoints();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** @returns whether the trade stops here */
function passes(trade: string, place: string): boolean {
  const isStop = stops.get(trade) === place;
  if (isStop) stopped.add(trade);
  say(`${isStop ? 'stopped' : 'passed'} ${trade} ${place}`);
  return isStop;
}

/** The points of one desk. */
function pointsOfDesk(): AtPoint {
  const tradesOfWatch = watchedTrades();
  /** Which attempt stopped, by run: `<activity> <attempt>`. */
  const stoppedRuns = new Map<string, string>();
  return (point, call) => {
    const { info } = Context.current();
    const { workflowId } = info.workflowExecution!;
    const attempt = `${info.activityId} ${info.attempt}`;
    const stoppedIn = stoppedRuns.get(workflowId);
    // What the attempt that stopped still does beside its stop waits as well.
    if (stoppedIn === attempt) return new Promise<void>(() => {});
    // Timed out where it stopped, an activity is tried again: it comes no further, and goes, for
    // whatever waits has one of few places.
    if (stoppedIn !== undefined) throw new Error('it is stopped until its worker is killed');
    const own = workflowId.startsWith(TRADE);
    const trades = own
      ? [workflowId.slice(TRADE.length)]
      : tradesOfWatch(workflowId, point, call).filter((trade) => !stopped.has(trade));
    // The venue of `venue-watch:kalshi:main`.
    const at = own ? point : `${point} on ${workflowId.split(':')[1]}`;
    const here = trades.map((trade) => passes(trade, placeOf(trade, at, call)));
    if (!here.includes(true)) return undefined;
    stoppedRuns.set(workflowId, attempt);
    return new Promise<void>(() => {});
  };
}

async function work({ databaseUrl, temporalAddress, environment }: DeskAddress) {
  const log = pino({ level: 'silent' });
  const at = pointsOfDesk();
  const engine = await openEngine({
    config: readConfig(environment),
    databaseUrl,
    temporal: { ...embeddedTemporal(temporalAddress), embedded: false },
    clock: machineClock(0),
    log,
    interfere: (deps) => interfere(deps, at),
  });
  const { done } = await workersOf(engine, { progress: () => {}, log });
  await engine.runs.ensureStanding();
  return { done };
}

const input = createInterface({ input: process.stdin });
input.on('line', (line) => {
  const more = JSON.parse(line) as Record<string, string>;
  for (const [trade, place] of Object.entries(more)) stops.set(trade, place);
});
say('loaded');
await once(input, 'line');

silenceTemporal();
const desks = JSON.parse(process.env['TEST_CHILD_DESKS']!) as DeskAddress[];
const working = await Promise.all(desks.map(work));
say('working');
await Promise.race(working.map(({ done }) => done));
process.exit(1);
