/** Cancels: by id, by market, or all. A cancel is no proof that nothing filled. */
import type { Account, Order } from './records.ts';
import type { ExchangeState } from './state.ts';
import { marketOf, openOrders } from './state.ts';
import { endOrder } from './trading.ts';

/** What a cancel answers, always with 200. */
export interface CancelAnswer {
  readonly canceled: readonly string[];
  readonly not_canceled: Readonly<Record<string, string>>;
}

/** Cancels the orders with these ids that are the account's and rest. */
export function cancelOrders(
  state: ExchangeState,
  { owner }: Account,
  orderIds: readonly string[],
): CancelAnswer {
  const canceled: string[] = [];
  const refused: Record<string, string> = {};
  for (const orderId of new Set(orderIds)) {
    const order = state.orders.get(orderId)?.now;
    const reason = whyNot(order, owner);
    if (order === undefined || reason !== undefined) {
      refused[orderId] = reason ?? '';
      continue;
    }
    endOrder(state, marketOf(state, order.conditionId), order, 'CANCELED');
    canceled.push(orderId);
  }
  return { canceled, not_canceled: refused };
}

function whyNot(order: Order | undefined, owner: string): string | undefined {
  if (order === undefined || order.owner !== owner) {
    return "order can't be found - already canceled or matched";
  }
  if (order.status === 'DELAYED') return 'order is delayed and can not be canceled yet';
  const open = order.status === 'LIVE' || order.status === 'UNMATCHED';
  return open ? undefined : 'already canceled or matched';
}

/** Cancels whatever of the account's open orders `wanted` picks. */
export function cancelWhere(
  state: ExchangeState,
  account: Account,
  wanted: (order: Order) => boolean,
): CancelAnswer {
  const mine = openOrders(state, (order) => order.owner === account.owner && wanted(order));
  return cancelOrders(
    state,
    account,
    mine.map(({ orderId }) => orderId),
  );
}
