import type { LookupOutcome } from './venue.ts';
import { VenueRefused, VenueUnreachable } from './venue.ts';

/** A look-up's failures are part of its answer; a defect of ours is not. */
export async function asOutcome(ask: () => Promise<LookupOutcome>): Promise<LookupOutcome> {
  try {
    return await ask();
  } catch (error) {
    const told = error instanceof VenueUnreachable || error instanceof VenueRefused;
    if (told) return { kind: 'unknown', detail: error.message };
    if (error instanceof Error && error.name === 'AbortError') {
      return { kind: 'unknown', detail: 'it was aborted' };
    }
    throw error;
  }
}
