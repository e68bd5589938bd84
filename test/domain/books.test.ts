/** Tests of the tests: a checker that finds nothing wrong with wrong rows is worth nothing. */
import { describe, expect, test } from '@jest/globals';
import type {
  AccountRow,
  CounterRow,
  HoldRow,
  TransferRow,
} from '../../domain/invariants/books.ts';
import { checkI2, checkI5, checkI6, checkI7 } from '../../domain/invariants/books.ts';

const COUNTER: CounterRow = { id: 'paper/exposure', used: 30n, held: 20n, cap: 60n, overrun: 0n };
const HOLD: HoldRow = {
  tradeId: 't-1',
  target: 'paper/exposure',
  targetKind: 'counter',
  amount: 50n,
  captured: 30n,
  released: 0n,
  tradeEnded: false,
};
const CASH_HOLD: HoldRow = { ...HOLD, target: 'paper/kalshi/cash', targetKind: 'account' };

describe('I2 used + held ≤ cap + overrun, and held is what holds hold', () => {
  const right: [string, CounterRow[], HoldRow[]][] = [
    ['nothing at all', [], []],
    ['room left', [COUNTER], [HOLD]],
    ['full to the last micro-dollar', [{ ...COUNTER, cap: 50n }], [HOLD]],
    ['over the cap by its overrun', [{ ...COUNTER, cap: 40n, overrun: 10n }], [HOLD]],
    [
      'held by two trades',
      [COUNTER],
      [
        { ...HOLD, amount: 45n },
        { ...HOLD, tradeId: 't-2', amount: 10n, captured: 5n },
      ],
    ],
    ['held on cash as well', [COUNTER], [HOLD, CASH_HOLD]],
    ['a closed hold on a counter that is gone', [], [{ ...HOLD, released: 20n }]],
  ];
  test.each(right)('passes %s', (_name, counters, holds) => {
    expect(checkI2(counters, holds)).toEqual([]);
  });

  const over = 'I2 paper/exposure: used + held exceed cap + overrun';
  const wrong: [string, CounterRow[], HoldRow[], string[]][] = [
    ['one micro-dollar too much', [{ ...COUNTER, cap: 49n }], [HOLD], [over]],
    ['more than its overrun', [{ ...COUNTER, cap: 40n, overrun: 9n }], [HOLD], [over]],
    ['held without a hold', [COUNTER], [], ['I2 paper/exposure: held is 20, its holds come to 0']],
    [
      'a hold that is not counted',
      [{ ...COUNTER, held: 0n }],
      [HOLD],
      ['I2 paper/exposure: held is 0, its holds come to 20'],
    ],
    [
      'a hold on another counter',
      [COUNTER],
      [{ ...HOLD, target: 'paper/loss/2026-11-22' }],
      [
        'I2 paper/exposure: held is 20, its holds come to 0',
        'I2 paper/loss/2026-11-22: counter is missing, its holds come to 20',
      ],
    ],
    [
      'a hold captured beyond its amount',
      [{ ...COUNTER, held: 0n }],
      [{ ...HOLD, captured: 51n }],
      ['I2 paper/exposure: held is 0, its holds come to -1'],
    ],
    [
      'two faults at once',
      [{ ...COUNTER, cap: 0n }],
      [],
      [over, 'I2 paper/exposure: held is 20, its holds come to 0'],
    ],
  ];
  test.each(wrong)('names %s', (_name, counters, holds, faults) => {
    expect(checkI2(counters, holds)).toEqual(faults);
  });
});

describe('I2 of cash: held is what holds hold, and no more than is there', () => {
  const cash = { id: 'paper/kalshi/cash', guarded: true, debits: 90n, credits: 70n, overrun: 0n };
  const rows = [{ ...cash, held: 20n }];
  test('passes cash held to the last micro-dollar, and accounts nobody guards', () => {
    const pnl = { ...cash, id: 'paper/kalshi/pnl', guarded: false, debits: 0n, held: 0n };
    expect(checkI2([], [CASH_HOLD], [...rows, pnl])).toEqual([]);
    expect(checkI2([], [CASH_HOLD], [{ ...rows[0]!, credits: 75n, overrun: 5n }])).toEqual([]);
  });

  const differs = 'I2 paper/kalshi/cash: held is 20, its holds come to 0';
  test.each([
    ['held without a hold', [], rows, [differs]],
    [
      'a hold that is not counted',
      [CASH_HOLD],
      [{ ...rows[0]!, held: 0n }],
      ['I2 paper/kalshi/cash: held is 0, its holds come to 20'],
    ],
    [
      'more held than is there',
      [CASH_HOLD],
      [{ ...rows[0]!, credits: 71n }],
      ['I2 paper/kalshi/cash: held exceeds what is there'],
    ],
    [
      'a hold on an account that is gone',
      [CASH_HOLD],
      [],
      ['I2 paper/kalshi/cash: account is missing, its holds come to 20'],
    ],
  ])('names %s', (_name, holds, accounts, faults) => {
    expect(checkI2([], holds, accounts)).toEqual(faults);
  });
});

