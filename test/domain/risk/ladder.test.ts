/** One proposal at several sizes, priced from the order books and judged by every rule. */
import { describe, expect, test } from '@jest/globals';
import type { Level } from '../../../domain/market.ts';
import { formatPercent } from '../../../domain/roi.ts';
import { sizeLadder } from '../../../domain/risk/ladder.ts';
import type { AdmissionView } from '../../../domain/risk/view.ts';
import { contracts, counter, fact, NO_FEES, price, QUOTE, usd, viewOf } from '../builders.ts';
import { pairViewOf } from '../pair-builders.ts';

const asks = (...levels: [string, string][]): Level[] =>
  levels.map(([at, quantity]) => ({ priceMicros: price(at), quantity: contracts(quantity) }));

/** Size, cost, ROI, what stops it; `*` marks the largest. */
function rungsOf(view: AdmissionView): string[] {
  return sizeLadder(view).map(({ quantity, largest, costMicros, roiMillionths, stoppedBy }) =>
    [
      `${quantity / 1_000_000}${largest ? '*' : ''}`,
      costMicros === null ? '-' : costMicros / 1_000_000,
      roiMillionths === null ? '-' : formatPercent(roiMillionths),
      stoppedBy ?? 'passes',
    ].join(' '),
  );
}

describe('a single leg believed at 0.64', () => {
  /** 40 at 0.57, 60 at 0.58; 0.60 is above the limit. */
  const single = { market: { fees: NO_FEES } };

  test('walks the offers within its limit, whatever quantity and budget it names', () => {
    expect(rungsOf(viewOf({ ...single, legView: { cashFreeMicros: usd('58') } }))).toEqual([
      '5 2.85 12.28 % passes',
      '10 5.7 12.28 % passes',
      '25 14.25 12.28 % passes',
      // 40 × 0.57 + 10 × 0.58 = 28.60; 32 / 28.60.
      '50 28.6 11.89 % passes',
      // 40 × 0.57 + 60 × 0.58 = 57.60: all that is on offer, and just what cash allows at 0.58.
      '100* 57.6 11.11 % passes',
    ]);
  });

  test('charges the fee of each level', () => {
    const [, ten, , fifty] = sizeLadder(viewOf());
    // 0.07 × 10 × 0.57 × 0.43 = 0.171570.
    expect(ten!.costMicros).toBe(usd('5.87157'));
    // 0.07 × 40 × 0.57 × 0.43 = 0.686280, 0.07 × 10 × 0.58 × 0.42 = 0.170520.
    expect(fifty!.costMicros).toBe(usd('29.4568'));
  });

  test('PRICE_MOVED stops what the books do not hold within the limit', () => {
    const rungs = sizeLadder(viewOf({ ...single, legView: { cashFreeMicros: usd('290') } }));
    expect(rungs.at(-1)).toMatchObject({
      largest: true,
      costMicros: null,
      roiMillionths: null,
      stoppedBy: 'PRICE_MOVED',
      detail: 'kalshi offers 100 contracts at 0.58 or better',
    });
  });

  test('names the first rule that stops a size, and the largest that limits leave', () => {
    const loss = counter(usd('200'), { used: usd('185') });
    expect(rungsOf(viewOf({ ...single, counters: { loss } }))).toEqual([
      '5 2.85 12.28 % passes',
      '10 5.7 12.28 % passes',
      '25 14.25 12.28 % passes',
      // 15 / 0.58 = 25.86 contracts fit what is left of the day's loss.
      '25.86* 14.7402 12.28 % passes',
      '50 28.6 11.89 % DAILY_LOSS_REACHED',
    ]);
  });

  test('a rule that no size passes stops each, and the limits still tell the largest', () => {
    const rungs = sizeLadder(viewOf({ ...single, desk: { state: 'paused' } }));
    expect(rungs.map(({ stoppedBy }) => stoppedBy)).toEqual(rungs.map(() => 'DESK_PAUSED'));
    expect(rungs.filter(({ largest }) => largest)).toHaveLength(1);
  });

  test('no limit leaves room for a lot: nothing is the largest', () => {
    const rungs = sizeLadder(viewOf({ legView: { cashFreeMicros: 0 } }));
    expect(rungs.map(({ largest }) => largest)).toEqual([false, false, false, false]);
    expect(rungs.map(({ stoppedBy }) => stoppedBy)).toEqual(
      rungs.map(() => 'INSUFFICIENT_BALANCE'),
    );
  });

  test('a size below the venue’s minimum cannot be traded', () => {
    const [five] = sizeLadder(viewOf({ market: { minQuantity: contracts('6') } }));
    expect(five).toMatchObject({ stoppedBy: 'INVALID_PROPOSAL', costMicros: null });
  });

  test('a market nobody knows has no ladder', () => {
    expect(sizeLadder(viewOf({ facts: { market: undefined, quote: undefined } }))).toEqual([]);
    expect(sizeLadder(viewOf({ facts: { market: fact(null), quote: undefined } }))).toEqual([]);
  });
});

describe('a pair', () => {
  const quotes = (kalshi: Level[], polymarket: Level[]) => ({
    kalshi: { quote: fact({ ...QUOTE, asks: kalshi }) },
    polymarket: { quote: fact({ ...QUOTE, asks: polymarket }) },
  });
  const free = { kalshi: { fees: NO_FEES }, polymarket: { fees: NO_FEES } };

  test('walks both books, the second leg up to what the pair’s cost leaves it', () => {
    const view = pairViewOf({
      markets: free,
      facts: quotes(asks(['0.35', '20'], ['0.36', '20']), asks(['0.57', '30'], ['0.58', '400'])),
      legViews: { kalshi: { cashFreeMicros: usd('14.4') } },
    });
    expect(rungsOf(view)).toEqual([
      // (0.35 + 0.57) × 5 = 4.60.
      '5 4.6 8.70 % passes',
      '10 9.2 8.70 % passes',
      // 20 × 0.35 + 5 × 0.36 + 25 × 0.57 = 23.05.
      '25 23.05 8.46 % passes',
      // 7 + 7.2 + 17.1 + 5.8 = 37.10, and 14.40 at 0.36 is 40 contracts.
      '40* 37.1 7.82 % passes',
      '50 - - INSUFFICIENT_BALANCE',
    ]);
  });

  test('an unregistered pair is priced and stopped', () => {
    const facts = quotes(asks(['0.36', '900']), asks(['0.58', '900']));
    const rungs = sizeLadder(pairViewOf({ markets: free, facts, pair: undefined }));
    expect(rungs[0]).toMatchObject({
      costMicros: usd('4.7'),
      stoppedBy: 'PAIR_NOT_COMPLEMENTARY',
    });
  });
});
