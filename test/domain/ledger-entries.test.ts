import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accountRef } from '../../domain/accounts.ts';
import { AssertionError } from '../../domain/assert.ts';
import type { FillPosting, SettlementPosting, Transfer } from '../../domain/ledger-entries.ts';
import {
  buyEntries,
  depositEntries,
  payoutOf,
  settlementEntries,
} from '../../domain/ledger-entries.ts';
import { microContracts, micros, priceMicros } from '../../domain/money.ts';
import { contracts, price, usd } from './builders.ts';

const FILL: FillPosting = {
  book: 'paper',
  venue: 'kalshi',
  market: 'M1',
  outcome: 0,
  fillId: 'f-1',
  costMicros: usd('29'),
  feeMicros: usd('0.8526'),
};
const SETTLED: SettlementPosting = {
  book: 'paper',
  venue: 'kalshi',
  market: 'M1',
  outcome: 0,
  tradeId: 't-1',
  leg: 0,
  settlementId: 's-1',
  costMicros: usd('29'),
  payoutMicros: usd('50'),
};
const CASH = 'paper/kalshi/cash';
const POSITION = 'paper/kalshi/position/M1/0';
const PNL = 'paper/kalshi/pnl';

/** Debits less credits per account. */
function balances(transfers: readonly Transfer[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { debit, credit, amountMicros } of transfers) {
    sums[debit.id] = (sums[debit.id] ?? 0) + amountMicros;
    sums[credit.id] = (sums[credit.id] ?? 0) - amountMicros;
  }
  return sums;
}

function brief(transfers: readonly Transfer[]): [string, string, string, number][] {
  return transfers.map(({ code, debit, credit, amountMicros }) => [
    code,
    debit.id,
    credit.id,
    amountMicros,
  ]);
}

describe('postings', () => {
  test('an opening deposit debits cash and credits capital', () => {
    expect(brief(depositEntries('paper', 'kalshi', usd('500')))).toEqual([
      ['deposit', CASH, 'paper/kalshi/capital', usd('500')],
    ]);
  });

  test('a bought fill moves cost to the position and the fee to fees, both out of cash', () => {
    expect(brief(buyEntries(FILL))).toEqual([
      ['buy', POSITION, CASH, usd('29')],
      ['fee', 'paper/kalshi/fees', CASH, usd('0.8526')],
    ]);
  });

  test('a fill without a fee posts no fee', () => {
    const transfers = buyEntries({ ...FILL, feeMicros: usd('0') });
    expect(transfers.map(({ code }) => code)).toEqual(['buy']);
  });

  test.each([
    [
      'a win',
      '50',
      [
        ['settle', CASH, POSITION, '29'],
        ['gain', CASH, PNL, '21'],
      ],
    ],
    ['a loss', '0', [['loss', PNL, POSITION, '29']]],
    [
      'a void that pays half',
      '25',
      [
        ['settle', CASH, POSITION, '25'],
        ['loss', PNL, POSITION, '4'],
      ],
    ],
    ['a payout of exactly the cost', '29', [['settle', CASH, POSITION, '29']]],
    [
      'a micro-dollar more',
      '29.000001',
      [
        ['settle', CASH, POSITION, '29'],
        ['gain', CASH, PNL, '0.000001'],
      ],
    ],
    [
      'a micro-dollar less',
      '28.999999',
      [
        ['settle', CASH, POSITION, '28.999999'],
        ['loss', PNL, POSITION, '0.000001'],
      ],
    ],
  ])('%s ends the position at exactly zero', (_name, payout, rows) => {
    const transfers = settlementEntries({ ...SETTLED, payoutMicros: usd(payout) });
    const expected = rows.map(([code, debit, credit, amount]) => [
      code,
      debit,
      credit,
      usd(amount ?? ''),
    ]);
    expect(brief(transfers)).toEqual(expected);
    expect(balances(transfers)[POSITION]).toBe(usd('-29'));
  });

  test('I6 any fills and their settlement balance: position zero, cash and P&L as paid', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000_000_000 }).map(micros);
    const fills = fc.array(fc.record({ costMicros: amount, feeMicros: amount }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fills, amount, (bought, payoutMicros) => {
        const costMicros = micros(bought.reduce((sum, fill) => sum + fill.costMicros, 0));
        const feesMicros = bought.reduce((sum, fill) => sum + fill.feeMicros, 0);
        const transfers = [
          ...bought.flatMap((fill, at) => buyEntries({ ...FILL, ...fill, fillId: `f-${at}` })),
          ...settlementEntries({ ...SETTLED, costMicros, payoutMicros }),
        ];
        for (const { debit, credit, amountMicros } of transfers) {
          expect(amountMicros).toBeGreaterThan(0);
          expect(Number.isSafeInteger(amountMicros)).toBe(true);
          expect(debit.id).not.toBe(credit.id);
        }
        const ends = balances(transfers);
        expect(ends[POSITION] ?? 0).toBe(0);
        expect(ends[CASH] ?? 0).toBe(payoutMicros - costMicros - feesMicros + 0);
        expect(ends[PNL] ?? 0).toBe(costMicros - payoutMicros);
        expect(Object.values(ends).reduce((sum, balance) => sum + balance, 0)).toBe(0);
        expect(new Set(transfers.map(({ id }) => id)).size).toBe(transfers.length);
      }),
    );
  });

  test.each([
    ['a negative cost', () => buyEntries({ ...FILL, costMicros: usd('-1') })],
    ['a negative fee', () => buyEntries({ ...FILL, feeMicros: usd('-0.01') })],
    ['a negative payout', () => settlementEntries({ ...SETTLED, payoutMicros: usd('-1') })],
    ['a negative deposit', () => depositEntries('paper', 'kalshi', usd('-1'))],
  ])('%s stops the program', (_name, post) => {
    expect(post).toThrow(AssertionError);
  });
});

