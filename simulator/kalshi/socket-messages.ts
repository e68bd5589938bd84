/** What the websocket tells about fills, orders and markets. @source DOC asyncapi.yaml */
import { countText, fixed, moneyText, priceText } from './format.ts';
import type { ExchangeEvent, Fill, Order } from './records.ts';

/** `fill`: unlike REST's with the client order id. */
export function fillMessage(fill: Fill): Record<string, unknown> {
  const outcome = fill.side === 'bid' ? 'yes' : 'no';
  return {
    trade_id: fill.tradeId,
    order_id: fill.orderId,
    ...(fill.clientOrderId === '' ? {} : { client_order_id: fill.clientOrderId }),
    market_ticker: fill.ticker,
    exchange_index: fill.shard,
    is_taker: fill.isTaker,
    side: 'yes',
    action: fill.side === 'bid' ? 'buy' : 'sell',
    purchased_side: outcome,
    outcome_side: outcome,
    book_side: fill.side,
    yes_price_dollars: priceText(fill.price),
    count_fp: countText(fill.quantity),
    fee_cost: moneyText(fill.feeMicros),
    post_position_fp: countText(fill.positionAfter),
    ts: Math.floor(fill.atMs / 1000),
    ts_ms: fill.atMs,
    subaccount: fill.subaccount,
  };
}

/** `user_order`. */
export function orderMessage(order: Order): Record<string, unknown> {
  return {
    order_id: order.orderId,
    user_id: order.userId,
    ticker: order.ticker,
    exchange_index: order.shard,
    status: order.status,
    side: 'yes',
    is_yes: true,
    outcome_side: order.side === 'bid' ? 'yes' : 'no',
    book_side: order.side,
    yes_price_dollars: priceText(order.price),
    fill_count_fp: countText(order.filled),
    remaining_count_fp: countText(order.remaining),
    initial_count_fp: countText(order.initial),
    taker_fill_cost_dollars: moneyText(order.takerCost),
    maker_fill_cost_dollars: moneyText(order.makerCost),
    taker_fees_dollars: moneyText(order.takerFees),
    maker_fees_dollars: moneyText(order.makerFees),
    client_order_id: order.clientOrderId,
    ...(order.groupId === undefined ? {} : { order_group_id: order.groupId }),
    self_trade_prevention_type: order.selfTrade,
    created_ts_ms: order.createdAtMs,
    last_updated_ts_ms: order.updatedAtMs,
    ...(order.expiresAtMs === undefined ? {} : { expiration_ts_ms: order.expiresAtMs }),
    subaccount_number: order.subaccount,
  };
}

/** `market_lifecycle_v2`. */
export function lifecycleMessage(
  event: Extract<ExchangeEvent, { kind: 'lifecycle' }>,
): Record<string, unknown> {
  const { market, eventType, more } = event;
  const ranges = market.ranges.map(({ startMicros, endMicros, stepMicros }) => ({
    start: fixed(startMicros, 4),
    end: fixed(endMicros, 4),
    step: fixed(stepMicros, 4),
  }));
  return {
    event_type: eventType,
    market_ticker: market.ticker,
    exchange_index: market.shard,
    ...(eventType === 'price_level_structure_updated'
      ? { price_level_structure: market.fields['price_level_structure'], price_ranges: ranges }
      : {}),
    ...more,
  };
}
