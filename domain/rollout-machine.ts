/**
 * Whether a desk trades, and who may let it go on. Pure: the ledger steps it inside the
 * transaction that writes the desk's row; `workflows/rollout.ts` shows it. The phases of going
 * live will stand beside these states.
 */
import { setup, transition } from 'xstate';
import type { DeskState, PauseCause } from './desk.ts';

export type DeskEvent =
  /** A person stops entries. */
  | { readonly type: 'desk.paused' }
  /** The ledger or the supervisor stops entries: something is not as it should be. */
  | { readonly type: 'desk.breached' }
  /** Nothing but cancels may be sent. */
  | { readonly type: 'desk.halted' }
  /** Undoes a person's pause, and nothing worse. */
  | { readonly type: 'desk.resumed' }
  /** An admin has looked at a breach and lets trading go on. */
  | { readonly type: 'desk.cleared' }
  /** An admin lifts a halt. */
  | { readonly type: 'desk.rearmed' };

type DeskStanding = 'active' | 'paused' | 'breached' | 'halted';

const WORSE = { 'desk.breached': 'breached', 'desk.halted': 'halted' } as const;

/** A stop never weakens: a pause leaves a breach or a halt as it is. */
export const rolloutMachine = setup({ types: { events: {} as DeskEvent } }).createMachine({
  id: 'rollout',
  initial: 'active',
  states: {
    active: { on: { 'desk.paused': 'paused', ...WORSE, 'desk.resumed': {}, 'desk.cleared': {} } },
    paused: {
      on: { 'desk.paused': {}, ...WORSE, 'desk.resumed': 'active', 'desk.cleared': 'active' },
    },
    breached: { on: { 'desk.paused': {}, ...WORSE, 'desk.cleared': 'active' } },
    halted: {
      on: { 'desk.paused': {}, 'desk.breached': {}, 'desk.halted': {}, 'desk.rearmed': 'active' },
    },
  },
});

/** What stands in a desk's row. */
export interface StandingRow {
  readonly state: DeskState;
  readonly cause: PauseCause;
}

/**
 * Where a desk stands after `event`.
 * @returns undefined where the event is not allowed there
 */
export function nextStanding(row: StandingRow, event: DeskEvent): StandingRow | undefined {
  const snapshot = rolloutMachine.resolveState({ value: standingOf(row), context: {} });
  if (!accepts(standingOf(row), event)) return undefined;
  const [next] = transition(rolloutMachine, snapshot, event);
  return ROWS[next.value as DeskStanding];
}

/** `can` says no where an event is taken without a change; here that is a yes. */
function accepts(standing: DeskStanding, event: DeskEvent): boolean {
  return Object.hasOwn(rolloutMachine.states[standing]?.config.on ?? {}, event.type);
}

const ROWS: Readonly<Record<DeskStanding, StandingRow>> = {
  active: { state: 'active', cause: 'operator' },
  paused: { state: 'paused', cause: 'operator' },
  breached: { state: 'paused', cause: 'breach' },
  halted: { state: 'halted', cause: 'breach' },
};

function standingOf({ state, cause }: StandingRow): DeskStanding {
  if (state !== 'paused') return state;
  return cause === 'breach' ? 'breached' : 'paused';
}
