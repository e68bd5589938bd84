/** How the rules of the conformance suite say what they need of the venue under test. */
import type { OrderRequest } from '../../venues/venue.ts';
import type { VenueUnderTest } from './venue-under-test.ts';

/** What a test can do to a venue from outside, and a rule may need. */
export type Lever = 'book' | 'result' | 'trading' | 'time';

/** What rules can do without a scripted book where an order of the venue's own past stands in. */
export type StandIn = 'an order that fills' | 'a price off the tick' | 'more than the cash';

export const ALL_LEVERS: readonly Lever[] = ['book', 'result', 'trading', 'time'];

/** What a rule cannot be shown without. */
export interface Needs {
  readonly levers: readonly Lever[];
  /** The order that makes the levers unnecessary. */
  readonly or?: StandIn;
}

type Run = (t: VenueUnderTest, standIn: OrderRequest | undefined) => Promise<void>;
/** Adds one rule to the suite. */
export type Rule = (name: string, needs: Needs, run: Run) => void;

export const NOTHING: Needs = { levers: [] };
export const BOOK: Needs = { levers: ['book'] };
export const BOOK_AND_TIME: Needs = { levers: ['book', 'time'] };
export const BOOK_AND_RESULT: Needs = { levers: ['book', 'result'] };

/** Whether a refusal can be shown by an order of the venue's own past. */
export function isStandIn(what: string): what is StandIn {
  return what === 'a price off the tick' || what === 'more than the cash';
}
