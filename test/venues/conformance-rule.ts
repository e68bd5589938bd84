/** How the rules of the conformance suite say what they need of the venue under test. */
import type { OrderRequest } from '../../venues/venue.ts';
import type { VenueUnderTest } from './venue-under-test.ts';
import { orderOf } from './venue-under-test.ts';

/** What a test can do to a venue from outside, and a rule may need. */
export type Lever = 'book' | 'result' | 'trading' | 'time';

/** What rules can do without a scripted book where an order of the venue's own past stands in. */
export type StandIn = 'an order that fills' | 'a price off the tick' | 'more than the cash';

/**
 * What a venue may be unable to do by its nature. A rule that needs one of these stands beside a
 * rule without, which every venue passes. Polymarket has none of them (docs/venues/polymarket.md):
 * - `buys all or nothing`: a FOK buy there spends its dollars on more shares when the price is
 *   better, so that it is refused;
 * - `ends orders itself`: a buy there is a limit order with a fuse of minutes, and whoever sent it
 *   cancels what rests, of an `ioc` at once and of a `gtd` at its time;
 * - `tells when it trades`: nothing but the answer to an order says there that none is taken.
 */
export type Nature = 'buys all or nothing' | 'ends orders itself' | 'tells when it trades';

export const ALL_LEVERS: readonly Lever[] = ['book', 'result', 'trading', 'time'];
export const ALL_NATURES: readonly Nature[] = [
  'buys all or nothing',
  'ends orders itself',
  'tells when it trades',
];

/** What a rule cannot be shown without. */
export interface Needs {
  readonly levers: readonly Lever[];
  /** The order that makes the levers unnecessary. */
  readonly or?: StandIn;
  readonly nature?: Nature;
}

type Run = (t: VenueUnderTest, standIn: OrderRequest | undefined) => Promise<void>;
/** Adds one rule to the suite. */
export type Rule = (name: string, needs: Needs, run: Run) => void;

export const NOTHING: Needs = { levers: [] };
export const BOOK: Needs = { levers: ['book'] };
export const BOOK_AND_TIME: Needs = { levers: ['book', 'time'] };
export const BOOK_AND_RESULT: Needs = { levers: ['book', 'result'] };
export const BOOK_AND_TRADING: Needs = { levers: ['book', 'trading'] };

/** Whether a refusal can be shown by an order of the venue's own past. */
export function isStandIn(what: string): what is StandIn {
  return what === 'a price off the tick' || what === 'more than the cash';
}

/** An order as `orderOf`'s, decided at the venue's present. */
export function orderAt(t: VenueUnderTest, changes: Partial<OrderRequest> = {}): OrderRequest {
  return orderOf({ decidedAtMs: t.nowMs(), ...changes });
}

/** Every fill so far. */
export async function fillsOf({ venue }: VenueUnderTest) {
  return (await venue.fillsSince(0)).facts;
}
