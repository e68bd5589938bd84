/** Where the paper exchange's quotes come from, as the configuration says. */
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { Clock } from '../domain/clock.ts';
import type { VenueId } from '../domain/venue-id.ts';
import { fileSource } from '../venues/paper/file-source.ts';
import { openPaperFile } from '../venues/paper/paper-file.ts';
import { publicSource } from '../venues/paper/public-source.ts';
import type { MarketSource } from '../venues/paper/source.ts';
import type { PublicMarketData } from '../venues/venue.ts';
import { createKalshiPublic } from '../venues/kalshi/public.ts';
import { paperFileOf } from './settings.ts';

/** Makes a venue's public data; undefined where this version has none for the venue. */
export type PublicDataOf = (
  venue: VenueId,
  config: Config,
  clock: Clock,
) => PublicMarketData | undefined;

/** What every venue tells without keys. */
export const publicDataOf: PublicDataOf = (venue, { environment }, clock) =>
  venue === 'kalshi'
    ? createKalshiPublic({ baseUrl: environment.KALSHI_BASE_URL, clock })
    : undefined;

/**
 * The public data of every venue that is traded.
 * @throws ConfigError naming the venues that have none
 */
export function publicVenuesOf(
  config: Config,
  clock: Clock,
  dataOf: PublicDataOf,
): ReadonlyMap<VenueId, PublicMarketData> {
  const found = new Map<VenueId, PublicMarketData>();
  for (const venue of config.venues) {
    const data = dataOf(venue, config, clock);
    if (data !== undefined) found.set(venue, data);
  }
  const missing = config.venues.filter((venue) => !found.has(venue));
  if (missing.length === 0) return found;
  const venues = [...found.keys()].join(',');
  const rest = venues === '' ? '' : `set BALLAST_VENUES=${venues}, or `;
  throw new ConfigError([
    {
      field: 'BALLAST_PAPER_QUOTES',
      problem:
        `venue: this version has no public data of ${missing.join(' and ')}; ` +
        `${rest}set BALLAST_PAPER_QUOTES=file`,
    },
  ]);
}

/**
 * The source of every venue that is traded; one file for all of them, opened when first read.
 * @throws ConfigError where quotes come from the venues and one of them has no public data
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
