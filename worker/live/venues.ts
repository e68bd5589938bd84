/** The venues' real clients, opened with their keys: for the engine, and for the short processes. */
import type { Config } from '../../contracts/config.ts';
import { ConfigError } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import type { LiveBook } from '../../domain/desk.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { KALSHI } from './kalshi.ts';
import type { LiveParts, LiveVenue, LiveVenueKind } from './live-venue.ts';
import { POLYMARKET } from './polymarket.ts';

const KINDS: Readonly<Record<VenueId, LiveVenueKind>> = {
  kalshi: KALSHI,
  polymarket: POLYMARKET,
};

function kindsOf({ venues }: Pick<Config, 'venues'>): readonly LiveVenueKind[] {
  return venues.map((id) => KINDS[id]);
}

/**
 * The book of the venues' hosts: real money only where every one of them is production. Hosts of
 * both kinds at once are a problem that `liveProblems` names.
 */
export function liveBookOf(config: Pick<Config, 'environment' | 'venues'>): LiveBook {
  const isProduction = (kind: LiveVenueKind) =>
    kind.environmentOf(config.environment) === 'production';
  return kindsOf(config).every(isProduction) ? 'live' : 'rehearsal';
}

/** What is missing before the traded venues' real clients can be opened; never a secret's text. */
export function liveProblems(config: Config): FieldProblem[] {
  return [...kindsOf(config).flatMap((kind) => kind.problems(config)), ...mixedHosts(config)];
}

/** Real money on one venue against play money on the other is no hedge and no rehearsal. */
function mixedHosts(config: Config): FieldProblem[] {
  const at = kindsOf(config).map(({ hostSetting, environmentOf }) => ({
    hostSetting,
    is: environmentOf(config.environment),
  }));
  const real = at.find(({ is }) => is === 'production');
  return at
    .filter(({ is }) => real !== undefined && (is === 'demo' || is === 'loopback'))
    .map(({ hostSetting, is }) => ({
      field: hostSetting,
      problem: `is ${is === 'demo' ? 'a demo host' : 'a loopback address'} while ${real!.hostSetting} is production: all venues trade real money, or none`,
    }));
}

/**
 * Opens the clients of every traded venue. Nothing is asked of a venue yet.
 * @throws ConfigError where something is missing or a key is none
 */
export function openLiveVenues(config: Config, parts: LiveParts): LiveVenue[] {
  const problems = liveProblems(config);
  if (problems.length > 0) throw new ConfigError(problems);
  return kindsOf(config).map((kind) => kind.open(config, parts));
}

/**
 * Makes what a venue's client needs and the venue itself gives; answers whether anything was made.
 * @throws ConfigError where keys are missing, VenueRefused, VenueUnreachable
 */
export async function prepareVenue(config: Config, id: VenueId): Promise<boolean> {
  return (await KINDS[id].prepare?.(config)) ?? false;
}
