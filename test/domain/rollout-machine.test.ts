import { describe, expect, test } from '@jest/globals';
import { getShortestPaths } from 'xstate/graph';
import type { DeskState, PauseCause } from '../../domain/desk.ts';
import { DESK_STATES, forbiddenKinds, PAUSE_CAUSES } from '../../domain/desk.ts';
import type { DeskEvent } from '../../domain/rollout-machine.ts';
import { nextStanding, rolloutMachine } from '../../domain/rollout-machine.ts';

type Row = readonly [DeskState, PauseCause];
const EVENTS: DeskEvent['type'][] = [
  'desk.paused',
  'desk.breached',
  'desk.halted',
  'desk.resumed',
  'desk.cleared',
  'desk.rearmed',
];

function after([state, cause]: Row, type: DeskEvent['type']): string | undefined {
  const next = nextStanding({ state, cause }, { type });
  return next && `${next.state} by ${next.cause}`;
}

describe('every standing and every event', () => {
  const ACTIVE: Row = ['active', 'operator'];
  const PAUSED: Row = ['paused', 'operator'];
  const BREACHED: Row = ['paused', 'breach'];
  const HALTED: Row = ['halted', 'breach'];
  test.each([
    [ACTIVE, ['paused', 'breached', 'halted', 'active', 'active', undefined]],
    [PAUSED, ['paused', 'breached', 'halted', 'active', 'active', undefined]],
    [BREACHED, ['breached', 'breached', 'halted', undefined, 'active', undefined]],
    [HALTED, ['halted', 'halted', 'halted', undefined, undefined, 'active']],
  ] as const)('from %p', (row, expected) => {
    expect(EVENTS.map((type) => after(row, type))).toEqual(
      expected.map((name) => name && STANDINGS[name]),
    );
  });
});

const STANDINGS = {
  active: 'active by operator',
  paused: 'paused by operator',
  breached: 'paused by breach',
  halted: 'halted by breach',
};

test('only clearing lifts a breach, and only rearming lifts a halt', () => {
  for (const path of getShortestPaths(rolloutMachine, {
    events: EVENTS.map((type) => ({ type })),
  })) {
    let row = { state: 'active', cause: 'operator' } as { state: DeskState; cause: PauseCause };
    for (const { event } of path.steps.slice(1)) {
      const next = nextStanding(row, event);
      if (next === undefined) continue;
      const freed = forbiddenKinds(next.state).length < forbiddenKinds(row.state).length;
      const lifter = row.state === 'halted' ? 'desk.rearmed' : 'desk.cleared';
      const lifts = freed && row.cause === 'breach';
      expect([event.type, lifts && event.type !== lifter]).toEqual([event.type, false]);
      row = next;
    }
  }
});

test('rows of any state and cause are understood', () => {
  for (const state of DESK_STATES) {
    for (const cause of PAUSE_CAUSES) {
      for (const type of EVENTS) expect(() => after([state, cause], type)).not.toThrow();
    }
  }
});
