/**
 * Fills of an account, from the list of its trades. A trade counts from the moment it is matched;
 * where it fails on the chain after all, a record of its own takes it back.
 */
import type { PolymarketTrade } from '../../contracts/polymarket/trades.ts';
import { tradePageSchema } from '../../contracts/polymarket/trades.ts';
import { fillFee } from '../../domain/fees/schedule.ts';
import type { FactPage, VenueFill } from '../venue.ts';
import { isVenueFailure } from '../venue.ts';
import type { KnownOrder, PolymarketAccount } from './account.ts';
import { unheard } from './client.ts';
import type { OwnMatch } from './matches.ts';
import { matchesOfAccount } from './matches.ts';
import { learnOrders } from './own-orders.ts';
import type { MarketTerms } from './terms.ts';

/** How far a process that has read nothing yet looks back for trades that were not final. */
const FIRST_LOOK_BACK_MS = 86_400_000;
/** A trade that is not final after this long is somebody's to look at, and no longer followed. */
const FOLLOWED_MS_MAX = 86_400_000;
/** What was matched may be listed so much later, and clocks differ. */
const LAG_MS = 5 * 60_000;
/** The filter is in whole seconds and may leave out the second it names. */
const AFTER_SLACK_S = 1;

/**
 * Every fill since `sinceMs`, oldest first, each once, and those before that were not final when
 * they were last read. A trade whose market cannot be read now is not told yet, holds no other up,
 * and the cursor stays before it.
 * @throws VenueUnreachable where a page cannot be read or a trade contradicts its order
 */
export async function readFills(
  account: PolymarketAccount,
  sinceMs: number,
  signal?: AbortSignal,
): Promise<FactPage<VenueFill>> {
  const { atMs } = await account.options.clock.read();
  const trades = await readTrades(account, lookBackFrom(account, sinceMs, atMs), signal);
  const matches = trades.flatMap((trade) =>
    matchesOfAccount(trade, account.wallet.maker.toLowerCase()),
  );
  const known = await learnOrders(
    account,
    matches.map(({ hash }) => hash),
  );
  const facts: VenueFill[] = [];
  let cursorMs = Math.max(sinceMs, atMs);
  for (const match of matches) {
    const order = known.get(match.hash);
    const market =
      marketOfOrder(account, match, order) ?? (await marketOrDoubt(account, match, signal));
    if (market === undefined) {
      cursorMs = Math.min(cursorMs, match.matchedAtMs - 1);
    } else {
      facts.push(...factsOf(account, match, market, order));
    }
  }
  // Only a page whose facts are all told is remembered as read.
  follow(account, trades, atMs);
  return { facts: oldestFirst(facts), cursorMs: Math.max(sinceMs, cursorMs) };
}

/**
 * Back to the oldest trade that may still fail, and over what was recorded while another process
 * read the trades; the first read of a process goes back a day.
 */
function lookBackFrom({ followed, due }: PolymarketAccount, sinceMs: number, atMs: number) {
  const readUpToMs =
    due.tradesReadAtMs === undefined
      ? Math.min(sinceMs, atMs) - FIRST_LOOK_BACK_MS
      : due.tradesReadAtMs - LAG_MS;
  const matchedAtMs = [...followed.values()].map((trade) => trade.match_time);
  return Math.min(sinceMs, readUpToMs, ...matchedAtMs);
}

/** Of the key's account: a filter by address was seen to leave out what was taken. */
async function readTrades(
  { clob }: PolymarketAccount,
  fromMs: number,
  signal?: AbortSignal,
): Promise<PolymarketTrade[]> {
  const after = Math.max(0, Math.floor(fromMs / 1000) - AFTER_SLACK_S);
  const call = { path: '/data/trades', query: { after }, schema: tradePageSchema, signal };
  const trades = new Map<string, PolymarketTrade>();
  for await (const { data } of clob.pages(call)) {
    for (const trade of data) trades.set(trade.id, trade);
  }
  // The list is newest first, and dates are whole seconds.
  return [...trades.values()].toReversed();
}

/**
 * One that failed stays followed as well: whoever was told may not have been able to book it, and
 * it is older than what is read again.
 */