describe('I5 every venue fill is booked exactly once', () => {
  test.each([
    ['nothing at all', [], []],
    ['the same in another order', ['a', 'b'], ['b', 'a']],
    ['a venue that lists a fill twice', ['a', 'a'], ['a']],
  ])('passes %s', (_name, venue, booked) => {
    expect(checkI5(venue, booked)).toEqual([]);
  });

  test.each([
    ['a lost fill', ['a', 'b'], ['a'], ['I5 b: not booked']],
    ['a foreign fill', ['a'], ['a', 'x'], ['I5 x: unknown to the venue']],
    ['a fill booked twice', ['a'], ['a', 'a'], ['I5 a fill is booked twice']],
    [
      'all at once',
      ['a', 'b'],
      ['a', 'a', 'x'],
      ['I5 b: not booked', 'I5 x: unknown to the venue', 'I5 a fill is booked twice'],
    ],
  ])('names %s', (_name, venue, booked, faults) => {
    expect(checkI5(venue, booked)).toEqual(faults);
  });
});

describe('I6 balances rebuilt from transfers equal the stored ones', () => {
  const cash: AccountRow = { id: 'cash', debits: 500n, credits: 30n };
  const capital: AccountRow = { id: 'capital', debits: 0n, credits: 500n };
  const position: AccountRow = { id: 'position', debits: 30n, credits: 0n };
  const deposit: TransferRow = { id: 'd', debitId: 'cash', creditId: 'capital', amount: 500n };
  const buy: TransferRow = { id: 'b', debitId: 'position', creditId: 'cash', amount: 30n };
  const differs = (id: string): string => `I6 ${id}: stored balance differs from its transfers`;

  test.each([
    ['nothing at all', [], []],
    ['books that balance', [cash, capital, position], [deposit, buy]],
    ['an account without transfers', [{ id: 'fees', debits: 0n, credits: 0n }], []],
  ])('passes %s', (_name, accounts: AccountRow[], transfers: TransferRow[]) => {
    expect(checkI6(accounts, transfers)).toEqual([]);
  });

  const wrong: [string, AccountRow[], TransferRow[], string[]][] = [
    [
      'a transfer that is gone',
      [cash, capital, position],
      [deposit],
      [differs('cash'), differs('position')],
    ],
    [
      'an account that is gone',
      [cash, capital],
      [deposit, buy],
      ['I6 position: account is missing', 'I6 debits exceed credits by -30'],
    ],
    [
      'a stored balance that was changed',
      [{ ...cash, debits: 501n }, capital, position],
      [deposit, buy],
      [differs('cash'), 'I6 debits exceed credits by 1'],
    ],
    [
      'two that cancel out',
      [{ ...cash, debits: 501n }, { ...capital, credits: 501n }, position],
      [deposit, buy],
      [differs('cash'), differs('capital')],
    ],
    [
      'both sides of one account raised alike',
      [{ ...cash, debits: 501n, credits: 31n }, capital, position],
      [deposit, buy],
      [differs('cash')],
    ],
    [
      'a transfer booked twice',
      [cash, capital, position],
      [deposit, buy, buy],
      [differs('cash'), differs('position')],
    ],
  ];
  test.each(wrong)('names %s', (_name, accounts, transfers, faults) => {
    expect(checkI6(accounts, transfers)).toEqual(faults);
  });
});

describe('I7 a closed hold is fully captured or released', () => {
  const ended = { ...HOLD, tradeEnded: true };
  test.each([
    ['a hold of a trade that goes on', HOLD],
    ['all captured', { ...ended, captured: 50n }],
    ['all released', { ...ended, captured: 0n, released: 50n }],
    ['some of both', { ...ended, released: 20n }],
  ])('passes %s', (_name, hold) => {
    expect(checkI7([hold])).toEqual([]);
  });

  test.each([
    ['a rest still open', ended],
    ['nothing given back', { ...ended, captured: 0n }],
    ['more given back than was held', { ...ended, released: 21n }],
  ])('names %s', (_name, hold) => {
    expect(checkI7([{ ...HOLD, tradeId: 't-0' }, hold])).toEqual([
      'I7 t-1: hold on paper/exposure is still open',
    ]);
  });
});
