/** A Polymarket market as the port describes it: what is not plainly a binary market is unsupported. */
import type { GammaMarket } from '../../contracts/polymarket/gamma.ts';
import type { MarketDetails } from '../../contracts/polymarket/markets.ts';
import type { FeeSchedule } from '../../domain/fees/schedule.ts';
import type { PolymarketFeeTerms } from '../../domain/fees/terms.ts';
import { polymarketFeeSchedule } from '../../domain/fees/terms.ts';
import { formatDecimal } from '../../domain/decimal.ts';
import { microContracts } from '../../domain/money.ts';
import { isPositionId } from '../../domain/polymarket-asset.ts';
import { printable } from '../../domain/printable.ts';
import type { VenueMarket } from '../venue.ts';
import type { MarketTerms } from './terms.ts';

/** What Gamma and the CLOB say of one market; the CLOB lists a new one later than Gamma. */
export interface Told {
  readonly gamma: GammaMarket;
  readonly details: MarketDetails | undefined;
}

/** Shares move in hundredths. @source reference/polymarket.md §2.4 */
const LOT_MICRO_CONTRACTS = 10_000;
/** @source reference/polymarket.md §2.3 */
const TICKS_MICROS = new Set([100_000, 10_000, 5_000, 2_500, 1_000, 100]);

/** What a buy that takes must cost at least. @source reference/polymarket.md §2.3 */
const MIN_COST_MICROS = 1_000_000;

/** Where a market cannot be traded its numbers do not matter; these are the usual or dearest ones. */
const USUAL_TICK_MICROS = 10_000;
const USUAL_MIN_SIZE = 5_000_000;
const DEAREST_FEES: FeeSchedule = { kind: 'polymarket', rateMillionths: 70_000 };

/** The market under the id it was asked for by; its sides are the venue's own words. */
export function venueMarketOf(told: Told, marketId: string = told.gamma.slug): VenueMarket {
  const { gamma } = told;
  const terms = termsOf(told);
  const unsupported = whyUnsupported(told);
  const rules = gamma.description ?? '';
  const settlesAtMs = settlesAt(gamma);
  return {
    marketId,
    title: printable(gamma.question ?? gamma.slug),
    ...(rules === '' ? {} : { rules }),
    outcomes: labelsOf(gamma),
    ...(terms === undefined ? {} : { tokenIds: terms.tokenIds }),
    tickMicros: terms?.tickMicros ?? USUAL_TICK_MICROS,
    lotMicroContracts: LOT_MICRO_CONTRACTS,
    minQuantity: terms?.minQuantity ?? microContracts(USUAL_MIN_SIZE),
    minCostMicros: MIN_COST_MICROS,
    fees: terms?.fees ?? DEAREST_FEES,
    tradable: terms?.tradable ?? false,
    ...(unsupported === undefined ? {} : { unsupported }),
    ...(settlesAtMs === undefined ? {} : { settlesAtMs }),
  };
}

/** What trading it needs; undefined where it has no two tokens yet. */
export function termsOf(told: Told): MarketTerms | undefined {
  const { gamma, details } = told;
  const tokenIds = tokensOf(gamma);
  if (tokenIds === undefined || gamma.conditionId == null) return undefined;
  const fees = feesOf(told);
  const minSize = details?.mos ?? gamma.orderMinSize ?? USUAL_MIN_SIZE;
  return {
    marketId: gamma.slug,
    conditionId: gamma.conditionId.toLowerCase(),
    tokenIds,
    outcomes: labelsOf(gamma),
    negRisk: details?.nr ?? gamma.negRisk ?? false,
    tickMicros: details?.mts ?? gamma.orderPriceMinTickSize ?? USUAL_TICK_MICROS,
    minQuantity: microContracts(minSize),
    fees: fees.kind === 'schedule' ? fees.schedule : DEAREST_FEES,
    tradable: isOpen(told) && whyUnsupported(told) === undefined,
    delaySeconds: details?.sd ?? gamma.secondsDelay ?? 0,
  };
}

/**
 * The two tokens in the order of the outcomes; undefined where there are not two yet. The
 * condition id is Gamma's and may be missing as long.
 */
export function tokensOf({ clobTokenIds }: GammaMarket): readonly [string, string] | undefined {
  const [first = '', second = '', ...more] = clobTokenIds ?? [];
  return first === '' || second === '' || more.length > 0 ? undefined : [first, second];
}

