/** A market of the paper file as the exchange sees it at one moment. */
import { assertNever } from '../../domain/assert.ts';
import type { PaperFile, PaperMarket } from '../../contracts/paper-file.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { FeeReading } from '../../domain/fees/terms.ts';
import { kalshiFeeSchedule, polymarketFeeSchedule } from '../../domain/fees/terms.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, microContracts, priceMicros } from '../../domain/money.ts';
import type { OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { Level, VenueMarket } from '../venue.ts';
import type { Side } from './book.ts';
import { bookLevels } from './book.ts';
import { hashOf } from './identity.ts';
import type { Owner } from './identity.ts';

const LOT_MICRO_CONTRACTS = 10_000;
const MIN_QUANTITY: Record<VenueId, number> = { kalshi: 10_000, polymarket: 5_000_000 };
const FEE_RATE_MILLIONTHS: Record<VenueId, number> = { kalshi: 1_000_000, polymarket: 50_000 };

/** What a market is doing: `open` matches, `suspended` keeps orders, `closed` ends them. */
export type MarketPhase = 'open' | 'suspended' | 'closed';

const indexes = new WeakMap<PaperFile, Record<VenueId, ReadonlyMap<string, PaperMarket>>>();

/** The markets of one venue in the file, by id. */
export function marketsOf(file: PaperFile, venue: VenueId): ReadonlyMap<string, PaperMarket> {
  let index = indexes.get(file);
  if (index === undefined) {
    const of = (id: VenueId) =>
      new Map(file.markets.filter((market) => market.venue === id).map((m) => [m.id, m]));
    index = { kalshi: of('kalshi'), polymarket: of('polymarket') };
    indexes.set(file, index);
  }
  return index[venue];
}

/** Whether the whole venue trades; without a word in the file it does. */
export function venueTrades(file: PaperFile, venue: VenueId): boolean {
  return file.venues[venue]?.trading ?? true;
}

/** When the market's result is known, Unix ms; undefined without a result in the file. */
export function resultAtMs(market: PaperMarket, listedAtMs: number): number | undefined {
  return instantOf(market.result?.at, listedAtMs);
}

/** What each outcome pays per contract; undefined without a result in the file. */
export function payoutOf(market: PaperMarket): readonly [PriceMicros, PriceMicros] | undefined {
  if (market.result === undefined) return undefined;
  const { payout } = market.result;
  return [payout, priceMicros(MICROS_PER_UNIT - payout)];
}

/** The market's phase at `nowMs`, leaving aside whether the whole venue trades. */
export function phaseOf(market: PaperMarket, moment: Moment): MarketPhase {
  const endsAtMs = Math.min(
    instantOf(market.closes, moment.listedAtMs) ?? Infinity,
    resultAtMs(market, moment.listedAtMs) ?? Infinity,
  );
  if (moment.settled || moment.nowMs >= endsAtMs) return 'closed';
  return market.trading ? 'open' : 'suspended';
}

/** The step of quantities, micro-contracts. */
export function lotOf(market: PaperMarket): number {
  return market.lot ?? LOT_MICRO_CONTRACTS;
}

/** The smallest order the market takes. */
export function minQuantityOf(market: PaperMarket): MicroContracts {
  return microContracts(market.minQuantity ?? MIN_QUANTITY[market.venue]);
}

/** When a market is looked at, and what the exchange knows of it. */
export interface Moment {
  readonly listedAtMs: number;
  readonly settled: boolean;
  readonly nowMs: number;
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

/** One half of an outcome's book in one version of the file; equal books have equal ids. */
export interface Snapshot {
  readonly snapshotId: string;
  readonly marketId: string;
  readonly outcome: OutcomeIndex;
  readonly side: Side;
  readonly levels: readonly Level[];
}

/** The half of the book the file holds now, named by its hash. */
export function snapshotOf(
  owner: Owner,
  market: PaperMarket,
  half: { readonly outcome: OutcomeIndex; readonly side: Side },
): Snapshot {
  const book = half.outcome === 0 ? market.book.yes : market.book.no;
  const levels = bookLevels(half.side, book[half.side], lotOf(market));
  const content = { marketId: market.id, outcome: half.outcome, side: half.side, levels };
  return { snapshotId: hashOf([owner.book, owner.venue, content]), ...content };
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
