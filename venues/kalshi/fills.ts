/** Fills as the venue lists them, joined to the orders they belong to. */
import type { KalshiFill } from '../../contracts/kalshi/portfolio.ts';
import {
  fillPageSchema,
  fillCutoffSchema,
  userDataTimestampSchema,
} from '../../contracts/kalshi/portfolio.ts';
import { MICROS_PER_UNIT } from '../../domain/money.ts';
import type { FactPage, VenueFill } from '../venue.ts';
import type { KalshiAccount } from './account.ts';
import { subaccountOf, termsOf } from './account.ts';
import { unheard } from './client.ts';
import { learnOrders } from './fill-orders.ts';
import type { OrderTerms } from './wire.ts';
import { bookSideOf, termsByVenue } from './wire.ts';

/** The filter is in whole seconds and may leave out the second it names. */
const MIN_TS_SLACK_S = 1;
/**
 * Fills younger than this have not left the list: a watch that keeps up need not ask where the
 * archive begins. @source Kalshi documentation, historical data (2026-08): about three months
 */
const ARCHIVED_AFTER_MS = 86_400_000;

/**
 * Every fill since `sinceMs`, oldest first, each once. What a fill was (bought or sold, of which
 * outcome) comes from its order; one of an order nobody here remembers is a buy of the side gained.
 * A fill whose order cannot be read now is not told yet, and the cursor stays before it.
 * @throws VenueUnreachable where a page cannot be read or a fill contradicts its order
 */
export async function readFills(
  account: KalshiAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<FactPage<VenueFill>> {
  const cursorMs = await cursorOf(account, sinceMs, signal);
  const fills = new Map<string, KalshiFill>();
  for await (const fill of listedFills(account, sinceMs, signal)) fills.set(fill.fill_id, fill);
  const listed = [...fills.values()];
  await learnOrders(account, listed, { minTs: minTsOf(sinceMs), signal });
  for (const { ticker } of listed) account.marketIds.set(ticker, true);
  const idOf = (fill: KalshiFill) => account.clientIds.get(fill.order_id);
  const told = listed.flatMap((fill) => {
    const id = idOf(fill);
    return id === undefined ? [] : [{ fill, id }];
  });
  const ids = told.map(({ id }) => id).filter((id) => id !== '');
  const terms = await termsOf(account, ids);
  const facts = told.map(({ fill, id }) =>
    venueFillOf(fill, id, terms.get(id) ?? termsByVenue(fill)),
  );
  // What is not told yet is told later: the cursor stays before it.
  const untold = listed.filter((fill) => idOf(fill) === undefined);
  const wholeMs = Math.min(cursorMs, ...untold.map((fill) => fill.created_time - 1));
  return { facts: oldestFirst(facts), cursorMs: Math.max(sinceMs, wholeMs) };
}

/** The list and, where the time asked for reaches back to it, the archive that it moves into. */
async function* listedFills(
  account: KalshiAccount,
  sinceMs: number,
  signal?: AbortSignal,
): AsyncGenerator<KalshiFill> {
  const subaccount = subaccountOf(account);
  const query = { min_ts: minTsOf(sinceMs) };
  const list = { query: { ...query, subaccount }, schema: fillPageSchema, signal };
  for await (const { fills } of account.client.pages({ ...list, path: '/portfolio/fills' })) {
    yield* fills;
  }
  // After the list: what moves meanwhile is on both, and counts once.
  if (!(await reachesArchive(account, sinceMs, signal))) return;
  const archive = { path: '/historical/fills', query, schema: fillPageSchema, signal };
  for await (const { fills } of account.client.pages(archive)) {
    // The archive has no filter for subaccounts.
    yield* fills.filter(({ subaccount_number: of }) => (of ?? subaccount) === subaccount);
  }
}

async function reachesArchive(
  { client, options }: KalshiAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const { atMs } = await options.clock.read();
  if (atMs - sinceMs < ARCHIVED_AFTER_MS) return false;
  const path = '/historical/cutoff';
  const cutoff = await client.read({ path, schema: fillCutoffSchema, signal });
  return sinceMs <= cutoff.trades_created_ts;
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
