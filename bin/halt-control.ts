/** Halt and rearm as the API does them, with the file HALT; and what a start does about that file. */
import type { HttpPorts } from '../client/ports.ts';
import { obeyLatch } from '../activities/halting.ts';
import { haltEverything } from '../worker/emergency.ts';
import { latchPath, latchText, readLatch, removeLatch } from '../worker/halt-latch.ts';
import { deskControl } from './desk-control.ts';
import type { Engine } from './engine.ts';
import type { ServedBook } from '../worker/workers.ts';
import type { Venue } from '../venues/venue.ts';
import { DESK } from './settings.ts';

/** Everything that stops a desk and lets it go on, for the API. */
export function stopControl(
  engine: Engine,
  dataDir: string,
  report: HttpPorts['report'],
): Pick<HttpPorts, 'pause' | 'halt' | 'resume' | 'rearm'> {
  const { ledger, clock, venues, books } = engine;
  const control = deskControl(engine, report);
  /** Whatever fails here comes after the halt, and must not take its answer away. */
  const tellOthers = async (problems: readonly string[]): Promise<void> => {
    await control.showStop();
    for (const problem of problems) report(new Error(problem), 'a step of a halt');
  };
  return {
    ...control,
    halt: async (asked) => {
      const { atMs } = await clock.read();
      let inUse: readonly ServedBook[] = books;
      const view = await haltEverything({
        dataDir,
        asked,
        at: new Date(atMs).toISOString(),
        stopDesk: async () => {
          await ledger.haltDesk(DESK, { ...asked, verified: true }, await clock.read());
          return ledger.acknowledgeStop(DESK);
        },
        books: () => inUse.map((at) => ({ ...at, ifMissing: 'this process has no client for it' })),
        openVenues: async () => {
          // A live book that is not in use has nothing to cancel, and its venue is not asked.
          inUse = await engine.watched().catch(() => books);
          const used = (at: Venue) =>
            inUse.some((one) => one.venue === at.id && one.book === at.book);
          return venues.filter(used);
        },
        clearing: () => engine,
        tell: () => {},
      });
      await tellOthers(view.problems).catch(() => {});
      return view;
    },
    rearm: async (asked) => {
      const latch = readLatch(dataDir);
      // A halt that the ledger never heard of is told first: only its own rearm lifts one.
      if (latch !== undefined) await obeyLatch(engine, DESK, latch);
      const answer = await control.rearm(asked);
      if (answer.kind !== 'resumed' || latch === undefined || removeLatch(dataDir, latch)) {
        return answer;
      }
      const detail = `somebody halted again meanwhile: ${latchPath(dataDir)}; look, then rearm again`;
      return { kind: 'refused', detail };
    },
  };
}

/**
 * A start that finds the file HALT halts the desk in the ledger before anything else.
 * @returns what to tell, undefined where there is no such file
 */
export async function heedLatch(
  dataDir: string,
  engine: Pick<Engine, 'ledger' | 'clock'>,
): Promise<string | undefined> {
  const latch = readLatch(dataDir);
  if (latch === undefined) return undefined;
  await obeyLatch(engine, DESK, latch);
  return `the desk is ${latchText(dataDir, latch)}`;
}
