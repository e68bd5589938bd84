/** The first gate: every rule but PRICE_MOVED on stored facts; all failures are told together. */
import type { Proposal } from '../proposal.ts';
import { roiAfterFees } from '../roi.ts';
import { sizeSingleLeg, worstCaseCost } from '../sizing.ts';
import { formatDecimal } from '../decimal.ts';
import type { VenueMarket } from '../market.ts';
import type { OutcomeIndex } from '../venue-id.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import { marketOpen, staleFacts, tradableLeg, venueAvailable } from './facts.ts';
import { dailyTrades, exposureLimits, freeCash, lossLimits } from './limits.ts';
import { positionLimit, repeatedExecution } from './limits.ts';
import { minimumRoi, plausibleEdge } from './price.ts';
import type { AdmissionView, LegPlan } from './view.ts';

/** The outcome of admission: a plan with everything it holds, or all the reasons against it. */
export type Admission =
  | { readonly accepted: true; readonly verdicts: readonly Verdict[]; readonly plan: LegPlan }
  | { readonly accepted: false; readonly verdicts: readonly Verdict[] };

/** Judges a proposal. Rules that need what another found missing are left out, never assumed. */
export function admit(view: AdmissionView): Admission {
  const verdicts: Verdict[] = [...deskRules(view), expiryRule(view), staleFacts(view)];
  const venue = venueAvailable(view);
  if (venue !== undefined) verdicts.push(venue);
  verdicts.push(
    ...pairRule(view.proposal),
    repeatedExecution(view),
    dailyTrades(view.counters.trades),
  );
  const sized = planLeg(view);
  verdicts.push(...sized.verdicts);
  if (sized.plan !== undefined) verdicts.push(...planRules(view, sized.plan));
  const accepted = sized.plan !== undefined && verdicts.every((found) => found.passed);
  return accepted && sized.plan !== undefined
    ? { accepted, verdicts, plan: sized.plan }
    : { accepted: false, verdicts };
}

/** The rules that failed, in the order they were judged. */
export function failuresOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter((found) => !found.passed);
}

function deskRules({ desk }: AdmissionView): Verdict[] {
  return [
    verdict(
      'DESK_PAUSED',
      desk.state !== 'paused',
      `desk ${desk.id} is ${desk.state}: ${desk.reason}`,
    ),
    verdict(
      'DESK_HALTED',
      desk.state !== 'halted',
      `desk ${desk.id} is ${desk.state}: ${desk.reason}`,
    ),
  ];
}

function expiryRule(view: AdmissionView): Verdict {
  const expires = new Date(view.expiresAtMs).toISOString();
  const passed = view.atMs < view.expiresAtMs;
  return verdict('STALE_PROPOSAL', passed, `${passed ? 'expires' : 'expired'} ${expires}`, {
    expires,
    now: new Date(view.atMs).toISOString(),
  });
}

/** No pair can be registered in this version, so no two legs are a registered pair. */
function pairRule(proposal: Proposal): Verdict[] {
  if (proposal.legs.length === 1) return [];
  const named =
    proposal.pair === undefined ? 'no pair is named' : `pair ${proposal.pair} is not registered`;
  return [verdict('PAIR_NOT_COMPLEMENTARY', false, `two legs must be a registered pair: ${named}`)];
}

function planLeg(view: AdmissionView): { verdicts: Verdict[]; plan?: LegPlan } {
  const [leg] = view.proposal.legs;
  const market = view.facts.market?.value;
  const { fairPrice } = view.proposal;
  // Two legs are refused as a pair; a missing fact is refused as stale.
  if (leg === undefined || view.proposal.legs.length > 1 || market === undefined) {
    return { verdicts: [] };
  }
  const found = tradableLeg(leg, market);
  if (market === null) return { verdicts: [found.verdict] };
  const verdicts = marketOpen(market, view.atMs);
  if (fairPrice !== undefined) verdicts.push(plausibleEdge(leg.limitPrice, fairPrice));
  if (found.outcome !== undefined) verdicts.push(...sideRules(view));
  if (found.outcome === undefined || !found.verdict.passed) {
    return { verdicts: [...verdicts, found.verdict] };
  }
  if (fairPrice === undefined) {
    const detail = 'a single leg needs fairPrice, what one contract is believed to be worth';
    return {
      verdicts: [...verdicts, verdict('INVALID_PROPOSAL', false, detail, { field: 'fairPrice' })],
    };
  }
  const quantity = sizeSingleLeg(
    view.proposal,
    market,
    leg.limitPrice,
    view.limits.betAmountMicros,
  );
  const quantityMin = Math.max(market.minQuantity, view.proposal.minQuantity ?? 0, 1);
  if (quantity < quantityMin) {
    const detail = `${formatDecimal(quantity)} contracts fit quantity and budget, at least ${formatDecimal(quantityMin)} are needed`;
    return {
      verdicts: [...verdicts, verdict('INVALID_PROPOSAL', false, detail, { field: 'quantity' })],
    };
  }
  return {
    verdicts: [...verdicts, found.verdict],
    plan: plan(view, market, found.outcome, quantity),
  };
}

function plan(
  view: AdmissionView,
  market: VenueMarket,
  outcome: OutcomeIndex,
  quantity: LegPlan['quantity'],
): LegPlan {
  const leg = view.proposal.legs[0]!;
  return {
    leg,
    market,
    outcome,
    quantity,
    worstCaseMicros: worstCaseCost(market, quantity, leg.limitPrice),
    roi: roiAfterFees({
      quantity,
      legs: [{ limitPrice: leg.limitPrice, fees: market.fees }],
      payout: view.proposal.fairPrice!,
    }),
  };
}

function planRules(view: AdmissionView, leg: LegPlan): Verdict[] {
  const { counters, limits } = view;
  return [
    minimumRoi(leg, limits.minRoiMillionths),
    positionLimit(leg, limits, counters.market),
    ...lossLimits(leg, counters.loss),
    exposureLimits(leg, counters),
    freeCash(leg, view.cashFreeMicros),
  ];
}

function sideRules(view: AdmissionView): Verdict[] {
  const others = view.otherSideTrades;
  const same = view.sameSideTrades;
  return [
    verdict('OPPOSITE_SIDE_HELD', others.length === 0, `open on the other side: ${listed(others)}`),
    verdict('DUPLICATE_TRADE', same.length === 0, `open on the same leg: ${listed(same)}`),
  ];
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}
