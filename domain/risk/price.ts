/** Rules on the edge: is it worth the risk, and is it plausible. */
import { formatDecimal } from '../decimal.ts';
import { FAIR_PRICE_EDGE_MICROS_MAX } from '../limits.ts';
import type { PriceMicros } from '../money.ts';
import { formatPercent } from '../roi.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import type { LegPlan } from './view.ts';

/** BELOW_MIN_ROI: ROI after all fees must exceed the minimum; equal is refused. */
export function minimumRoi(plan: LegPlan, minRoiMillionths: number): Verdict {
  const { roiMillionths, feesMicros, costMicros } = plan.roi;
  const passed = roiMillionths > minRoiMillionths;
  return verdict(
    'BELOW_MIN_ROI',
    passed,
    `ROI after fees ${formatPercent(roiMillionths)} ${passed ? 'exceeds' : 'does not exceed'} ${formatPercent(minRoiMillionths)}`,
    {
      roiPercent: formatDecimal(roiMillionths * 100),
      minRoiPercent: formatDecimal(minRoiMillionths * 100),
      costUsd: formatDecimal(costMicros),
      feesUsd: formatDecimal(feesMicros),
    },
  );
}

/** IMPLAUSIBLE_ROI of a single leg: a fair price far above the limit is usually a unit error. */
export function plausibleEdge(limitPrice: PriceMicros, fairPrice: PriceMicros): Verdict {
  const edgeMicros = fairPrice - limitPrice;
  const passed = edgeMicros <= FAIR_PRICE_EDGE_MICROS_MAX;
  return verdict(
    'IMPLAUSIBLE_ROI',
    passed,
    `fair price is ${formatDecimal(edgeMicros)} above the limit, at most ${formatDecimal(FAIR_PRICE_EDGE_MICROS_MAX)} is believed`,
    {
      edgeUsd: formatDecimal(edgeMicros),
      edgeUsdMax: formatDecimal(FAIR_PRICE_EDGE_MICROS_MAX),
    },
  );
}
