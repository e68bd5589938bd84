import { describe, expect, test } from '@jest/globals';
import type { Quote } from '../../domain/market.ts';
import { decideMending, lockedLoss } from '../../domain/mending.ts';
import { MEND_AGAIN_MS } from '../../domain/placing.ts';
import { AT_MS, contracts, KALSHI_FEES, price, SPORTS_FEES, usd } from './builders.ts';
import type { StandingChanges } from './standing-builders.ts';
import {
  bookOf,
  bought,
  KALSHI,
  levels,
  live,
  POLYMARKET,
  sold,
  standingOf,
} from './standing-builders.ts';

/** 50 of Polymarket at 0.58, and a hedge on Kalshi that came to nothing: $29 are naked. */
const NAKED: StandingChanges = {
  polymarket: { orders: [bought('50', '0.58')] },
  kalshi: { orders: [bought('0', '0')] },
  unhedgedSinceMs: AT_MS,
};

const quotes = (
  kalshiAsks: readonly (readonly [string, string])[],
  polymarketBids: readonly (readonly [string, string])[],
) => [bookOf(levels(...kalshiAsks), []), bookOf([], levels(...polymarketBids))];

function decide(
  changes: StandingChanges,
  books: readonly (Quote | undefined)[],
  atMs = AT_MS + 1_000,
) {
  return decideMending(standingOf({ ...NAKED, ...changes }), books, atMs);
}

describe('the way that costs less', () => {
  test.each([
    // 0.58 + 0.41 pays 1: a cent gained. Selling at 0.57 loses one.
    ['completing gains, unwinding loses', '0.41', '0.57', 'hedge'],
    ['unwinding loses less', '0.45', '0.57', 'exit'],
    ['completing loses less', '0.43', '0.56', 'hedge'],
    ['both lose the same: completing ends the exposure too', '0.44', '0.56', 'hedge'],
    ['unwinding gains', '0.41', '0.60', 'exit'],
  ])('%s', (_what, ask, bid, kind) => {
    const found = decide({}, quotes([[ask, '50']], [[bid, '50']]));
    const buys = kind === 'hedge';
    expect(found).toEqual({
      kind: 'send',
      leg: buys ? KALSHI : POLYMARKET,
      attempt: 1,
      wish: {
        kind,
        action: buys ? 'buy' : 'sell',
        quantity: contracts('50'),
        limitPrice: price(buys ? ask : bid),
        timeInForce: 'ioc',
      },
    });
  });

  test('is by the contract: a cheap way for a few beats a dear one for all', () => {
    const found = decide({}, quotes([['0.47', '50']], [['0.57', '10']]));
    expect(found).toMatchObject({ wish: { kind: 'exit', quantity: contracts('10') } });
  });

  test('counts the fees of both venues', () => {
    const books = quotes([['0.44', '50']], [['0.56', '50']]);
    const fees = { polymarket: { ...NAKED.polymarket, fees: SPORTS_FEES } };
    expect(decide(fees, books)).toMatchObject({ wish: { kind: 'hedge' } });
    const dear = { kalshi: { ...NAKED.kalshi, fees: KALSHI_FEES } };
    expect(decide(dear, books)).toMatchObject({ wish: { kind: 'exit' } });
  });

  test('a hedge on Polymarket rests for a few seconds; an exit there is taken at once', () => {
    const changes = {
      polymarket: { orders: [bought('0', '0')] },
      kalshi: { orders: [bought('50', '0.36')] },
    };
    const ask = bookOf(levels(['0.60', '50']), []);
    expect(decide(changes, [undefined, ask])).toMatchObject({
      leg: POLYMARKET,
      wish: { kind: 'hedge', timeInForce: 'gtd', restUntilMs: AT_MS + 4_000 },
    });
    expect(decide({}, [undefined, bookOf([], levels(['0.57', '50']))])).toMatchObject({
      wish: { kind: 'exit', timeInForce: 'ioc' },
    });
  });
});

