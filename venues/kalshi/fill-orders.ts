/** Whose fills they are: REST tells a fill's order by the venue's id, and nothing of ours. */
import type { KalshiFill } from '../../contracts/kalshi/portfolio.ts';
import { orderPageSchema } from '../../contracts/kalshi/orders.ts';
import { isVenueFailure } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { subaccountOf } from './account.ts';
import { readAnyOrder } from './order-reads.ts';

/** From so many on a page of orders is cheaper than asking for each. */
const LISTED_FROM = 3;

interface Since {
  /** The list's filter, Unix seconds. */
  readonly minTs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Learns the client order id of every fill's order, empty for one without: what this process
 * remembers, else what the ledger knows, else from the list of orders, and for what is not there
 * from the order itself. An order that cannot be read now stays unknown.
 */
export async function learnOrders(
  account: KalshiAccount,
  fills: readonly KalshiFill[],
  since: Since,
): Promise<void> {
  const missing = (): string[] =>
    [...new Set(fills.map((fill) => fill.order_id))].filter(
      (id) => account.clientIds.get(id) === undefined,
    );
  if (missing().length > 0) await learnFromLedger(account, missing());
  if (missing().length >= LISTED_FROM) {
    await tried(account, '', () => learnFromList(account, since));
  }
  for (const venueOrderId of missing()) {
    const { ticker } = fills.find((fill) => fill.order_id === venueOrderId)!;
    await tried(account, ticker, async () => {
      const found = await readAnyOrder(account, venueOrderId, ticker, since.signal);
      if (found !== undefined) account.clientIds.set(venueOrderId, found.client_order_id ?? '');
    });
  }
}

/** What the venue does not tell now stays unknown, and somebody hears of it. */
async function tried(
  { options }: KalshiAccount,
  marketId: string,
  read: () => Promise<void>,
): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!isVenueFailure(error)) throw error;
    options.onDoubt?.({ marketId, detail: `orders of fills: ${error.message}` });
  }
}

async function learnFromLedger(account: KalshiAccount, ids: readonly string[]): Promise<void> {
  for (const [id, known] of (await account.options.ordersOf?.(ids)) ?? []) {
    const { clientOrderId, outcome, action } = known;
    account.clientIds.set(id, clientOrderId);
    account.terms.set(clientOrderId, { outcome, action });
  }
}

async function learnFromList(account: KalshiAccount, { minTs, signal }: Since): Promise<void> {
  const query = { min_ts: minTs, subaccount: subaccountOf(account) };
  const call = { path: '/portfolio/orders', query, schema: orderPageSchema, signal };
  for await (const { orders } of account.client.pages(call)) {
    for (const { order_id: id, client_order_id: clientId } of orders) {
      account.clientIds.set(id, clientId ?? '');
    }
  }
}
