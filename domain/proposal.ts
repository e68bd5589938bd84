/** A request to trade after parsing: integers and instants, nothing left to interpret. */
import type { MicroContracts, Micros, PriceMicros } from './money.ts';
import type { TimeInForce, VenueId } from './venue-id.ts';

export interface ProposalLeg {
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: string;
  /** What one contract of that outcome may cost before fees. */
  readonly limitPrice: PriceMicros;
}

export interface Proposal {
  readonly strategy: string;
  readonly event: string;
  readonly pair?: string | undefined;
  readonly legs: readonly ProposalLeg[];
  /** What a contract of the single leg is believed to be worth. */
  readonly fairPrice?: PriceMicros | undefined;
  readonly maxPairCost?: PriceMicros | undefined;
  /** Dollars for all legs and fees. */
  readonly budget?: Micros | undefined;
  readonly quantity?: MicroContracts | undefined;
  readonly minQuantity?: MicroContracts | undefined;
  readonly tif: TimeInForce;
  readonly expiresAt?: number | undefined;
}

const SINGLE_LEG_LIFE_MS = 60_000;
const PAIR_LIFE_MS = 10_000;

/** How long a proposal whose edge is implausible waits for an admin. @source DESIGN §5 */
export const APPROVAL_MS = 600_000;

/** How long a proposal without an expiry of its own lives: 60 s for a single leg, 10 s for a pair. */
export function defaultLifeMs(proposal: Pick<Proposal, 'legs'>): number {
  return proposal.legs.length === 1 ? SINGLE_LEG_LIFE_MS : PAIR_LIFE_MS;
}

/** When a proposal is stale: its own expiry, else the default life after its receipt. */
export function expiryOf(proposal: Proposal, receivedAtMs: number): number {
  return proposal.expiresAt ?? receivedAtMs + defaultLifeMs(proposal);
}
