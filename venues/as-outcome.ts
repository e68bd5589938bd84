/** What was thrown, as the part of an answer that it is. */
import { messageOf } from '../domain/thrown.ts';
import type { LookupOutcome, PlaceOutcome } from './venue.ts';
import { isVenueFailure } from './venue.ts';

/** A look-up's failures are part of its answer; a defect of ours is not. */
export async function asOutcome(ask: () => Promise<LookupOutcome>): Promise<LookupOutcome> {
  try {
    return await ask();
  } catch (error) {
    if (isVenueFailure(error)) return { kind: 'unknown', detail: error.message };
    if (error instanceof Error && error.name === 'AbortError') {
      return { kind: 'unknown', detail: 'it was aborted' };
    }
    throw error;
  }
}

/**
 * Reads the answer to a send. Bytes have left: whatever goes wrong now, a ledger that cannot be
 * asked too, is no failure but an outcome that is not known.
 */
export async function asSent(read: () => Promise<PlaceOutcome>): Promise<PlaceOutcome> {
  try {
    return await read();
  } catch (error) {
    return { kind: 'unknown', detail: `the order was sent, and ${messageOf(error)}` };
  }
}
