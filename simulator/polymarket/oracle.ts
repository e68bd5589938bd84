/** Everything the exchange holds, for the checkers of a run: the truth, without any lag. */
import { formatDecimal } from '../../domain/decimal.ts';
import { redeemableMicros } from './gamma-views.ts';
import type { Leg, Market, Order, Trade } from './records.ts';
import type { ExchangeState } from './state.ts';
import { HOUSE, marketOf } from './state.ts';
import { orderView } from './views.ts';

type Row = Readonly<Record<string, unknown>>;

/** What `GET /admin/records` tells; money and shares are decimal strings, times Unix ms. */
export interface PolymarketRecords {
  /** The venue's own JSON of each order. */
  readonly orders: readonly Row[];
  /** One row for each client's side of each trade, failed ones too. */
  readonly fills: readonly Row[];
  /** pUSD and tokens of each account. */
  readonly balances: readonly Row[];
  /** Each market with its result and its payouts, where it has one. */
  readonly markets: readonly Row[];
  /** What could be redeemed, and was not. */
  readonly redeemable: readonly Row[];
  readonly redemptions: readonly Row[];
}

/** Reads the whole exchange; hidden and lagging rows are in it. */
export function recordsOf(state: ExchangeState): PolymarketRecords {
  const owners = [...state.accounts.keys()];
  const markets = [...state.markets.values()];
  const orders = [...state.orders.values()].map((one) => one.now);
  return {
    orders: orders.map((order) => orderRow(state, order)),
    fills: [...state.trades.values()].flatMap(({ now }) => fillRows(state, now)),
    balances: owners.flatMap((owner) => balanceRows(state, owner)),
    markets: markets.map(marketRow),
    redeemable: owners.flatMap((owner) =>
      markets
        .map((market) => ({ market, amount: redeemableMicros(state, owner, market) }))
        .filter(({ amount }) => amount > 0)
        .map(({ market, amount }) => ({
          owner,
          slug: market.slug,
          amount: formatDecimal(amount),
        })),
    ),
    redemptions: state.redemptions.map((one) => ({
      owner: one.owner,
      slug: marketOf(state, one.conditionId).slug,
      condition_id: one.conditionId,
      amount: formatDecimal(one.amountMicros),
      quantity: formatDecimal(one.quantity),
      at_ms: one.atMs,
      transaction_hash: one.transactionHash,
    })),
  };
}

function orderRow(state: ExchangeState, order: Order): Row {
  const { slug } = marketOf(state, order.conditionId);
  return { ...orderView(state, order), slug, outcome_index: order.token };
}

function fillRows(state: ExchangeState, trade: Trade): Row[] {
  const { slug } = marketOf(state, trade.conditionId);
  const row = (leg: Leg, isTaker: boolean): Row => ({
    trade_id: trade.tradeId,
    order_id: leg.orderId,
    owner: leg.owner,
    slug,
    condition_id: trade.conditionId,
    outcome_index: leg.token,
    side: leg.side,
    size: formatDecimal(leg.quantity),
    price: formatDecimal(leg.price),
    fee: formatDecimal(isTaker ? trade.feeMicros : 0),
    is_taker: isTaker,
    status: trade.status,
    matched_at_ms: trade.atMs,
    updated_at_ms: trade.updatedAtMs,
  });
  return [row(trade.taker, true), ...trade.makers.map((leg) => row(leg, false))].filter(
    ({ owner }) => owner !== HOUSE,
  );
}

function balanceRows(state: ExchangeState, owner: string): Row[] {
  const wallet = state.wallets.get(owner);
  if (wallet === undefined) return [];
  const tokens = [...wallet.tokens].map(([tokenId, { held, pending }]) => ({
    owner,
    asset: tokenId,
    slug: state.tokens.get(tokenId)?.market.slug,
    outcome_index: state.tokens.get(tokenId)?.token,
    held: formatDecimal(held),
    pending: formatDecimal(pending),
  }));
  return [{ owner, asset: 'pUSD', held: formatDecimal(wallet.cash), pending: '0' }, ...tokens];
}

function marketRow(market: Market): Row {
  const { payouts, closedAtMs } = market;
  return {
    slug: market.slug,
    condition_id: market.conditionId,
    token_ids: market.tokenIds,
    neg_risk: market.negRisk,
    closed: closedAtMs !== undefined,
    ...(closedAtMs === undefined ? {} : { closed_at_ms: closedAtMs }),
    uma: market.uma,
    ...(payouts === undefined ? {} : { payouts: payouts.map((one) => formatDecimal(one)) }),
  };
}
