/** Reads a V2 create request as the venue's own decoder does. */
import { z } from 'zod';
import { parseDecimal } from '../../domain/decimal.ts';
import type { SelfTradePrevention } from '../engine/matching.ts';
import { COUNT_STEP } from '../engine/grid.ts';
import { recorded, unrecorded } from './errors.ts';
import type { KalshiTimeInForce } from './records.ts';

/** A create request that can be read; prices and counts are not judged yet. */
export interface CreateRequest {
  readonly ticker: string;
  readonly clientOrderId?: string;
  readonly side: 'bid' | 'ask';
  readonly count: number;
  readonly price: number;
  readonly expiresAtMs?: number;
  readonly timeInForce: KalshiTimeInForce;
  readonly postOnly: boolean;
  readonly selfTrade: SelfTradePrevention;
  readonly cancelOnPause: boolean;
  readonly reduceOnly: boolean;
  readonly subaccount: number;
  readonly groupId?: string;
  /** Absent: routed by ticker. */
  readonly exchangeIndex?: number;
}

/** Go's types of the request, in the order its decoder meets the fields of a JSON body. */
const GO_TYPES: Readonly<Record<string, 'string' | 'bool' | 'int'>> = {
  ticker: 'string',
  client_order_id: 'string',
  side: 'string',
  count: 'string',
  price: 'string',
  expiration_time: 'int',
  time_in_force: 'string',
  post_only: 'bool',
  self_trade_prevention_type: 'string',
  cancel_order_on_pause: 'bool',
  reduce_only: 'bool',
  subaccount: 'int',
  order_group_id: 'string',
  exchange_index: 'int',
};

const JS_TYPES = { string: 'string', bool: 'boolean', int: 'number' } as const;
const GO_NAMES: Readonly<Record<string, string>> = { boolean: 'bool', object: 'object' };

/** @throws KalshiRefusal 400, flat, as recorded, at the first field of another type */
function decode(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw recorded.badRequest(
      'json: cannot unmarshal body into Go value of type CreateOrderV2Request',
    );
  }
  for (const [field, value] of Object.entries(body)) {
    const type = GO_TYPES[field];
    if (type === undefined || value === null || typeof value === JS_TYPES[type]) continue;
    const was = Array.isArray(value) ? 'array' : (GO_NAMES[typeof value] ?? typeof value);
    throw recorded.badRequest(
      `json: cannot unmarshal ${was} into Go struct field CreateOrderV2Request.${field} of type ${type}`,
    );
  }
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

const requestSchema = z.object({
  ticker: z.string().min(1),
  client_order_id: z.string().max(64).optional(),
  side: z.enum(['bid', 'ask']),
  count: z.string().min(1),
  price: z.string().min(1),
  expiration_time: z.int().optional(),
  time_in_force: z.enum(['fill_or_kill', 'good_till_canceled', 'immediate_or_cancel']),
  post_only: z.boolean().optional(),
  self_trade_prevention_type: z.enum(['taker_at_cross', 'maker']),
  cancel_order_on_pause: z.boolean().optional(),
  reduce_only: z.boolean().optional(),
  subaccount: z.int().min(0).max(63).optional(),
  order_group_id: z.string().min(1).optional(),
  exchange_index: z.int().min(-1).max(3).optional(),
});

/**
 * Reads a create request.
 * @throws KalshiRefusal 400: flat for a field of the wrong JSON type, `msg` for one that is missing
 *   or no word of the venue's, nested for what contradicts itself
 */
export function readCreateRequest(body: unknown): CreateRequest {
  const parsed = requestSchema.safeParse(decode(body));
  if (!parsed.success) {
    const field = String(parsed.error.issues[0]?.path[0] ?? 'body');
    throw unrecorded.invalidParameter('CreateOrderV2', field);
  }
  const wire = parsed.data;
  const { expiration_time: expiration } = wire;
  if (expiration !== undefined && wire.time_in_force !== 'good_till_canceled') {
    throw unrecorded.invalidOrder('expiration time requires good till canceled');
  }
  if (wire.post_only === true && wire.time_in_force !== 'good_till_canceled') {
    throw unrecorded.invalidOrder('post only requires good till canceled');
  }
  if (wire.reduce_only === true && wire.time_in_force === 'good_till_canceled') {
    throw unrecorded.invalidOrder('reduce only requires immediate or cancel or fill or kill');
  }
  const index = wire.exchange_index;
  return {
    ticker: wire.ticker,
    side: wire.side,
    count: readCount(wire.count),
    price: readPrice(wire.price),
    timeInForce: wire.time_in_force,
    postOnly: wire.post_only ?? false,
    selfTrade: wire.self_trade_prevention_type,
    cancelOnPause: wire.cancel_order_on_pause ?? false,
    reduceOnly: wire.reduce_only ?? false,
    subaccount: wire.subaccount ?? 0,
    ...(wire.client_order_id === undefined || wire.client_order_id === ''
      ? {}
      : { clientOrderId: wire.client_order_id }),
    ...(expiration === undefined ? {} : { expiresAtMs: expiration * 1000 }),
    ...(wire.order_group_id === undefined ? {} : { groupId: wire.order_group_id }),
    ...(index === undefined || index === -1 ? {} : { exchangeIndex: index }),
  };
}

/** Micro-contracts above zero in steps of 0.01. */
function readCount(text: string): number {
  const count = parseDecimal(text);
  if (count === undefined || count <= 0 || count % COUNT_STEP !== 0) throw unrecorded.invalidSize();
  return count;
}

/** Dollars; whether the market takes it is judged by its grid. */
function readPrice(text: string): number {
  const price = parseDecimal(text);
  if (price === undefined) throw recorded.invalidPrice();
  return price;
}
