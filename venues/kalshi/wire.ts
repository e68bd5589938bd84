/** Orders between Ballast's words (outcome, action) and Kalshi's one book, which quotes YES only. */
import type { KalshiCreateOrder, KalshiOrder } from '../../contracts/kalshi/orders.ts';
import { formatDecimal } from '../../domain/decimal.ts';
import type { MicroContracts, PriceMicros } from '../../domain/money.ts';
import { MICROS_PER_UNIT, mulDivCeil, mulDivFloor, priceMicros } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { OrderRequest, OrderState } from '../venue.ts';
import { unheard } from './client.ts';

/**
 * What an order was for. The venue cannot tell it: selling YES and buying NO are both `ask`, so it
 * is remembered here and asked of the ledger (`KalshiVenueOptions.termsOf`).
 */
export interface OrderTerms {
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
}

/** Where an order comes from besides its request. */
export interface WireContext {
  readonly orderGroupId?: string | undefined;
  /** The market's shard where it is known; 0 is left to the venue. */
  readonly shard?: number | undefined;
  readonly subaccount?: number | undefined;
}

const TIME_IN_FORCE = {
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
  gtd: 'good_till_canceled',
} as const;

/** `bid` buys YES or sells NO; `ask` sells YES or buys NO. */
export function bookSideOf({ outcome, action }: OrderTerms): 'bid' | 'ask' {
  return (action === 'buy') === (outcome === 0) ? 'bid' : 'ask';
}

/** A price of `outcome` as a price of YES, or back. */
export function mirroredFor(outcome: OutcomeIndex, price: PriceMicros): PriceMicros {
  return outcome === 0 ? price : priceMicros(MICROS_PER_UNIT - price);
}

/**
 * The body of the send, the same for the same request. A sale that is over at once is
 * `reduce_only`; what rests ends at a pause of the exchange, and at `restUntilMs` rounded up to a
 * second.
 * @source kalshi-typescript 3.30 models/create-order-v2-request; reference/kalshi.md §2
 */
export function createBodyOf(request: OrderRequest, context: WireContext): KalshiCreateOrder {
  const { clientOrderId, marketId, outcome, action, timeInForce, restUntilMs } = request;
  const { orderGroupId, shard = 0, subaccount } = context;
  const rests = timeInForce === 'gtd';
  return {
    ticker: marketId,
    client_order_id: clientOrderId,
    side: bookSideOf({ outcome, action }),
    count: formatDecimal(request.quantity, 2),
    price: formatDecimal(mirroredFor(outcome, request.limitPrice), 4),
    time_in_force: TIME_IN_FORCE[timeInForce],
    self_trade_prevention_type: 'taker_at_cross',
    ...(rests && restUntilMs !== undefined
      ? { expiration_time: Math.ceil(restUntilMs / 1000) }
      : {}),
    ...(rests ? { cancel_order_on_pause: true } : {}),
    ...(action === 'sell' && timeInForce === 'ioc' ? { reduce_only: true } : {}),
    ...(orderGroupId === undefined ? {} : { order_group_id: orderGroupId }),
    ...(shard < 1 ? {} : { exchange_index: shard }),
    ...(subaccount === undefined ? {} : { subaccount }),
  };
}

/** What an order that nobody here remembers is taken for: a buy of the side it gained. */
export function termsByVenue({
  outcome_side: side,
}: Pick<KalshiOrder, 'outcome_side'>): OrderTerms {
  return { outcome: side === 'yes' ? 0 : 1, action: 'buy' };
}

/**
 * What an order has come to, in the terms it was sent in. Its costs are of the side it gained: what
 * a `bid` paid for YES, and what an `ask` paid for NO.
 * @throws VenueUnreachable where the numbers contradict each other or the terms: then it is no
 *   answer about this order
 */
export function stateOfOrder(order: KalshiOrder, terms: OrderTerms): OrderState {
  const { fill_count_fp: filled, remaining_count_fp: remaining, book_side: side } = order;
  const fault =
    side !== bookSideOf(terms)
      ? `it is a ${side}, which no ${terms.action} of ${terms.outcome === 0 ? 'yes' : 'no'} is`
      : filled + remaining > order.initial_count_fp
        ? 'more is filled and left than was ordered'
        : undefined;
  if (fault !== undefined) throw unheard(`order ${order.order_id}: ${fault}`);
  const cost = order.taker_fill_cost_dollars + order.maker_fill_cost_dollars;
  return {
    venueOrderId: order.order_id,
    status: order.status === 'resting' ? 'resting' : 'final',
    filled,
    ...(filled === 0 ? {} : { averagePriceMicros: averageOf(order, cost, terms) }),
  };
}

function averageOf(order: KalshiOrder, cost: number, { outcome }: OrderTerms): PriceMicros {
  const filled: MicroContracts = order.fill_count_fp;
  const gained = order.book_side === 'bid' ? 0 : 1;
  const limit = gained === 0 ? order.yes_price_dollars : order.no_price_dollars;
  // Worse than its limit by more than a rounding: dollars and cents, or another order's cost.
  if (cost <= 0 || mulDivFloor(cost, MICROS_PER_UNIT, filled) > limit) {
    const told = `${formatDecimal(cost)} for ${formatDecimal(filled)} contracts limited to ${formatDecimal(limit)}`;
    throw unheard(`order ${order.order_id}: a cost of ${told} cannot be`);
  }
  return outcome === gained
    ? priceMicros(mulDivCeil(cost, MICROS_PER_UNIT, filled))
    : priceMicros(MICROS_PER_UNIT - mulDivFloor(cost, MICROS_PER_UNIT, filled));
}
