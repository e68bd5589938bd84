import { checkI2, checkI5, checkI6, checkI7 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Book, VenueId } from '../../domain/venue-id.ts';
import type { Venue } from '../../venues/venue.ts';

/**
 * Runs the checkers that exist so far over the ledger and the venues' own records.
 * @returns what each found wrong, by invariant
 */
export async function verifyBooks(
  ledger: Ledger,
  venues: readonly Venue[],
): Promise<Record<string, string[]>> {
  const rows = await readBooks(ledger.db);
  const venueFills = await Promise.all(venues.map(fillsOf));
  return {
    I2: checkI2(rows.counters, rows.holds),
    I5: checkI5(venueFills.flat(), rows.fills),
    I6: checkI6(rows.accounts, rows.transfers),
    I7: checkI7(rows.holds),
  };
}

async function fillsOf(venue: Venue): Promise<string[]> {
  const key = (book: Book, id: VenueId, fillId: string): string => `${book}/${id}/${fillId}`;
  const { facts } = await venue.fillsSince(0);
  return facts.map((fill) => key(venue.book, venue.id, fill.fillId));
}
