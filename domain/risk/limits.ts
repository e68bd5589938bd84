/** Rules on counters and cash. All read rows that the transaction has locked. */
import type { Counter } from '../counters.ts';
import { roomIn } from '../counters.ts';
import { formatUsd } from '../decimal.ts';
import { isLiveBook } from '../desk.ts';
import type { Limits } from '../limits.ts';
import type { TradePlan } from '../trade-plan.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import { overLegs } from './legs.ts';
import type { AdmissionView, LegView, TradeCounters } from './view.ts';

/** A pair's sentences say that the amount is that of both legs. */
function ofBoth(plan: Pick<TradePlan, 'legs'>): string {
  return plan.legs.length === 1 ? '' : ' of both legs';
}

/** POSITION_TOO_LARGE: this trade alone, and each leg with what is open on its market. */
export function positionLimit(
  plan: Pick<TradePlan, 'legs' | 'worstCaseMicros'>,
  limits: Pick<Limits, 'positionMicrosMax'>,
  markets: readonly Counter[],
): Verdict {
  const worst = plan.worstCaseMicros;
  const open = markets.map((market) => market.used + market.held);
  const fits = plan.legs.every(
    (leg, index) => open[index]! + leg.worstCaseMicros <= markets[index]!.cap,
  );
  const limitUsd = formatUsd(limits.positionMicrosMax);
  const passed = worst <= limits.positionMicrosMax && fits;
  if (plan.legs.length === 1) {
    return verdict(
      'POSITION_TOO_LARGE',
      passed,
      `worst case ${formatUsd(worst)} with ${formatUsd(open[0]!)} already on the market, limit ${limitUsd}`,
      { worstCaseUsd: formatUsd(worst), openOnMarketUsd: formatUsd(open[0]!), limitUsd },
    );
  }
  const each = plan.legs.map(
    (leg, index) =>
      `legs.${index} (${leg.leg.venue}) ${formatUsd(leg.worstCaseMicros)} with ${formatUsd(open[index]!)} already on its market`,
  );
  const detail = `worst case ${formatUsd(worst)}${ofBoth(plan)}, limit ${limitUsd}; ${each.join(', ')}`;
  return verdict('POSITION_TOO_LARGE', passed, detail, {
    worstCaseUsd: formatUsd(worst),
    limitUsd,
    ...Object.fromEntries(
      plan.legs.flatMap((leg, index) => [
        [`legs.${index}.worstCaseUsd`, formatUsd(leg.worstCaseMicros)],
        [`legs.${index}.openOnMarketUsd`, formatUsd(open[index]!)],
      ]),
    ),
  });
}

/** DAILY_TRADES_REACHED: sent and reserved trades of the day against the day's cap. */
export function dailyTrades(trades: Counter): Verdict {
  const taken = trades.used + trades.held;
  return verdict(
    'DAILY_TRADES_REACHED',
    taken < trades.cap,
    `${taken} of ${trades.cap} trades taken today`,
    {
      sentToday: String(trades.used),
      reservedToday: String(trades.held),
      limit: String(trades.cap),
    },
  );
}

/**
 * DAILY_LOSS_REACHED: realised today + this risk ≤ limit. AT_RISK_REACHED: the same with the risk
 * of the other trades of today. A single leg's risk is its worst case, a pair's its dearer leg's.
 */
export function lossLimits(plan: Pick<TradePlan, 'riskMicros'>, loss: Counter): Verdict[] {
  const risk = plan.riskMicros;
  const numbers = {
    realisedTodayUsd: formatUsd(loss.used),
    othersAtRiskUsd: formatUsd(loss.held),
    thisRiskUsd: formatUsd(risk),
    limitUsd: formatUsd(loss.cap),
  };
  const realised = `realised today ${formatUsd(loss.used)}`;
  const ends = `this risk ${formatUsd(risk)}, limit ${formatUsd(loss.cap)}`;
  const lossFits = loss.used + risk <= loss.cap;
  const riskFits = loss.used + loss.held + risk <= loss.cap;
  return [
    verdict(
      'DAILY_LOSS_REACHED',
      lossFits,
      `${realised} + ${ends}${lossFits ? '' : '; less size fits, or 00:00 UTC frees room'}`,
      numbers,
    ),
    verdict(
      'AT_RISK_REACHED',
      riskFits,
      `${realised} + others at risk ${formatUsd(loss.held)} + ${ends}${riskFits ? '' : '; less size fits, or a settlement or 00:00 UTC frees room'}`,
      numbers,
    ),
  ];
}

/** EXPOSURE_REACHED: everything open, and everything open on the event. */
export function exposureLimits(
  plan: Pick<TradePlan, 'legs' | 'worstCaseMicros'>,
  counters: Pick<TradeCounters, 'exposure' | 'event'>,
): Verdict {
  const worst = plan.worstCaseMicros;
  const { exposure, event } = counters;
  const passed = worst <= roomIn(exposure) && worst <= roomIn(event);
  return verdict(
    'EXPOSURE_REACHED',
    passed,
    `worst case ${formatUsd(worst)}${ofBoth(plan)}; room ${formatUsd(roomIn(exposure))} in all, ${formatUsd(roomIn(event))} on the event${passed ? '' : '; settlements free room'}`,
    {
      worstCaseUsd: formatUsd(worst),
      openUsd: formatUsd(exposure.used + exposure.held),
      limitUsd: formatUsd(exposure.cap),
      openOnEventUsd: formatUsd(event.used + event.held),
      eventLimitUsd: formatUsd(event.cap),
    },
  );
}

type CashOfLeg = Pick<LegView, 'cashFreeMicros' | 'cashHeldMicros' | 'facts'>;

/**
 * INSUFFICIENT_BALANCE: free cash of each leg's own venue covers its worst case; no netting. Where
 * orders reach an exchange, its own balance less what we hold and have not spent does too.
 */
export function freeCash(
  {
    book,
    proposal,
    legs,
  }: Pick<AdmissionView, 'book' | 'proposal'> & { readonly legs: readonly CashOfLeg[] },
  plan: Pick<TradePlan, 'legs'>,
): Verdict[] {
  const found = plan.legs.map(({ leg: { venue }, worstCaseMicros }, leg) => {
    const { cashFreeMicros, cashHeldMicros, facts } = legs[leg]!;
    const balance = isLiveBook(book) ? facts.balance?.value.cashMicros : undefined;
    const atVenue = balance === undefined ? undefined : balance - cashHeldMicros;
    const passed = worstCaseMicros <= Math.min(cashFreeMicros, atVenue ?? cashFreeMicros);
    const ours = `worst case ${formatUsd(worstCaseMicros)}, free cash at ${venue} ${formatUsd(cashFreeMicros)}`;
    const theirs =
      atVenue === undefined
        ? ''
        : `; ${venue} says ${formatUsd(balance!)}, of which ${formatUsd(cashHeldMicros)} is held here`;
    const numbers = {
      worstCaseUsd: formatUsd(worstCaseMicros),
      freeCashUsd: formatUsd(cashFreeMicros),
      ...(atVenue === undefined ? {} : { freeAtVenueUsd: formatUsd(atVenue) }),
      venue,
    };
    return { leg, verdict: verdict('INSUFFICIENT_BALANCE', passed, ours + theirs, numbers) };
  });
  return overLegs(proposal, found);
}
