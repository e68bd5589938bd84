/** Postings of sales, reversals, pairs and suspense. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SettlementPosting, Transfer } from '../../domain/ledger-entries.ts';
import {
  buyEntries,
  payoutEntries,
  recognitionEntries,
  revertEntries,
  sellEntries,
  suspenseEntries,
} from '../../domain/ledger-entries.ts';
import { micros } from '../../domain/money.ts';
import { usd } from './builders.ts';

const AT = { book: 'paper', venue: 'kalshi', market: 'M1', outcome: 0 } as const;
const CASH = 'paper/kalshi/cash';
const POSITION = 'paper/kalshi/position/M1/0';
const PNL = 'paper/kalshi/pnl';
const FEES = 'paper/kalshi/fees';
const UNSETTLED = 'paper/kalshi/unsettled/t-1';

function brief(transfers: readonly Transfer[]): [string, string, string, number][] {
  return transfers.map(({ code, debit, credit, amountMicros }) => [
    code,
    debit.id,
    credit.id,
    amountMicros,
  ]);
}

/** Debits less credits per account. */
function balances(transfers: readonly Transfer[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { debit, credit, amountMicros } of transfers) {
    sums[debit.id] = (sums[debit.id] ?? 0) + amountMicros;
    sums[credit.id] = (sums[credit.id] ?? 0) - amountMicros;
  }
  return sums;
}

function sale(share: string, proceeds: string, fee: string): Transfer[] {
  return sellEntries({
    ...AT,
    fillId: 'f-2',
    costShareMicros: usd(share),
    proceedsMicros: usd(proceeds),
    feeMicros: usd(fee),
  });
}

describe('a sold fill', () => {
  test.each([
    [
      'at a gain',
      sale('29', '30', '0.5'),
      [
        ['sell', CASH, POSITION, '29'],
        ['sale-gain', CASH, PNL, '1'],
        ['fee', FEES, CASH, '0.5'],
      ],
    ],
    [
      'at a loss',
      sale('29', '28', '0.5'),
      [
        ['sell', CASH, POSITION, '28'],
        ['sale-loss', PNL, POSITION, '1'],
        ['fee', FEES, CASH, '0.5'],
      ],
    ],
    ['at what it had cost, without a fee', sale('29', '29', '0'), [['sell', CASH, POSITION, '29']]],
    ['for nothing', sale('29', '0', '0'), [['sale-loss', PNL, POSITION, '29']]],
  ])('%s leaves the position at its share and cash at what it brought', (_what, posted, rows) => {
    expect(brief(posted)).toEqual(rows.map(([...row]) => [...row.slice(0, 3), usd(row[3] ?? '')]));
  });
});

test('I6 a reversal posts each transfer the other way, under an id of its own', () => {
  const amount = fc.integer({ min: 0, max: 1_000_000_000_000 }).map(micros);
  fc.assert(
    fc.property(amount, amount, amount, (costMicros, proceedsMicros, feeMicros) => {
      const posted = [
        ...buyEntries({ ...AT, fillId: 'f-1', costMicros, feeMicros }),
        ...sellEntries({
          ...AT,
          fillId: 'f-2',
          costShareMicros: costMicros,
          proceedsMicros,
          feeMicros,
        }),
      ];
      const ofBuy = posted.filter(({ id }) => id.includes('/f-1/'));
      const ofSale = posted.filter(({ id }) => id.includes('/f-2/'));
      const back = [
        ...revertEntries({ ...AT, fillId: 'r-2' }, ofSale),
        ...revertEntries({ ...AT, fillId: 'r-1' }, ofBuy),
      ];
      expect(back).toHaveLength(posted.length);
      for (const { code } of back)
        expect(code).toMatch(/^revert-(buy|fee|sell|sale-gain|sale-loss)$/);
      for (const balance of Object.values(balances([...posted, ...back]))) expect(balance).toBe(0);
      const ids = [...posted, ...back].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      // Told again it is the same postings, which are no-ops.
      expect(revertEntries({ ...AT, fillId: 'r-1' }, ofBuy)).toEqual(back.slice(ofSale.length));
    }),
  );
});

test.each([
  ['bought', '24.5', CASH, 'paper/kalshi/suspense', '24.5'],
  ['sold', '-24.5', 'paper/kalshi/suspense', CASH, '24.5'],
])(
  'cash moved by the reversal of a %s fill waits in suspense',
  (_what, cash, debit, credit, amount) => {
    const posted = suspenseEntries({ ...AT, fillId: 'r-1', cashMicros: usd(cash) });
    expect(brief(posted)).toEqual([['suspense', debit, credit, usd(amount)]]);
    expect(posted[0]!.id).toBe('fill/paper/kalshi/r-1/suspense');
    expect(suspenseEntries({ ...AT, fillId: 'r-1', cashMicros: usd('0') })).toEqual([]);
  },
);

const SETTLED: SettlementPosting = {
  ...AT,
  tradeId: 't-1',
  leg: 0,
  settlementId: 's-1',
  costMicros: usd('48'),
  payoutMicros: usd('100'),
};

describe("a pair's leg", () => {
  test('that wins first is paid into unsettled with its cost, and nothing is gain yet', () => {
    expect(brief(payoutEntries(SETTLED))).toEqual([
      ['payout', CASH, UNSETTLED, usd('100')],
      ['payout-cost', UNSETTLED, POSITION, usd('48')],
    ]);
  });

  test('that loses first leaves its cost in unsettled, and nothing is loss yet', () => {
    expect(brief(payoutEntries({ ...SETTLED, payoutMicros: usd('0') }))).toEqual([
      ['payout-cost', UNSETTLED, POSITION, usd('48')],
    ]);
  });

  test.each([
    ['gain', '100', ['gain', UNSETTLED, PNL, usd('52')]],
    ['loss', '0', ['loss', PNL, UNSETTLED, usd('48')]],
    ['loss of a part', '47.999999', ['loss', PNL, UNSETTLED, 1]],
  ])('becomes %s when the last one is final', (_what, payout, row) => {
    const { book, venue, tradeId, leg, costMicros } = SETTLED;
    const at = { book, venue, tradeId, leg, costMicros };
    expect(brief(recognitionEntries({ ...at, payoutMicros: usd(payout) }))).toEqual([row]);
    expect(recognitionEntries({ ...at, payoutMicros: costMicros })).toEqual([]);
  });

  test('I6 ends with position and unsettled at zero, cash as paid, P&L as gained', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000_000_000 }).map(micros);
    fc.assert(
      fc.property(amount, amount, (costMicros, payoutMicros) => {
        const ends = balances([
          ...buyEntries({ ...AT, fillId: 'f-1', costMicros, feeMicros: micros(0) }),
          ...payoutEntries({ ...SETTLED, costMicros, payoutMicros }),
          ...recognitionEntries({ ...SETTLED, costMicros, payoutMicros }),
        ]);
        expect([ends[POSITION] ?? 0, ends[UNSETTLED] ?? 0]).toEqual([0, 0]);
        expect(ends[CASH] ?? 0).toBe(payoutMicros - costMicros);
        expect(ends[PNL] ?? 0).toBe(costMicros - payoutMicros);
      }),
    );
  });
});
