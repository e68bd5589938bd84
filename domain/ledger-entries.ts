/** Which postings an event makes: one debit and one credit each, ids derived from the event. */
import type { AccountRef } from './accounts.ts';
import { accountRef, payoutAccount } from './accounts.ts';
import { assert } from './assert.ts';
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import { micros, proceedsFloor } from './money.ts';
import type { Book, OutcomeIndex, VenueId } from './venue-id.ts';

export type TransferCode =
  | 'deposit'
  | 'buy'
  | 'fee'
  /** A sale's proceeds up to what the contracts had cost, and what is over or short. */
  | 'sell'
  | 'sale-gain'
  | 'sale-loss'
  | 'settle'
  /** A pair's leg: what it was paid and what it had cost, into and out of `unsettled`. */
  | 'payout'
  | 'payout-cost'
  | 'gain'
  | 'loss'
  | 'suspense'
  /** Cash for a redeemed position: what was owed, what came beyond it, and a claim that came later. */
  | 'redeem'
  | 'redeem-excess'
  | 'redeem-match'
  | RevertCode;

/** The opposite of a fill's posting, when the fill failed after all. */
type RevertCode = `revert-${'buy' | 'fee' | 'sell' | 'sale-gain' | 'sale-loss'}`;

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
  const id = `fill/${fill.book}/${fill.venue}/${fill.fillId}`;
  return posted([
    {
      id: `${id}/cost`,
      debit: positionOf(fill),
      credit: accountRef(fill.book, fill.venue, { kind: 'cash' }),
      amountMicros: fill.costMicros,
      code: 'buy',
    },
    feeEntry(fill, id),
  ]);
}

/**
 * A sold fill: Dr cash, Cr position with what the contracts had cost; what is over is gain, what is
 * short is loss. The fee as for a bought one.
 */
export function sellEntries(
  fill: Omit<FillPosting, 'costMicros'> & {
    /** What the sold contracts had cost, by average. */
    readonly costShareMicros: Micros;
    readonly proceedsMicros: Micros;
  },
): Transfer[] {
  const id = `fill/${fill.book}/${fill.venue}/${fill.fillId}`;
  const amounts = { costMicros: fill.costShareMicros, receivedMicros: fill.proceedsMicros };
  const codes = { cost: 'sell', gain: 'sale-gain', loss: 'sale-loss' } as const;
  const into = accountRef(fill.book, fill.venue, { kind: 'cash' });
  return posted([...receivedFor(fill, { id, into, ...amounts, codes }), feeEntry(fill, id)]);
}

function feeEntry(fill: Pick<FillPosting, 'book' | 'venue' | 'feeMicros'>, id: string): Transfer {
  return {
    id: `${id}/fee`,
    debit: accountRef(fill.book, fill.venue, { kind: 'fees' }),
    credit: accountRef(fill.book, fill.venue, { kind: 'cash' }),
    amountMicros: fill.feeMicros,
    code: 'fee',
  };
}

/** What is received for a position covers what it cost first; what is over is gain, what is short loss. */
function receivedFor(
  of: Pick<FillPosting, 'book' | 'venue' | 'market' | 'outcome'>,
  booked: {
    readonly id: string;
    /** Cash, or the claim on it. */
    readonly into: AccountRef;
    readonly costMicros: Micros;
    readonly receivedMicros: Micros;
    readonly codes: Readonly<Record<'cost' | 'gain' | 'loss', TransferCode>>;
  },
): Transfer[] {
  const { id, into, costMicros, receivedMicros, codes } = booked;
  const pnl = accountRef(of.book, of.venue, { kind: 'pnl' });
  const position = positionOf(of);
  const difference = receivedMicros - costMicros;
  return [
    {
      id: `${id}/cost`,
      debit: into,
      credit: position,
      amountMicros: micros(Math.min(receivedMicros, costMicros)),
      code: codes.cost,
    },
    {
      id: `${id}/gain`,
      debit: into,
      credit: pnl,
      amountMicros: micros(Math.max(0, difference)),
      code: codes.gain,
    },
    {
      id: `${id}/loss`,
      debit: pnl,
      credit: position,
      amountMicros: micros(Math.max(0, -difference)),
      code: codes.loss,
    },
  ];
}

