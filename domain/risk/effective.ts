/** How large one trade can be at all, single leg or even pair, and which limit says so. */
import type { Counter } from '../counters.ts';
import { roomIn } from '../counters.ts';
import type { Limits } from '../limits.ts';
import type { VenueId } from '../venue-id.ts';

/** The limits a single leg's worst case must fit into. */
export const SINGLE_LEG_BOUNDS = ['position', 'event', 'day loss', 'exposure', 'cash'] as const;
export type SingleLegBound = (typeof SINGLE_LEG_BOUNDS)[number];

/** The limits a pair's worst case must fit into; each leg is paid from its own venue's cash. */
export const PAIR_BOUNDS = [
  'position',
  'event',
  'day loss',
  'exposure',
  'cash at kalshi',
  'cash at polymarket',
] as const;
export type PairBound = (typeof PAIR_BOUNDS)[number];

/** What each limit leaves for one more trade, µ$ of its worst case with fees. */
export type Rooms<Bound extends string> = Readonly<Record<Bound, number>>;

export interface EffectiveMax<Bound extends string> {
  /** The largest worst case that every limit lets pass, µ$. */
  readonly maxMicros: number;
  /** The limit that binds; several where they are equal. */
  readonly binds: readonly Bound[];
}

/** The smallest room is the effective maximum: a limit above it can never be reached. */
export function effectiveMax<Bound extends string>(rooms: Rooms<Bound>): EffectiveMax<Bound> {
  const bounds = Object.keys(rooms) as Bound[];
  const maxMicros = Math.min(...bounds.map((bound) => rooms[bound]));
  return { maxMicros, binds: bounds.filter((bound) => rooms[bound] === maxMicros) };
}

/**
 * What the limits leave at best: on a new day, with nothing open and the opening cash. All of a
 * single leg's worst case is at risk, so the day's loss limit bounds its size too.
 */
export function roomsAtBest(limits: Limits, venue: VenueId): Rooms<SingleLegBound> {
  return {
    ...openRooms(limits),
    'day loss': limits.dailyLossMicrosMax,
    exposure: limits.openExposureMicrosMax,
    cash: limits.initialBalanceMicros[venue],
  };
}

/** What the day, open positions and cash leave as things stand. */
export interface StandingRooms {
  readonly loss: Counter;
  readonly exposure: Counter;
}

/** What the limits leave now, on a market and an event on which nothing is open. */
export function roomsNow(
  limits: Limits,
  standing: StandingRooms & { readonly cashFreeMicros: number },
): Rooms<SingleLegBound> {
  return {
    ...openRooms(limits),
    'day loss': roomIn(standing.loss),
    exposure: roomIn(standing.exposure),
    cash: Math.max(0, standing.cashFreeMicros),
  };
}

/**
 * The same for an even pair, both legs at the same worst case: only one of them can be lost, so
 * the day's loss limit bounds half of it, and so does each venue's cash.
 */
export function pairRoomsAtBest(limits: Limits): Rooms<PairBound> {
  return {
    ...openRooms(limits),
    'day loss': 2 * limits.dailyLossMicrosMax,
    exposure: limits.openExposureMicrosMax,
    'cash at kalshi': 2 * limits.initialBalanceMicros.kalshi,
    'cash at polymarket': 2 * limits.initialBalanceMicros.polymarket,
  };
}

/** What the limits leave an even pair now, on markets and an event on which nothing is open. */
export function pairRoomsNow(
  limits: Limits,
  standing: StandingRooms & { readonly cashFreeMicros: Readonly<Record<VenueId, number>> },
): Rooms<PairBound> {
  return {
    ...openRooms(limits),
    'day loss': 2 * roomIn(standing.loss),
    exposure: roomIn(standing.exposure),
    'cash at kalshi': 2 * Math.max(0, standing.cashFreeMicros.kalshi),
    'cash at polymarket': 2 * Math.max(0, standing.cashFreeMicros.polymarket),
  };
}

/** Both legs of a pair count against the trade's position limit and against its event. */
function openRooms(limits: Limits): { position: number; event: number } {
  return { position: limits.positionMicrosMax, event: limits.eventExposureMicrosMax };
}
