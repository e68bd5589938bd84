/** I6 of pairs, sales and reversals: what is right passes, and each fault is named. */
import { describe, expect, test } from '@jest/globals';
import type {
  BookedFillRow,
  FillEffect,
  LegRow,
  SettlementRow,
  TradeTransferRow,
} from '../../../domain/invariants/trades.ts';
import { checkI6Settlements, checkI6Trades } from '../../../domain/invariants/trades.ts';

const NONE: FillEffect = { filled: 0, cost: 0, fees: 0, sold: 0, realised: 0, realisedFees: 0 };
const transfer = (code: string, amount: bigint): TradeTransferRow => ({
  tradeId: 't-1',
  code,
  amount,
});

/** A leg whose amounts are given in whole numbers. */
function leg(
  index: number,
  amounts: Partial<Record<keyof FillEffect, number>>,
  rest: Partial<LegRow> = {},
): LegRow {
  const { filled = 0, cost = 0, fees = 0, sold = 0, realised = 0, realisedFees = 0 } = amounts;
  return {
    tradeId: 't-1',
    leg: index,
    book: 'paper',
    venue: index === 0 ? 'kalshi' : 'polymarket',
    market: `M${index}`,
    outcome: 0,
    status: 'open',
    filled: BigInt(filled),
    cost: BigInt(cost),
    fees: BigInt(fees),
    sold: BigInt(sold),
    realised: BigInt(realised),
    realisedFees: BigInt(realisedFees),
    payout: null,
    tradePayout: null,
    tradePnl: null,
    ...rest,
  };
}

function fill(fillId: string, at: Partial<BookedFillRow> = {}): BookedFillRow {
  const { leg: index = 0 } = at;
  return {
    book: 'paper',
    venue: index === 0 ? 'kalshi' : 'polymarket',
    fillId,
    tradeId: 't-1',
    leg: index,
    action: 'buy',
    quantity: 100n,
    priceMicros: 500_000n,
    feeMicros: 4n,
    effect: { ...NONE, filled: 100, cost: 50, fees: 4 },
    ...at,
  };
}

/** 40 of 100 sold at 0.25: brought 10, cost 20 and 1 of the fees, fee 3. */
const SALE = fill('sale', {
  action: 'sell',
  quantity: 40n,
  priceMicros: 250_000n,
  feeMicros: 3n,
  effect: { filled: -40, cost: -20, fees: 3, sold: 40, realised: -14, realisedFees: 4 },
});
const SOLD_LEG = leg(0, {
  filled: 60,
  cost: 30,
  fees: 7,
  sold: 40,
  realised: -14,
  realisedFees: 4,
});
const SOLD_POSTED = [
  transfer('buy', 50n),
  transfer('fee', 4n),
  transfer('sell', 10n),
  transfer('sale-loss', 10n),
  transfer('fee', 3n),
];
const REVERSAL = fill('back', {
  reverts: 'f',
  effect: { ...NONE, filled: -100, cost: -50, fees: -4 },
});
const BOUGHT_POSTED = [transfer('buy', 50n), transfer('fee', 4n)];
const REVERTED_POSTED = [...BOUGHT_POSTED, transfer('revert-buy', 50n), transfer('revert-fee', 4n)];

/** A pair of 100 + 100, of which leg 0 won; all of it settled. */
const PAIR = [
  leg(
    0,
    { filled: 100, cost: 50, fees: 4 },
    { status: 'settled', payout: 100n, tradePayout: 100n, tradePnl: -8n },
  ),
  leg(
    1,
    { filled: 100, cost: 50, fees: 4 },
    { status: 'settled', payout: 0n, tradePayout: 100n, tradePnl: -8n },
  ),
];
const PAIR_FILLS = [fill('f'), fill('g', { leg: 1 })];
const PAIR_BOUGHT = [...BOUGHT_POSTED, ...BOUGHT_POSTED];
const PAIR_PAID = [
  ...PAIR_BOUGHT,
  transfer('payout', 100n),
  transfer('payout-cost', 50n),
  transfer('payout-cost', 50n),
  transfer('gain', 50n),
  transfer('loss', 50n),
];
const waiting = { status: 'open', tradePayout: null, tradePnl: null } as const;
const HALF_PAID = [
  { ...PAIR[0]!, ...waiting },
  { ...PAIR[1]!, ...waiting, payout: null },
];
const CLOSED = leg(
  0,
  { fees: 7, sold: 100, realised: -32, realisedFees: 7 },
  { status: 'closed', tradePayout: 0n, tradePnl: -32n },
);
const CLOSING = fill('sale', {
  action: 'sell',
  priceMicros: 250_000n,
  feeMicros: 3n,
  effect: { filled: -100, cost: -50, fees: 3, sold: 100, realised: -32, realisedFees: 7 },
});
const CLOSED_POSTED = [
  ...BOUGHT_POSTED,
  transfer('sell', 25n),
  transfer('sale-loss', 25n),
  transfer('fee', 3n),
];

