/** Tests of the tests: a checker that finds nothing wrong with wrong rows is worth nothing. */
import { describe, expect, test } from '@jest/globals';
import { checkI5Fills } from '../../../domain/invariants/fills.ts';
import type {
  LedgerOrderRow,
  VenueFillRow,
  VenueOrderRow,
} from '../../../domain/invariants/orders.ts';
import { checkI1 } from '../../../domain/invariants/orders.ts';
import type { BookedFillRow } from '../../../domain/invariants/trades.ts';

const AT = { book: 'paper', venue: 'kalshi' };
const ORDER: LedgerOrderRow = { ...AT, id: 'c-1', state: 'done' };
const PLACED: VenueOrderRow = {
  ...AT,
  clientOrderId: 'c-1',
  venueOrderId: 'v-1',
  status: 'final',
};
const FILL: VenueFillRow = {
  ...AT,
  fillId: 'f-1',
  clientOrderId: 'c-1',
  venueOrderId: 'v-1',
  quantity: 10n,
  priceMicros: 580_000n,
  feeMicros: 1n,
  recordedAtMs: 5n,
};
const BOOKED: BookedFillRow = {
  ...AT,
  fillId: 'f-1',
  tradeId: 't-1',
  leg: 0,
  quantity: 10n,
  priceMicros: 580_000n,
  feeMicros: 1n,
};

describe('I1 at most one effect at the venue per order identity', () => {
  const right: [string, LedgerOrderRow[], VenueOrderRow[], VenueFillRow[]][] = [
    ['nothing at all', [], [], []],
    ['an order that has not arrived', [{ ...ORDER, state: 'sending' }], [], []],
    ['an order with its fills', [ORDER], [PLACED], [FILL, { ...FILL, fillId: 'f-2' }]],
    ['a fill whose order the list lags behind', [ORDER], [], [FILL]],
    ['an order whose fate is unknown', [{ ...ORDER, state: 'unknown' }], [PLACED], []],
    ['a refused order: it had no effect', [], [{ ...PLACED, status: 'rejected' }], []],
    [
      'the same ids on another book and another venue',
      [ORDER, { ...ORDER, book: 'drill' }, { ...ORDER, venue: 'polymarket' }],
      [PLACED, { ...PLACED, book: 'drill' }, { ...PLACED, venue: 'polymarket' }],
      [FILL],
    ],
  ];
  test.each(right)('passes %s', (_name, ledger, orders, fills) => {
    expect(checkI1(ledger, orders, fills)).toEqual([]);
  });

  const foreign = 'I1 paper/kalshi/c-1: is at the venue and not in the ledger';
  const never = 'I1 paper/kalshi/c-1: is at the venue, and the ledger says it was never sent';
  const twice = 'I1 paper/kalshi/c-1: is v-1 and v-2 at the venue';
  const wrong: [string, LedgerOrderRow[], VenueOrderRow[], VenueFillRow[], string[]][] = [
    ['one identity twice', [ORDER], [PLACED, { ...PLACED, venueOrderId: 'v-2' }], [], [twice]],
    [
      'a second order seen by its fill',
      [ORDER],
      [PLACED],
      [{ ...FILL, venueOrderId: 'v-2' }],
      [twice],
    ],
    ['an order of nobody', [], [PLACED], [], [foreign]],
    [
      'an order the ledger has on another book',
      [{ ...ORDER, book: 'live' }],
      [PLACED],
      [],
      [foreign],
    ],
    ['a resting order of nobody', [], [{ ...PLACED, status: 'resting' }], [], [foreign]],
    ['a fill of nobody', [], [], [FILL], [foreign]],
    ['an order that was never permitted', [{ ...ORDER, state: 'created' }], [PLACED], [], [never]],
    ['an order given up as not sent', [{ ...ORDER, state: 'notSent' }], [PLACED], [], [never]],
    [
      'one order for two identities',
      [ORDER, { ...ORDER, id: 'c-2' }],
      [PLACED, { ...PLACED, clientOrderId: 'c-2' }],
      [],
      ['I1 paper/kalshi/v-1: stands for paper/kalshi/c-1 and paper/kalshi/c-2'],
    ],
  ];
  test.each(wrong)('names %s', (_name, ledger, orders, fills, faults) => {
    expect(checkI1(ledger, orders, fills)).toEqual(faults);
  });
});

describe('I5 every fill is booked as the venue has it', () => {
  test('passes the same fill on both sides', () => {
    expect(checkI5Fills([FILL], [BOOKED])).toEqual([]);
  });

  const wrong: [string, VenueFillRow[], BookedFillRow[], string[]][] = [
    ['a fill not booked', [FILL], [], ['I5 paper/kalshi/f-1: not booked']],
    ['a fill of nobody', [], [BOOKED], ['I5 paper/kalshi/f-1: unknown to the venue']],
    [
      'another quantity',
      [FILL],
      [{ ...BOOKED, quantity: 11n }],
      [
        'I5 paper/kalshi/f-1: booked as buy 11 at 580000, fee 1, at the venue buy 10 at 580000, fee 1',
      ],
    ],
    [
      'another fee',
      [FILL],
      [{ ...BOOKED, feeMicros: 0n }],
      [
        'I5 paper/kalshi/f-1: booked as buy 10 at 580000, fee 0, at the venue buy 10 at 580000, fee 1',
      ],
    ],
    [
      'a sale booked as a purchase',
      [{ ...FILL, action: 'sell' }],
      [{ ...BOOKED, action: 'buy' }],
      [
        'I5 paper/kalshi/f-1: booked as buy 10 at 580000, fee 1, at the venue sell 10 at 580000, fee 1',
      ],
    ],
    [
      'a reversal booked as a fill',
      [{ ...FILL, reverts: 'f-0' }],
      [{ ...BOOKED, reverts: null }],
      [
        'I5 paper/kalshi/f-1: booked as buy 10 at 580000, fee 1, ' +
          'at the venue buy 10 at 580000, fee 1, takes back f-0',
      ],
    ],
  ];
  test.each(wrong)('names %s', (_name, venue, booked, faults) => {
    expect(checkI5Fills(venue, booked)).toEqual(faults);
  });
});
