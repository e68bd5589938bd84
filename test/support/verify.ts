/** The checkers over a test desk's ledger and its exchange. */
import { checkI2, checkI5, checkI6, checkI7 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import type { TestDesk } from './desk.ts';

/** What the checkers find wrong; empty where all is well. */
export async function faultsOf(desk: TestDesk): Promise<string[]> {
  const rows = await readBooks(desk.engine.ledger.db);
  const fills = await Promise.all(
    desk.engine.venues.map(async (venue) => {
      const { facts } = await venue.fillsSince(0);
      return facts.map(({ fillId }) => `${venue.book}/${venue.id}/${fillId}`);
    }),
  );
  return [
    ...checkI2(rows.counters, rows.holds),
    ...checkI5(fills.flat(), rows.fills),
    ...checkI6(rows.accounts, rows.transfers),
    ...checkI7(rows.holds),
  ];
}
