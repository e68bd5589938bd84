/** Price-time matching on one YES-quoted book, as a pure plan of what an incoming order does. */
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { microContracts } from '../../domain/money.ts';

/** The two sides of the YES book; buying NO is an `ask`. */
export type BookSide = 'bid' | 'ask';

/** What happens when an order meets one of its own user's. @source SDK 3.30 SelfTradePreventionType */
export type SelfTradePrevention = 'taker_at_cross' | 'maker';

/** Something that rests: a client's order, or a level of the house. */
export interface Resting {
  readonly id: string;
  /** Whose it is; the house may be absent and never trades with itself. */
  readonly userId?: string;
  readonly side: BookSide;
  readonly price: PriceMicros;
  readonly remaining: MicroContracts;
  /** Rises with the time of resting. */
  readonly sequence: number;
}

/** An order that comes in. */
export interface Incoming {
  readonly userId?: string;
  readonly side: BookSide;
  readonly limit: PriceMicros;
  readonly quantity: MicroContracts;
  readonly selfTrade: SelfTradePrevention;
}

/** One match, at the price of what rested. */
export interface Execution {
  readonly restingId: string;
  readonly price: PriceMicros;
  readonly quantity: MicroContracts;
}

/** What the incoming order would do; nothing has happened yet. */
export interface MatchPlan {
  readonly executions: readonly Execution[];
  /** Own resting orders to cancel (self trade prevention `maker`). */
  readonly cancelled: readonly string[];
  /** The incoming order ends where it met its own (`taker_at_cross`). */
  readonly stopped: boolean;
  readonly filled: MicroContracts;
}

/** Whether an order at `limit` may trade at `price`. */
export function reaches(side: BookSide, limit: PriceMicros, price: PriceMicros): boolean {
  return side === 'bid' ? price <= limit : price >= limit;
}

/** What rests on the other side within the limit, best price first, then the oldest. */
export function opposite(
  resting: Iterable<Resting>,
  incoming: Pick<Incoming, 'side' | 'limit'>,
): Resting[] {
  const better = incoming.side === 'bid' ? 1 : -1;
  return [...resting]
    .filter((one) => one.side !== incoming.side && one.remaining > 0)
    .filter((one) => reaches(incoming.side, incoming.limit, one.price))
    .toSorted((a, b) => (a.price - b.price) * better || a.sequence - b.sequence);
}

/** Matches an incoming order against what rests, best price first and oldest first within it. */
export function planMatch(resting: Iterable<Resting>, incoming: Incoming): MatchPlan {
  const executions: Execution[] = [];
  const cancelled: string[] = [];
  let left: number = incoming.quantity;
  let stopped = false;
  for (const one of opposite(resting, incoming)) {
    if (left === 0) break;
    if (one.userId === incoming.userId) {
      // The house's two sides may touch: they are two makers in one.
      if (incoming.userId === undefined) continue;
      if (incoming.selfTrade === 'taker_at_cross') {
        stopped = true;
        break;
      }
      cancelled.push(one.id);
      continue;
    }
    const quantity = microContracts(Math.min(left, one.remaining));
    executions.push({ restingId: one.id, price: one.price, quantity });
    left -= quantity;
  }
  return { executions, cancelled, stopped, filled: microContracts(incoming.quantity - left) };
}
