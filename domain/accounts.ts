/** Ledger accounts: per book and venue, never mixed. */
import { assertNever } from './assert.ts';
import type { Book, OutcomeIndex, VenueId } from './venue-id.ts';

export type AccountKind = 'asset' | 'equity' | 'income' | 'expense';

export type AccountName =
  | { readonly kind: 'cash' | 'fees' | 'pnl' | 'capital' | 'suspense' }
  | { readonly kind: 'position'; readonly market: string; readonly outcome: OutcomeIndex }
  /** What a pair's settled leg was paid and cost, until its last leg is final. */
  | { readonly kind: 'unsettled'; readonly tradeId: string };

/** One side of a transfer: which account, and what sort it is, so that it can be opened on sight. */
export interface AccountRef {
  readonly id: string;
  readonly book: Book;
  readonly venue: VenueId;
  readonly kind: AccountKind;
  /** Cash and positions must not go below zero; the rest may stand on either side. */
  readonly guarded: boolean;
}

/** Names an account, e.g. `paper/kalshi/cash` or `paper/kalshi/position/TICKER/0`. */
export function accountRef(book: Book, venue: VenueId, name: AccountName): AccountRef {
  const base = `${book}/${venue}/${name.kind}`;
  const guarded = name.kind === 'cash' || name.kind === 'position';
  return { id: `${base}${suffixOf(name)}`, book, venue, kind: kindOf(name.kind), guarded };
}

function suffixOf(name: AccountName): string {
  if (name.kind === 'position') return `/${name.market}/${name.outcome}`;
  return name.kind === 'unsettled' ? `/${name.tradeId}` : '';
}

function kindOf(name: AccountName['kind']): AccountKind {
  switch (name) {
    case 'cash':
    case 'position':
    case 'suspense':
    case 'unsettled':
      return 'asset';
    case 'fees':
      return 'expense';
    case 'pnl':
      return 'income';
    case 'capital':
      return 'equity';
    default:
      return assertNever(name);
  }
}
