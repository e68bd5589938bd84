/** A simulated venue in the test's own process, with the journal as an oracle. */
import { OffsetClock } from '../../simulator/clock.ts';
import type { FaultPlan, ScriptedFault } from '../../simulator/frame/fault-plan.ts';
import type { JournalEntry } from '../../simulator/frame/journal.ts';
import type { RunningSimulator, SimulatorOptions } from '../../simulator/frame/start.ts';
import { startSimulator } from '../../simulator/frame/start.ts';
import type { Fault, VenueSimulator } from '../../simulator/venue-simulator.ts';

export interface TestSimulator extends RunningSimulator {
  readonly clock: OffsetClock;
  /** The next requests to an endpoint (one, unless `only` says more) get this fault. */
  failNext(
    endpoint: string,
    fault: Fault,
    only?: Partial<Pick<ScriptedFault, 'identity' | 'times'>>,
  ): Promise<unknown>;
  /** Draws faults from now on; null: none, and no scripted ones either. */
  drawFaults(plan: FaultPlan | null): Promise<unknown>;
  /** The requests to an endpoint that arrived, of one identity or of all. */
  requests(endpoint: string, identity?: string): readonly JournalEntry[];
  /** How often the venue did what such requests asked for: the oracle of I1. */
  effects(endpoint: string, identity?: string): number;
}

/** Starts a simulator on free ports; its clock runs beside the machine's unless `base` is given. */
export async function startTestSimulator(
  make: (clock: OffsetClock) => VenueSimulator,
  options: Partial<Pick<SimulatorOptions, 'faults' | 'journalFile' | 'heartbeatMs'>> & {
    readonly base?: () => number;
  } = {},
): Promise<TestSimulator> {
  const { base = Date.now, ...rest } = options;
  const clock = new OffsetClock(base);
  const running = await startSimulator({
    venue: make(clock),
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    clock,
    ...rest,
  });
  const requests: TestSimulator['requests'] = (endpoint, identity) =>
    running
      .journal()
      .filter((one) => one.endpoint === endpoint && (identity ?? one.identity) === one.identity);
  return {
    ...running,
    clock,
    failNext: (endpoint, fault, only = {}) =>
      running.admin('faults', { next: [{ endpoint, fault, ...only }] }),
    drawFaults: (plan) => running.admin('faults', { clear: true, plan }),
    requests,
    effects: (endpoint, identity) =>
      requests(endpoint, identity)
        .flatMap(({ handled }) => handled)
        .filter((status) => status >= 200 && status < 300).length,
  };
}
