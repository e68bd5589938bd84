import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import type { OrderEvent, OrderStateName } from '../../domain/order-machine.ts';
import {
  isFinalOrder,
  nextOrderState,
  ORDER_STATES,
  orderMachine,
} from '../../domain/order-machine.ts';

const EVENT_TYPES: readonly OrderEvent['type'][] = [
  'order.permitted',
  'order.withheld',
  'order.unwritten',
  'order.rested',
  'order.finished',
  'order.refused',
  'order.lost',
  'order.absent',
  'order.returned',
  'order.reverted',
];

/** What may happen in each state, written down a second time; what is not here cannot happen. */
const MAY: Record<OrderStateName, Partial<Record<OrderEvent['type'], OrderStateName>>> = {
  created: {
    'order.permitted': 'sending',
    'order.withheld': 'notSent',
    // Returned to be sent again, and found at the venue after all.
    'order.rested': 'resting',
    'order.finished': 'done',
    'order.lost': 'unknown',
  },
  sending: {
    'order.rested': 'resting',
    'order.finished': 'done',
    'order.refused': 'rejected',
    'order.lost': 'unknown',
    'order.unwritten': 'notSent',
    'order.absent': 'notSent',
    'order.returned': 'created',
  },
  unknown: {
    'order.rested': 'resting',
    'order.finished': 'done',
    'order.lost': 'unknown',
    'order.absent': 'notSent',
    'order.returned': 'created',
  },
  resting: { 'order.rested': 'resting', 'order.finished': 'done', 'order.lost': 'unknown' },
  // One of its fills failed after all.
  done: { 'order.reverted': 'unknown' },
  rejected: {},
  notSent: {},
};
const FINAL: readonly OrderStateName[] = ['done', 'rejected', 'notSent'];

interface Path {
  readonly name: string;
  readonly events: readonly OrderEvent[];
  readonly states: readonly OrderStateName[];
}

/** Every way through the machine that enters no state twice. */
const paths: Path[] = getSimplePaths(orderMachine).map((path) => {
  const steps = path.steps.slice(1);
  const states = steps.map((step) => step.state.value as OrderStateName);
  const events = steps.map((step) => step.event as OrderEvent);
  const name = ['created', ...steps.map((_, at) => `${events[at]?.type} → ${states[at]}`)];
  return { name: name.join(', '), events, states };
});

describe('the life of an order', () => {
  test.each(paths)('$name', ({ events, states }) => {
    let state: OrderStateName = 'created';
    for (const [index, event] of events.entries()) {
      const next = nextOrderState(state, event);
      expect(next).toBe(states[index]);
      expect(next).toBe(MAY[state][event.type]);
      state = next ?? state;
    }
  });

  test('every state can be reached, and each final one ends some path', () => {
    const reached = getShortestPaths(orderMachine).map((path) => path.state.value);
    expect(new Set(reached)).toEqual(new Set(ORDER_STATES));
    expect(Object.keys(orderMachine.states).toSorted()).toEqual([...ORDER_STATES].toSorted());
    const ends = new Set(paths.map(({ states }) => states.at(-1)));
    for (const state of FINAL.filter((one) => one !== 'done')) expect(ends).toContain(state);
  });

  test('nothing is sent twice: only a created order is permitted', () => {
    for (const { events } of paths) {
      expect(events.filter(({ type }) => type === 'order.permitted').length).toBeLessThan(2);
    }
    for (const state of ORDER_STATES.filter((name) => name !== 'created')) {
      expect(nextOrderState(state, { type: 'order.permitted' })).toBeUndefined();
    }
  });
});

describe('each event in each state', () => {
  const table = ORDER_STATES.flatMap((state) =>
    EVENT_TYPES.map((type) => ({ state, type, next: MAY[state][type] })),
  );

  test.each(table)('$type in $state leads to $next', ({ state, type, next }) => {
    expect(nextOrderState(state, { type })).toBe(next);
  });

  test.each(ORDER_STATES)('%s is final where nothing but a reversal can happen', (state) => {
    const final = EVENT_TYPES.every(
      (type) => type === 'order.reverted' || nextOrderState(state, { type }) === undefined,
    );
    expect(isFinalOrder(state)).toBe(final);
    expect(FINAL.includes(state)).toBe(final);
  });

  test('only a reversal leads out of a final state', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENT_TYPES), { maxLength: 30 }), (types) => {
        let state: OrderStateName = 'created';
        let ended: OrderStateName | undefined;
        for (const type of types) {
          state = nextOrderState(state, { type }) ?? state;
          if (type === 'order.reverted' && !isFinalOrder(state)) ended = undefined;
          if (isFinalOrder(state)) ended ??= state;
          expect(state).toBe(ended ?? state);
        }
        expect(ORDER_STATES).toContain(state);
      }),
    );
  });
});
