/** I5: the venue's fills against those booked, amounts included. */
import { checkI5 } from './books.ts';
import type { VenueFillRow } from './orders.ts';
import type { BookedFillRow } from './trades.ts';

/** I5: every fill the venue knows is booked exactly once, as the venue has it, and no other. */
export function checkI5Fills(
  venueFills: readonly VenueFillRow[],
  booked: readonly BookedFillRow[],
): string[] {
  const atVenue = new Map(venueFills.map((fill) => [fillKey(fill), fill]));
  return [
    ...checkI5(venueFills.map(fillKey), booked.map(fillKey)),
    ...booked.flatMap((fill) => {
      const venue = atVenue.get(fillKey(fill));
      return venue === undefined || amounts(venue) === amounts(fill)
        ? []
        : [`I5 ${fillKey(fill)}: booked as ${amounts(fill)}, at the venue ${amounts(venue)}`];
    }),
  ];
}

/** Names a fill over all books and venues. */
export function fillKey(fill: { book: string; venue: string; fillId: string }): string {
  return `${fill.book}/${fill.venue}/${fill.fillId}`;
}

function amounts(fill: VenueFillRow | BookedFillRow): string {
  const reverts = fill.reverts == null ? '' : `, takes back ${fill.reverts}`;
  return `${fill.action ?? 'buy'} ${fill.quantity} at ${fill.priceMicros}, fee ${fill.feeMicros}${reverts}`;
}
