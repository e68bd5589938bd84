/** What bin hands to the CLI for the way to live: short processes that hold the venues' keys. */
import type { Check } from '../contracts/http.ts';
import type { ArmedView, PhaseView, VenueSetUpView } from '../contracts/live.ts';
import type { VenueId } from '../domain/venue-id.ts';

export interface LivePorts {
  /** Reads of the real accounts, and nothing else; what they found is kept with its date. */
  liveDoctor(): Promise<Check[]>;
  /** Shows that the key belongs to the book's account, binds the book at first use, arms the fuse. */
  setUpVenue(asked: { venue: VenueId; reason: string }): Promise<VenueSetUpView>;
  /** Takes the desk from paper to live. */
  promote(reason: string): Promise<PhaseView>;
  /** Takes the desk back to paper; what is open stays to be settled. */
  abort(reason: string): Promise<PhaseView>;
  /** Lets a live desk enter trades for a while, once its accounts are as the ledger has them. */
  arm(reason: string): Promise<ArmedView>;
}
