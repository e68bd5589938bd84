/** Where the paper exchange's quotes come from, as the configuration says. */
import type { Config } from '../contracts/config.ts';
import { ConfigError, polymarketUrlsOf } from '../contracts/config.ts';
import type { FieldProblem } from '../contracts/proposal.ts';
import type { Clock } from '../domain/clock.ts';
import { messageOf } from '../domain/thrown.ts';
import type { VenueId } from '../domain/venue-id.ts';
import { fileSource } from '../venues/paper/file-source.ts';
import { openPaperFile } from '../venues/paper/paper-file.ts';
import { publicSource } from '../venues/paper/public-source.ts';
import type { MarketSource } from '../venues/paper/source.ts';
import type { PublicMarketData } from '../venues/venue.ts';
import { createKalshiPublic } from '../venues/kalshi/public.ts';
import { createPolymarketMarkets } from '../venues/polymarket/public.ts';
import { paperFileOf } from './settings.ts';

/** Makes a venue's public data. @throws Error where its base URL names no host of it */
type PublicDataOf = (venue: VenueId, config: Config, clock: Clock) => PublicMarketData;

/** What every venue tells without keys. */
export const publicDataOf: PublicDataOf = (venue, { environment }, clock) =>
  venue === 'kalshi'
    ? createKalshiPublic({ baseUrl: environment.KALSHI_BASE_URL, clock })
    : createPolymarketMarkets({ urls: polymarketUrlsOf(environment), clock });

const URL_SETTING: Readonly<Record<VenueId, string>> = {
  kalshi: 'KALSHI_BASE_URL',
  polymarket: 'POLYMARKET_BASE_URL',
};

/**
 * The public data of every venue that is traded.
 * @throws ConfigError naming every base URL that cannot be used
 */
function publicVenuesOf(
  config: Config,
  clock: Clock,
  dataOf: PublicDataOf = publicDataOf,
): ReadonlyMap<VenueId, PublicMarketData> {
  const found = new Map<VenueId, PublicMarketData>();
  const problems: FieldProblem[] = [];
  for (const venue of config.venues) {
    try {
      found.set(venue, dataOf(venue, config, clock));
    } catch (error) {
      problems.push({ field: URL_SETTING[venue], problem: messageOf(error) });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return found;
}

/**
 * The source of every venue that is traded; one file for all of them, opened when first read.
 * @throws ConfigError where quotes come from the venues and a base URL is none of them
 */
export function paperSourceOf(
  config: Config,
  clock: Clock,
  dataOf: PublicDataOf = publicDataOf,
): ReadonlyMap<VenueId, MarketSource> {
  if (config.environment.BALLAST_PAPER_QUOTES === 'venue') {
    const venues = [...publicVenuesOf(config, clock, dataOf)];
    return new Map(venues.map(([venue, data]) => [venue, publicSource({ data, clock })]));
  }
  const file = openPaperFile(paperFileOf(config.environment));
  return new Map(config.venues.map((venue) => [venue, fileSource(file, venue)]));
}
