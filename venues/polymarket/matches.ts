/**
 * Whose part of a trade is whose. At the top a trade is told in its taker's terms; a maker's own
 * size, price and asset stand with its order, and may be of the other outcome: a buyer of yes and
 * a buyer of no are matched at prices that add up to one dollar.
 */
import type {
  PolymarketMakerOrder,
  PolymarketTrade,
  PolymarketTradeStatus,
} from '../../contracts/polymarket/trades.ts';
import type { FeeRole } from '../../domain/fees/schedule.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import {
  microContracts,
  MICROS_PER_UNIT,
  mulDivCeil,
  mulDivFloor,
  priceMicros,
} from '../../domain/money.ts';
import { unheard } from './client.ts';

/** What one order of ours got in one trade, in that order's own terms. */
export interface OwnMatch {
  readonly tradeId: string;
  readonly hash: string;
  readonly conditionId: string;
  readonly assetId: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: MicroContracts;
  readonly priceMicros: PriceMicros;
  readonly role: FeeRole;
  readonly status: PolymarketTradeStatus;
  /** By the venue, Unix ms of a whole second. */
  readonly matchedAtMs: number;
}

/**
 * The parts of a trade that belong to an account. One trade may fill several of its orders.
 * @param maker the address that holds the account's money, in lower case
 */
export function matchesOfAccount(trade: PolymarketTrade, maker: string): OwnMatch[] {
  const { trader_side: side, maker_address: taker } = trade;
  // The list is the key's, which may trade for several wallets; at the top stands the taker's.
  const isOurs = taker == null || taker === '' || taker === maker;
  const asTaker = side === 'TAKER' && isOurs ? [takerMatch(trade)] : [];
  const makers = (trade.maker_orders ?? []).filter((order) => order.maker_address === maker);
  const hashes = [...new Set(makers.map((order) => order.order_id))];
  return [...asTaker, ...hashes.map((hash) => makerMatch(trade, hash))];
}

/** The part of a trade that belongs to one order; undefined where it had none in it. */
export function matchOfOrder(trade: PolymarketTrade, hash: string): OwnMatch | undefined {
  if (trade.taker_order_id === hash) return takerMatch(trade);
  const isIn = (trade.maker_orders ?? []).some((order) => order.order_id === hash);
  return isIn ? makerMatch(trade, hash) : undefined;
}

function takerMatch(trade: PolymarketTrade): OwnMatch {
  return {
    ...common(trade),
    hash: trade.taker_order_id,
    assetId: trade.asset_id,
    side: trade.side,
    quantity: trade.size,
    priceMicros: takerPrice(trade),
    role: 'taker',
  };
}

/** What the makers got is what the taker paid; the top's own price stands where they do not add up. */
function takerPrice(trade: PolymarketTrade): PriceMicros {
  const makers = trade.maker_orders ?? [];
  const matched = makers.reduce((sum, { matched_amount: amount }) => sum + amount, 0);
  if (matched !== trade.size || matched === 0) return trade.price;
  const prices = makers.map((order) => inTermsOf(trade.asset_id, order));
  if (prices.every((price) => price === prices[0])) return prices[0]!;
  // Against us: a buyer pays the fraction, a seller does not get it.
  const share = trade.side === 'BUY' ? mulDivCeil : mulDivFloor;
  const dollars = makers.reduce(
    (sum, { matched_amount: amount }, index) =>
      sum + share(amount, prices[index]!, MICROS_PER_UNIT),
    0,
  );
  const average = share(dollars, MICROS_PER_UNIT, matched);
  return priceMicros(Math.min(Math.max(average, Math.min(...prices)), Math.max(...prices)));
}

function inTermsOf(assetId: string, { asset_id: of, price }: PolymarketMakerOrder): PriceMicros {
  return of === assetId ? price : priceMicros(MICROS_PER_UNIT - price);
}

function makerMatch(trade: PolymarketTrade, hash: string): OwnMatch {
  const parts = (trade.maker_orders ?? []).filter((order) => order.order_id === hash);
  const [first] = parts;
  const alike = parts.every(
    (part) => part.price === first?.price && part.asset_id === first.asset_id,
  );
  if (first === undefined || !alike) {
    throw unheard(`trade ${trade.id} tells order ${hash} at two prices`);
  }
  return {
    ...common(trade),
    hash,
    assetId: first.asset_id,
    side: first.side ?? makerSide(trade, first),
    quantity: microContracts(parts.reduce((sum, part) => sum + part.matched_amount, 0)),
    priceMicros: first.price,
    role: 'maker',
  };
}

/** On the same outcome somebody sold to the buyer; on the other one both bought or both sold. */
function makerSide(trade: PolymarketTrade, { asset_id: asset }: PolymarketMakerOrder) {
  const opposite = trade.side === 'BUY' ? 'SELL' : 'BUY';
  return asset === trade.asset_id ? opposite : trade.side;
}

function common({ id, market, status, match_time: matchedAtMs }: PolymarketTrade) {
  return { tradeId: id, conditionId: market, status, matchedAtMs };
}
