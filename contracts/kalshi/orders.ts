/** Orders: what is written (V2, one book quoted in YES) and what is read back. */
import { z } from 'zod';
import { instantField, payoutField } from '../fields.ts';
import {
  bookSideField,
  countField,
  cursorField,
  dollarsField,
  idField,
  outcomeSideField,
  shardField,
} from './fields.ts';

/**
 * The body of `POST /portfolio/events/orders`. `price` is dollars of YES; both numbers are strings.
 * @source kalshi-typescript 3.30 models/create-order-v2-request
 */
export interface KalshiCreateOrder {
  readonly ticker: string;
  readonly client_order_id: string;
  readonly side: 'bid' | 'ask';
  readonly count: string;
  readonly price: string;
  readonly time_in_force: 'immediate_or_cancel' | 'fill_or_kill' | 'good_till_canceled';
  readonly self_trade_prevention_type: 'taker_at_cross' | 'maker';
  /** Unix seconds, with `good_till_canceled` only. */
  readonly expiration_time?: number;
  readonly cancel_order_on_pause?: boolean;
  readonly reduce_only?: boolean;
  readonly order_group_id?: string;
  readonly exchange_index?: number;
  readonly subaccount?: number;
}

/** The 201 of a create. `average_fill_price` is there where something filled. */
export const createdOrderSchema = z.object({
  order_id: idField,
  client_order_id: idField,
  fill_count: countField,
  remaining_count: countField,
  average_fill_price: payoutField.nullish(),
});

/** The 200 of a cancel: which order it was, and how much of it ended. */
export const canceledOrderSchema = z.object({
  order_id: idField,
  reduced_by: countField,
});

/** An order as it is read back. `price` fields are the limit's; costs say what filling took. */
export const kalshiOrderSchema = z.object({
  order_id: idField,
  client_order_id: z.string().nullish(),
  user_id: z.string().nullish(),
  ticker: idField,
  outcome_side: outcomeSideField,
  book_side: bookSideField,
  status: z.enum(['resting', 'canceled', 'executed']),
  yes_price_dollars: payoutField,
  no_price_dollars: payoutField,
  fill_count_fp: countField,
  remaining_count_fp: countField,
  initial_count_fp: countField,
  taker_fill_cost_dollars: dollarsField,
  maker_fill_cost_dollars: dollarsField,
  created_time: instantField.nullish(),
  last_update_time: instantField.nullish(),
});

export type KalshiOrder = z.output<typeof kalshiOrderSchema>;

/** `GET /portfolio/orders/{id}`. */
export const orderAnswerSchema = z.object({ order: kalshiOrderSchema });

/** `GET /portfolio/orders` and `/historical/orders`, one page. */
export const orderPageSchema = z.object({
  orders: z.array(kalshiOrderSchema),
  cursor: cursorField,
});

/** `POST /portfolio/order_groups/create`. */
export const createdOrderGroupSchema = z.object({ order_group_id: idField });

/** `GET /portfolio/order_groups/{id}`: its limit in a rolling 15 s window, and its orders. */
export const orderGroupSchema = z.object({
  is_auto_cancel_enabled: z.boolean(),
  contracts_limit_fp: countField.nullish(),
  orders: z.array(z.string()).nullish(),
  exchange_index: shardField.nullish(),
});
