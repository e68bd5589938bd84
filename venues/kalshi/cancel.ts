/**
 * Cancelling. Reads lag what a cancel did, and its 404 is the same for canceled, executed and
 * unknown orders, so only a terminal order that is read back is an answer.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../../contracts/json.ts';
import type { KalshiOrder } from '../../contracts/kalshi/orders.ts';
import { canceledOrderSchema } from '../../contracts/kalshi/orders.ts';
import { asOutcome } from '../as-outcome.ts';
import type { LookupOutcome, OrderRef } from '../venue.ts';
import { VenueUnreachable } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { subaccountOf } from './account.ts';
import { raw } from '../http/json-client.ts';
import { unheard } from './client.ts';
import { findInLists, findOrder, readOpenOrders, readOrder, stateOf } from './order-reads.ts';

/** Reads were seen to lag by more than 360 ms; a cancel waits this long for them. */
const SETTLE_MS = 3_000;
const FIRST_PAUSE_MS = 50;
const PAUSE_MS_MAX = 800;
/** Cancels asked at once: the Basic tier's burst is 100 tokens of 2 each. */
const CANCELS_AT_ONCE = 10;

/** Ends an order's rest and says what it came to. Can be repeated. */
export function cancelOrder(
  account: KalshiAccount,
  ref: OrderRef,
  signal?: AbortSignal,
): Promise<LookupOutcome> {
  return asOutcome(async () => {
    const known = ref.venueOrderId ?? account.venueIds.get(ref.clientOrderId);
    const found = known === undefined ? await findOrder(account, ref, signal) : undefined;
    if (known === undefined && found === undefined) return { kind: 'absent' };
    if (found !== undefined && found.status !== 'resting') {
      return { kind: 'found', order: await stateOf(account, found) };
    }
    const venueOrderId = known ?? found!.order_id;
    return endOf(account, { ...ref, venueOrderId }, signal);
  });
}

async function endOf(
  account: KalshiAccount,
  ref: OrderRef & { readonly venueOrderId: string },
  signal?: AbortSignal,
): Promise<LookupOutcome> {
  const untilMs = performance.now() + SETTLE_MS;
  let asked = await askCancel(account, ref, signal);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)) {
    const order = await terminal(account, ref, signal);
    if (order.found !== undefined) {
      return { kind: 'found', order: await stateOf(account, order.found) };
    }
    if (performance.now() + pauseMs > untilMs) {
      const detail = `cancel of ${ref.venueOrderId}: ${asked.detail}; ${order.detail}`;
      return { kind: 'unknown', detail };
    }
    await sleep(pauseMs, undefined, { signal });
    // A cancel has one effect however often it is asked for.
    if (asked.again) asked = await askCancel(account, ref, signal);
  }
}

interface Asked {
  /** Whether the venue may not have heard it. */
  readonly again: boolean;
  readonly detail: string;
}

/** Asks once. Without the ticker the venue would look on shard 0 only. */
async function askCancel(
  { client, options }: KalshiAccount,
  { venueOrderId, marketId }: { readonly venueOrderId: string; readonly marketId: string },
  signal?: AbortSignal,
): Promise<Asked> {
  const path = `/portfolio/events/orders/${encodeURIComponent(venueOrderId)}`;
  const query = { market_ticker: marketId, subaccount: options.subaccount };
  const exchanged = await client.send({ method: 'DELETE', path, query, signal });
  if (exchanged.kind !== 'answered') return { again: true, detail: exchanged.detail };
  const { status } = exchanged;
  if (status === 404) return { again: false, detail: '404, which proves nothing' };
  if (status >= 300) {
    const why = client.failure(exchanged, path);
    return { again: why instanceof VenueUnreachable, detail: why.message };
  }
  const body = canceledOrderSchema.safeParse(parseJson(exchanged.text));
  return body.success && body.data.order_id === venueOrderId
    ? { again: false, detail: 'the venue took the cancel' }
    : { again: true, detail: `the venue answered about another order; ${raw(exchanged.text)}` };
}

/** The order once it can fill no more, by its own page or by the list, whichever knows first. */
async function terminal(
  account: KalshiAccount,
  ref: OrderRef & { readonly venueOrderId: string },
  signal?: AbortSignal,
): Promise<{ readonly found?: KalshiOrder; readonly detail: string }> {
  const detail: string[] = [];
  const reads = [
    () => readOrder(account, ref.venueOrderId, signal),
    () => findInLists(account, ref, signal),
  ];
  for (const read of reads) {
    try {
      const order = await read();
      if (order !== undefined && order.client_order_id !== ref.clientOrderId) {
        throw unheard(`order ${ref.venueOrderId} is not ${ref.clientOrderId}`);
      }
      if (order !== undefined && order.status !== 'resting') return { found: order, detail: '' };
      detail.push(order === undefined ? 'it is not listed' : 'it still reads as resting');
    } catch (error) {
      if (!(error instanceof VenueUnreachable)) throw error;
      detail.push(error.message);
    }
  }
  return { detail: detail.join('; ') };
}

/**
 * Cancels what rests on the account, one order at a time by its id. Kalshi's own cancel-all would
 * also end orders of the following minute.
 * @returns how many cancels were asked for
 * @throws VenueUnreachable where the list cannot be read, or an order still rests after 3 s
 */
export async function cancelAllOrders(
  account: KalshiAccount,
  signal?: AbortSignal,
): Promise<number> {
  const open = await readOpenOrders(account, signal);
  const untilMs = performance.now() + SETTLE_MS;
  let left = open;
  for (
    let pauseMs = FIRST_PAUSE_MS;
    left.length > 0;
    pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX)
  ) {
    const asked = await askAll(account, left, signal);
    const ids = new Set(left.map(({ venueOrderId }) => venueOrderId));
    left = (await readOpenOrders(account, signal)).filter((order) => ids.has(order.venueOrderId));
    if (left.length === 0) break;
    if (performance.now() + pauseMs > untilMs) {
      const sub = subaccountOf(account);
      throw unheard(
        `${left.length} of ${open.length} orders of subaccount ${sub} still rest: ${asked}`,
      );
    }
    await sleep(pauseMs, undefined, { signal });
  }
  return open.length;
}

/** What the last of them was answered. */
async function askAll(
  account: KalshiAccount,
  orders: readonly { readonly venueOrderId: string; readonly marketId: string }[],
  signal?: AbortSignal,
): Promise<string> {
  let detail = '';
  for (let start = 0; start < orders.length; start += CANCELS_AT_ONCE) {
    const batch = orders.slice(start, start + CANCELS_AT_ONCE);
    const asked = await Promise.all(batch.map((order) => askCancel(account, order, signal)));
    detail = asked.at(-1)?.detail ?? detail;
  }
  return detail;
}
