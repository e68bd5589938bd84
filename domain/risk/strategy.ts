/** Rules on the strategy that proposes: how often it executes, and caps of its own. */
import { formatUsd } from '../decimal.ts';
import type { TradePlan } from '../trade-plan.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import type { AdmissionView } from './view.ts';

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

/** STRATEGY_LIMIT: the strategy's own caps on a trade, on the day's trades and on what is open. */
export function strategyLimit(
  view: Pick<AdmissionView, 'proposal' | 'strategy'>,
  plan: Pick<TradePlan, 'worstCaseMicros'>,
): Verdict {
  const { caps, tradesToday, openMicros } = view.strategy;
  const worst = plan.worstCaseMicros;
  const terms: { passed: boolean; detail: string; numbers: Record<string, string> }[] = [];
  if (caps?.perTradeMicrosMax !== undefined) {
    const limitUsd = formatUsd(caps.perTradeMicrosMax);
    terms.push({
      passed: worst <= caps.perTradeMicrosMax,
      detail: `worst case ${formatUsd(worst)} of ${limitUsd} a trade`,
      numbers: { worstCaseUsd: formatUsd(worst), perTradeUsdMax: limitUsd },
    });
  }
  if (caps?.dailyTradesMax !== undefined) {
    terms.push({
      passed: tradesToday < caps.dailyTradesMax,
      detail: `${tradesToday} of ${caps.dailyTradesMax} trades taken today, 00:00 UTC frees them`,
      numbers: { tradesToday: String(tradesToday), dailyTradesMax: String(caps.dailyTradesMax) },
    });
  }
  if (caps?.openMicrosMax !== undefined) {
    const limitUsd = formatUsd(caps.openMicrosMax);
    terms.push({
      passed: openMicros + worst <= caps.openMicrosMax,
      detail: `open ${formatUsd(openMicros)} + worst case ${formatUsd(worst)} of ${limitUsd}, settlements free it`,
      numbers: { openUsd: formatUsd(openMicros), openUsdMax: limitUsd },
    });
  }
  return verdict(
    'STRATEGY_LIMIT',
    terms.every(({ passed }) => passed),
    terms.length === 0
      ? `${view.proposal.strategy} has no caps of its own`
      : `${view.proposal.strategy}: ${terms.map(({ detail }) => detail).join('; ')}`,
    Object.assign({}, ...terms.map(({ numbers }) => numbers)) as Record<string, string>,
  );
}
