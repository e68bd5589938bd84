/**
 * Reads the venues' own fee fields into a schedule. What cannot be computed exactly is refused with
 * a reason; the adapter tells it as the market's `unsupported`, which admission answers with
 * MARKET_NOT_SUPPORTED.
 */
import { parseDecimal } from '../decimal.ts';
import type { FeeSchedule } from './schedule.ts';

/** A schedule, or why the fields give none. */
export type FeeReading =
  | { readonly kind: 'schedule'; readonly schedule: FeeSchedule }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** Kalshi's fields: of the series, of the event, which override it, and of the market. */
export interface KalshiFeeFields {
  /** `Series.fee_type` and `Series.fee_multiplier`. */
  readonly feeType: string;
  readonly feeMultiplier: number;
  /** `EventData.fee_type_override` and `fee_multiplier_override`. */
  readonly feeTypeOverride?: string | null | undefined;
  readonly feeMultiplierOverride?: number | null | undefined;
  /** `Market.fee_waiver_expiration_time`, Unix ms. */
  readonly waivedUntilMs?: number | undefined;
}

/** Maker factors by fee type, × 1,000,000. @source Kalshi fee schedule of 2026-07-07 */
const MAKER_FACTOR_MILLIONTHS: ReadonlyMap<string, number> = new Map([
  ['quadratic', 0],
  ['quadratic_with_maker_fees', 17_500],
  ['quadratic_with_combo_maker_fees', 35_000],
]);

/** Ten times the usual fee; more is a unit error. */
const MULTIPLIER_MAX_MILLIONTHS = 10_000_000;
/** An order may fill later than it is priced: a waiver that ends within the hour has ended. */
const WAIVER_MARGIN_MS = 3_600_000;

/**
 * The schedule of a Kalshi market at `nowMs`. The event's overrides go before the series; a waiver
 * makes the multiplier 0 until an hour before it ends. `flat` has a table of its own and is
 * refused, like every type that is not known here.
 * @source kalshi-typescript models series, event, market (3.30); fee schedule of 2026-07-07
 */
export function kalshiFeeSchedule(fields: KalshiFeeFields, nowMs: number): FeeReading {
  const feeType = fields.feeTypeOverride ?? fields.feeType;
  const makerFactorMillionths = MAKER_FACTOR_MILLIONTHS.get(feeType);
  if (makerFactorMillionths === undefined) {
    return unsupported(`fee type ${JSON.stringify(feeType)} cannot be computed`);
  }
  const multiplier = fields.feeMultiplierOverride ?? fields.feeMultiplier;
  const multiplierMillionths = millionthsOf(multiplier, MULTIPLIER_MAX_MILLIONTHS);
  if (multiplierMillionths === undefined) {
    return unsupported(`fee multiplier ${multiplier} must be 0 to 10 with at most 6 decimals`);
  }
  const waived = nowMs + WAIVER_MARGIN_MS < (fields.waivedUntilMs ?? 0);
  return {
    kind: 'schedule',
    schedule: {
      kind: 'kalshi',
      multiplierMillionths: waived ? 0 : multiplierMillionths,
      ...(makerFactorMillionths === 0 ? {} : { makerFactorMillionths }),
    },
  };
}

/** Polymarket's fields: Gamma's `feesEnabled` and `feeSchedule`, or the CLOB's `fd`. */
export interface PolymarketFeeFields {
  readonly feesEnabled?: boolean | undefined;
  readonly feeSchedule?: PolymarketFeeTerms | null | undefined;
  /** The CLOB's word on the same market, `fd` as `{r, e, to}`, where it was read too. */
  readonly clob?: PolymarketFeeTerms | null | undefined;
}

/** `rate`, `exponent` and `takerOnly`; rebates are paid daily and no part of a fill's fee. */
export interface PolymarketFeeTerms {
  readonly rate: number;
  readonly exponent: number;
  readonly takerOnly: boolean;
}

/** A rate of one dollar a share; more is a unit error, such as the old `base_fee` of 1000. */
const RATE_MAX_MILLIONTHS = 1_000_000;
/** Far above what was seen (1); keeps a unit error from becoming a fee of nothing. */
const EXPONENT_MAX = 4;

/**
 * The schedule of a Polymarket market. Without fees the rate is 0; a market that has fees and does
 * not say which, or whose two sources disagree, is refused.
 * @source https://docs.polymarket.com/trading/fees (2026-08); Gamma and CLOB market fields
 */
export function polymarketFeeSchedule(fields: PolymarketFeeFields): FeeReading {
  const { feesEnabled, feeSchedule: gamma, clob } = fields;
  if (feesEnabled === undefined && gamma == null && clob == null) {
    return unsupported('the venue does not say whether the market has fees');
  }
  if (feesEnabled === false) {
    return clob == null || clob.rate === 0
      ? polymarketOf(0)
      : unsupported(`fees are off, yet the CLOB says ${wordsOf(clob)}`);
  }
  const terms = gamma ?? clob;
  if (terms == null) return unsupported('the market has fees and no fee schedule');
  if (gamma != null && clob != null && wordsOf(gamma) !== wordsOf(clob)) {
    return unsupported(`Gamma says ${wordsOf(gamma)}, the CLOB ${wordsOf(clob)}`);
  }
  return readTerms(terms);
}

function readTerms({ rate, exponent, takerOnly }: PolymarketFeeTerms): FeeReading {
  const rateMillionths = millionthsOf(rate, RATE_MAX_MILLIONTHS);
  if (rateMillionths === undefined) {
    return unsupported(`fee rate ${rate} must be 0 to 1 with at most 6 decimals`);
  }
  if (rateMillionths === 0) return polymarketOf(0);
  if (!Number.isSafeInteger(exponent) || exponent < 1 || exponent > EXPONENT_MAX) {
    return unsupported(`fee exponent ${exponent} must be a whole number from 1 to ${EXPONENT_MAX}`);
  }
  if (!takerOnly) return unsupported('makers pay fees too, by a formula that is not published');
  return polymarketOf(rateMillionths, exponent);
}

function polymarketOf(rateMillionths: number, exponent = 1): FeeReading {
  const more = exponent === 1 ? {} : { exponent };
  return { kind: 'schedule', schedule: { kind: 'polymarket', rateMillionths, ...more } };
}

function wordsOf({ rate, exponent, takerOnly }: PolymarketFeeTerms): string {
  return `rate ${rate}, exponent ${exponent}, ${takerOnly ? 'takers only' : 'makers too'}`;
}

/** A number of the venue's JSON in exact millionths; undefined where it has more digits. */
function millionthsOf(value: number, millionthsMax: number): number | undefined {
  const millionths = parseDecimal(String(value));
  if (millionths === undefined || millionths < 0 || millionths > millionthsMax) return undefined;
  return millionths;
}

function unsupported(reason: string): FeeReading {
  return { kind: 'unsupported', reason };
}