/** Both must say so: `active` stays true after the end, and a closed market may “accept orders”. */
function isOpen({ gamma, details }: Told): boolean {
  if (gamma.active !== true || gamma.closed !== false || gamma.archived === true) return false;
  if (details === undefined || gamma.acceptingOrders === false) return false;
  return details.ao ?? gamma.acceptingOrders === true;
}

/**
 * The expected end, the later of the two times there are: an end date may be the day before a
 * game. It is no closing time: markets trade on until the venue closes them.
 */
function settlesAt({ endDate, gameStartTime }: GammaMarket): number | undefined {
  if (endDate === undefined || gameStartTime === undefined) return endDate ?? gameStartTime;
  return Math.max(endDate, gameStartTime);
}

function labelsOf({ outcomes }: GammaMarket): readonly [string, string] {
  const [first = '', second = ''] = (outcomes ?? []).map(printable);
  return [first, second];
}

function feesOf({ gamma, details }: Told) {
  return polymarketFeeSchedule({
    feesEnabled: gamma.feesEnabled ?? undefined,
    feeSchedule: gamma.feeSchedule,
    clob: clobFeesOf(details),
  });
}

/** A part that is missing stays missing: it is refused as no exponent and as “makers too”. */
function clobFeesOf(details: MarketDetails | undefined): PolymarketFeeTerms | undefined {
  const told = details?.fd;
  if (told?.r == null) return undefined;
  return { rate: told.r, exponent: told.e ?? Number.NaN, takerOnly: told.to ?? false };
}

function whyUnsupported(told: Told): string | undefined {
  return whyNoBinary(told.gamma) ?? whyNewProtocol(told) ?? whyNotListed(told) ?? whyUnclear(told);
}

function whyNoBinary({ outcomes, enableOrderBook }: GammaMarket): string | undefined {
  const labels = outcomes ?? [];
  if (labels.length !== 2) return `it has ${labels.length} outcomes, not two`;
  const [first = '', second = ''] = labels.map((label) => label.trim().toLowerCase());
  if (first === '' || second === '' || first === second) return 'its outcomes are not told apart';
  // `yes` means the first outcome here: it must never buy the one called No.
  if (first === 'no' || second === 'yes') return 'its first outcome is not the one called Yes';
  return enableOrderBook === true ? undefined : 'it has no order book';
}

/** Orders for these are signed for another contract. @source reference/polymarket.md §1.2 */
function whyNewProtocol({ gamma, details }: Told): string | undefined {
  const ids = [...(gamma.clobTokenIds ?? []), ...(details?.t ?? []).map(({ t }) => t)];
  const isNew =
    gamma.version === 'v2' ||
    (gamma.positionIds ?? []).length > 0 ||
    ids.some((id) => id !== '' && isPositionId(id));
  return isNew ? 'it trades V3 positions, not conditional tokens' : undefined;
}

function whyNotListed({ gamma, details }: Told): string | undefined {
  if (gamma.closed === true) return undefined;
  if (details === undefined) return 'the CLOB does not list it (yet)';
  const missing = tokensOf(gamma) === undefined || details.t.some(({ t }) => t === '');
  return missing ? 'its tokens are not there (yet)' : undefined;
}

/** What the two sources say differently, or what no order can be made from. */
function whyUnclear(told: Told): string | undefined {
  const { gamma, details } = told;
  const fees = feesOf(told);
  if (fees.kind === 'unsupported') return fees.reason;
  if (details === undefined) return undefined;
  const { mts, mos, nr, t: tokens } = details;
  if (!TICKS_MICROS.has(mts)) return `its tick ${formatDecimal(mts)} is not one that is known`;
  if ((mos ?? gamma.orderMinSize) == null) return 'it tells no minimum size';
  if ((nr ?? gamma.negRisk) == null) return 'it does not say whether it is a neg-risk market';
  if (nr != null && gamma.negRisk != null && nr !== gamma.negRisk) {
    return 'Gamma and the CLOB disagree on whether it is a neg-risk market';
  }
  const same = (a: string, b: string | undefined) => a.trim() === b?.trim();
  const differ = tokens.some(
    ({ t, o }, index) => t !== gamma.clobTokenIds?.[index] || !same(o, gamma.outcomes?.[index]),
  );
  return differ || tokens.length !== 2 ? 'Gamma and the CLOB tell different outcomes' : undefined;
}
