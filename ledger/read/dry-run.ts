/** A proposal judged without deciding anything, as people read it. */
import type { DryRunView } from '../../contracts/dry-run.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { DeskId } from '../../domain/desk.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { TradePlan } from '../../domain/trade-plan.ts';
import type { LedgerDb } from '../database.ts';
import { judgeProposal } from '../verbs/judge.ts';
import { decimalOf, instantText, orNull, usdText } from './view-text.ts';

/** Judges on stored facts, which the caller has fetched; writes nothing. @throws DeskMissing */
export async function readDryRun(
  db: LedgerDb,
  asked: { desk: DeskId; proposal: Proposal },
  reading: ClockReading,
): Promise<DryRunView> {
  const judged = await judgeProposal(db, asked, reading);
  const { plan, outcome } = judged;
  return {
    at: instantText(judged.atMs),
    book: judged.book,
    outcome: outcome === 'awaitingApproval' ? 'awaiting_approval' : outcome,
    verdicts: judged.verdicts.map((one) => ({ ...one, numbers: { ...one.numbers } })),
    plan: plan === undefined ? null : planView(plan),
    ladder: judged.ladder.map((rung) => ({
      quantity: decimalOf(rung.quantity),
      largest: rung.largest,
      cost: orNull(rung.costMicros, usdText),
      roiPercent: orNull(rung.roiMillionths, percentText),
      stoppedBy: rung.stoppedBy,
      detail: rung.detail,
    })),
  };
}

function planView(plan: TradePlan): DryRunView['plan'] {
  return {
    // Every leg has the same.
    quantity: decimalOf(plan.legs[0]!.quantity),
    worstCase: usdText(plan.worstCaseMicros),
    risk: usdText(plan.riskMicros),
    roiPercent: percentText(plan.roi.roiMillionths),
    maxPairCost: orNull(plan.maxPairCostMicros ?? null, decimalOf),
    legs: plan.legs.map(({ leg, market, outcome, priceMaxMicros, worstCaseMicros }) => ({
      venue: leg.venue,
      market: leg.market,
      outcome: market.outcomes[outcome],
      limitPrice: decimalOf(leg.limitPrice),
      priceMax: decimalOf(priceMaxMicros),
      worstCase: usdText(worstCaseMicros),
    })),
  };
}

function percentText(millionths: number): string {
  return decimalOf(millionths * 100);
}
