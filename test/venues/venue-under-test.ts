/** What a venue's tests are written with: levers around a venue, and orders in few words. */
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import type { OrderRequest, OrderState, PlaceOutcome, Venue } from '../../venues/venue.ts';

/** One outcome's book as a test sets it: decimal strings `[price, contracts]`, best first. */
export interface TestBook {
  readonly asks?: readonly (readonly [string, string])[];
  readonly bids?: readonly (readonly [string, string])[];
}

/** A venue and the levers a test needs around it; every case gets a fresh one. */
export interface VenueUnderTest {
  readonly venue: Venue;
  /** Another client of the same exchange and account, as after a restart. */
  reopen(): Venue;
  /**
   * Opens a market with a tick of 0.01 and empty books, or changes the books it has. Does nothing
   * where the lever `book` is missing: there only rules run that the book does not decide.
   */
  setBook(marketId: string, books: { readonly yes?: TestBook; readonly no?: TestBook }): void;
  /** Makes the result known: what a contract of outcome 0 pays, a decimal string. */
  setResult(marketId: string, payout: string): void;
  /** Turns what is held of a market with a result into cash; absent where the venue pays by itself. */
  redeem?(marketId: string): void;
  /** Stops or resumes trading on the whole venue. */
  setTrading(trading: boolean): void;
  nowMs(): number;
  passMs(durationMs: number): void;
  close(): Promise<void>;
}

/** Contracts in micro-contracts. */
export const contracts = (count: number): MicroContracts =>
  Math.round(count * 1_000_000) as MicroContracts;

/** Dollars per contract in micro-dollars. */
export const price = (dollars: number): PriceMicros =>
  Math.round(dollars * 1_000_000) as PriceMicros;

let orderCount = 0;

/** An order for 10 yes at 0.50, immediate or cancel, under an identity of its own. */
export function orderOf(changes: Partial<OrderRequest> = {}): OrderRequest {
  orderCount += 1;
  return {
    clientOrderId: `order-${orderCount}`,
    marketId: 'M1',
    outcome: 0,
    action: 'buy',
    quantity: contracts(10),
    limitPrice: price(0.5),
    timeInForce: 'ioc',
    decidedAtMs: Date.now(),
    ...changes,
  };
}

/** Prepares and places in one step. */
export async function send(
  venue: Venue,
  request: OrderRequest,
  mayWrite: () => boolean = () => true,
): Promise<PlaceOutcome> {
  return venue.place(await venue.prepare(request), mayWrite);
}

/** The order of an accepted outcome; fails the test on any other. */
export function accepted(outcome: PlaceOutcome): OrderState {
  if (outcome.kind !== 'accepted') throw new Error(`was ${JSON.stringify(outcome)}`);
  return outcome.order;
}
