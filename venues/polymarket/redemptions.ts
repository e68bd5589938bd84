/** What winning positions were turned into: cash, on the chain, by whoever redeemed them. */
import { activityPageSchema } from '../../contracts/polymarket/account.ts';
import type { Micros } from '../../domain/money.ts';
import { micros } from '../../domain/money.ts';
import type { FactPage } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';
import { unheard } from './client.ts';

/** Cash of one market that the wallet received. */
export interface PolymarketRedemption {
  readonly redemptionId: string;
  readonly marketId: string;
  readonly amountMicros: Micros;
  readonly redeemedAtMs: number;
}

const PAGE_SIZE = 500;
const PAGES_MAX = 20;
/** The Data API lags behind the chain by minutes; its rows are dated by the block. */
const LAG_MS = 10 * 60_000;

/**
 * Redemptions recorded since `sinceMs`, oldest first. A row whose market has no name now waits,
 * and the cursor stays before it.
 * @throws VenueUnreachable where a page cannot be read or the list does not end
 */
export async function readRedemptions(
  account: PolymarketAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<FactPage<PolymarketRedemption>> {
  const { atMs } = await account.options.clock.read();
  let cursorMs = Math.max(sinceMs, atMs - LAG_MS);
  const facts = new Map<string, PolymarketRedemption>();
  for (const row of await readActivity(account, sinceMs, signal)) {
    const marketId = await account.markets.slugOf(row.conditionId, signal);
    if (marketId === undefined) {
      cursorMs = Math.max(sinceMs, Math.min(cursorMs, row.timestamp - 1));
      continue;
    }
    const redemptionId = `${row.transactionHash}:${row.conditionId}`;
    const earlier = facts.get(redemptionId)?.amountMicros ?? 0;
    // One transaction may redeem both outcomes of a market: its rows are one payment.
    const amountMicros = micros(earlier + row.usdcSize);
    facts.set(redemptionId, { redemptionId, marketId, amountMicros, redeemedAtMs: row.timestamp });
  }
  const ordered = [...facts.values()].toSorted(
    (a, b) => a.redeemedAtMs - b.redeemedAtMs || (a.redemptionId < b.redemptionId ? -1 : 1),
  );
  return { facts: ordered, cursorMs };
}

async function readActivity(account: PolymarketAccount, sinceMs: number, signal?: AbortSignal) {
  const rows = [];
  const path = '/activity';
  const query = {
    user: account.wallet.maker,
    type: 'REDEEM',
    start: Math.max(0, Math.floor(sinceMs / 1000) - 1),
    limit: PAGE_SIZE,
    sortBy: 'TIMESTAMP',
    sortDirection: 'ASC',
  };
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const call = { path, query: { ...query, offset: page * PAGE_SIZE }, signal };
    const found = await account.data.read({ ...call, schema: activityPageSchema });
    // The filter is theirs; a list that ignored it must not make other activity cash.
    rows.push(...found.filter(({ type }) => type === 'REDEEM'));
    if (found.length < PAGE_SIZE) return rows;
  }
  throw unheard(`${path} gave ${PAGES_MAX} pages and no end`);
}
