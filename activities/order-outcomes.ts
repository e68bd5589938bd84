import type { OrderOutcome } from '../ledger/verbs/outcomes.ts';
import type { LookupOutcome, OrderState, PlaceOutcome } from '../venues/venue.ts';

/** What the answer to a send means for the order. */
export function placeOutcome(answer: PlaceOutcome): OrderOutcome {
  switch (answer.kind) {
    case 'accepted':
      return acknowledged(answer.order);
    case 'rejected':
      return { event: { type: 'order.refused' }, detail: `${answer.code}: ${answer.detail}` };
    case 'notSent':
      return { event: { type: 'order.unwritten' }, detail: answer.detail };
    case 'unknown':
      return { event: { type: 'order.lost' }, detail: answer.detail };
  }
}

/**
 * What a look-up means for the order.
 * @param settled the venue's horizon has passed, so that absence is proof
 */
export function lookupOutcome(found: LookupOutcome, settled: boolean): OrderOutcome {
  switch (found.kind) {
    case 'found':
      return acknowledged(found.order);
    case 'absent':
      return settled
        ? { event: { type: 'order.absent' }, detail: 'the venue never received the order' }
        : { event: { type: 'order.lost' }, detail: 'not (yet) known to the venue' };
    case 'unknown':
      return { event: { type: 'order.lost' }, detail: found.detail };
  }
}

function acknowledged(order: OrderState): OrderOutcome {
  const { venueOrderId, filled, averagePriceMicros } = order;
  return order.status === 'final'
    ? {
        event: { type: 'order.finished' },
        detail: 'final at the venue',
        venueOrderId,
        finalQuantity: filled,
        ...(averagePriceMicros === undefined ? {} : { averagePrice: averagePriceMicros }),
      }
    : { event: { type: 'order.rested' }, detail: 'resting at the venue', venueOrderId };
}
