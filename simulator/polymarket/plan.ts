/** What an order would do on a market's book: pure, as `engine/matching.ts` is. */
import type { MicroContracts } from '../../domain/money.ts';
import {
  floorToStep,
  microContracts,
  MICROS_PER_UNIT,
  mulDivFloor,
  priceMicros,
} from '../../domain/money.ts';
import type { Execution, MatchPlan, Resting } from '../engine/matching.ts';
import { opposite, planMatch } from '../engine/matching.ts';
import { SHARE_STEP } from './amounts.ts';
import type { Market, Order } from './records.ts';
import { bookSideOf } from './records.ts';
import { tokenPrice, worth } from './state.ts';

/** A plan, and whether the order gets all it asks for. */
export interface OrderPlan extends MatchPlan {
  readonly whole: boolean;
}

/** What an order needs to be matched. */
export type Matchable = Pick<
  Order,
  'owner' | 'token' | 'side' | 'price' | 'size' | 'matched' | 'budgetMicros'
>;

/**
 * Plans an order. It never meets its own owner's orders: those are cancelled (the venue's rule is
 * not documented). A limit order gets its shares at the makers' prices; a FOK or FAK buy spends its
 * budget, on more shares where the price is better. @source reference §2.4
 */
export function planOrder(market: Market, order: Matchable): OrderPlan {
  const side = bookSideOf(order.side, order.token);
  const limit = tokenPrice(order.price, order.token);
  const entries = [...market.book.entries()];
  const incoming = { userId: order.owner, side, limit };
  if (order.budgetMicros !== undefined) {
    return planBudget(opposite(entries, incoming), order, order.budgetMicros);
  }
  const quantity = microContracts(order.size - order.matched);
  const plan = planMatch(entries, { ...incoming, quantity, selfTrade: 'maker' });
  return { ...plan, whole: plan.filled === quantity };
}

function planBudget(makers: readonly Resting[], order: Matchable, budgetMicros: number): OrderPlan {
  const executions: Execution[] = [];
  const cancelled: string[] = [];
  let left = budgetMicros;
  let filled = 0;
  for (const one of makers) {
    if (one.userId === order.owner) {
      cancelled.push(one.id);
      continue;
    }
    const price = tokenPrice(one.price, order.token);
    const quantity = Math.min(one.remaining, affordable(left, price));
    if (quantity === 0) break;
    executions.push({ restingId: one.id, price: one.price, quantity: microContracts(quantity) });
    left -= worth(quantity, price);
    filled += quantity;
  }
  return {
    executions,
    cancelled,
    stopped: false,
    filled: microContracts(filled),
    whole: filled > 0 && affordable(left, order.price) === 0,
  };
}

/** How many shares a sum buys, in steps of 0.01. */
function affordable(micros: number, price: number): MicroContracts {
  return microContracts(
    floorToStep(mulDivFloor(micros, MICROS_PER_UNIT, priceMicros(price)), SHARE_STEP),
  );
}
