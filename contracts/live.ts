/** What the commands of the way to live answer. */
import type { LiveBook, Phase } from '../domain/desk.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import type { Check } from './http.ts';

/** A venue's account as `venue setup` found it, and what it was bound to. */
export interface VenueSetUpView {
  readonly venue: VenueId;
  readonly book: LiveBook;
  readonly host: string;
  readonly account: string;
  /** `bound` now, for good; `known` where it was before. */
  readonly binding: 'bound' | 'known';
  /** What stops orders at the venue itself, whatever becomes of this machine. */
  readonly fuse:
    | {
        readonly kind: 'orderGroup';
        readonly id: string;
        /** What it lets through in 15 s. */
        readonly contractsMax: string;
        /** `reset`: it was there, and lets orders in again where it had tripped. */
        readonly armed: 'new' | 'reset';
      }
    /** Orders end by themselves at the venue; nothing is armed. */
    | { readonly kind: 'expiry'; readonly detail: string };
  readonly checks: readonly Check[];
  /** An API key was derived and kept just now: a desk that runs was started without it. */
  readonly keyDerived: boolean;
}

/** Where a desk stands after it was promoted or aborted. */
export interface PhaseView {
  readonly phase: Phase;
  readonly book: Book;
  /** False where it stood there already. */
  readonly changed: boolean;
}

/** Until when a live desk may enter trades, and what was compared for it. */
export interface ArmedView {
  readonly book: LiveBook;
  readonly armedUntil: string;
  readonly accounts: readonly {
    readonly venue: VenueId;
    /** Decimal strings, dollars. */
    readonly cashAtVenue: string;
    readonly cashInLedger: string;
    readonly openOrders: number;
  }[];
}
