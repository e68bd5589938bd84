/**
 * The life of one order, from a stored identity to a final answer. Pure: the ledger steps it
 * inside the transaction that books what happened; the workflow owns the timers.
 */
import { setup, transition } from 'xstate';

export const ORDER_STATES = [
  'created',
  'sending',
  'unknown',
  'resting',
  'done',
  'rejected',
  'notSent',
] as const;
export type OrderStateName = (typeof ORDER_STATES)[number];

export type OrderEvent =
  /** A permit was granted: bytes may leave now. */
  | { readonly type: 'order.permitted' }
  /** A gate refused before a permit. Once another attempt has a permit this can be no more. */
  | { readonly type: 'order.withheld' }
  /** The holder of the permit let it pass: no byte left. */
  | { readonly type: 'order.unwritten' }
  /** The venue took it and it may still fill. */
  | { readonly type: 'order.rested' }
  /** The venue took it and nothing more can fill. */
  | { readonly type: 'order.finished' }
  /** The venue said no. */
  | { readonly type: 'order.refused' }
  /** No conclusive answer. */
  | { readonly type: 'order.lost' }
  /** The venue has nothing of it, and its bytes may be sent once more under the same identity. */
  | { readonly type: 'order.returned' }
  /** Looked up past the venue's horizon and not there: it never arrived. */
  | { readonly type: 'order.absent' }
  /** One of its fills failed after all: what it came to must be asked again. */
  | { readonly type: 'order.reverted' };

/** Every state and what may follow. A final state takes no event, but a done order's fill may fail. */
export const orderMachine = setup({
  types: { events: {} as OrderEvent },
}).createMachine({
  id: 'order',
  initial: 'created',
  states: {
    created: {
      on: {
        'order.permitted': 'sending',
        'order.withheld': 'notSent',
        // Bytes that were to be sent again had arrived after all, or somebody doubts it.
        'order.rested': 'resting',
        'order.finished': 'done',
        'order.lost': 'unknown',
      },
    },
    sending: {
      on: {
        'order.rested': 'resting',
        'order.finished': 'done',
        'order.refused': 'rejected',
        'order.lost': 'unknown',
        'order.unwritten': 'notSent',
        'order.absent': 'notSent',
        'order.returned': 'created',
      },
    },
    unknown: {
      on: {
        'order.returned': 'created',
        'order.rested': 'resting',
        'order.finished': 'done',
        'order.lost': 'unknown',
        'order.absent': 'notSent',
      },
    },
    resting: {
      on: { 'order.rested': 'resting', 'order.finished': 'done', 'order.lost': 'unknown' },
    },
    done: { on: { 'order.reverted': 'unknown' } },
    rejected: { type: 'final' },
    notSent: { type: 'final' },
  },
});

/**
 * The state after `event`.
 * @returns undefined where `event` cannot happen in `state`: the caller keeps the state and
 *   treats a repeat as already done
 */
export function nextOrderState(
  state: OrderStateName,
  event: OrderEvent,
): OrderStateName | undefined {
  const snapshot = orderMachine.resolveState({ value: state, context: {} });
  if (!snapshot.can(event)) return undefined;
  const [next] = transition(orderMachine, snapshot, event);
  return next.value as OrderStateName;
}

/** Whether nothing more can happen to an order in `state`. */
export function isFinalOrder(state: OrderStateName): boolean {
  return state === 'done' || state === 'rejected' || state === 'notSent';
}
