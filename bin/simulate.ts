/** `ballast simulate`: starts simulated venues, each with a key made for this run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulateAsked, SimulatePorts, SimulatorView } from '../client/simulate-ports.ts';
import type { SimulationFile } from '../contracts/simulation.ts';
import { parseSimulationFile } from '../contracts/simulation.ts';
import type { VenueId } from '../domain/venue-id.ts';
import { VENUE_IDS } from '../domain/venue-id.ts';
import { OffsetClock } from '../simulator/clock.ts';
import { everyFault } from '../simulator/frame/fault-plan.ts';
import type { RunningSimulator } from '../simulator/frame/start.ts';
import { startSimulator } from '../simulator/frame/start.ts';
import { stopRequested } from './signals.ts';
import type { SimulatorFactory, SimulatorRegistry } from './simulators.ts';
import { SIMULATORS } from './simulators.ts';

/**
 * Starts the venues that were asked for; all or none.
 * @throws Error where there is no such simulator, or its data or ports cannot be used
 */
export async function startSimulators(
  asked: SimulateAsked,
  registry: SimulatorRegistry = SIMULATORS,
): ReturnType<SimulatePorts['simulate']> {
  const chosen = chosenFrom(registry, asked.venue);
  const data = asked.dataFile === undefined ? {} : dataOf(asked.dataFile);
  const absent = VENUE_IDS.find(
    (id) => data[id] !== undefined && !chosen.some(([one]) => one === id),
  );
  if (absent !== undefined) {
    throw new Error(`${asked.dataFile}: has calls for ${absent}, which is not simulated here`);
  }
  const keyDirectory = mkdtempSync(join(tmpdir(), 'ballast-simulate-'));
  const removeKeys = (): void => rmSync(keyDirectory, { recursive: true, force: true });
  const stopped = stopRequested(removeKeys);
  const running: RunningSimulator[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(running.map((one) => one.close()));
    removeKeys();
  };
  try {
    const simulators: SimulatorView[] = [];
    for (const [id, factory] of chosen) {
      const started = await startOne(id, factory, { asked, keyDirectory });
      running.push(started.simulator);
      await makeCalls(started.simulator, id, data);
      simulators.push(started.view);
    }
    return { simulators, stopped, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function chosenFrom(
  registry: SimulatorRegistry,
  venue: VenueId | undefined,
): [VenueId, SimulatorFactory][] {
  const chosen = VENUE_IDS.flatMap((id): [VenueId, SimulatorFactory][] => {
    const factory = registry[id];
    return factory === undefined || (venue ?? id) !== id ? [] : [[id, factory]];
  });
  if (chosen.length === 0)
    throw new Error(`this version has no simulator of ${venue ?? 'any venue'}`);
  return chosen;
}

function dataOf(path: string): SimulationFile {
  try {
    return parseSimulationFile(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function startOne(
  id: VenueId,
  factory: SimulatorFactory,
  { asked, keyDirectory }: { asked: SimulateAsked; keyDirectory: string },
): Promise<{ simulator: RunningSimulator; view: SimulatorView }> {
  const clock = new OffsetClock(Date.now);
  const { venue, keyText, environment } = factory({ clock, seed: asked.seed });
  const keyFile = join(keyDirectory, `${id}.pem`);
  if (keyText !== undefined) writeFileSync(keyFile, keyText, { mode: 0o600 });
  const simulator = await startSimulator({
    venue,
    host: '127.0.0.1',
    port: asked.port,
    adminPort: asked.adminPort,
    clock,
    ...(asked.share === 0 ? {} : { faults: everyFault(asked.seed, asked.share) }),
    ...(asked.journalFile === undefined ? {} : { journalFile: asked.journalFile }),
  });
  const { url, adminUrl } = simulator;
  return {
    simulator,
    view: { venue: id, url, adminUrl, environment: environment({ url, keyFile }) },
  };
}

async function makeCalls(
  simulator: RunningSimulator,
  id: VenueId,
  data: SimulationFile,
): Promise<void> {
  for (const [index, { verb, body }] of (data[id] ?? []).entries()) {
    try {
      await simulator.admin(verb, body);
    } catch (error) {
      throw new Error(`${id}.${index} ${verb}: ${(error as Error).message}`, { cause: error });
    }
  }
}
