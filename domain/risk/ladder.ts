/** One proposal at several sizes: what the books would charge, and which rule stops which size. */
import { formatDecimal, formatUsd } from '../decimal.ts';
import { takerFeeAt } from '../fees/schedule.ts';
import type { Quote } from '../market.ts';
import { depthWithin } from '../market.ts';
import type { MicroContracts, Micros } from '../money.ts';
import {
  costCeil,
  microContracts,
  MICROS_PER_UNIT,
  mulDivFloor,
  priceMicros,
  proceedsFloor,
  subtractMicros,
  sumMicros,
} from '../money.ts';
import { commonLot, quantityWithin } from '../sizing.ts';
import type { LegPlan, TradePlan } from '../trade-plan.ts';
import { failuresOf, judge } from './admission.ts';
import type { DenialCode } from './codes.ts';
import { priceLegs } from './plan.ts';
import type { AdmissionView } from './view.ts';

/** One size, judged by every rule and priced from the order books. */
export interface Rung {
  readonly quantity: MicroContracts;
  /** Whether it is the largest that the limits leave room for. */
  readonly largest: boolean;
  /** Fees included, at the prices on offer; null where the books hold less within the limits. */
  readonly costMicros: Micros | null;
  /** Of that cost; null with it. */
  readonly roiMillionths: number | null;
  /** The first rule that stops it; PRICE_MOVED where the books hold too little. */
  readonly stoppedBy: DenialCode | null;
  readonly detail: string;
}

/** Sizes that people ask about, in whole contracts. */
const SIZES = [5, 10, 25, 50];

/** The rules that any size passes that is small enough. */
const SIZE_RULES: ReadonlySet<DenialCode> = new Set([
  'POSITION_TOO_LARGE',
  'DAILY_LOSS_REACHED',
  'AT_RISK_REACHED',
  'EXPOSURE_REACHED',
  'INSUFFICIENT_BALANCE',
  'PHASE_LIMIT',
  'STRATEGY_LIMIT',
]);

/**
 * The proposal at 5, 10, 25 and 50 contracts and at the largest size that the limits leave room
 * for, whatever quantity and budget it names.
 * @returns smallest first; empty where it cannot be traded at any size
 */
export function sizeLadder(view: AdmissionView): Rung[] {
  const largest = largestSize(view);
  if (largest === undefined) return [];
  const sizes = new Set(SIZES.map((count) => count * MICROS_PER_UNIT));
  if (largest > 0) sizes.add(largest);
  return [...sizes]
    .toSorted((a, b) => a - b)
    .map((quantity) => rungOf(view, microContracts(quantity), quantity === largest));
}

/**
 * The largest quantity on the legs' common grid that every rule on size lets pass.
 * @returns 0 where not even one lot does; undefined where the legs cannot be priced
 */
export function largestSize(view: AdmissionView): MicroContracts | undefined {
  const priced = priceLegs(view);
  if (priced === undefined || 'refused' in priced) return undefined;
  const lot = commonLot(priced.legs);
  if (lot === undefined) return microContracts(0);
  let fits = 0;
  // The position limit bounds the worst case, whatever the other rules say.
  let tooMany = quantityWithin(priced.legs, view.limits.positionMicrosMax) / lot + 1;
  while (tooMany - fits > 1) {
    const lots = Math.floor((fits + tooMany) / 2);
    const { verdicts } = judge(atSize(view, microContracts(lots * lot)));
    if (failuresOf(verdicts).some(({ code }) => SIZE_RULES.has(code))) tooMany = lots;
    else fits = lots;
  }
  return microContracts(fits * lot);
}

function rungOf(view: AdmissionView, quantity: MicroContracts, largest: boolean): Rung {
  const { verdicts, plan } = judge(atSize(view, quantity));
  const [failure] = failuresOf(verdicts);
  const priced = plan === undefined ? undefined : priceFromBooks(view, plan);
  const bought = plan?.legs[0]?.quantity ?? quantity;
  const rung = { quantity: bought, largest, costMicros: null, roiMillionths: null };
  if (priced === undefined || 'short' in priced) {
    const stoppedBy = failure?.code ?? (priced === undefined ? null : 'PRICE_MOVED');
    const detail = failure?.detail ?? priced?.short ?? 'the books are not known';
    return { ...rung, stoppedBy, detail };
  }
  return {
    ...rung,
    ...priced,
    stoppedBy: failure?.code ?? null,
    detail: failure?.detail ?? `costs ${formatUsd(priced.costMicros)} at the prices on offer`,
  };
}

/** The same proposal, asking for so many contracts and nothing else. */
function atSize(view: AdmissionView, quantity: MicroContracts): AdmissionView {
  const { budget: _budget, minQuantity: _least, ...proposal } = view.proposal;
  return { ...view, proposal: { ...proposal, quantity } };
}

type BookPrice =
  { readonly costMicros: Micros; readonly roiMillionths: number } | { readonly short: string };

/** What the offers on the books would cost now. @returns undefined where a book is not known */
function priceFromBooks(view: AdmissionView, plan: TradePlan): BookPrice | undefined {
  const costs: Micros[] = [];
  for (const [index, leg] of plan.legs.entries()) {
    const quote = view.legs[index]!.facts.quote?.value;
    if (quote === undefined) return undefined;
    const available = depthWithin(quote, leg.priceMaxMicros);
    if (available < leg.quantity) {
      const short = `${leg.leg.venue} offers ${formatDecimal(available)} contracts at ${formatDecimal(leg.priceMaxMicros)} or better`;
      return { short };
    }
    costs.push(costOfOffers(leg, quote));
  }
  const costMicros = sumMicros(costs);
  const payout = plan.legs.length === 1 ? view.proposal.fairPrice! : priceMicros(MICROS_PER_UNIT);
  const gain = subtractMicros(proceedsFloor(plan.legs[0]!.quantity, payout), costMicros);
  return { costMicros, roiMillionths: mulDivFloor(gain, MICROS_PER_UNIT, costMicros) };
}

/** Walks the asks, best first, each level with its own fee. */
function costOfOffers({ quantity, market }: LegPlan, quote: Quote): Micros {
  let left: number = quantity;
  const costs: Micros[] = [];
  for (const level of quote.asks) {
    if (left === 0) break;
    const taken = microContracts(Math.min(left, level.quantity));
    costs.push(costCeil(taken, level.priceMicros));
    costs.push(takerFeeAt(market.fees, taken, level.priceMicros));
    left -= taken;
  }
  return sumMicros(costs);
}
