/** `ballast doctor --live`: real keys, reads only, in a short process of its own. */
import { join } from 'node:path';
import type { Config } from '../contracts/config.ts';
import type { Check } from '../contracts/http.ts';
import { canonicalJson, sha256Hex } from '../ledger/identity.ts';
import { writeState } from '../worker/embedded/state-file.ts';
import { liveChecks } from '../worker/live/doctor.ts';
import { liveBookOf } from '../worker/live/venues.ts';
import { machineClock } from './clock.ts';
import { dataDirOf, version } from './settings.ts';

/** What was found, with its date: a gate of the go-live asks for it. */
const resultIn = (dataDir: string): string => join(dataDir, 'doctor-live.json');

/** Checks every traded venue's account with its key and writes the result down. */
export async function liveDoctorChecks(config: Config): Promise<Check[]> {
  const clock = machineClock(config.clockOffsetMs);
  const checks = await liveChecks(config, clock);
  const { atMs } = await clock.read();
  writeState(resultIn(dataDirOf(config.environment)), {
    at: new Date(atMs).toISOString(),
    version: version(),
    book: liveBookOf(config),
    configuration: sha256Hex(canonicalJson({ limits: config.limits, venues: config.venues })),
    ok: checks.every(({ ok }) => ok),
    checks,
  });
  return checks;
}
