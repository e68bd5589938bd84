/** Order groups: a fuse on the venue's side. */
import type { MicroContracts } from '../../domain/money.ts';
import { unrecorded } from './errors.ts';
import type { Order, OrderGroup } from './records.ts';
import type { ExchangeState } from './state.ts';
import { cancelResting, restingOrders } from './state.ts';

/** Matches are counted over this long. @source SDK 3.30 CreateOrderGroupRequest */
const WINDOW_MS = 15_000;

/** A user's group. @throws KalshiRefusal 404 */
export function groupOf(state: ExchangeState, userId: string, groupId: string): OrderGroup {
  const group = state.groups.get(groupId);
  if (group === undefined || group.userId !== userId) throw unrecorded.groupNotFound();
  return group;
}

/** Counts what an order of a group matched, and trips the group at its limit. */
export function noteMatched(state: ExchangeState, order: Order, quantity: number): void {
  const group = order.groupId === undefined ? undefined : state.groups.get(order.groupId);
  if (group === undefined) return;
  group.matched.push({ atMs: state.nowMs, quantity });
  checkLimit(state, group);
}

/** Trips a group whose matches of the last 15 seconds have reached its limit. */
function checkLimit(state: ExchangeState, group: OrderGroup): void {
  group.matched = group.matched.filter(({ atMs }) => atMs > state.nowMs - WINDOW_MS);
  const matched = group.matched.reduce((sum, one) => sum + one.quantity, 0);
  if (matched >= group.limit) triggerGroup(state, group);
}

/** Cancels a group's orders and refuses new ones until it is reset. */
export function triggerGroup(state: ExchangeState, group: OrderGroup): void {
  group.triggered = true;
  for (const order of ordersOf(state, group)) cancelResting(state, order.orderId);
}

/** Starts counting from nothing; orders are taken again. */
export function resetGroup(group: OrderGroup): void {
  group.triggered = false;
  group.matched = [];
}

/** Changes the limit; the matches of the window count against the new one at once. */
export function setGroupLimit(
  state: ExchangeState,
  group: OrderGroup,
  limit: MicroContracts,
): void {
  group.limit = limit;
  checkLimit(state, group);
}

/** A group's resting orders. */
export function ordersOf(state: ExchangeState, group: OrderGroup): Order[] {
  return restingOrders(state, (order) => order.groupId === group.groupId);
}
