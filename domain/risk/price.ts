/** Rules on the edge: is it worth the risk, and is it plausible. */
import { formatDecimal } from '../decimal.ts';
import { FAIR_PRICE_EDGE_MICROS_MAX } from '../limits.ts';
import type { PriceMicros } from '../money.ts';
import { formatPercent } from '../roi.ts';
import type { TradePlan } from '../trade-plan.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import type { AdmissionView } from './view.ts';

/** BELOW_MIN_ROI: ROI after all fees must exceed the minimum; equal is refused. */
export function minimumRoi(plan: TradePlan, minRoiMillionths: number): Verdict {
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
export function plausibleEdge(
  limitPrice: PriceMicros,
  fairPrice: PriceMicros,
  approval?: AdmissionView['approval'],
): Verdict {
  const edgeMicros = fairPrice - limitPrice;
  return believed(
    edgeMicros <= FAIR_PRICE_EDGE_MICROS_MAX,
    `fair price is ${formatDecimal(edgeMicros)} above the limit, at most ${formatDecimal(FAIR_PRICE_EDGE_MICROS_MAX)} is believed`,
    {
      edgeUsd: formatDecimal(edgeMicros),
      edgeUsdMax: formatDecimal(FAIR_PRICE_EDGE_MICROS_MAX),
    },
    approval,
  );
}

/** IMPLAUSIBLE_ROI of a pair: so much for two sides of one thing is usually a mismatched pair. */
export function plausiblePair(
  plan: TradePlan,
  maxRoiMillionths: number,
  approval?: AdmissionView['approval'],
): Verdict {
  const { roiMillionths } = plan.roi;
  return believed(
    roiMillionths <= maxRoiMillionths,
    `ROI after fees ${formatPercent(roiMillionths)}, at most ${formatPercent(maxRoiMillionths)} is believed of a pair`,
    {
      roiPercent: formatDecimal(roiMillionths * 100),
      maxRoiPercent: formatDecimal(maxRoiMillionths * 100),
    },
    approval,
  );
}

/** What is too good to be true passes by a named person's word alone. */
function believed(
  plausible: boolean,
  detail: string,
  numbers: Readonly<Record<string, string>>,
  approval: AdmissionView['approval'],
): Verdict {
  if (plausible || approval === undefined) {
    return verdict('IMPLAUSIBLE_ROI', plausible, detail, numbers);
  }
  const { by, reason } = approval;
  const approved = `${detail}; approved by ${by}: ${reason}`;
  return verdict('IMPLAUSIBLE_ROI', true, approved, { ...numbers, approvedBy: by });
}
