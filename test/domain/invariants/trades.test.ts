import { describe, expect, test } from '@jest/globals';
import type {
  BookedFillRow,
  LegRow,
  SettlementRow,
  TradeTransferRow,
} from '../../../domain/invariants/trades.ts';
import { checkI6Settlements, checkI6Trades } from '../../../domain/invariants/trades.ts';

/** 1.5 contracts at 0.58 for $0.87 and a fee of $0.02, won. */
const WON: LegRow = {
  tradeId: 't-1',
  leg: 0,
  book: 'paper',
  venue: 'kalshi',
  market: 'M',
  outcome: 0,
  status: 'settled',
  filled: 1_500_000n,
  cost: 870_000n,
  fees: 20_000n,
  payout: 1_500_000n,
  tradePayout: 1_500_000n,
  tradePnl: 610_000n,
};
const FILL: BookedFillRow = {
  book: 'paper',
  venue: 'kalshi',
  fillId: 'f-1',
  tradeId: 't-1',
  leg: 0,
  quantity: 1_500_000n,
  priceMicros: 580_000n,
  feeMicros: 20_000n,
};
const RESULT: SettlementRow = {
  book: 'paper',
  venue: 'kalshi',
  settlementId: 's-1',
  market: 'M',
  payoutYes: 1_000_000n,
  payoutNo: 0n,
};
const transfer = (code: string, amount: bigint, tradeId: string | null = 't-1') => ({
  tradeId,
  code,
  amount,
});
const BOUGHT: TradeTransferRow[] = [transfer('buy', 870_000n), transfer('fee', 20_000n)];
const PAID: TradeTransferRow[] = [
  ...BOUGHT,
  transfer('settle', 870_000n),
  transfer('gain', 630_000n),
];
const OPEN: LegRow = { ...WON, status: 'open', payout: null, tradePayout: null, tradePnl: null };
/** Half a contract less a fraction: the payout is rounded down. */
const VOID: LegRow = {
  ...WON,
  filled: 1_500_001n,
  cost: 870_001n,
  payout: 750_000n,
  tradePayout: 750_000n,
  tradePnl: -140_001n,
};
const VOID_FILL = { ...FILL, quantity: 1_500_001n };
const VOID_PAID = [
  transfer('buy', 870_001n),
  transfer('fee', 20_000n),
  transfer('settle', 750_000n),
  transfer('loss', 120_001n),
];
const HALVES = { ...RESULT, payoutYes: 500_000n, payoutNo: 500_000n };

describe('I6 costs and P&L follow from fills and transfers', () => {
  const right: [string, LegRow[], TradeTransferRow[], BookedFillRow[]][] = [
    ['nothing at all', [], [], []],
    ['deposits, which are no trade', [], [transfer('deposit', 5n, null)], []],
    ['an open trade', [OPEN], BOUGHT, [FILL]],
    ['a won trade', [WON], PAID, [FILL]],
    ['a void, whose cost is rounded up and payout down', [VOID], VOID_PAID, [VOID_FILL]],
    [
      'two fills of one leg',
      [OPEN],
      BOUGHT,
      [
        { ...FILL, quantity: 500_000n, feeMicros: 20_000n },
        { ...FILL, fillId: 'f-2', quantity: 1_000_000n, feeMicros: 0n },
      ],
    ],
    ["a stranger's fill", [], [], [{ ...FILL, tradeId: null, leg: null }]],
  ];
  test.each(right)('passes %s', (_name, legs, transfers, fills) => {
    expect(checkI6Trades(legs, transfers, fills)).toEqual([]);
  });

  const wrong: [string, LegRow[], TradeTransferRow[], BookedFillRow[], string[]][] = [
    [
      'a cost that no fill and no transfer has',
      [{ ...OPEN, cost: 870_001n }],
      BOUGHT,
      [FILL],
      [
        'I6 t-1: cost is 870001, its fills come to 870000',
        'I6 t-1: its buy transfers come to 870000, its legs to 870001',
      ],
    ],
    [
      'a fill that the leg lacks',
      [OPEN],
      BOUGHT,
      [FILL, { ...FILL, fillId: 'f-2', quantity: 0n, feeMicros: 7n }],
      ['I6 t-1: fees is 20000, its fills come to 20007'],
    ],
    [
      'a fill no rule would take',
      [OPEN],
      BOUGHT,
      [{ ...FILL, priceMicros: 5_800_000n }],
      ['I6 t-1: cost is 870000, its fills come to -1'],
    ],
    [
      'a gain that is not posted',
      [WON],
      PAID.slice(0, 3),
      [FILL],
      ['I6 t-1: its gain transfers come to 0, its legs to 630000'],
    ],
    [
      'a payout posted before the end',
      [OPEN],
      PAID,
      [FILL],
      [
        'I6 t-1: its settle transfers come to 870000, its legs to 0',
        'I6 t-1: its gain transfers come to 630000, its legs to 0',
      ],
    ],
    [
      'another P&L',
      [{ ...WON, tradePnl: 610_001n }],
      PAID,
      [FILL],
      ['I6 t-1: P&L is 610001, not 610000'],
    ],
    [
      'another payout of the trade',
      [{ ...WON, tradePayout: null }],
      PAID,
      [FILL],
      ['I6 t-1: payout is null, not 1500000'],
    ],
    ['transfers of nobody', [], BOUGHT, [], ['I6 t-1: has transfers and is no trade']],
  ];
  test.each(wrong)('names %s', (_name, legs, transfers, fills, faults) => {
    expect(checkI6Trades(legs, transfers, fills)).toEqual(faults);
  });
});

describe("I6 P&L follows from the venues' results", () => {
  const right: [string, LegRow[], SettlementRow[], SettlementRow[]][] = [
    ['nothing at all', [], [], []],
    ['an open trade without a result', [OPEN], [], []],
    ['a won trade', [WON], [RESULT], [RESULT]],
    ['a void', [VOID], [HALVES], [HALVES]],
    ['a loss', [{ ...WON, outcome: 1, payout: 0n }], [RESULT], [RESULT]],
  ];
  test.each(right)('passes %s', (_name, legs, stored, venues) => {
    expect(checkI6Settlements(legs, stored, venues)).toEqual([]);
  });

  const wrong: [string, LegRow[], SettlementRow[], SettlementRow[], string[]][] = [
    [
      'a payout by another result',
      [{ ...WON, payout: 750_000n }],
      [RESULT],
      [RESULT],
      ["I6 t-1: payout is 750000, by the venue's result 1500000"],
    ],
    [
      'a payout of the other side',
      [{ ...WON, outcome: 1 }],
      [RESULT],
      [RESULT],
      ["I6 t-1: payout is 1500000, by the venue's result 0"],
    ],
    [
      'a result nobody published',
      [WON],
      [RESULT],
      [],
      [
        'I6 paper/kalshi/s-1: unknown to the venue',
        'I6 t-1: is settled, and the venue has no result of M',
      ],
    ],
    [
      'a result stored otherwise',
      [],
      [HALVES],
      [RESULT],
      ['I6 paper/kalshi/s-1: pays 500000/500000 on M here, 1000000/0 on M at the venue'],
    ],
    [
      'a result that was not stored',
      [OPEN],
      [],
      [RESULT],
      ['I6 paper/kalshi/s-1: the result of M is not stored'],
    ],
  ];
  test.each(wrong)('names %s', (_name, legs, stored, venues, faults) => {
    expect(checkI6Settlements(legs, stored, venues)).toEqual(faults);
  });
});
