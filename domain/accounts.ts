/** Ledger accounts: per book and venue, never mixed. */
import { assertNever } from './assert.ts';
import type { Book, OutcomeIndex, VenueId } from './venue-id.ts';

export type AccountKind = 'asset' | 'equity' | 'income' | 'expense';

export type AccountName =
  | { readonly kind: 'cash' | 'fees' | 'pnl' | 'capital' | 'suspense' }
  | { readonly kind: 'position'; readonly market: string; readonly outcome: OutcomeIndex }
  /** What a pair's settled leg was paid and cost, until its last leg is final. */
  | { readonly kind: 'unsettled'; readonly tradeId: string }
  /** What a market has paid and the venue keeps until the position is redeemed. */
  | { readonly kind: 'redeemable'; readonly market: string }
  /** Cash a redemption brought beyond what the ledger knew to be owed for the market. */
  | { readonly kind: 'venue-credit'; readonly market: string };

/** One side of a transfer: which account, and what sort it is, so that it can be opened on sight. */
export interface AccountRef {
  readonly id: string;
  readonly book: Book;
  readonly venue: VenueId;
  readonly kind: AccountKind;
  /** Cash, positions and what is redeemable must not go below zero; the rest may stand on either side. */
  readonly guarded: boolean;
}

/** Names an account, e.g. `paper/kalshi/cash` or `paper/kalshi/position/TICKER/0`. */
export function accountRef(book: Book, venue: VenueId, name: AccountName): AccountRef {
  const base = `${book}/${venue}/${name.kind}`;
  const guarded = GUARDED.includes(name.kind);
  return { id: `${base}${suffixOf(name)}`, book, venue, kind: kindOf(name.kind), guarded };
}

const GUARDED: readonly AccountName['kind'][] = ['cash', 'position', 'redeemable'];

/**
 * Whether a settled market's payout is cash at once. A won Polymarket position is a claim on the
 * chain until somebody redeems it, whoever holds it; the paper exchange pays cash everywhere.
 * @source reference/polymarket.md §3.4
 */
export function settlesInto(book: Book, venue: VenueId): 'cash' | 'redeemable' {
  return venue === 'polymarket' && book !== 'paper' ? 'redeemable' : 'cash';
}

/** The account that a market's payout goes into. */
export function payoutAccount(book: Book, venue: VenueId, market: string): AccountRef {
  return settlesInto(book, venue) === 'cash'
    ? accountRef(book, venue, { kind: 'cash' })
    : accountRef(book, venue, { kind: 'redeemable', market });
}

function suffixOf(name: AccountName): string {
  switch (name.kind) {
    case 'position':
      return `/${name.market}/${name.outcome}`;
    case 'unsettled':
      return `/${name.tradeId}`;
    case 'redeemable':
    case 'venue-credit':
      return `/${name.market}`;
    case 'cash':
    case 'fees':
    case 'pnl':
    case 'capital':
    case 'suspense':
      return '';
    default:
      return assertNever(name);
  }
}

function kindOf(name: AccountName['kind']): AccountKind {
  switch (name) {
    case 'cash':
    case 'position':
    case 'suspense':
    case 'unsettled':
    case 'redeemable':
      return 'asset';
    case 'fees':
      return 'expense';
    case 'pnl':
    case 'venue-credit':
      return 'income';
    case 'capital':
      return 'equity';
    default:
      return assertNever(name);
  }
}
