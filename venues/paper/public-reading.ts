/** One market of a venue's public data, as it was read. */
import { AssertionError } from '../../domain/assert.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { Level, MarketResult, Quote, VenueMarket, VenueStatus } from '../venue.ts';
import { bookLevels } from './book.ts';
import type { Timed } from './fresh-readings.ts';
import type { Half, MarketPhase, MarketReading, Moment } from './source.ts';

/** A market and what else was asked about it; as old as the oldest part. */
export function publicReading(options: {
  readonly facts: Timed<VenueMarket>;
  readonly quotes: readonly Timed<Quote>[];
  readonly status: Timed<VenueStatus> | undefined;
}): MarketReading {
  const { facts, quotes, status } = options;
  const readAtMs = [facts, ...quotes, ...(status === undefined ? [] : [status])].map(
    ({ asOfMs }) => asOfMs,
  );
  const toldAtMs = quotes.map(({ value }) => value.asOfMs);
  const market = facts.value;
  return {
    asOfMs: Math.min(...readAtMs, ...toldAtMs),
    ...UNSCRIPTED,
    venueTrades: status?.value.trading,
    phase: (moment) => phaseOf(market, moment),
    facts: (moment) => ({ ...market, tradable: phaseOf(market, moment) === 'open' }),
    // Fees that cannot be computed are among the reasons of `unsupported`.
    fees: () => ({ kind: 'schedule', schedule: market.fees }),
    result: () => undefined,
    levels: (half) => levelsOf(market, quotes, half),
  };
}

/** A held market with its final result, of which nothing else was asked. */
export function closedReading(result: MarketResult): MarketReading {
  const unasked = (): never => {
    throw new AssertionError('only the result of this market was asked for');
  };
  return {
    ...UNSCRIPTED,
    venueTrades: undefined,
    phase: () => 'closed',
    facts: unasked,
    fees: unasked,
    result: () => result,
    levels: () => undefined,
  };
}

/** Scripts and other levers are the file's. */
const UNSCRIPTED: Pick<MarketReading, 'unreachable' | 'script'> = {
  unreachable: false,
  script: [],
};

/** What the venue stopped does not come back by itself: its orders end, as they do on the venue. */
function phaseOf(market: VenueMarket, { nowMs, settled }: Moment): MarketPhase {
  const over = settled || nowMs >= (market.closesAtMs ?? Infinity);
  return market.tradable && !over ? 'open' : 'closed';
}

function levelsOf(
  market: VenueMarket,
  quotes: readonly Timed<Quote>[],
  { outcome, side }: Half,
): readonly Level[] | undefined {
  const quote = quotes.find(({ value }) => value.outcome === outcome)?.value;
  if (quote === undefined) return undefined;
  // Combos show bids of 0 and asks of 1, which nobody can trade at.
  const tradable = quote[side].filter(
    ({ priceMicros }) => priceMicros > 0 && priceMicros < MICROS_PER_UNIT,
  );
  return bookLevels(side, tradable, market.lotMicroContracts);
}
