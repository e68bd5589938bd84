/** The first gate: every rule but PRICE_MOVED on stored facts; all failures are told together. */
import { resolveOutcome } from '../market.ts';
import type { TradePlan } from '../trade-plan.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import { marketOpen, staleFacts, venuesAvailable } from './facts.ts';
import { deskState, expiry, phaseLimit, readiness } from './gates.ts';
import { overLegs } from './legs.ts';
import { dailyTrades, exposureLimits, freeCash, lossLimits, positionLimit } from './limits.ts';
import { complementaryLegs } from './pair.ts';
import { planTrade, tradable } from './plan.ts';
import { minimumRoi, plausibleEdge, plausiblePair } from './price.ts';
import { repeatedExecution, strategyLimit } from './strategy.ts';
import type { AdmissionView, OpenTrade } from './view.ts';

/** What every rule found, and what would be traded where that can be said. */
export interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly plan?: TradePlan;
}

/** The outcome of admission: a plan with everything it holds, or all the reasons against it. */
export type Admission =
  | { readonly accepted: true; readonly verdicts: readonly Verdict[]; readonly plan: TradePlan }
  | { readonly accepted: false; readonly verdicts: readonly Verdict[] };

/** Decides on a proposal: accepted where there is a plan and no rule speaks against it. */
export function admit(view: AdmissionView): Admission {
  const { verdicts, plan } = judge(view);
  return plan !== undefined && verdicts.every((found) => found.passed)
    ? { accepted: true, verdicts, plan }
    : { accepted: false, verdicts };
}

/** Judges a proposal. Rules that need what another found missing are left out, never assumed. */
export function judge(view: AdmissionView): Judgement {
  const verdicts: Verdict[] = [
    ...deskState(view),
    ...readiness(view),
    expiry(view),
    ...staleFacts(view),
    ...venuesAvailable(view),
    ...complementaryLegs(view),
    repeatedExecution(view),
    dailyTrades(view.counters.trades),
    ...marketRules(view),
  ];
  const planned = planTrade(view);
  if (planned === undefined) return { verdicts };
  if ('refused' in planned) return { verdicts: [...verdicts, planned.refused] };
  const { plan } = planned;
  return { verdicts: [...verdicts, tradable(), ...planRules(view, plan)], plan };
}

/** The rules that failed, in the order they were judged. */
export function failuresOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter((found) => !found.passed);
}

/** Whether a person's word is all that is missing: nothing speaks against it but the edge. */
export function awaitsApproval(admission: Admission): boolean {
  const failed = failuresOf(admission.verdicts);
  return failed.length === 1 && failed[0]!.code === 'IMPLAUSIBLE_ROI';
}

/** What can be said of each leg whose market is known, whatever is wrong with its price. */
function marketRules(view: AdmissionView): Verdict[] {
  const { proposal } = view;
  const known = view.legs.flatMap(({ facts, openTrades }, leg) => {
    const market = facts.market?.value ?? undefined;
    if (market === undefined) return [];
    const outcome = resolveOutcome(market, proposal.legs[leg]!.outcome);
    return [{ leg, market, outcome, openTrades }];
  });
  const open = known.map(({ leg, market }) => ({ leg, found: marketOpen(market, view.atMs) }));
  const verdicts = [0, 1].flatMap((rule) =>
    overLegs(
      proposal,
      open.map(({ leg, found }) => ({ leg, verdict: found[rule]! })),
    ),
  );
  const { fairPrice } = proposal;
  if (proposal.legs.length === 1 && known.length === 1 && fairPrice !== undefined) {
    verdicts.push(plausibleEdge(proposal.legs[0]!.limitPrice, fairPrice, view.approval));
  }
  const sides = known.flatMap(({ leg, outcome, openTrades }) =>
    outcome === undefined ? [] : [{ leg, verdict: oppositeSide(openTrades, outcome) }],
  );
  verdicts.push(...overLegs(proposal, sides));
  if (sides.length > 0 && sides.length === proposal.legs.length)
    verdicts.push(duplicate(view, known));
  return verdicts;
}

function planRules(view: AdmissionView, plan: TradePlan): Verdict[] {
  const { counters, limits, legs, approval } = view;
  const ofPair =
    plan.legs.length === 1 ? [] : [plausiblePair(plan, limits.maxRoiMillionths, approval)];
  return [
    ...ofPair,
    minimumRoi(plan, limits.minRoiMillionths),
    positionLimit(
      plan,
      limits,
      legs.map(({ market }) => market),
    ),
    ...lossLimits(plan, counters.loss),
    exposureLimits(plan, counters),
    ...freeCash(view, plan),
    phaseLimit(view, plan, counters.loss),
    strategyLimit(view, plan),
  ];
}

/** OPPOSITE_SIDE_HELD: the venue nets both sides of a market, and cash moves early. */
function oppositeSide(openTrades: readonly OpenTrade[], outcome: 0 | 1): Verdict {
  const others = openTrades.filter((trade) => trade.outcome !== outcome).map(({ id }) => id);
  return verdict(
    'OPPOSITE_SIDE_HELD',
    others.length === 0,
    `open on the other side: ${listed(others)}`,
  );
}

/** DUPLICATE_TRADE: a trade with exactly these legs is open. One that shares some of them is not. */
function duplicate(
  { proposal }: AdmissionView,
  known: readonly { readonly outcome?: 0 | 1 | undefined; openTrades: readonly OpenTrade[] }[],
): Verdict {
  const sameLegs = known.map(({ outcome, openTrades }) =>
    openTrades
      .filter((trade) => trade.outcome === outcome && trade.legs === proposal.legs.length)
      .map(({ id }) => id),
  );
  const same = sameLegs[0]!.filter((id) => sameLegs.every((ids) => ids.includes(id)));
  const what = proposal.legs.length === 1 ? 'leg' : 'legs';
  return verdict('DUPLICATE_TRADE', same.length === 0, `open on the same ${what}: ${listed(same)}`);
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.join(', ');
}
