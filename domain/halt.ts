/** What a halt leaves at the venues: orders cancelled, orders nobody can tell about, orders still open. */
import type { Acknowledgement } from './desk.ts';
import type { Book, VenueId } from './venue-id.ts';

/** An order that a halt could not end, and why. */
export interface OrderLeft {
  /** Our identity for it, or the venue's id where it is none of ours. */
  readonly id: string;
  readonly why: string;
}

/** One venue's book after a halt has cancelled our open orders there by id. */
export interface ClearedBook {
  readonly venue: VenueId;
  readonly book: Book;
  /** Orders of which nothing more can fill. */
  readonly cancelled: readonly string[];
  /** Orders that may have left and of which the venue gave no final word. */
  readonly unresolved: readonly OrderLeft[];
  /** Orders the venue still lists. */
  readonly open: readonly OrderLeft[];
  /** Whether the venue told its open orders after the last cancel; if not, `open` says nothing. */
  readonly listed: boolean;
  /** Why the venue did not answer, in words; empty where it did. */
  readonly detail: string;
}

/** A stop that holds, and what it left at each venue. */
export interface HaltAnswer extends Acknowledgement {
  readonly venues: readonly ClearedBook[];
}

/** Whether the venue itself says that nothing of ours can fill there any more. */
export function isClear(cleared: ClearedBook): boolean {
  return cleared.listed && cleared.open.length === 0 && cleared.unresolved.length === 0;
}

/** A venue that was not heard at all. */
export function unheardBook(of: { venue: VenueId; book: Book }, detail: string): ClearedBook {
  const { venue, book } = of;
  return { venue, book, cancelled: [], unresolved: [], open: [], listed: false, detail };
}