function follow(
  { followed, due, options }: PolymarketAccount,
  trades: readonly PolymarketTrade[],
  atMs: number,
): void {
  due.tradesReadAtMs = atMs;
  const isOld = (matchedAtMs: number) => atMs - matchedAtMs > FOLLOWED_MS_MAX;
  for (const { id, status, match_time, market } of trades) {
    if (status === 'CONFIRMED') followed.delete(id);
    else if (followed.has(id) || !isOld(match_time)) {
      followed.set(id, { status, match_time, market });
    }
  }
  for (const [id, { status, match_time: matchedAtMs, market }] of followed) {
    if (!isOld(matchedAtMs)) continue;
    followed.delete(id);
    if (status === 'FAILED') continue;
    const detail = `trade ${id} is still ${status} a day after it was matched`;
    options.onDoubt?.({ marketId: market, detail });
  }
}

/** What a fill is read by. */
type FillTerms = Pick<MarketTerms, 'marketId' | 'tokenIds' | 'fees'>;

/** An order of ours says what it was for: the venue need not be asked for its market. */
function marketOfOrder(
  { terms, dealtWith }: PolymarketAccount,
  { conditionId }: OwnMatch,
  order: KnownOrder | undefined,
): FillTerms | undefined {
  if (order?.market.tokenIds === undefined) return terms.get(conditionId);
  const { marketId, tokenIds, fees } = order.market;
  dealtWith.set(marketId, true);
  return { marketId, tokenIds, fees };
}

async function marketOrDoubt(
  account: PolymarketAccount,
  { conditionId, tradeId }: OwnMatch,
  signal?: AbortSignal,
): Promise<FillTerms | undefined> {
  const doubt = (why: string): undefined => {
    account.options.onDoubt?.({ marketId: conditionId, detail: `trade ${tradeId}: ${why}` });
  };
  try {
    const market = await marketOf(account, conditionId, signal);
    return market ?? doubt('the venue does not name its market now');
  } catch (error) {
    if (!isVenueFailure(error)) throw error;
    return doubt(error.message);
  }
}

/** The market a trade was made in; its fees are those of the first time it was seen. */
async function marketOf(
  account: PolymarketAccount,
  conditionId: string,
  signal?: AbortSignal,
): Promise<MarketTerms | undefined> {
  const slug = await account.markets.slugOf(conditionId, signal);
  const found = slug === undefined ? undefined : await account.markets.terms(slug, signal);
  if (found === undefined) return undefined;
  account.terms.set(conditionId, found);
  account.dealtWith.set(found.marketId, true);
  return found;
}

/** The fill; and of a trade that failed, the record that takes it back. */
function factsOf(
  account: PolymarketAccount,
  match: OwnMatch,
  market: FillTerms,
  known: KnownOrder | undefined,
): VenueFill[] {
  const fill = fillOf(account, match, market);
  const contradiction =
    known !== undefined && (known.outcome !== fill.outcome || known.action !== fill.action);
  if (contradiction) {
    const told = `${fill.action} of outcome ${fill.outcome}`;
    throw unheard(`trade ${match.tradeId} is a ${told}, and its order was to ${known.action}`);
  }
  if (match.status !== 'FAILED') return [fill];
  return [fill, { ...fill, fillId: `${fill.fillId}:failed`, reverts: fill.fillId }];
}

function fillOf(account: PolymarketAccount, match: OwnMatch, market: FillTerms): VenueFill {
  const { tradeId, hash, assetId, side, quantity, priceMicros: price, role } = match;
  const outcome = market.tokenIds.indexOf(assetId);
  if (outcome !== 0 && outcome !== 1) {
    throw unheard(`trade ${tradeId} is of an asset that ${market.marketId} does not have`);
  }
  if (quantity === 0) throw unheard(`trade ${tradeId} fills nothing`);
  const action = side === 'BUY' ? 'buy' : 'sell';
  const { feeMicros } = fillFee(market.fees, { action, quantity, price, role }, 0);
  const clientOrderId = account.clientIds.get(hash) ?? '';
  return {
    fillId: `${tradeId}:${hash}`,
    venueOrderId: hash,
    ...(clientOrderId === '' ? {} : { clientOrderId }),
    marketId: market.marketId,
    outcome,
    action,
    quantity,
    priceMicros: price,
    feeMicros,
    filledAtMs: match.matchedAtMs,
  };
}

/** Those of one second stay as they are, a fill before the record that takes it back. */
function oldestFirst(fills: readonly VenueFill[]): VenueFill[] {
  return fills.toSorted((a, b) => a.filledAtMs - b.filledAtMs);
}
