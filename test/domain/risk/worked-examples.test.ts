/** The worked examples of docs/worked-examples.md: computed here, and held against the document. */
import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../../contracts/config.ts';
import { formatDecimal, formatUsd } from '../../../domain/decimal.ts';
import { formatPercent } from '../../../domain/roi.ts';
import { admit, failuresOf } from '../../../domain/risk/admission.ts';
import { effectiveMax, pairRoomsAtBest, roomsAtBest } from '../../../domain/risk/effective.ts';
import { largestSize } from '../../../domain/risk/ladder.ts';
import type { AdmissionView } from '../../../domain/risk/view.ts';
import { tableUnder } from '../../support/doc-tables.ts';
import { contracts, counter, LIMITS, price, usd, viewOf } from '../builders.ts';
import { pairViewOf } from '../pair-builders.ts';

/** The limits of an empty environment, on a new day with nothing open. */
const { limits } = readConfig({});
const fresh = {
  limits,
  counters: {
    trades: counter(limits.dailyTradesMax),
    loss: counter(limits.dailyLossMicrosMax),
    exposure: counter(limits.openExposureMicrosMax),
    event: counter(limits.eventExposureMicrosMax),
  },
};

/** Kalshi yes at 0.50, believed to be worth 0.60; at the bet amount unless a quantity is given. */
function single(quantity?: AdmissionView['proposal']['quantity']): AdmissionView {
  return viewOf({
    ...fresh,
    leg: { limitPrice: price('0.5') },
    proposal: { fairPrice: price('0.6'), budget: undefined, quantity },
    legView: {
      market: counter(limits.positionMicrosMax),
      cashFreeMicros: limits.initialBalanceMicros.kalshi,
    },
  });
}

/** Kalshi yes at 0.48 and the other side at Polymarket at 0.46, a sports market. */
function pair(quantity?: AdmissionView['proposal']['quantity']): AdmissionView {
  const market = counter(limits.positionMicrosMax);
  return pairViewOf({
    ...fresh,
    legs: { kalshi: { limitPrice: price('0.48') }, polymarket: { limitPrice: price('0.46') } },
    proposal: { maxPairCost: undefined, quantity, minQuantity: undefined },
    legViews: {
      kalshi: { market, cashFreeMicros: limits.initialBalanceMicros.kalshi },
      polymarket: { market, cashFreeMicros: limits.initialBalanceMicros.polymarket },
    },
  });
}

/** Contracts, worst case, risk today, ROI; or the codes that deny it. */
function outcomeOf(view: AdmissionView): string[] {
  const admission = admit(view);
  const codes = failuresOf(admission.verdicts).map(({ code }) => code);
  if (!admission.accepted) return ['denied', '–', '–', codes.join(', ')];
  const { legs, worstCaseMicros, riskMicros, roi } = admission.plan;
  return [
    formatDecimal(legs[0]!.quantity),
    formatUsd(worstCaseMicros),
    formatUsd(riskMicros),
    formatPercent(roi.roiMillionths),
  ];
}

const ROWS: [trade: string, view: () => AdmissionView, outcome: string[]][] = [
  ['single leg at 0.50, bet amount', () => single(), ['96.6', '49.9955', '49.9955', '15.94 %']],
  [
    'single leg at 0.50, largest size',
    () => single(largestSize(single())),
    ['386.46', '199.9981', '199.9981', '15.94 %'],
  ],
  [
    'single leg at 0.50, a lot more',
    () => single(contracts('386.47')),
    ['denied', '–', '–', 'DAILY_LOSS_REACHED, AT_RISK_REACHED'],
  ],
  ['pair at 0.48 and 0.46, bet amount', () => pair(), ['51.54', '49.99383', '25.6448', '3.10 %']],
  [
    'pair at 0.48 and 0.46, largest size',
    () => pair(largestSize(pair())),
    ['402.02', '389.92149', '199.9987', '3.10 %'],
  ],
  [
    'pair at 0.48 and 0.46, a lot more',
    () => pair(contracts('402.03')),
    ['denied', '–', '–', 'DAILY_LOSS_REACHED, AT_RISK_REACHED'],
  ],
];

describe('at the default limits', () => {
  test.each(ROWS)('%s', (_trade, view, outcome) => {
    expect(outcomeOf(view())).toEqual(outcome);
  });

  test('docs/worked-examples.md has these rows and no other', () => {
    expect(tableUnder('docs/worked-examples.md', 'One trade on a fresh day')).toEqual(
      ROWS.map(([trade, , outcome]) => [trade, ...outcome]),
    );
  });

  test('the largest sizes are the effective maxima that ballast limits tells', () => {
    expect(effectiveMax(roomsAtBest(limits, 'kalshi'))).toEqual({
      maxMicros: usd('200'),
      binds: ['day loss'],
    });
    expect(effectiveMax(pairRoomsAtBest(limits))).toEqual({
      maxMicros: usd('400'),
      binds: ['day loss'],
    });
  });

  test('the other tests of the domain use the default limits too', () => {
    expect(LIMITS).toEqual(limits);
  });
});