type Case = [string, LegRow[], TradeTransferRow[], BookedFillRow[]];

describe('I6 passes', () => {
  const right: Case[] = [
    ['a leg sold in part', [SOLD_LEG], SOLD_POSTED, [fill('f'), SALE]],
    ['a leg all of whose fills failed', [leg(0, {})], REVERTED_POSTED, [fill('f'), REVERSAL]],
    [
      'a reversal in suspense, which moves no leg',
      [leg(0, { filled: 100, cost: 50, fees: 4 })],
      [...BOUGHT_POSTED, transfer('suspense', 54n)],
      [fill('f'), { ...REVERSAL, effect: null }],
    ],
    ['a settled pair', PAIR, PAIR_PAID, PAIR_FILLS],
    [
      'a pair whose first leg is paid, nothing gained yet',
      HALF_PAID,
      [...PAIR_BOUGHT, transfer('payout', 100n), transfer('payout-cost', 50n)],
      PAIR_FILLS,
    ],
    ['a closed trade', [CLOSED], CLOSED_POSTED, [fill('f'), CLOSING]],
    [
      'a reverted sale',
      [leg(0, { filled: 100, cost: 50, fees: 4 })],
      [
        ...SOLD_POSTED,
        transfer('revert-sell', 10n),
        transfer('revert-sale-loss', 10n),
        transfer('revert-fee', 3n),
      ],
      [
        fill('f'),
        SALE,
        {
          ...SALE,
          fillId: 'back',
          reverts: 'sale',
          effect: { filled: 40, cost: 20, fees: -3, sold: -40, realised: 14, realisedFees: -4 },
        },
      ],
    ],
  ];
  test.each(right)('%s', (_name, legs, transfers, fills) => {
    expect(checkI6Trades(legs, transfers, fills)).toEqual([]);
  });
});