/** Takes a fill's postings back: each with its sides changed, under the reverting record's id. */
export function revertEntries(
  at: { readonly book: Book; readonly venue: VenueId; readonly fillId: string },
  posted: readonly Transfer[],
): Transfer[] {
  return posted.map((transfer) => ({
    id: `fill/${at.book}/${at.venue}/${at.fillId}/${transfer.id.split('/').at(-1) ?? ''}`,
    debit: transfer.credit,
    credit: transfer.debit,
    amountMicros: transfer.amountMicros,
    code: `revert-${transfer.code}` as RevertCode,
  }));
}

/**
 * Cash that came (above zero) or went (below) with a fill that no leg can take, or with the reversal
 * of one whose contracts were gone. It waits in suspense for a person.
 */
export function suspenseEntries(at: {
  readonly book: Book;
  readonly venue: VenueId;
  readonly fillId: string;
  readonly cashMicros: Micros;
}): Transfer[] {
  const cash = accountRef(at.book, at.venue, { kind: 'cash' });
  const suspense = accountRef(at.book, at.venue, { kind: 'suspense' });
  const [debit, credit] = at.cashMicros < 0 ? [suspense, cash] : [cash, suspense];
  return posted([
    {
      id: `fill/${at.book}/${at.venue}/${at.fillId}/suspense`,
      debit,
      credit,
      amountMicros: micros(Math.abs(at.cashMicros)),
      code: 'suspense',
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
  const { costMicros, payoutMicros: receivedMicros } = settled;
  const codes = { cost: 'settle', gain: 'gain', loss: 'loss' } as const;
  const id = settlementId(settled);
  const into = payoutAccount(settled.book, settled.venue, settled.market);
  return posted(receivedFor(settled, { id, into, costMicros, receivedMicros, codes }));
}

function settlementId(settled: SettlementPosting): string {
  const { book, venue, settlementId: id, tradeId, leg } = settled;
  return `settle/${book}/${venue}/${id}/${tradeId}/${leg}`;
}

/** A pair's leg that is final before the other: its payout and its cost wait in `unsettled`. */
export function payoutEntries(settled: SettlementPosting): Transfer[] {
  const unsettled = accountRef(settled.book, settled.venue, {
    kind: 'unsettled',
    tradeId: settled.tradeId,
  });
  const id = settlementId(settled);
  return posted([
    {
      id: `${id}/payout`,
      debit: payoutAccount(settled.book, settled.venue, settled.market),
      credit: unsettled,
      amountMicros: settled.payoutMicros,
      code: 'payout',
    },
    {
      id: `${id}/payout-cost`,
      debit: unsettled,
      credit: positionOf(settled),
      amountMicros: settled.costMicros,
      code: 'payout-cost',
    },
  ]);
}

/** The last leg of a pair is final: what stands in `unsettled` becomes gain or loss. */
export function recognitionEntries(leg: {
  readonly book: Book;
  readonly venue: VenueId;
  readonly tradeId: string;
  readonly leg: number;
  readonly costMicros: Micros;
  readonly payoutMicros: Micros;
}): Transfer[] {
  const unsettled = accountRef(leg.book, leg.venue, { kind: 'unsettled', tradeId: leg.tradeId });
  const pnl = accountRef(leg.book, leg.venue, { kind: 'pnl' });
  const id = `recognise/${leg.book}/${leg.venue}/${leg.tradeId}/${leg.leg}`;
  const difference = leg.payoutMicros - leg.costMicros;
  return posted([
    {
      id: `${id}/gain`,
      debit: unsettled,
      credit: pnl,
      amountMicros: micros(Math.max(0, difference)),
      code: 'gain',
    },
    {
      id: `${id}/loss`,
      debit: pnl,
      credit: unsettled,
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
