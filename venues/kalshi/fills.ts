/** Fills as the venue lists them, joined to the orders they belong to. */
import type { KalshiFill } from '../../contracts/kalshi/portfolio.ts';
import { fillPageSchema, userDataTimestampSchema } from '../../contracts/kalshi/portfolio.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { FactPage, VenueFill } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { subaccountOf, termsOf } from './account.ts';
import { unheard } from './client.ts';
import { readAnyOrder } from './order-reads.ts';
import type { OrderTerms } from './wire.ts';
import { bookSideOf, termsByVenue } from './wire.ts';

/** The filter is in whole seconds and may leave out the second it names. */
const MIN_TS_SLACK_S = 1;

/**
 * Every fill since `sinceMs`, oldest first, each once. What a fill was (bought or sold, of which
 * outcome) comes from its order; one of an order nobody here remembers is a buy of the side gained.
 * @throws VenueUnreachable where a page, or the order of a fill, cannot be read: a fill is neither
 *   left out nor told without its order
 */
export async function readFills(
  account: KalshiAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<FactPage<VenueFill>> {
  const cursorMs = await cursorOf(account, sinceMs, signal);
  const query = { min_ts: minTsOf(sinceMs), subaccount: subaccountOf(account) };
  const call = { path: '/portfolio/fills', query, schema: fillPageSchema, signal };
  const fills = new Map<string, KalshiFill>();
  for await (const page of account.client.pages(call)) {
    for (const fill of page.fills) fills.set(fill.fill_id, fill);
  }
  const listed = [...fills.values()];
  for (const fill of listed) await learnOrder(account, fill, signal);
  for (const { ticker } of listed) account.marketIds.set(ticker, true);
  const idOf = (fill: KalshiFill): string => account.clientIds.get(fill.order_id) ?? '';
  const terms = await termsOf(
    account,
    listed.map(idOf).filter((id) => id !== ''),
  );
  const facts = listed.map((fill) =>
    venueFillOf(fill, idOf(fill), terms.get(idOf(fill)) ?? termsByVenue(fill)),
  );
  return { facts: oldestFirst(facts), cursorMs };
}

/**
 * Up to when the account's lists are whole: now by the Clock, less what the venue says its lists
 * lag behind. Never before `sinceMs`.
 */
export async function cursorOf(
  { client, options }: KalshiAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const { atMs } = await options.clock.read();
  const path = '/exchange/user_data_timestamp';
  const told = await client.find({ path, schema: userDataTimestampSchema, signal });
  return Math.max(sinceMs, Math.min(atMs, told?.as_of_time ?? atMs));
}

/** A list's filter for facts recorded at or after `sinceMs`, Unix seconds. */
export function minTsOf(sinceMs: number): number {
  return Math.max(0, Math.floor(sinceMs / 1000) - MIN_TS_SLACK_S);
}

/** REST fills carry no client order id: it is read from the order, once. */
async function learnOrder(
  account: KalshiAccount,
  fill: KalshiFill,
  signal?: AbortSignal,
): Promise<void> {
  if (account.clientIds.get(fill.order_id) !== undefined) return;
  const found = await readAnyOrder(account, fill.order_id, fill.ticker, signal);
  if (found === undefined) {
    throw unheard(`fill ${fill.fill_id} is of order ${fill.order_id}, which cannot be read`);
  }
  account.clientIds.set(fill.order_id, found.client_order_id ?? '');
}

function venueFillOf(fill: KalshiFill, clientOrderId: string, terms: OrderTerms): VenueFill {
  const { yes_price_dollars: yes, no_price_dollars: no, book_side: side } = fill;
  const fault =
    yes + no !== MICROS_PER_UNIT
      ? 'its prices of yes and no do not add up to one dollar'
      : side !== bookSideOf(terms)
        ? `it is a ${side}, and its order was to ${terms.action} ${terms.outcome === 0 ? 'yes' : 'no'}`
        : fill.count_fp === 0
          ? 'it fills nothing'
          : undefined;
  if (fault !== undefined) throw unheard(`fill ${fill.fill_id}: ${fault}`);
  return {
    fillId: fill.fill_id,
    venueOrderId: fill.order_id,
    ...(clientOrderId === '' ? {} : { clientOrderId }),
    marketId: fill.ticker,
    outcome: terms.outcome,
    action: terms.action,
    quantity: fill.count_fp,
    priceMicros: terms.outcome === 0 ? yes : no,
    feeMicros: fill.fee_cost,
    filledAtMs: fill.created_time,
  };
}

function oldestFirst(fills: readonly VenueFill[]): VenueFill[] {
  return fills.toSorted((a, b) => a.filledAtMs - b.filledAtMs || (a.fillId < b.fillId ? -1 : 1));
}