describe('I6 names', () => {
  const effect = (of: BookedFillRow, change: Partial<FillEffect>): BookedFillRow => ({
    ...of,
    effect: { ...of.effect!, ...change },
  });
  const bookedOtherwise = (id: string) =>
    expect.stringContaining(`fill ${id} is booked as something else`);
  const wrong: [...Case, unknown[]][] = [
    [
      'a sale that brought something else',
      [{ ...SOLD_LEG, realised: -13n }],
      SOLD_POSTED,
      [fill('f'), effect(SALE, { realised: -13 })],
      [bookedOtherwise('sale'), 'I6 t-1: its sale transfers come to -10, its legs to -9'],
    ],
    [
      'a sale of another quantity',
      [{ ...SOLD_LEG, filled: 61n }],
      SOLD_POSTED,
      [fill('f'), effect(SALE, { filled: -39 })],
      [bookedOtherwise('sale')],
    ],
    [
      'a sale whose fee is not counted',
      [{ ...SOLD_LEG, fees: 4n }],
      SOLD_POSTED,
      [fill('f'), effect(SALE, { fees: 0 })],
      [bookedOtherwise('sale'), 'I6 t-1: its fee transfers come to 7, its legs to 4'],
    ],
    [
      'a purchase booked as cheaper',
      [leg(0, { filled: 100, cost: 49, fees: 4 })],
      [transfer('buy', 49n), transfer('fee', 4n)],
      [effect(fill('f'), { cost: 49 })],
      [bookedOtherwise('f')],
    ],
    [
      'a sale the leg lacks',
      [leg(0, { filled: 100, cost: 50, fees: 4 })],
      BOUGHT_POSTED,
      [fill('f'), SALE],
      [
        'I6 t-1: filled is 100, its fills come to 60',
        'I6 t-1: cost is 50, its fills come to 30',
        'I6 t-1: fees is 4, its fills come to 7',
        'I6 t-1: sold is 0, its fills come to 40',
        'I6 t-1: realised is 0, its fills come to -14',
        'I6 t-1: realisedFees is 0, its fills come to 4',
      ],
    ],
    [
      'a reversal of less than its fill',
      [leg(0, { filled: 1, cost: 1 })],
      [...BOUGHT_POSTED, transfer('revert-buy', 49n), transfer('revert-fee', 4n)],
      [fill('f'), effect(REVERSAL, { filled: -99, cost: -49 })],
      [bookedOtherwise('back')],
    ],
    [
      'a reversal of a fill there is not',
      [leg(0, {})],
      REVERTED_POSTED,
      [fill('f'), { ...REVERSAL, reverts: 'x' }],
      [bookedOtherwise('back')],
    ],
    [
      'a fill taken back twice',
      [leg(0, {})],
      [
        ...BOUGHT_POSTED,
        ...REVERTED_POSTED,
        transfer('revert-buy', 50n),
        transfer('revert-fee', 4n),
      ],
      [fill('f'), fill('g'), REVERSAL, { ...REVERSAL, fillId: 'back-2' }],
      ['I6 t-1: fill f is taken back twice'],
    ],
    [
      'a reversal whose postings are missing',
      [leg(0, {})],
      BOUGHT_POSTED,
      [fill('f'), REVERSAL],
      [
        'I6 t-1: its buy transfers come to 50, its legs to 0',
        'I6 t-1: its fee transfers come to 4, its legs to 0',
      ],
    ],
    [
      "a pair's gain before its last leg is final",
      HALF_PAID,
      [
        ...PAIR_BOUGHT,
        transfer('payout', 100n),
        transfer('payout-cost', 50n),
        transfer('gain', 50n),
      ],
      PAIR_FILLS,
      ['I6 t-1: its gain transfers come to 50, its legs to 0'],
    ],
    [
      "a pair's payout that is not posted",
      HALF_PAID,
      [...PAIR_BOUGHT, transfer('payout-cost', 50n)],
      PAIR_FILLS,
      ['I6 t-1: its payout transfers come to 0, its legs to 100'],
    ],
    [
      'a pair settled like a single leg',
      PAIR,
      [...PAIR_BOUGHT, transfer('settle', 50n), transfer('gain', 50n), transfer('loss', 50n)],
      PAIR_FILLS,
      [
        'I6 t-1: its settle transfers come to 50, its legs to 0',
        'I6 t-1: its payout transfers come to 0, its legs to 100',
        'I6 t-1: its payout-cost transfers come to 0, its legs to 100',
      ],
    ],
    [
      "a pair's P&L that leaves a leg out",
      PAIR.map((row) => ({ ...row, tradePnl: 46n })),
      PAIR_PAID,
      PAIR_FILLS,
      ['I6 t-1: P&L is 46, not -8'],
    ],
    [
      "a closed trade's P&L without its fees",
      [{ ...CLOSED, tradePnl: -25n }],
      CLOSED_POSTED,
      [fill('f'), CLOSING],
      ['I6 t-1: P&L is -25, not -32'],
    ],
    [
      'a closed trade that was never given its P&L',
      [{ ...CLOSED, tradePnl: null, tradePayout: null }],
      CLOSED_POSTED,
      [fill('f'), CLOSING],
      ['I6 t-1: payout is null, not 0', 'I6 t-1: P&L is null, not -32'],
    ],
  ];
  test.each(wrong)('%s', (_name, legs, transfers, fills, faults) => {
    expect(checkI6Trades(legs, transfers, fills)).toEqual(faults);
  });
});

describe("I6 each leg of a pair is paid by its own venue's result", () => {
  const results: SettlementRow[] = [
    {
      book: 'paper',
      venue: 'kalshi',
      settlementId: 's-0',
      market: 'M0',
      payoutYes: 1_000_000n,
      payoutNo: 0n,
    },
    {
      book: 'paper',
      venue: 'polymarket',
      settlementId: 's-1',
      market: 'M1',
      payoutYes: 0n,
      payoutNo: 1_000_000n,
    },
  ];
  test('as it is', () => {
    expect(checkI6Settlements(PAIR, results, results)).toEqual([]);
  });

  test('and not by the other one', () => {
    const swapped = PAIR.map((row, index) => ({ ...row, payout: index === 0 ? 0n : 100n }));
    expect(checkI6Settlements(swapped, results, results)).toEqual([
      "I6 t-1: payout is 0, by the venue's result 100",
      "I6 t-1: payout is 100, by the venue's result 0",
    ]);
  });

  test('an empty leg is paid nothing and needs no result', () => {
    const legs = [PAIR[0]!, leg(1, {}, { status: 'settled', payout: 0n })];
    expect(checkI6Settlements(legs, results.slice(0, 1), results.slice(0, 1))).toEqual([]);
  });
});
