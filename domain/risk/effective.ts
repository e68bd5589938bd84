/** How large one single-leg trade can be at all, and which limit says so. */
import type { Counter } from '../counters.ts';
import { roomIn } from '../counters.ts';
import type { Limits } from '../limits.ts';
import type { VenueId } from '../venue-id.ts';

/** The limits a single leg's worst case must fit into. */
export const SINGLE_LEG_BOUNDS = ['position', 'event', 'day loss', 'exposure', 'cash'] as const;
export type SingleLegBound = (typeof SINGLE_LEG_BOUNDS)[number];

/** What each limit leaves for one more trade, µ$ of its worst case with fees. */
export type Rooms = Readonly<Record<SingleLegBound, number>>;

export interface EffectiveMax {
  /** The largest worst case that every limit lets pass, µ$. */
  readonly maxMicros: number;
  /** The limit that binds; several where they are equal. */
  readonly binds: readonly SingleLegBound[];
}

/** The smallest room is the effective maximum: a limit above it can never be reached. */
export function effectiveMax(rooms: Rooms): EffectiveMax {
  const maxMicros = Math.min(...SINGLE_LEG_BOUNDS.map((bound) => rooms[bound]));
  return { maxMicros, binds: SINGLE_LEG_BOUNDS.filter((bound) => rooms[bound] === maxMicros) };
}

/**
 * What the limits leave at best: on a new day, with nothing open and the opening cash. All of a
 * single leg's worst case is at risk, so the day's loss limit bounds its size too.
 */
export function roomsAtBest(limits: Limits, venue: VenueId): Rooms {
  return {
    position: limits.positionMicrosMax,
    event: limits.eventExposureMicrosMax,
    'day loss': limits.dailyLossMicrosMax,
    exposure: limits.openExposureMicrosMax,
    cash: limits.initialBalanceMicros[venue],
  };
}

/** What the limits leave now, on a market and an event on which nothing is open. */
export function roomsNow(
  limits: Limits,
  standing: { loss: Counter; exposure: Counter; cashFreeMicros: number },
): Rooms {
  return {
    position: limits.positionMicrosMax,
    event: limits.eventExposureMicrosMax,
    'day loss': roomIn(standing.loss),
    exposure: roomIn(standing.exposure),
    cash: Math.max(0, standing.cashFreeMicros),
  };
}