describe('ids make a repeat a no-op', () => {
  const idsOf = (transfers: readonly Transfer[]): string[] => transfers.map(({ id }) => id);

  test('the same event has the same ids, whatever the order of booking', () => {
    expect(idsOf(buyEntries(FILL))).toEqual([
      'fill/paper/kalshi/f-1/cost',
      'fill/paper/kalshi/f-1/fee',
    ]);
    expect(idsOf(buyEntries({ ...FILL }))).toEqual(idsOf(buyEntries(FILL)));
    expect(idsOf(settlementEntries(SETTLED))).toEqual([
      'settle/paper/kalshi/s-1/t-1/0/cost',
      'settle/paper/kalshi/s-1/t-1/0/gain',
    ]);
  });

  test('another fill, venue, book, trade, leg or settlement has other ids', () => {
    const ids = [
      FILL,
      { ...FILL, fillId: 'f-2' },
      { ...FILL, venue: 'polymarket' as const },
      { ...FILL, book: 'drill' as const },
    ].flatMap((fill) => idsOf(buyEntries(fill)));
    const settled = [
      SETTLED,
      { ...SETTLED, tradeId: 't-2' },
      { ...SETTLED, leg: 1 },
      { ...SETTLED, settlementId: 's-2' },
      { ...SETTLED, venue: 'polymarket' as const },
      { ...SETTLED, book: 'live' as const },
    ].flatMap((posting) => idsOf(settlementEntries(posting)));
    const deposits = [
      depositEntries('paper', 'kalshi', usd('1')),
      depositEntries('paper', 'polymarket', usd('1')),
      depositEntries('drill', 'kalshi', usd('1')),
    ].flatMap(idsOf);
    const all = [...ids, ...settled, ...deposits];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('payoutOf', () => {
  test.each([
    ['a win', '50', '1', '50'],
    ['a loss', '50', '0', '0'],
    ['a void', '50', '0.5', '25'],
    ['a fraction of a micro-dollar, rounded down', '0.000003', '0.5', '0.000001'],
    ['a third of a cent', '0.01', '0.333333', '0.003333'],
  ])('%s', (_name, quantity, payout, paid) => {
    expect(payoutOf(contracts(quantity), price(payout))).toBe(usd(paid));
  });

  test('both sides of a market never pay more than a dollar a contract', () => {
    const payouts = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(fc.nat(10 ** 12), payouts, (quantity, payout) => {
        const held = microContracts(quantity);
        const both =
          payoutOf(held, priceMicros(payout)) + payoutOf(held, priceMicros(1_000_000 - payout));
        expect(both).toBeLessThanOrEqual(quantity);
        expect(both).toBeGreaterThanOrEqual(quantity - 1);
      }),
    );
  });
});

describe('accounts', () => {
  test.each([
    ['cash', 'paper/kalshi/cash', 'asset', true],
    ['fees', 'paper/kalshi/fees', 'expense', false],
    ['pnl', 'paper/kalshi/pnl', 'income', false],
    ['capital', 'paper/kalshi/capital', 'equity', false],
    ['suspense', 'paper/kalshi/suspense', 'asset', false],
  ] as const)('%s is %s, %s, guarded: %p', (name, id, kind, guarded) => {
    const account = accountRef('paper', 'kalshi', { kind: name });
    expect(account).toEqual({ id, book: 'paper', venue: 'kalshi', kind, guarded });
  });

  test('each outcome of a market has a guarded position of its own', () => {
    const of = (outcome: 0 | 1) =>
      accountRef('live', 'polymarket', { kind: 'position', market: 'a/b', outcome });
    expect(of(0)).toMatchObject({ id: 'live/polymarket/position/a/b/0', guarded: true });
    expect(of(1).id).not.toBe(of(0).id);
  });
});
