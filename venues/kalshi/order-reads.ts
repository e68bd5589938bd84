/** Finding an order: by the venue's id, in the list of its market, in the archive. */
import type { KalshiOrder } from '../../contracts/kalshi/orders.ts';
import { orderAnswerSchema, orderPageSchema } from '../../contracts/kalshi/orders.ts';
import { historicalCutoffSchema } from '../../contracts/kalshi/portfolio.ts';
import { asOutcome } from '../as-outcome.ts';
import type { LookupOutcome, OpenOrder, OrderRef, OrderState } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { subaccountOf, termsOf } from './account.ts';
import type { ReadCall } from '../http/json-client.ts';
import { unheard } from './client.ts';
import { stateOfOrder, termsByVenue } from './wire.ts';

/** Clocks differ, and the venue dates orders by its own. */
const SENT_SLACK_MS = 5 * 60_000;
/** @source recording account__endpoint_costs (2026-06-11) */
const GET_ORDER_COST = 2;

/** Finds an order and says what it has come to. Absent only where every page was read. */
export function lookUp(
  account: KalshiAccount,
  ref: OrderRef,
  signal?: AbortSignal,
): Promise<LookupOutcome> {
  return asOutcome(async () => {
    const order = await findOrder(account, ref, signal);
    if (order === undefined) return { kind: 'absent' };
    return { kind: 'found', order: await stateOf(account, order) };
  });
}

/**
 * The order with this identity.
 * @returns undefined where no page of the lists has it
 * @throws VenueUnreachable where the venue told its id before and does not know it now, or answers
 *   with another order
 */
export async function findOrder(
  account: KalshiAccount,
  ref: OrderRef,
  signal?: AbortSignal,
): Promise<KalshiOrder | undefined> {
  const venueOrderId = ref.venueOrderId ?? account.venueIds.get(ref.clientOrderId);
  if (venueOrderId !== undefined) {
    const byId = await readOrder(account, venueOrderId, signal);
    if (byId !== undefined) return checked(account, ref, byId);
  }
  const listed = await findInLists(account, ref, signal);
  if (listed !== undefined) return listed;
  if (venueOrderId === undefined) return undefined;
  throw unheard(`order ${venueOrderId} was told before and is in no list now`);
}

/** The same from the lists alone: a single order's own page may be older than they are. */
export async function findInLists(
  account: KalshiAccount,
  ref: OrderRef,
  signal?: AbortSignal,
): Promise<KalshiOrder | undefined> {
  const { sentAtMs, marketId } = ref;
  const sinceMs = sentAtMs === undefined ? undefined : Math.max(0, sentAtMs - SENT_SLACK_MS);
  const query = {
    ticker: marketId,
    min_ts: sinceMs === undefined ? undefined : Math.floor(sinceMs / 1000),
  };
  const live = { ...query, subaccount: subaccountOf(account) };
  const listed = await findInPages(account, ref, {
    path: '/portfolio/orders',
    query: live,
    signal,
  });
  if (listed !== undefined || !(await mayBeArchived(account, sinceMs, signal))) return listed;
  return findInPages(account, ref, { path: '/historical/orders', query, signal });
}

async function findInPages(
  account: KalshiAccount,
  ref: OrderRef,
  list: Pick<ReadCall<typeof orderPageSchema>, 'path' | 'query' | 'signal'>,
): Promise<KalshiOrder | undefined> {
  for await (const { orders } of account.client.pages({ ...list, schema: orderPageSchema })) {
    const found = orders.find(({ client_order_id: id }) => id === ref.clientOrderId);
    if (found !== undefined) return checked(account, ref, found);
  }
  return undefined;
}

/** One order by the venue's id; undefined where the venue says it has none. */
export async function readOrder(
  account: KalshiAccount,
  venueOrderId: string,
  signal?: AbortSignal,
): Promise<KalshiOrder | undefined> {
  const path = `/portfolio/orders/${encodeURIComponent(venueOrderId)}`;
  const call = { path, schema: orderAnswerSchema, cost: GET_ORDER_COST, signal };
  const found = await account.client.find(call);
  if (found !== undefined && found.order.order_id !== venueOrderId) {
    throw unheard(`${path} answered with another order, ${found.order.order_id}`);
  }
  return found?.order;
}

/** The same, and where it has left the ordinary pages, from the archive of its market. */
export async function readAnyOrder(
  account: KalshiAccount,
  venueOrderId: string,
  marketId: string,
  signal?: AbortSignal,
): Promise<KalshiOrder | undefined> {
  const found = await readOrder(account, venueOrderId, signal);
  if (found !== undefined) return found;
  const path = '/historical/orders';
  const call = { path, query: { ticker: marketId }, schema: orderPageSchema, signal };
  for await (const { orders } of account.client.pages(call)) {
    const archived = orders.find(({ order_id: id }) => id === venueOrderId);
    if (archived !== undefined) return archived;
  }
  return undefined;
}

/** Every order that rests on the account. */
export async function readOpenOrders(
  account: KalshiAccount,
  signal?: AbortSignal,
): Promise<OpenOrder[]> {
  const query = { status: 'resting', subaccount: subaccountOf(account) };
  const call = { path: '/portfolio/orders', query, schema: orderPageSchema, signal };
  const open = new Map<string, KalshiOrder>();
  for await (const { orders } of account.client.pages(call)) {
    // The filter is theirs; a list that ignored it must not make finished orders open.
    for (const order of orders) if (order.status === 'resting') open.set(order.order_id, order);
  }
  const orders = [...open.values()];
  const terms = await termsOf(
    account,
    orders.flatMap((order) => order.client_order_id ?? []),
  );
  return orders.map((order) => {
    const clientOrderId = order.client_order_id ?? '';
    const state = stateOfOrder(order, terms.get(clientOrderId) ?? termsByVenue(order));
    return { ...state, clientOrderId, marketId: order.ticker };
  });
}

/** What an order has come to, in the terms it was sent in. */
export async function stateOf(account: KalshiAccount, order: KalshiOrder): Promise<OrderState> {
  const id = order.client_order_id ?? '';
  const terms = (await termsOf(account, [id])).get(id) ?? termsByVenue(order);
  return stateOfOrder(order, terms);
}

/** Answers were seen to describe another order: identity and market must be those asked for. */
function checked(account: KalshiAccount, ref: OrderRef, order: KalshiOrder): KalshiOrder {
  if (order.client_order_id !== ref.clientOrderId || order.ticker !== ref.marketId) {
    throw unheard(`order ${order.order_id} is not ${ref.clientOrderId} on ${ref.marketId}`);
  }
  account.venueIds.set(ref.clientOrderId, order.order_id);
  account.clientIds.set(order.order_id, ref.clientOrderId);
  return order;
}

/** Orders that ended before the cutoff have left the ordinary lists. */
async function mayBeArchived(
  { client }: KalshiAccount,
  sinceMs: number | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  if (sinceMs === undefined) return true;
  const path = '/historical/cutoff';
  const cutoff = await client.read({ path, schema: historicalCutoffSchema, signal });
  return sinceMs <= cutoff.orders_updated_ts;
}
