/** The desk's limits, written once from the environment and changed only on purpose. */
import type { Micros } from './money.ts';
import type { VenueId } from './venue-id.ts';

export interface Limits {
  readonly initialBalanceMicros: Readonly<Record<VenueId, Micros>>;
  readonly betAmountMicros: Micros;
  /** Millionths: 20,000 is 2 %. ROI must exceed it. */
  readonly minRoiMillionths: number;
  readonly maxRoiMillionths: number;
  readonly positionMicrosMax: Micros;
  readonly dailyTradesMax: number;
  readonly dailyLossMicrosMax: Micros;
  readonly openExposureMicrosMax: Micros;
  readonly eventExposureMicrosMax: Micros;
  readonly quoteAgeMsMax: number;
  readonly strategyExecutionsMax: number;
  readonly strategyWindowMs: number;
  /** How long a leg's order of a pair may rest before it is cancelled. */
  readonly legMs: number;
  /** How long a pair may be unhedged before a person has to decide. */
  readonly unhedgedMsMax: number;
  /** What completing or unwinding a pair may lose without a person. */
  readonly unwindLossMicrosMax: Micros;
}

/** A single leg's fair price may lie at most this far above its limit. @source DESIGN §5 */
export const FAIR_PRICE_EDGE_MICROS_MAX = 150_000;
