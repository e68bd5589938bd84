/** `ballast doctor --live`: real keys, reads only, in a short process of its own. */
import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../contracts/config.ts';
import type { Check } from '../contracts/http.ts';
import { canonicalJson, sha256Hex } from '../ledger/identity.ts';
import { writeState } from '../worker/embedded/state-file.ts';
import { machineClock } from './clock.ts';
import type { LiveVenue } from './live-venues.ts';
import { liveBookOf, liveProblems, openLiveVenues } from './live-venues.ts';
import { dataDirOf, version } from './settings.ts';

/** What was found, with its date: a gate of the go-live asks for it. */
const resultIn = (dataDir: string): string => join(dataDir, 'doctor-live.json');

/**
 * Checks every traded venue's account with its key and writes the result down. What is missing in
 * the configuration is a failed check, not an error.
 */
export async function liveDoctorChecks(config: Config): Promise<Check[]> {
  const problems = liveProblems(config);
  const clock = machineClock(config.clockOffsetMs);
  const book = liveBookOf(config);
  const checks =
    problems.length > 0
      ? problems.map(({ field, problem }) => ({ name: field, ok: false, detail: problem }))
      : (
          await Promise.all(
            openLiveVenues(config, { book, clock, log: pino({ level: 'silent' }) }).map(
              accountChecks,
            ),
          )
        ).flat();
  const { atMs } = await clock.read();
  writeState(resultIn(dataDirOf(config.environment)), {
    at: new Date(atMs).toISOString(),
    version: version(),
    book,
    configuration: sha256Hex(canonicalJson({ limits: config.limits, venues: config.venues })),
    ok: checks.every(({ ok }) => ok),
    checks,
  });
  return checks;
}

/** One account's checks, each named after its venue. */
export async function accountChecks({ venue, checks }: LiveVenue): Promise<Check[]> {
  return (await checks()).map((check) => ({ ...check, name: `${venue.id} ${check.name}` }));
}
