/** The paper file as a source of markets: whole, with scripts, and read again under each lock. */
import type { PaperFile, PaperMarket } from '../../contracts/paper-file.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import { feesOf, levelsOf, phaseOf, resultOf, venueMarketOf } from './listing.ts';
import type { PaperFileSource } from './paper-file.ts';
import { PaperFileError } from './paper-file.ts';
import type { MarketReading, MarketSource, Reading } from './source.ts';

/** A file costs nothing to ask. */
const POLL_INTERVAL_MS = 250;

/** The markets of one venue in the file. */
export function fileSource(file: PaperFileSource, venue: VenueId): MarketSource {
  const known = new WeakMap<PaperFile, ReadonlyMap<string, MarketReading>>();
  const marketsOf = (content: PaperFile): ReadonlyMap<string, MarketReading> => {
    const markets = known.get(content) ?? readingsOf(content, venue);
    known.set(content, markets);
    return markets;
  };
  const read = async (): Promise<Reading> => ({
    markets: marketsOf(await file.read()),
    reverts: true,
    again: read,
  });
  return {
    whole: true,
    pollIntervalMs: POLL_INTERVAL_MS,
    read,
    async glance() {
      try {
        return { ...(await read()), again: () => this.glance({ resting: [], held: [] }) };
      } catch (error) {
        if (error instanceof PaperFileError) return NOTHING;
        throw error;
      }
    },
    async status() {
      const trading = tradesIn(await file.read(), venue);
      return { trading, detail: trading ? 'open' : 'paused by the paper file' };
    },
  };
}

/**
 * What a damaged file tells: no market, hence nothing but the end of an order's own time. Nothing
 * is taken back either, for the result might have come first.
 */
const NOTHING: Reading = {
  markets: new Map(),
  reverts: false,
  again: () => Promise.resolve(NOTHING),
};

/** Without a word about it in the file, the venue trades. */
function tradesIn(file: PaperFile, venue: VenueId): boolean {
  return file.venues[venue]?.trading ?? true;
}

function readingsOf(file: PaperFile, venue: VenueId): ReadonlyMap<string, MarketReading> {
  const venueTrades = tradesIn(file, venue);
  return new Map(
    file.markets
      .filter((market) => market.venue === venue)
      .map((market) => [market.id, readingOf(market, venueTrades)]),
  );
}

function readingOf(market: PaperMarket, venueTrades: boolean): MarketReading {
  return {
    unreachable: market.unreachable,
    script: market.script,
    venueTrades,
    phase: (moment) => phaseOf(market, moment),
    facts: (moment) => venueMarketOf(market, moment),
    fees: (moment) => feesOf(market, moment),
    result: (moment) => resultOf(market, moment),
    levels: (half) => levelsOf(market, half),
  };
}
