/** I6 of winnings that must be redeemed. */
import { expect, test } from '@jest/globals';
import { checkI6Redemptions } from '../../../domain/invariants/redemptions.ts';
import type { LegRow } from '../../../domain/invariants/trades.ts';

const LEG: LegRow = {
  tradeId: 't',
  leg: 0,
  book: 'live',
  venue: 'polymarket',
  market: 'M',
  outcome: 0,
  status: 'settled',
  filled: 100n,
  cost: 40n,
  fees: 0n,
  payout: 100n,
  tradePayout: 100n,
  tradePnl: 60n,
};
const OWED = 'live/polymarket/redeemable/M';
const CASH = 'live/polymarket/cash';
const posting = (id: string, code: string, debitId: string, creditId: string, amount: bigint) => ({
  id,
  code,
  debitId,
  creditId,
  amount,
  tradeId: code.startsWith('redeem') ? null : 't',
});
const PAID = [
  posting('settle/1/cost', 'settle', OWED, 'live/polymarket/position/M/0', 40n),
  posting('settle/1/gain', 'gain', OWED, 'live/polymarket/pnl', 60n),
];
const REDEEMED = posting('redeem/live/polymarket/0x1/owed', 'redeem', CASH, OWED, 100n);
const REDEMPTION = {
  book: 'live',
  venue: 'polymarket',
  redemptionId: '0x1',
  market: 'M',
  amount: 100n,
  booked: 100n,
};

test('I6 a payout that was owed and redeemed is in order', () => {
  expect(checkI6Redemptions([LEG], [...PAID, REDEEMED], [REDEMPTION])).toEqual([]);
});

test('I6 on paper the payout is in cash', () => {
  const leg = { ...LEG, book: 'paper' };
  const cash = PAID.map((one) => ({ ...one, debitId: 'paper/polymarket/cash' }));
  expect(checkI6Redemptions([leg], cash, [])).toEqual([]);
  expect(checkI6Redemptions([leg], PAID, [])).toEqual([expect.stringContaining('received 0')]);
});

test.each([
  [
    'a payout posted as cash',
    PAID.map((one) => ({ ...one, debitId: CASH })),
    [],
    [`I6 t: was paid 100, of which ${OWED} received 0`],
  ],
  [
    'cash without a stored redemption',
    [...PAID, REDEEMED],
    [],
    ['I6 redeem/live/polymarket/0x1/: no such redemption is stored'],
  ],
  [
    'a redemption that posted less than it says',
    PAID,
    [REDEMPTION],
    ['I6 redemption live/polymarket/0x1: booked 100, its transfers come to 0'],
  ],
  [
    'a redemption that booked more than came',
    [...PAID, REDEEMED],
    [{ ...REDEMPTION, amount: 99n }],
    ['I6 redemption live/polymarket/0x1: booked 100 of 99'],
  ],
  [
    "another market's claim",
    [...PAID, { ...REDEEMED, creditId: 'live/polymarket/redeemable/N' }],
    [REDEMPTION],
    ['I6 redemption live/polymarket/0x1: is of M and was taken from live/polymarket/redeemable/N'],
  ],
])('I6 finds %s', (_what, transfers, redemptions, found) => {
  expect(checkI6Redemptions([LEG], transfers, redemptions)).toEqual(found);
});
