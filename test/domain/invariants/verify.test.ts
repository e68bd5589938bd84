import { describe, expect, test } from '@jest/globals';
import type { LedgerRows, VenueRecords } from '../../../domain/invariants/verify.ts';
import { allFindings } from '../../../domain/invariants/verify.ts';

const AT = { book: 'paper', venue: 'kalshi' } as const;
const EMPTY: LedgerRows = {
  accounts: [],
  transfers: [],
  counters: [],
  holds: [],
  orders: [{ ...AT, id: 'c-1', state: 'done' }],
  legs: [],
  bookedFills: [],
  settlements: [],
  redemptions: [],
  days: [],
  accepted: [],
  reports: [],
  audit: [],
  auditHead: { seq: 0n, hash: '' },
  watches: [{ ...AT, cursorMs: 20_000n, readAtMs: 25_000n }],
};
const hashOf = (text: string): string => text;

function recordsAt(recordedAtMs: bigint): VenueRecords {
  const fill = { fillId: 'f-1', clientOrderId: 'c-1', venueOrderId: 'v-1', recordedAtMs };
  const amounts = { quantity: 1n, priceMicros: 1n, feeMicros: 0n };
  const result = { settlementId: 's-1', market: 'M', payoutYes: 0n, payoutNo: 0n, recordedAtMs };
  return {
    orders: [],
    fills: [{ ...AT, ...fill, ...amounts }],
    settlements: [{ ...AT, ...result }],
  };
}

function check(rows: LedgerRows, records: VenueRecords) {
  const { findings, waiting } = allFindings(rows, { before: records, after: records }, hashOf);
  return { found: Object.values(findings).flat(), waiting };
}

const FAULTS = [
  'I5 paper/kalshi/f-1: not booked',
  'I6 paper/kalshi/s-1: the result of M is not stored',
];

describe('what the watch has yet to read is no fault, what it read and did not book is one', () => {
  const watchOf = (cursorMs: bigint, readAtMs: bigint) => [{ ...AT, cursorMs, readAtMs }];
  test.each([
    ['recorded before the cursor', 19_999n, EMPTY.watches, FAULTS, 0],
    ['recorded at the cursor: it may have come a moment later', 20_000n, EMPTY.watches, [], 2],
    ['recorded after the cursor', 20_001n, EMPTY.watches, [], 2],
    [
      'recorded at the cursor, long before the last read',
      20_000n,
      watchOf(20_000n, 31_000n),
      FAULTS,
      0,
    ],
    ['a venue nobody has read yet', 1n, [], [], 2],
  ])('%s', (_name, recordedAtMs, watches, found, waiting) => {
    expect(check({ ...EMPTY, watches }, recordsAt(recordedAtMs))).toEqual({ found, waiting });
  });

  test('what is booked counts, however late it was recorded', () => {
    const { recordedAtMs: _late, ...fill } = recordsAt(99_000n).fills[0]!;
    const booked = { ...fill, tradeId: null, leg: null, quantity: 2n };
    const { found, waiting } = check({ ...EMPTY, bookedFills: [booked] }, recordsAt(99_000n));
    expect([found.length, found[0], waiting]).toEqual([1, expect.stringContaining('I5'), 1]);
  });
});

test('an order that came between the readings of ledger and venue is no fault', () => {
  const after = recordsAt(99_000n);
  const before = { orders: [], fills: [], settlements: [] };
  const { findings } = allFindings({ ...EMPTY, orders: [] }, { before, after }, hashOf);
  expect(findings.I1).toEqual([]);
});

test('every invariant is checked, in order', () => {
  const records = recordsAt(99_000n);
  const { findings } = allFindings(EMPTY, { before: records, after: records }, hashOf);
  expect(Object.keys(findings)).toEqual(['I1', 'I2', 'I5', 'I6', 'I7', 'I8', 'I9']);
});
