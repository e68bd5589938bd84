/** Postings of redeemed winnings: a claim becomes cash, and cash that nobody knew to be owed. */
import { accountRef, payoutAccount } from './accounts.ts';
import type { Transfer } from './ledger-entries.ts';
import type { Micros } from './money.ts';
import { micros } from './money.ts';
import type { Book, VenueId } from './venue-id.ts';

interface OfMarket {
  readonly book: Book;
  readonly venue: VenueId;
  readonly market: string;
}

/** What a redemption's transfer ids begin with. */
export function redemptionPrefix(at: {
  readonly book: string;
  readonly venue: string;
  readonly redemptionId: string;
}): string {
  return `redeem/${at.book}/${at.venue}/${at.redemptionId}/`;
}

/**
 * Cash seen for a redeemed position: Dr cash, Cr what was redeemable of the market; what came
 * beyond that Cr venue-credit. What is still owed stays redeemable.
 */
export function redemptionEntries(
  redeemed: OfMarket & {
    readonly redemptionId: string;
    readonly owedMicros: Micros;
    readonly excessMicros: Micros;
  },
): Transfer[] {
  const { book, venue, market } = redeemed;
  const id = redemptionPrefix(redeemed);
  const cash = accountRef(book, venue, { kind: 'cash' });
  const entries: Transfer[] = [
    {
      id: `${id}owed`,
      debit: cash,
      credit: payoutAccount(book, venue, market),
      amountMicros: redeemed.owedMicros,
      code: 'redeem',
    },
    {
      id: `${id}excess`,
      debit: cash,
      credit: accountRef(book, venue, { kind: 'venue-credit', market }),
      amountMicros: redeemed.excessMicros,
      code: 'redeem-excess',
    },
  ];
  return entries.filter(({ amountMicros }) => amountMicros > 0);
}

/** A payout whose cash came before it was recorded: Dr venue-credit, Cr redeemable. */
export function earlyRedemptionEntries(
  paid: OfMarket & {
    readonly tradeId: string;
    readonly leg: number;
    readonly settlementId: string;
    /** µ$ the leg was paid. */
    readonly payoutMicros: number;
    /** µ$ that redemptions of the market brought beyond what was owed. */
    readonly creditMicros: number;
  },
): Transfer[] {
  const { book, venue, market, tradeId, leg, settlementId } = paid;
  const amountMicros = micros(Math.min(paid.payoutMicros, paid.creditMicros));
  if (amountMicros === 0) return [];
  return [
    {
      id: `redeem-match/${book}/${venue}/${settlementId}/${tradeId}/${leg}`,
      debit: accountRef(book, venue, { kind: 'venue-credit', market }),
      credit: payoutAccount(book, venue, market),
      amountMicros,
      code: 'redeem-match',
    },
  ];
}
