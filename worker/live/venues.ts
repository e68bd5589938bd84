/** The venues' real clients, opened with their keys: for the engine, and for the short processes. */
import type { Config } from '../../contracts/config.ts';
import { ConfigError } from '../../contracts/config.ts';
import type { FieldProblem } from '../../contracts/proposal.ts';
import type { LiveBook } from '../../domain/desk.ts';
import { messageOf } from '../../domain/thrown.ts';
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
  return [...kindsOf(config).flatMap((kind) => kind.problems(config)), ...sharedProblems(config)];
}

/** What is no one venue's: hosts of both kinds, and a clock that is not the venues'. */
function sharedProblems(config: Config): FieldProblem[] {
  return [...mixedHosts(config), ...wrongClock(config)];
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

/** @source DESIGN §4: a clock may be moved only while every venue is a process of this machine */
function wrongClock(config: Config): FieldProblem[] {
  if (config.clockOffsetMs === 0) return [];
  const real = kindsOf(config).find(
    ({ environmentOf }) => environmentOf(config.environment) !== 'loopback',
  );
  if (real === undefined) return [];
  const problem = `must be 0 while ${real.hostSetting} is no loopback address: orders are dated and expire by the venue's clock`;
  return [{ field: 'BALLAST_CLOCK', problem }];
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
 * Opens one venue's client, whatever the others lack. Nothing is asked of the venue yet.
 * @throws ConfigError as `openLiveVenues` does
 */
export function openLiveVenue(config: Config, id: VenueId, parts: LiveParts): LiveVenue {
  const problems = [...KINDS[id].problems(config), ...sharedProblems(config)];
  if (problems.length > 0) throw new ConfigError(problems);
  return KINDS[id].open(config, parts);
}

/**
 * Opens whatever opens, to cancel orders with: what one venue lacks, or what both may not do
 * together, keeps no order of the other alive.
 */
export function openForCancels(
  config: Config,
  parts: LiveParts,
): {
  readonly opened: readonly LiveVenue[];
  readonly missing: readonly { readonly venue: VenueId; readonly why: string }[];
} {
  const opened: LiveVenue[] = [];
  const missing: { venue: VenueId; why: string }[] = [];
  for (const kind of kindsOf(config)) {
    try {
      const problems = kind.problems(config);
      if (problems.length > 0) throw new ConfigError(problems);
      opened.push(kind.open(config, parts));
    } catch (error) {
      const why = error instanceof ConfigError ? problemsLine(error.problems) : messageOf(error);
      missing.push({ venue: kind.id, why });
    }
  }
  return { opened, missing };
}

/** Problems in one line. */
export function problemsLine(problems: readonly FieldProblem[]): string {
  return problems.map(({ field, problem }) => `${field}: ${problem}`).join('; ');
}

/**
 * Makes what a venue's client needs and the venue itself gives; answers whether anything was made.
 * @throws ConfigError where keys are missing, VenueRefused, VenueUnreachable
 */
export async function prepareVenue(config: Config, id: VenueId): Promise<boolean> {
  return (await KINDS[id].prepare?.(config)) ?? false;
}
