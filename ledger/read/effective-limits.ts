/** The largest single leg and the largest pair that the limits allow, and which limit binds. */
import type { LimitsView } from '../../contracts/limits.ts';
import { formatUsd } from '../../domain/decimal.ts';
import type { Limits } from '../../domain/limits.ts';
import type { EffectiveMax, StandingRooms } from '../../domain/risk/effective.ts';
import {
  effectiveMax,
  pairRoomsAtBest,
  pairRoomsNow,
  roomsAtBest,
  roomsNow,
} from '../../domain/risk/effective.ts';
import type { VenueId } from '../../domain/venue-id.ts';

/** One venue's cash as the ledger has it. */
export interface Cash {
  readonly venue: VenueId;
  readonly totalMicros: number;
  readonly heldMicros: number;
}

/** Of one single-leg trade, a row a venue. */
export function singleLegMaxima(
  limits: Limits,
  standing: StandingRooms,
  cash: readonly Cash[],
): LimitsView['singleLeg'] {
  return cash.map(({ venue, totalMicros, heldMicros }) => {
    const cashFreeMicros = totalMicros - heldMicros;
    const now = effectiveMax(roomsNow(limits, { ...standing, cashFreeMicros }));
    return { venue, ...maxima(effectiveMax(roomsAtBest(limits, venue)), now) };
  });
}

/** Of one pair with even legs; null where not both venues are traded. */
export function pairMaxima(
  limits: Limits,
  standing: StandingRooms,
  cash: readonly Cash[],
): LimitsView['pair'] {
  const freeAt = (wanted: VenueId): number | undefined => {
    const found = cash.find(({ venue }) => venue === wanted);
    return found === undefined ? undefined : found.totalMicros - found.heldMicros;
  };
  const [kalshi, polymarket] = [freeAt('kalshi'), freeAt('polymarket')];
  if (kalshi === undefined || polymarket === undefined) return null;
  const now = pairRoomsNow(limits, { ...standing, cashFreeMicros: { kalshi, polymarket } });
  return maxima(effectiveMax(pairRoomsAtBest(limits)), effectiveMax(now));
}

function maxima<Bound extends string>(best: EffectiveMax<Bound>, now: EffectiveMax<Bound>) {
  return {
    max: formatUsd(best.maxMicros),
    binds: [...best.binds],
    maxNow: formatUsd(now.maxMicros),
    bindsNow: [...now.binds],
  };
}
