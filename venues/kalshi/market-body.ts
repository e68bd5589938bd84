/** A Kalshi market as the port describes it: what is not plainly a binary market is unsupported. */
import type { KalshiMarket } from '../../contracts/kalshi/markets.ts';
import type { FeeReading } from '../../domain/fees/terms.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { PriceRange } from '../../domain/market.ts';
import type { MicroContracts } from '../../domain/money.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import { printable } from '../../domain/printable.ts';
import type { VenueMarket } from '../venue.ts';

/** Orders and fills move in hundredths of a contract on every market. */
const LOT_MICRO_CONTRACTS = 10_000 as MicroContracts;

/** Where a market cannot be traded its fees do not matter; this is the usual schedule. */
const USUAL_FEES: FeeSchedule = { kind: 'kalshi', multiplierMillionths: MICROS_PER_UNIT };

/** @source kalshi-typescript 3.30 models/market; “settled” is never said here */
const KNOWN_STATUSES = new Set([
  'initialized',
  'inactive',
  'active',
  'closed',
  'determined',
  'disputed',
  'amended',
  'finalized',
]);

/** The market; its sides are `yes` and `no`, for both subtitles often name the same side. */
export function venueMarketOf(body: KalshiMarket, fees: FeeReading): VenueMarket {
  const unsupported =
    whyUnsupported(body) ?? (fees.kind === 'unsupported' ? fees.reason : undefined);
  const rules = [body.rules_primary, body.rules_secondary]
    .filter((text) => text !== '')
    .join('\n\n');
  const priceRanges = rangesOf(body);
  const settlesAtMs = body.expected_expiration_time ?? undefined;
  return {
    marketId: body.ticker,
    title: titleOf(body),
    ...(rules === '' ? {} : { rules }),
    outcomes: ['yes', 'no'],
    tickMicros: Math.max(...priceRanges.map(({ stepMicros }) => stepMicros)),
    priceRanges,
    lotMicroContracts: LOT_MICRO_CONTRACTS,
    minQuantity: LOT_MICRO_CONTRACTS,
    fees: fees.kind === 'schedule' ? fees.schedule : USUAL_FEES,
    tradable: body.status === 'active',
    ...(unsupported === undefined ? {} : { unsupported }),
    closesAtMs: body.close_time,
    ...(settlesAtMs === undefined ? {} : { settlesAtMs }),
  };
}

function titleOf({ ticker, title, yes_sub_title: side }: KalshiMarket): string {
  const words = title == null || title === '' ? ticker : title;
  return printable(side == null || side === '' ? words : `${words} (${side})`);
}

/** Rising; a market that tells none is unsupported, and its cents are only a form. */
function rangesOf({ price_ranges: ranges }: KalshiMarket): PriceRange[] {
  const told = ranges
    .map(({ start, end, step }) => ({ startMicros: start, endMicros: end, stepMicros: step }))
    .toSorted((a, b) => a.startMicros - b.startMicros);
  const cents = { startMicros: 0, endMicros: MICROS_PER_UNIT, stepMicros: 10_000 };
  return told.length === 0 ? [cents] : told;
}

function whyUnsupported(body: KalshiMarket): string | undefined {
  const {
    market_type: type,
    settlement_bounds_type: bounds,
    notional_value_dollars: notional,
  } = body;
  if (type !== 'binary') return `it is a ${printable(type)} market, not a binary one`;
  if (!KNOWN_STATUSES.has(body.status)) return `its status ${printable(body.status)} is not known`;
  if (body.is_provisional === true) return 'it is provisional: the venue may still remove it';
  if (isCombo(body)) return 'it is a combination of other markets';
  if (bounds != null && bounds !== 'default') {
    return `its settlement is bounded (${printable(bounds)}), so it may pay in parts`;
  }
  if (notional != null && notional !== MICROS_PER_UNIT) {
    return 'a contract of it does not pay one dollar';
  }
  return body.price_ranges.length === 0 ? 'it tells no price ranges' : undefined;
}

function isCombo({ ticker, mve_collection_ticker: collection }: KalshiMarket): boolean {
  return (collection != null && collection !== '') || ticker.startsWith('KXMVE');
}
