/** Which postings an event makes: one debit and one credit each, ids derived from the event. */
import type { AccountRef } from './accounts.ts';
import { accountRef } from './accounts.ts';
import { assert } from './assert.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import { micros, proceedsFloor } from './money.ts';
import type { Book, OutcomeIndex, VenueId } from './venue-id.ts';

export type TransferCode = 'deposit' | 'buy' | 'fee' | 'settle' | 'gain' | 'loss';

/** One posting; the id is the event's, so that booking it twice is a no-op. */
export interface Transfer {
  readonly id: string;
  readonly debit: AccountRef;
  readonly credit: AccountRef;
  /** Above zero. */
  readonly amountMicros: Micros;
  readonly code: TransferCode;
}

/** The opening cash of a book's venue: Dr cash, Cr capital. */
export function depositEntries(book: Book, venue: VenueId, amount: Micros): Transfer[] {
  return posted([
    {
      id: `deposit/${book}/${venue}/initial`,
      debit: accountRef(book, venue, { kind: 'cash' }),
      credit: accountRef(book, venue, { kind: 'capital' }),
      amountMicros: amount,
      code: 'deposit',
    },
  ]);
}

export interface FillPosting {
  readonly book: Book;
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly fillId: string;
  readonly costMicros: Micros;
  readonly feeMicros: Micros;
}

/** A bought fill: Dr position at cost, Dr fees, both Cr cash. */
export function buyEntries(fill: FillPosting): Transfer[] {
  const cash = accountRef(fill.book, fill.venue, { kind: 'cash' });
  const id = `fill/${fill.book}/${fill.venue}/${fill.fillId}`;
  return posted([
    {
      id: `${id}/cost`,
      debit: positionOf(fill),
      credit: cash,
      amountMicros: fill.costMicros,
      code: 'buy',
    },
    {
      id: `${id}/fee`,
      debit: accountRef(fill.book, fill.venue, { kind: 'fees' }),
      credit: cash,
      amountMicros: fill.feeMicros,
      code: 'fee',
    },
  ]);
}

export interface SettlementPosting {
  readonly book: Book;
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly tradeId: string;
  readonly leg: number;
  readonly settlementId: string;
  /** What the position cost, fees apart; it ends at exactly zero. */
  readonly costMicros: Micros;
  readonly payoutMicros: Micros;
}

/** A settled leg: the payout covers the cost first; what is over is gain, what is short is loss. */
export function settlementEntries(settled: SettlementPosting): Transfer[] {
  const cash = accountRef(settled.book, settled.venue, { kind: 'cash' });
  const pnl = accountRef(settled.book, settled.venue, { kind: 'pnl' });
  const position = positionOf(settled);
  const id = `settle/${settled.book}/${settled.venue}/${settled.settlementId}/${settled.tradeId}/${settled.leg}`;
  const difference = settled.payoutMicros - settled.costMicros;
  return posted([
    {
      id: `${id}/cost`,
      debit: cash,
      credit: position,
      amountMicros: micros(Math.min(settled.payoutMicros, settled.costMicros)),
      code: 'settle',
    },
    {
      id: `${id}/gain`,
      debit: cash,
      credit: pnl,
      amountMicros: micros(Math.max(0, difference)),
      code: 'gain',
    },
    {
      id: `${id}/loss`,
      debit: pnl,
      credit: position,
      amountMicros: micros(Math.max(0, -difference)),
      code: 'loss',
    },
  ]);
}

/** What a position pays: quantity × payout, rounded down as the venues do. µ$ */
export function payoutOf(quantity: MicroContracts, payout: PriceMicros): Micros {
  return proceedsFloor(quantity, payout);
}

function positionOf(of: {
  book: Book;
  venue: VenueId;
  market: string;
  outcome: OutcomeIndex;
}): AccountRef {
  return accountRef(of.book, of.venue, {
    kind: 'position',
    market: of.market,
    outcome: of.outcome,
  });
}

/** Nothing is posted for nothing: transfers of zero are left out, negative ones are a bug. */
function posted(transfers: readonly Transfer[]): Transfer[] {
  for (const transfer of transfers) {
    assert(transfer.amountMicros >= 0, `negative posting ${transfer.id}`);
  }
  return transfers.filter((transfer) => transfer.amountMicros > 0);
}
