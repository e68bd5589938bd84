/** Gamma, the Data API and the site, each under a path of its own on the one port. */
import { gammaEvent, gammaMarket, positionViews, redemptionView } from '../gamma-views.ts';
import type { Account, Market } from '../records.ts';
import { PolymarketRefusal } from '../errors.ts';
import type { ExchangeState } from '../state.ts';
import type { Call, PublicEndpoint } from './endpoint.ts';
import { numberIn, wordsIn } from './endpoint.ts';

/** @source reference §5.11 */
const CONDITION_IDS_MAX = 100;
const PAGE_USUAL = 20;
const PAGE_MAX = 500;

function page<Row>(rows: readonly Row[], query: Call['query'], usual = PAGE_USUAL): Row[] {
  const offset = numberIn(query, 'offset') ?? 0;
  const limit = Math.min(numberIn(query, 'limit') ?? usual, PAGE_MAX);
  return rows.slice(offset, offset + limit);
}

function markets({ state, query }: Call): unknown {
  const conditionIds = wordsIn(query, 'condition_ids');
  if ((conditionIds?.length ?? 0) > CONDITION_IDS_MAX) {
    throw new PolymarketRefusal(422, { type: 'validation error', error: 'too many condition ids' });
  }
  const slugs = wordsIn(query, 'slug');
  const tokens = wordsIn(query, 'clob_token_ids');
  // Without the word, closed markets are left out.
  const closed = query['closed'] === 'true';
  const wanted = (market: Market): boolean =>
    (market.closedAtMs !== undefined) === closed &&
    (slugs?.includes(market.slug) ?? true) &&
    (conditionIds?.includes(market.conditionId) ?? true) &&
    (tokens?.some((one) => market.tokenIds.includes(one)) ?? true);
  return page([...state.markets.values()].filter(wanted), query).map(gammaMarket);
}

function events({ state, query }: Call): unknown {
  const all = [...state.markets.values()];
  const slugs = wordsIn(query, 'slug') ?? [...new Set(all.map(({ eventSlug }) => eventSlug))];
  const found = slugs
    .map((slug) => ({ slug, of: all.filter(({ eventSlug }) => eventSlug === slug) }))
    .filter(({ of }) => of.length > 0);
  return page(found, query).map(({ slug, of }) => gammaEvent(slug, of));
}

/** Accounts by the wallet that pays: the Data API knows no keys. */
function accountsOf(state: ExchangeState, user: string | undefined): Account[] {
  const funder = user?.toLowerCase();
  return [...state.accounts.values()].filter((one) => one.funder === funder);
}

function positions({ state, query, asOfMs }: Call): unknown {
  const at = asOfMs - state.switches.dataLagMs;
  const rows = accountsOf(state, query['user']).flatMap((one) => positionViews(state, one, at));
  const redeemable = query['redeemable'];
  const wanted = rows.filter(
    (row) => redeemable === undefined || row['redeemable'] === (redeemable === 'true'),
  );
  return page(wanted, query, 100);
}

function activity({ state, query, asOfMs }: Call): unknown {
  const at = asOfMs - state.switches.dataLagMs;
  const owners = accountsOf(state, query['user']).map(({ owner }) => owner);
  const wanted = wordsIn(query, 'type')?.includes('REDEEM') ?? true;
  const rows = state.redemptions.filter(
    ({ owner, atMs }) => wanted && owners.includes(owner) && atMs <= at,
  );
  return page(rows.toReversed(), query, 100).map((row) => redemptionView(state, row));
}

function geoblock({ state }: Call): unknown {
  return { ...state.switches.geoblock, ip: '127.0.0.1' };
}

function read(name: string, path: string, handle: (call: Call) => unknown): PublicEndpoint {
  return { name, method: 'GET', path, access: 'public', handle };
}

/** The endpoints beside the CLOB. */
export const SITE_ENDPOINTS: readonly PublicEndpoint[] = [
  read('gammaMarkets', '/gamma/markets', markets),
  read('gammaEvents', '/gamma/events', events),
  read('positions', '/data-api/positions', positions),
  read('activity', '/data-api/activity', activity),
  read('geoblock', '/site/api/geoblock', geoblock),
];
