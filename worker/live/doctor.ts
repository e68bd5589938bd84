/** `doctor --live`: every traded venue's account, by its real key, reads only. */
import { pino } from 'pino';
import type { Config } from '../../contracts/config.ts';
import type { Check } from '../../contracts/http.ts';
import type { Clock } from '../../domain/clock.ts';
import type { LiveVenue } from './live-venue.ts';
import { liveBookOf, liveProblems, openLiveVenues } from './venues.ts';

/** What is missing in the configuration is a failed check, not an error. */
export async function liveChecks(config: Config, clock: Clock): Promise<Check[]> {
  const problems = liveProblems(config);
  if (problems.length > 0) {
    return problems.map(({ field, problem }) => ({ name: field, ok: false, detail: problem }));
  }
  const parts = { book: liveBookOf(config), clock, log: pino({ level: 'silent' }) };
  return (await Promise.all(openLiveVenues(config, parts).map(accountChecks))).flat();
}

/** One account's checks, each named after its venue. */
export async function accountChecks({ venue, checks }: LiveVenue): Promise<Check[]> {
  return (await checks()).map((check) => ({ ...check, name: `${venue.id} ${check.name}` }));
}
