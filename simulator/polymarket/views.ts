/** Orders, trades and cancels as the venue's JSON tells them. @source reference §2.1, §2.7 */
import { formatDecimal } from '../../domain/decimal.ts';
import type { Leg, Market, Order, Trade } from './records.ts';
import type { ExchangeState } from './state.ts';
import { marketOf } from './state.ts';

/** `associate_trades` goes, and orders are not filtered by asset alone. @source reference §2.7 */
const CHANGE_AT_MS = Date.parse('2026-12-14T00:00:00Z');

/** Whether the change announced for 2026-12-14 has come. */
export function changeHasCome({ nowMs }: ExchangeState): boolean {
  return nowMs >= CHANGE_AT_MS;
}

const seconds = (atMs: number): number => Math.floor(atMs / 1000);

/** Where an order stands, with why it was killed. */
export function statusText({ status, reason }: Order): string {
  return reason === undefined ? status : `${status}_${reason}`;
}

/** The size an order was made with: a FOK or FAK buy's is in pUSD. */
function originalSize({ size, budgetMicros }: Order): string {
  return formatDecimal(budgetMicros ?? size);
}

/** An order. */
export function orderView(state: ExchangeState, order: Order): Record<string, unknown> {
  const market = marketOf(state, order.conditionId);
  return {
    id: order.orderId,
    status: statusText(order),
    owner: order.owner,
    maker_address: order.funder,
    market: order.conditionId,
    asset_id: market.tokenIds[order.token],
    side: order.side,
    original_size: originalSize(order),
    size_matched: formatDecimal(order.matched),
    price: order.priceText,
    ...(changeHasCome(state) ? {} : { associate_trades: order.tradeIds }),
    outcome: market.outcomes[order.token],
    created_at: seconds(order.createdAtMs),
    expiration: String(order.expiration),
    order_type: order.orderType,
  };
}

function makerView(market: Market, leg: Leg): Record<string, unknown> {
  return {
    order_id: leg.orderId,
    owner: leg.owner,
    maker_address: leg.funder,
    matched_amount: formatDecimal(leg.quantity),
    price: formatDecimal(leg.price),
    fee_rate_bps: '0',
    asset_id: market.tokenIds[leg.token],
    outcome: market.outcomes[leg.token],
    side: leg.side,
  };
}

/** What REST and the user channel tell of a trade alike. At the top is the taker's side of it. */
function tradeFields(state: ExchangeState, trade: Trade, owner: string): Record<string, unknown> {
  const { taker, makers } = trade;
  const market = marketOf(state, trade.conditionId);
  return {
    id: trade.tradeId,
    taker_order_id: taker.orderId,
    market: trade.conditionId,
    asset_id: market.tokenIds[taker.token],
    side: taker.side,
    size: formatDecimal(taker.quantity),
    fee_rate_bps: '0',
    price: formatDecimal(taker.price),
    match_time: String(seconds(trade.atMs)),
    last_update: String(seconds(trade.updatedAtMs)),
    outcome: market.outcomes[taker.token],
    bucket_index: 0,
    owner: taker.owner,
    maker_address: taker.funder,
    maker_orders: makers.map((leg) => makerView(market, leg)),
    transaction_hash: trade.transactionHash,
    trader_side: taker.owner === owner ? 'TAKER' : 'MAKER',
  };
}

/** A trade of `/data/trades`: some statuses have a prefix, some a word of their own. */
export function tradeView(
  state: ExchangeState,
  trade: Trade,
  owner: string,
): Record<string, unknown> {
  const { status, sequence, error } = trade;
  const word =
    status === 'MATCHED' && trade.transactionHash === '' ? 'MATCHED_NOT_BROADCASTED' : status;
  return {
    ...tradeFields(state, trade, owner),
    status: sequence % 2 === 0 ? `TRADE_STATUS_${word}` : word,
    err_msg: error === '' ? null : error,
  };
}

/** A `trade` of the user channel. */
export function tradeMessage(
  state: ExchangeState,
  trade: Trade,
  owner: string,
): Record<string, unknown> {
  return {
    event_type: 'trade',
    type: 'TRADE',
    ...tradeFields(state, trade, owner),
    status: trade.status,
    timestamp: String(state.nowMs),
  };
}

/** An `order` of the user channel. */
export function orderMessage(
  state: ExchangeState,
  order: Order,
  type: string,
): Record<string, unknown> {
  return { event_type: 'order', ...orderView(state, order), type, timestamp: String(state.nowMs) };
}

/** What a post is answered with. A match carries trade ids and no hashes. @source reference §2.5 */
export function postedView(state: ExchangeState, order: Order): Record<string, unknown> {
  const { side, matched, matchedMicros, status, reason = '', tradeIds } = order;
  const taken = matched > 0;
  const [making, taking] = side === 'BUY' ? [matchedMicros, matched] : [matched, matchedMicros];
  const keepsId = reason === '' || state.switches.killedAs === 'order';
  return {
    success: true,
    errorMsg: reason,
    orderID: keepsId ? order.orderId : '',
    status: reason === '' ? postedStatus(status, taken) : '',
    makingAmount: taken ? formatDecimal(making) : '',
    takingAmount: taken ? formatDecimal(taking) : '',
    ...(taken ? { tradeIDs: tradeIds } : {}),
  };
}

function postedStatus(status: Order['status'], taken: boolean): string {
  if (status === 'DELAYED') return 'delayed';
  if (taken) return 'matched';
  return status === 'UNMATCHED' ? 'unmatched' : 'live';
}

/** How a batch tells of an order it refused. */
export function refusedView(errorMsg: string): Record<string, unknown> {
  return {
    success: true,
    errorMsg,
    orderID: '',
    status: '',
    makingAmount: '',
    takingAmount: '',
  };
}