describe('how far a way goes', () => {
  test('level after level as long as the loss of all of it is allowed', () => {
    const asks = [
      ['0.42', '10'],
      ['0.43', '10'],
      ['0.60', '10'],
      ['0.99', '20'],
    ] as const;
    // 10 at no loss, 10 at 0.01 and 10 at 0.18 lose $1.90; 20 more at 0.57 would lose $11.40 more.
    expect(decide({}, quotes(asks, []))).toMatchObject({
      wish: { quantity: contracts('30'), limitPrice: price('0.60') },
    });
    const tight = { terms: { unwindLossMicrosMax: usd('1.899999') } };
    expect(decide(tight, quotes(asks, []))).toMatchObject({
      wish: { quantity: contracts('20'), limitPrice: price('0.43') },
    });
  });

  test('a hedge no further than holds and room can pay', () => {
    const asks = [
      ['0.42', '20'],
      ['0.43', '30'],
    ] as const;
    const paid = { kalshi: { ...NAKED.kalshi, spendable: '21.50' } };
    expect(decide(paid, quotes(asks, []))).toMatchObject({ wish: { quantity: contracts('50') } });
    const short = { kalshi: { ...NAKED.kalshi, spendable: '21.49' } };
    expect(decide(short, quotes(asks, []))).toMatchObject({ wish: { quantity: contracts('20') } });
  });

  test('levels that are each below the least order are taken together', () => {
    const bids = [
      ['0.57', '3'],
      ['0.56', '3'],
      ['0.55', '3'],
    ] as const;
    // 3 + 3 are enough for the venue's 5; the next 3 are added to them.
    expect(decide({}, quotes([], bids))).toMatchObject({
      wish: { kind: 'exit', quantity: contracts('9'), limitPrice: price('0.55') },
    });
    expect(decide({}, quotes([], bids.slice(0, 1)))).toMatchObject({ kind: 'wait' });
  });

  test('what was lost already leaves less to lose', () => {
    const half: StandingChanges = {
      // Sold 20 at 0.38: $4 lost; $6 of $10 are left, and selling 30 at 0.38 would lose just that.
      polymarket: { orders: [bought('50', '0.58'), sold('20', '0.38')] },
    };
    const bids = [['0.38', '100']] as const;
    expect(decide(half, quotes([], bids))).toMatchObject({ wish: { quantity: contracts('30') } });
    const less = { ...half, terms: { unwindLossMicrosMax: usd('9.999999') } };
    expect(decide(less, quotes([], bids))).toMatchObject({ kind: 'wait' });
  });
});

describe('what is lost already', () => {
  test.each([
    ['nothing while one leg stands alone', NAKED, '0'],
    [
      'nothing where the matched contracts cost less than they pay',
      { ...NAKED, kalshi: { orders: [bought('20', '0.41')] } },
      '0',
    ],
    [
      'what matched contracts cost beyond 1',
      { ...NAKED, kalshi: { orders: [bought('20', '0.47')] } },
      '1',
    ],
    [
      'what sales brought less than was paid',
      { ...NAKED, polymarket: { orders: [bought('50', '0.58'), sold('10', '0.50')] } },
      '0.8',
    ],
    [
      'and no gain makes up for it',
      {
        ...NAKED,
        polymarket: { orders: [bought('50', '0.58'), sold('10', '0.50'), sold('10', '0.90')] },
      },
      '0.8',
    ],
    [
      'both together',
      {
        polymarket: { orders: [bought('50', '0.58'), sold('10', '0.50')] },
        kalshi: { orders: [bought('20', '0.47')] },
      },
      '1.8',
    ],
  ])('%s', (_what, changes, lost) => {
    expect(lockedLoss(standingOf(changes))).toBe(usd(lost));
  });
});

