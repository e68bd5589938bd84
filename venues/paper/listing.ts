/** A market of the paper file as the exchange sees it at one moment. */
import { assertNever } from '../../domain/assert.ts';
import type { PaperMarket } from '../../contracts/paper-file.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { FeeReading } from '../../domain/fees/terms.ts';
import { kalshiFeeSchedule, polymarketFeeSchedule } from '../../domain/fees/terms.ts';
import type { MicroContracts } from '../../domain/money.ts';
import { MICROS_PER_UNIT, microContracts, priceMicros } from '../../domain/money.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { Level, MarketResult, VenueMarket } from '../venue.ts';
import { bookLevels } from './book.ts';
import type { Half, MarketPhase, Moment } from './source.ts';

const LOT_MICRO_CONTRACTS = 10_000;
const MIN_QUANTITY: Record<VenueId, number> = { kalshi: 10_000, polymarket: 5_000_000 };
const FEE_RATE_MILLIONTHS: Record<VenueId, number> = { kalshi: 1_000_000, polymarket: 50_000 };

/** The market's result once its time has come; undefined before, and without one in the file. */
export function resultOf(
  market: PaperMarket,
  { listedAtMs, nowMs }: Pick<Moment, 'listedAtMs' | 'nowMs'>,
): MarketResult | undefined {
  const settledAtMs = instantOf(market.result?.at, listedAtMs);
  if (market.result === undefined || settledAtMs === undefined) return undefined;
  if (nowMs < settledAtMs) return undefined;
  const { payout } = market.result;
  return { payoutMicros: [payout, priceMicros(MICROS_PER_UNIT - payout)], settledAtMs };
}

/** The market's phase at `nowMs`, leaving aside whether the whole venue trades. */
export function phaseOf(market: PaperMarket, moment: Moment): MarketPhase {
  const endsAtMs = Math.min(
    instantOf(market.closes, moment.listedAtMs) ?? Infinity,
    instantOf(market.result?.at, moment.listedAtMs) ?? Infinity,
  );
  if (moment.settled || moment.nowMs >= endsAtMs) return 'closed';
  return market.trading ? 'open' : 'suspended';
}

function lotOf(market: PaperMarket): number {
  return market.lot ?? LOT_MICRO_CONTRACTS;
}

function minQuantityOf(market: PaperMarket): MicroContracts {
  return microContracts(market.minQuantity ?? MIN_QUANTITY[market.venue]);
}

/** The market's fees as its venue's fields say them now, or why they cannot be computed. */
export function feesOf(
  market: PaperMarket,
  { listedAtMs, nowMs }: Pick<Moment, 'listedAtMs' | 'nowMs'>,
): FeeReading {
  const { feeRate, kalshiFees, polymarketFees } = market;
  if (kalshiFees !== undefined) {
    const fields = {
      feeType: kalshiFees.type,
      feeMultiplier: kalshiFees.multiplier,
      feeTypeOverride: kalshiFees.typeOverride,
      feeMultiplierOverride: kalshiFees.multiplierOverride,
      waivedUntilMs: instantOf(kalshiFees.waivedUntil, listedAtMs),
    };
    return kalshiFeeSchedule(fields, nowMs);
  }
  if (polymarketFees !== undefined) {
    const { enabled: feesEnabled, ...feeSchedule } = polymarketFees;
    return polymarketFeeSchedule({ feesEnabled, feeSchedule });
  }
  return { kind: 'schedule', schedule: scheduleOf(market.venue, feeRate) };
}

function scheduleOf(venue: VenueId, feeRateMillionths: number | undefined): FeeSchedule {
  const rate = feeRateMillionths ?? FEE_RATE_MILLIONTHS[venue];
  switch (venue) {
    case 'kalshi':
      return { kind: 'kalshi', multiplierMillionths: rate };
    case 'polymarket':
      return { kind: 'polymarket', rateMillionths: rate };
    default:
      return assertNever(venue);
  }
}

/** The half of the book the file holds, as an exchange shows it. */
export function levelsOf(market: PaperMarket, { outcome, side }: Half): readonly Level[] {
  const book = outcome === 0 ? market.book.yes : market.book.no;
  return bookLevels(side, book[side], lotOf(market));
}

/** The market as the port describes it; one whose fees cannot be computed is unsupported. */
export function venueMarketOf(market: PaperMarket, moment: Moment): VenueMarket {
  const closesAtMs = instantOf(market.closes, moment.listedAtMs);
  const settlesAtMs = instantOf(market.settles, moment.listedAtMs);
  const fees = feesOf(market, moment);
  const unsupported = market.unsupported ?? (fees.kind === 'unsupported' ? fees.reason : undefined);
  return {
    marketId: market.id,
    title: market.title,
    ...(market.rules === undefined ? {} : { rules: market.rules }),
    outcomes: market.outcomes,
    ...(market.tokenIds === undefined ? {} : { tokenIds: market.tokenIds }),
    tickMicros: market.tick,
    lotMicroContracts: lotOf(market),
    minQuantity: minQuantityOf(market),
    fees: fees.kind === 'schedule' ? fees.schedule : scheduleOf(market.venue, undefined),
    tradable: phaseOf(market, moment) === 'open',
    ...(unsupported === undefined ? {} : { unsupported }),
    ...(closesAtMs === undefined ? {} : { closesAtMs }),
    ...(settlesAtMs === undefined ? {} : { settlesAtMs }),
  };
}

function instantOf(
  when: { readonly atMs: number } | { readonly afterListingMs: number } | undefined,
  listedAtMs: number,
): number | undefined {
  if (when === undefined) return undefined;
  return 'atMs' in when ? when.atMs : listedAtMs + when.afterListingMs;
}
