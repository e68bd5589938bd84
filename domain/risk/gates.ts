/** Rules on the desk: its state, whether it may cost money, and the go-live step's tighter caps. */
import type { Counter } from '../counters.ts';
import { formatUsd } from '../decimal.ts';
import { isLiveBook } from '../desk.ts';
import type { TradePlan } from '../trade-plan.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import type { AdmissionView } from './view.ts';

/** DESK_PAUSED and DESK_HALTED. */
export function deskState({ desk }: AdmissionView): Verdict[] {
  const detail = `desk ${desk.id} is ${desk.state}: ${desk.reason}`;
  return [
    verdict('DESK_PAUSED', desk.state !== 'paused', detail),
    verdict('DESK_HALTED', desk.state !== 'halted', detail),
  ];
}

/** NOT_ARMED and NOT_RECONCILED, which bind on the live and the rehearsal book. */
export function readiness({ book, gates, atMs }: AdmissionView): Verdict[] {
  const gated = isLiveBook(book);
  const { armedUntilMs, reconciledAtMs } = gates;
  const armed = armedUntilMs !== null && armedUntilMs > atMs;
  return [
    verdict(
      'NOT_RECONCILED',
      !gated || reconciledAtMs !== null,
      reconciledAtMs === null
        ? `the ${book} book ${gated ? 'has not been reconciled; ballast reconcile' : 'needs no reconciliation'}`
        : `reconciled ${instant(reconciledAtMs)}`,
      { reconciledAt: reconciledAtMs === null ? 'never' : instant(reconciledAtMs) },
    ),
    verdict(
      'NOT_ARMED',
      !gated || armed,
      armedUntilMs === null
        ? `the ${book} book ${gated ? 'is not armed; ballast arm' : 'needs no arming'}`
        : `${armed ? 'armed until' : 'arming expired'} ${instant(armedUntilMs)}`,
      { armedUntil: armedUntilMs === null ? 'never' : instant(armedUntilMs) },
    ),
  ];
}

/** STALE_PROPOSAL: past its expiry. */
export function expiry(view: AdmissionView): Verdict {
  const expires = instant(view.expiresAtMs);
  const passed = view.atMs < view.expiresAtMs;
  return verdict('STALE_PROPOSAL', passed, `${passed ? 'expires' : 'expired'} ${expires}`, {
    expires,
    now: instant(view.atMs),
  });
}

/** PHASE_LIMIT: what the go-live step allows a trade, in all and of loss a day. */
export function phaseLimit(
  { desk, gates }: Pick<AdmissionView, 'desk' | 'gates'>,
  plan: Pick<TradePlan, 'worstCaseMicros' | 'riskMicros'>,
  loss: Counter,
): Verdict {
  const { perTradeMicrosMax, stepTradesLeft, dailyLossMicrosMax } = gates.caps ?? {};
  const terms: { passed: boolean; detail: string; numbers: Record<string, string> }[] = [];
  if (perTradeMicrosMax !== undefined) {
    const worst = formatUsd(plan.worstCaseMicros);
    const limit = formatUsd(perTradeMicrosMax);
    terms.push({
      passed: plan.worstCaseMicros <= perTradeMicrosMax,
      detail: `worst case ${worst} of ${limit} a trade`,
      numbers: { worstCaseUsd: worst, perTradeUsdMax: limit },
    });
  }
  if (stepTradesLeft !== undefined) {
    terms.push({
      passed: stepTradesLeft > 0,
      detail: `${stepTradesLeft} trades left in this step`,
      numbers: { stepTradesLeft: String(stepTradesLeft) },
    });
  }
  if (dailyLossMicrosMax !== undefined) {
    const sum = loss.used + loss.held + plan.riskMicros;
    const limit = formatUsd(dailyLossMicrosMax);
    terms.push({
      passed: sum <= dailyLossMicrosMax,
      detail: `realised today ${formatUsd(loss.used)} + others at risk ${formatUsd(loss.held)} + this risk ${formatUsd(plan.riskMicros)} of ${limit} a day in this step`,
      numbers: { atRiskUsd: formatUsd(sum), dailyLossUsdMax: limit },
    });
  }
  return verdict(
    'PHASE_LIMIT',
    terms.every(({ passed }) => passed),
    terms.length === 0
      ? `phase ${desk.phase} has no caps beside the limits`
      : `phase ${desk.phase}: ${terms.map(({ detail }) => detail).join('; ')}`,
    Object.assign({}, ...terms.map(({ numbers }) => numbers)) as Record<string, string>,
  );
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