describe('when the venue refuses what its book offers', () => {
  const books = quotes([['0.41', '50']], [['0.57', '50']]);
  const nothing = (times: number) => Array.from({ length: times }, () => bought('0', '0'));
  test.each([
    [1, 0, 'hedge'],
    [2, 0, 'exit'],
    [2, 1, 'exit'],
    [2, 2, 'hedge'],
    [3, 2, 'hedge'],
    [4, 2, 'exit'],
    [4, 4, 'hedge'],
  ])('after %p failed hedges and %p failed exits comes the %s', (hedges, exits, kind) => {
    const found = decide(
      {
        kalshi: { orders: nothing(hedges) },
        polymarket: {
          orders: [
            bought('50', '0.58'),
            ...nothing(exits).map((one) => ({ ...one, action: 'sell' as const })),
          ],
        },
      },
      books,
    );
    expect(found).toMatchObject({ wish: { kind } });
  });

  test('a refused or withheld order is a failure too, and a filled one begins anew', () => {
    const refused = [live('rejected'), live('notSent')];
    expect(decide({ kalshi: { orders: refused } }, books)).toMatchObject({
      wish: { kind: 'exit' },
    });
    const filled = [...nothing(2), bought('10', '0.41'), ...nothing(1)];
    expect(decide({ kalshi: { orders: filled } }, books)).toMatchObject({
      wish: { kind: 'hedge' },
    });
  });

  test('the only way there is goes on being tried', () => {
    const only = quotes([['0.41', '50']], []);
    expect(decide({ kalshi: { orders: nothing(9) } }, only)).toMatchObject({
      attempt: 9,
      wish: { kind: 'hedge' },
    });
  });
});

describe('when nothing acceptable is on offer', () => {
  const DEAR = quotes([['0.90', '50']], [['0.10', '50']]);
  test.each([
    ['empty books', [bookOf([], []), bookOf([], [])]],
    ['books nobody could read', [undefined, undefined]],
    ['only what loses too much', DEAR],
  ])('%s: wait, to the last millisecond, then a person decides', (_what, books) => {
    expect(decide({}, books, AT_MS)).toEqual({ kind: 'wait', inMs: MEND_AGAIN_MS });
    expect(decide({}, books, AT_MS + 19_900)).toEqual({ kind: 'wait', inMs: 100 });
    expect(decide({}, books, AT_MS + 19_999)).toEqual({ kind: 'wait', inMs: 1 });
    expect(decide({}, books, AT_MS + 20_000)).toMatchObject({ kind: 'strand' });
  });

  test('at the deadline nothing is sent any more, whatever is on offer', () => {
    const books = quotes([['0.41', '50']], []);
    expect(decide({}, books, AT_MS + 19_999)).toMatchObject({ kind: 'send' });
    expect(decide({}, books, AT_MS + 20_000)).toMatchObject({ kind: 'strand' });
  });

  test('one book that cannot be read leaves the other way', () => {
    const [kalshi, polymarket] = quotes([['0.42', '50']], [['0.57', '50']]);
    expect(decide({}, [undefined, polymarket])).toMatchObject({ wish: { kind: 'exit' } });
    expect(decide({}, [kalshi, undefined])).toMatchObject({ wish: { kind: 'hedge' } });
  });

  test('legs whose difference nobody has dated yet have all the time', () => {
    expect(decide({ unhedgedSinceMs: null }, DEAR)).toEqual({ kind: 'wait', inMs: MEND_AGAIN_MS });
  });

  test('a halted desk leaves it to a person at once', () => {
    const books = quotes([['0.41', '50']], [['0.57', '50']]);
    const why = 'the desk is halted';
    expect(decide({ deskState: 'halted' }, books)).toEqual({ kind: 'strand', why });
    expect(decide({ deskState: 'paused' }, books)).toMatchObject({ kind: 'send' });
  });

  test('legs that match by now need nothing', () => {
    const matched = { kalshi: { orders: [bought('50', '0.36')] } };
    expect(decide(matched, DEAR)).toEqual({ kind: 'matched' });
  });
});

