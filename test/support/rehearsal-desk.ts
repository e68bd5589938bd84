/** A desk in rehearsal: the real adapter against a simulated venue on loopback. */
import { arm, promote, setUpVenue } from '../../bin/live-operator.ts';
import type { Config } from '../../contracts/config.ts';
import { readConfig } from '../../contracts/config.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { TestDesk, TestDeskOptions } from './desk.ts';
import { startTestDesk } from './desk.ts';
import type { TestSimulator } from './simulator.ts';

/** A desk whose live venue is a simulator. */
export interface RehearsalDesk extends TestDesk {
  readonly simulator: TestSimulator;
  /** What a process of this desk is configured with. */
  readonly config: Config;
  /** Bound, promoted and armed: from here on it trades the rehearsal book. */
  goLive(): Promise<void>;
}

/** Everything compressed that is long only for the real venues' sake. */
export const COMPRESSED = { unknownHorizonMs: 4_000, readTokensPerSecond: 2_000 } as const;

/** Starts a desk that trades on `simulator` alone; both are closed together. */
export async function startRehearsalDesk(
  venue: VenueId,
  simulator: TestSimulator,
  options: Partial<TestDeskOptions>,
): Promise<RehearsalDesk> {
  const settings = { LIVE_TRADING: 'true', BALLAST_VENUES: venue, ...options.settings };
  const desk = await startTestDesk({
    markets: { markets: [] },
    liveTuning: COMPRESSED,
    ...options,
    settings,
  });
  const config = readConfig({ ...desk.environment, DATABASE_URL: desk.databaseUrl });
  return {
    ...desk,
    simulator,
    config,
    goLive: async () => {
      await setUpVenue(config, { venue, reason: 'a test' });
      await promote(config, 'a test');
      await arm(config, 'a test');
      await desk.engine.runs.ensureStanding();
    },
    close: async () => {
      await desk.close();
      await simulator.close();
    },
  };
}
