/** Everything admission judges, read in one transaction. */
import type { DeskGates, StrategyStanding } from '../caps.ts';
import type { Counter } from '../counters.ts';
import type { UtcDate } from '../day.ts';
import type { Desk } from '../desk.ts';
import type { Limits } from '../limits.ts';
import type { Quote, VenueBalance, VenueMarket, VenueStatus } from '../market.ts';
import type { RegisteredPair } from '../pairs.ts';
import type { Proposal } from '../proposal.ts';
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
  /** What the venue itself says can be spent; read for books whose orders reach an exchange. */
  readonly balance?: Fact<VenueBalance> | undefined;
}

/** A trade that is not over and holds, or is about to hold, a side of a leg's market. */
export interface OpenTrade {
  readonly id: string;
  readonly outcome: OutcomeIndex;
  /** How many legs that trade has. */
  readonly legs: number;
}

/** What belongs to one leg of the proposal. */
export interface LegView {
  readonly facts: LegFacts;
  /** What is open on the leg's market. */
  readonly market: Counter;
  /** The ledger's cash at the leg's venue less what is held. */
  readonly cashFreeMicros: number;
  /** What is held of it and not captured yet. */
  readonly cashHeldMicros: number;
  readonly openTrades: readonly OpenTrade[];
}

/** The counter rows every trade takes from, whatever its legs. */
export interface TradeCounters {
  readonly trades: Counter;
  readonly loss: Counter;
  readonly exposure: Counter;
  readonly event: Counter;
}

/** The registered pair of a two-leg proposal, and what its rule texts hash to today. */
export interface PairView {
  readonly registered: RegisteredPair;
  /** Undefined while a market's facts are missing. */
  readonly rulesHashNow?: string | undefined;
}

export interface AdmissionView {
  readonly book: Book;
  readonly proposal: Proposal;
  readonly atMs: number;
  readonly expiresAtMs: number;
  readonly day: UtcDate;
  readonly desk: Desk;
  readonly gates: DeskGates;
  readonly limits: Limits;
  /** One for each leg of the proposal, in its order. */
  readonly legs: readonly LegView[];
  readonly counters: TradeCounters;
  /** Absent for a single leg, and where no such pair is registered. */
  readonly pair?: PairView | undefined;
  readonly strategy: StrategyStanding;
  /** A person's word that an implausible edge is meant. */
  readonly approval?: { readonly by: string; readonly reason: string } | undefined;
}