describe('dust', () => {
  /** 3 of Polymarket, which takes 5 or more, against a Kalshi market that takes whole tens. */
  const DUST: StandingChanges = {
    polymarket: { orders: [bought('3', '0.58')] },
    kalshi: { orders: [bought('0', '0')], market: { minQuantity: contracts('10') } },
    terms: { unwindLossMicrosMax: usd('1') },
  };
  const full = quotes([['0.41', '50']], [['0.57', '50']]);
  const why =
    '3 contracts cannot be bought at kalshi, which takes 10 at least and cannot be sold at polymarket, which takes 5 at least';

  test('that no venue takes is a person’s at once, with that reason', () => {
    expect(decide(DUST, full)).toEqual({ kind: 'strand', why });
  });

  test('that one venue takes is mended there, and the reason names what the other does not', () => {
    const takes = { ...DUST, kalshi: { orders: [bought('0', '0')] } };
    expect(decide(takes, full)).toMatchObject({ kind: 'send', wish: { kind: 'hedge' } });
    const nothing = quotes([], [['0.57', '50']]);
    expect(decide(takes, nothing)).toMatchObject({ kind: 'wait' });
    expect(decide(takes, nothing, AT_MS + 20_000)).toEqual({
      kind: 'strand',
      why: 'nothing within the loss allowed was on offer in time; 3 contracts cannot be sold at polymarket, which takes 5 at least',
    });
  });

  test('that a person orders to be sold ends the order at once', () => {
    const ordered: StandingChanges = {
      ...DUST,
      kalshi: { orders: [bought('0', '0')] },
      status: 'one_legged',
      resolution: { id: 'r-1', action: 'unwind', maxLossMicros: usd('9'), untilMs: AT_MS + 60_000 },
    };
    expect(decide(ordered, full)).toEqual({
      kind: 'exhausted',
      why: '3 contracts cannot be sold at polymarket, which takes 5 at least',
    });
  });

  test('a buy that costs less than its market takes goes on to the next level', () => {
    const changes: StandingChanges = {
      polymarket: { orders: [bought('0', '0')], market: { minCostMicros: usd('1') } },
      kalshi: { orders: [bought('10', '0.90')] },
    };
    const asks = (...rows: (readonly [string, string])[]) => [
      undefined,
      bookOf(levels(...rows), []),
    ];
    const send = (books: ReturnType<typeof asks>) => decide(changes, books);
    expect(send(asks(['0.09', '10']))).toMatchObject({ kind: 'wait' });
    expect(send(asks(['0.10', '10']))).toMatchObject({ wish: { quantity: contracts('10') } });
    expect(send(asks(['0.09', '5'], ['0.11', '5']))).toMatchObject({
      wish: { quantity: contracts('10'), limitPrice: price('0.11') },
    });
  });
});

describe("a person's order", () => {
  const order = (action: 'complete' | 'unwind', maxLoss: string): StandingChanges => ({
    status: 'one_legged',
    deskState: 'halted',
    resolution: { id: 'r-1', action, maxLossMicros: usd(maxLoss), untilMs: AT_MS + 60_000 },
  });
  const books = quotes([['0.60', '50']], [['0.40', '50']]);

  test.each([
    ['complete', '9', 'hedge'],
    ['unwind', '9', 'exit'],
  ] as const)('to %s is carried out on a halted desk, by its name', (action, loss, kind) => {
    expect(decide(order(action, loss), books, AT_MS + 30_000)).toMatchObject({
      kind: 'send',
      wish: { kind, resolutionId: 'r-1' },
    });
  });

  test('may lose what the person says, more or less than the limit', () => {
    // Both ways lose $9.
    expect(decide(order('complete', '8.999999'), books)).toMatchObject({ kind: 'wait' });
    const dear = quotes([['0.90', '50']], []);
    expect(decide(order('complete', '24'), dear)).toMatchObject({ kind: 'send' });
    expect(decide(order('complete', '23.99'), dear)).toMatchObject({ kind: 'wait' });
  });

  test('is never turned into the other way', () => {
    expect(decide(order('unwind', '9'), quotes([['0.30', '50']], []))).toMatchObject({
      kind: 'wait',
    });
  });

  test('ends without a match when its time is over', () => {
    expect(decide(order('unwind', '1'), books, AT_MS + 59_999)).toMatchObject({ kind: 'wait' });
    expect(decide(order('unwind', '1'), books, AT_MS + 60_000)).toMatchObject({
      kind: 'exhausted',
    });
  });
});
