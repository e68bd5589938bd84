/** I6 of winnings that must be redeemed: payouts go where the venue pays them, and out by its cash. */
import { payoutAccount } from '../accounts.ts';
import { redemptionPrefix } from '../redemption-entries.ts';
import type { Book, VenueId } from '../venue-id.ts';
import type { TransferRow } from './books.ts';
import { grouped } from './grouped.ts';
import type { LegRow, TradeTransferRow } from './trades.ts';

/** A redemption as stored; µ$. */
export interface RedemptionRow {
  readonly book: string;
  readonly venue: string;
  readonly redemptionId: string;
  readonly market: string;
  readonly amount: bigint;
  /** What of it was posted. */
  readonly booked: bigint;
}

type PostedRow = TransferRow & TradeTransferRow;

/**
 * I6: what a settled leg was paid went into cash or into what is redeemable of its market, as its
 * venue pays in its book; what left that came with a stored redemption, which posted what it says.
 */
export function checkI6Redemptions(
  legs: readonly LegRow[],
  transfers: readonly PostedRow[],
  redemptions: readonly RedemptionRow[],
): string[] {
  return [...payoutFaults(legs, transfers), ...cashFaults(transfers, redemptions)];
}

/** A payout is posted under these codes; a pair's own gain comes out of what is unsettled. */
const PAYOUT_CODES: readonly string[] = ['settle', 'gain', 'payout'];

function payoutFaults(legs: readonly LegRow[], transfers: readonly PostedRow[]): string[] {
  const received = new Map<string, bigint>();
  for (const { tradeId, code, debitId, amount } of transfers) {
    if (tradeId === null || !PAYOUT_CODES.includes(code)) continue;
    const key = `${tradeId} ${debitId}`;
    received.set(key, (received.get(key) ?? 0n) + amount);
  }
  return legs.flatMap((leg) => {
    if (leg.payout === null) return [];
    const into = payoutAccount(leg.book as Book, leg.venue as VenueId, leg.market).id;
    const is = received.get(`${leg.tradeId} ${into}`) ?? 0n;
    return is === leg.payout
      ? []
      : [`I6 ${leg.tradeId}: was paid ${leg.payout}, of which ${into} received ${is}`];
  });
}

function cashFaults(
  transfers: readonly PostedRow[],
  redemptions: readonly RedemptionRow[],
): string[] {
  const posted = grouped(
    transfers.filter(({ code }) => code === 'redeem' || code === 'redeem-excess'),
    ({ id }) => id.slice(0, id.lastIndexOf('/') + 1),
  );
  const found = redemptions.flatMap((redemption) => {
    const { book, venue, market, redemptionId, booked, amount } = redemption;
    const prefix = redemptionPrefix(redemption);
    const mine = posted.get(prefix) ?? [];
    posted.delete(prefix);
    const name = `I6 redemption ${book}/${venue}/${redemptionId}`;
    const is = mine.reduce((sum, one) => sum + one.amount, 0n);
    const elsewhere = mine.filter(({ creditId }) => !creditId.endsWith(`/${market}`));
    return [
      ...(is === booked ? [] : [`${name}: booked ${booked}, its transfers come to ${is}`]),
      ...(booked <= amount ? [] : [`${name}: booked ${booked} of ${amount}`]),
      ...elsewhere.map(({ creditId }) => `${name}: is of ${market} and was taken from ${creditId}`),
    ];
  });
  return [...found, ...[...posted.keys()].map((id) => `I6 ${id}: no such redemption is stored`)];
}
