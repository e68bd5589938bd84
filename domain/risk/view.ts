/** Everything admission judges, read in one transaction. */
import type { Counter } from '../counters.ts';
import type { UtcDate } from '../day.ts';
import type { Desk } from '../desk.ts';
import type { Limits } from '../limits.ts';
import type { Quote, VenueMarket, VenueStatus } from '../market.ts';
import type { MicroContracts, Micros } from '../money.ts';
import type { Proposal, ProposalLeg } from '../proposal.ts';
import type { Roi } from '../roi.ts';
import type { Book, OutcomeIndex } from '../venue-id.ts';

/** A stored fact with the Clock's time of its reading. */
export interface Fact<Value> {
  readonly value: Value;
  readonly asOfMs: number;
}

/** What is stored about one leg's market; `market.value` is null where the venue has no such market. */
export interface LegFacts {
  readonly market?: Fact<VenueMarket | null> | undefined;
  readonly quote?: Fact<Quote> | undefined;
  readonly status?: Fact<VenueStatus> | undefined;
}

/** The leg as it would be sent, worst case included. */
export interface LegPlan {
  readonly leg: ProposalLeg;
  readonly market: VenueMarket;
  readonly outcome: OutcomeIndex;
  readonly quantity: MicroContracts;
  /** Cost at the limit plus the highest fee: what is held. */
  readonly worstCaseMicros: Micros;
  readonly roi: Roi;
}

/** The counter rows a single-leg trade takes from. */
export interface TradeCounters {
  readonly trades: Counter;
  readonly loss: Counter;
  readonly exposure: Counter;
  readonly event: Counter;
  readonly market: Counter;
}

export interface AdmissionView {
  readonly book: Book;
  readonly proposal: Proposal;
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly day: UtcDate;
  readonly desk: Desk;
  readonly limits: Limits;
  readonly facts: LegFacts;
  readonly counters: TradeCounters;
  /** The ledger's cash at the leg's venue less what is held. */
  readonly cashFreeMicros: number;
  /** Open trades on the same market and side, and on the other side. */
  readonly sameSideTrades: readonly string[];
  readonly otherSideTrades: readonly string[];
  readonly strategy: {
    readonly enabled: boolean;
    readonly executionsInWindow: number;
  };
}
