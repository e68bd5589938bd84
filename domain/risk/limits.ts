/** Rules on counters and cash. All read rows that the transaction has locked. */
import type { Counter } from '../counters.ts';
import { roomIn } from '../counters.ts';
import { formatUsd } from '../decimal.ts';
import type { Limits } from '../limits.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import type { AdmissionView, LegPlan, TradeCounters } from './view.ts';

/** POSITION_TOO_LARGE: this trade alone, and with what is open on the same market. */
export function positionLimit(plan: LegPlan, limits: Limits, market: Counter): Verdict {
  const worst = plan.worstCaseMicros;
  const openMicros = market.used + market.held;
  const passed = worst <= limits.positionMicrosMax && openMicros + worst <= market.cap;
  return verdict(
    'POSITION_TOO_LARGE',
    passed,
    `worst case ${formatUsd(worst)} with ${formatUsd(openMicros)} already on the market, limit ${formatUsd(limits.positionMicrosMax)}`,
    {
      worstCaseUsd: formatUsd(worst),
      openOnMarketUsd: formatUsd(openMicros),
      limitUsd: formatUsd(limits.positionMicrosMax),
    },
  );
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
 * of the other trades of today. A single leg's risk is its worst-case cost.
 */
export function lossLimits(plan: LegPlan, loss: Counter): Verdict[] {
  const risk = plan.worstCaseMicros;
  const numbers = {
    realisedTodayUsd: formatUsd(loss.used),
    othersAtRiskUsd: formatUsd(loss.held),
    thisRiskUsd: formatUsd(risk),
    limitUsd: formatUsd(loss.cap),
  };
  const realised = `realised today ${formatUsd(loss.used)}`;
  const ends = `this risk ${formatUsd(risk)}, limit ${formatUsd(loss.cap)}`;
  return [
    verdict('DAILY_LOSS_REACHED', loss.used + risk <= loss.cap, `${realised} + ${ends}`, numbers),
    verdict(
      'AT_RISK_REACHED',
      loss.used + loss.held + risk <= loss.cap,
      `${realised} + others at risk ${formatUsd(loss.held)} + ${ends}`,
      numbers,
    ),
  ];
}

/** EXPOSURE_REACHED: everything open, and everything open on the event. */
export function exposureLimits(
  plan: LegPlan,
  counters: Pick<TradeCounters, 'exposure' | 'event'>,
): Verdict {
  const worst = plan.worstCaseMicros;
  const { exposure, event } = counters;
  return verdict(
    'EXPOSURE_REACHED',
    worst <= roomIn(exposure) && worst <= roomIn(event),
    `worst case ${formatUsd(worst)}; room ${formatUsd(roomIn(exposure))} in all, ${formatUsd(roomIn(event))} on the event`,
    {
      worstCaseUsd: formatUsd(worst),
      openUsd: formatUsd(exposure.used + exposure.held),
      limitUsd: formatUsd(exposure.cap),
      openOnEventUsd: formatUsd(event.used + event.held),
      eventLimitUsd: formatUsd(event.cap),
    },
  );
}

/** INSUFFICIENT_BALANCE: free cash of the leg's own venue covers the worst case; no netting. */
export function freeCash(plan: LegPlan, cashFreeMicros: number): Verdict {
  const { venue } = plan.leg;
  return verdict(
    'INSUFFICIENT_BALANCE',
    plan.worstCaseMicros <= cashFreeMicros,
    `worst case ${formatUsd(plan.worstCaseMicros)}, free cash at ${venue} ${formatUsd(cashFreeMicros)}`,
    {
      worstCaseUsd: formatUsd(plan.worstCaseMicros),
      freeCashUsd: formatUsd(cashFreeMicros),
      venue,
    },
  );
}

/** REPEATED_EXECUTION: executions of one strategy within the window; a stop lasts until enabled. */
export function repeatedExecution(view: AdmissionView): Verdict {
  const { enabled, executionsInWindow } = view.strategy;
  const { strategyExecutionsMax, strategyWindowMs } = view.limits;
  const seconds = Math.round(strategyWindowMs / 1000);
  return verdict(
    'REPEATED_EXECUTION',
    enabled && executionsInWindow < strategyExecutionsMax,
    enabled
      ? `${executionsInWindow} of ${strategyExecutionsMax} executions of ${view.proposal.strategy} within ${seconds} s`
      : `${view.proposal.strategy} was stopped; ballast strategies enable ${view.proposal.strategy}`,
    {
      executions: String(executionsInWindow),
      executionsMax: String(strategyExecutionsMax),
      windowSeconds: String(seconds),
    },
  );
}
