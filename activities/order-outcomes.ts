import type { OrderKind } from '../domain/desk.ts';
import type { OrderOutcome } from '../ledger/verbs/outcomes.ts';
import type { LookupOutcome, OrderState, PlaceOutcome } from '../venues/venue.ts';

/**
 * What the answer to a send means for the order. Of what the venue took nothing of yet, an entry's
 * bytes wait to be sent again; a hedge or an exit ends, for it is priced anew each time.
 */
export function placeOutcome(answer: PlaceOutcome, kind: OrderKind): OrderOutcome {
  switch (answer.kind) {
    case 'accepted':
      return acknowledged(answer.order);
    case 'rejected':
      return { event: { type: 'order.refused' }, detail: `${answer.code}: ${answer.detail}` };
    case 'notSent':
      return { event: { type: 'order.unwritten' }, detail: answer.detail };
    case 'deferred': {
      const type = kind === 'entry' ? 'order.returned' : 'order.unwritten';
      return { event: { type }, detail: answer.detail };
    }
    case 'unknown':
      return { event: { type: 'order.lost' }, detail: answer.detail };
  }
}

/**
 * What a look-up means for the order.
 * @param absence what the order's absence at the venue means now: nothing before its horizon has
 *   passed; then it never arrived, and its bytes may be sent again or end
 */
export function lookupOutcome(
  found: LookupOutcome,
  absence: 'noProof' | 'sendAgain' | 'end' = 'noProof',
): OrderOutcome {
  switch (found.kind) {
    case 'found':
      return acknowledged(found.order);
    case 'absent':
      return ABSENCE[absence];
    case 'unknown':
      return { event: { type: 'order.lost' }, detail: found.detail };
  }
}

const ABSENCE: Readonly<Record<'noProof' | 'sendAgain' | 'end', OrderOutcome>> = {
  noProof: { event: { type: 'order.lost' }, detail: 'not (yet) known to the venue' },
  sendAgain: {
    event: { type: 'order.returned' },
    detail: 'the venue never received the order: the same bytes are sent again',
  },
  end: { event: { type: 'order.absent' }, detail: 'the venue never received the order' },
};

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
