/** Ids of the paper exchange: pure functions of what they name, so that a restored copy goes on. */
import { createHash } from 'node:crypto';
import type { Book, VenueId } from '../../domain/venue-id.ts';

/** Whose account on which of the two exchanges. */
export interface Owner {
  readonly book: Book;
  readonly venue: VenueId;
}

/** JSON with sorted keys and without spaces: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** SHA-256 of the canonical JSON, 64 hexadecimal digits. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** The exchange's own id of an order, the same in every copy of the database. */
export function venueOrderIdOf(owner: Owner, clientOrderId: string): string {
  return `po-${hashOf([owner.book, owner.venue, clientOrderId]).slice(0, 32)}`;
}

/** The exchange's own id of an order's fill; `ordinal` counts from 1 in each order. */
export function fillIdOf(venueOrderId: string, ordinal: number): string {
  return `${venueOrderId}-${ordinal}`;
}

/** The exchange's own id of the record that takes a fill back. */
export function revertIdOf(fillId: string): string {
  return `${fillId}/reverted`;
}

/** The exchange's own id of a market's final result in one book. */
export function settlementIdOf(owner: Owner, marketId: string): string {
  return `ps-${hashOf([owner.book, owner.venue, marketId]).slice(0, 32)}`;
}
