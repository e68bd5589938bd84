/** The wire form of an order and what the exchange refuses about it before it looks at money. */
import { z } from 'zod';
import { formatDecimal } from '../../domain/decimal.ts';
import { microContracts, priceMicros } from '../../domain/money.ts';
import { isOnGrid } from '../../domain/price-grid.ts';
import { TIME_IN_FORCE } from '../../domain/venue-id.ts';
import type { VenueId } from '../../domain/venue-id.ts';
import type { OrderRequest, VenueMarket } from '../venue.ts';
import { QUANTITY_MAX } from './book.ts';
import { canonicalJson } from './identity.ts';
import type { MarketPhase } from './source.ts';

/** Why the paper exchange says no; `client_order_id_reused` and `invalid_request` are not kept. */
export type RejectionCode =
  | 'client_order_id_reused'
  | 'fees_unknown'
  | 'insufficient_balance'
  | 'insufficient_position'
  | 'invalid_expiry'
  | 'invalid_price'
  | 'invalid_quantity'
  | 'invalid_request'
  | 'market_closed'
  | 'market_not_found'
  | 'market_unsupported'
  | 'trading_paused';

/** A refusal and the numbers that decided it. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly code: RejectionCode;
  readonly detail: string;
}

const wireSchema = z.strictObject({
  clientOrderId: z.string().min(1).max(200),
  marketId: z.string().min(1).max(200),
  outcome: z.union([z.literal(0), z.literal(1)]),
  action: z.enum(['buy', 'sell']),
  quantity: z.int(),
  limitPrice: z.int(),
  timeInForce: z.enum(TIME_IN_FORCE),
  restUntilMs: z.int().min(0).optional(),
});

/** An order as it arrived: well-formed, its numbers not yet judged. */
export type WireOrder = z.output<typeof wireSchema>;

/** The bytes of a request: canonical JSON, so that equal orders are equal bytes. */
export function wireOf(request: OrderRequest): string {
  return canonicalJson({ ...request, decidedAtMs: undefined });
}

/** Reads the bytes of an order. */
export function readWire(wire: string): WireOrder | Rejection {
  let json: unknown;
  try {
    json = JSON.parse(wire);
  } catch {
    return rejected('invalid_request', 'the order is no JSON');
  }
  const parsed = wireSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return rejected('invalid_request', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
}

/** Makes a refusal. */
export function rejected(code: RejectionCode, detail: string): Rejection {
  return { kind: 'rejected', code, detail };
}

/** What the market's state or rules refuse about an order; undefined when it may go on to money. */
export function refusalOf(
  order: WireOrder,
  market: VenueMarket,
  state: {
    readonly venue: VenueId;
    readonly phase: MarketPhase;
    readonly venueTrades: boolean;
    readonly unsupported: string | undefined;
    readonly nowMs: number;
  },
): Rejection | undefined {
  const { phase, unsupported, venue, venueTrades } = state;
  if (!venueTrades) return rejected('trading_paused', `${venue} is not trading`);
  if (phase !== 'open') return rejected('market_closed', `${market.marketId} is ${phase}`);
  if (unsupported !== undefined) return rejected('market_unsupported', unsupported);
  return (
    refusalOfPrice(order, market) ??
    refusalOfQuantity(order, market) ??
    refusalOfRest(order, state.nowMs)
  );
}

function refusalOfPrice(order: WireOrder, market: VenueMarket): Rejection | undefined {
  const price = order.limitPrice;
  const was = `was ${formatDecimal(price)}`;
  if (isOnGrid(market, order.outcome, price)) return undefined;
  const step =
    market.priceRanges === undefined
      ? `a multiple of ${formatDecimal(market.tickMicros)}`
      : `on the market's price ranges`;
  return rejected('invalid_price', `a price is ${step} between 0 and 1, ${was}`);
}

function refusalOfQuantity(order: WireOrder, market: VenueMarket): Rejection | undefined {
  const { quantity } = order;
  const { lotMicroContracts: lot, minQuantity: quantityMin } = market;
  if (quantity >= quantityMin && quantity <= QUANTITY_MAX && quantity % lot === 0) return undefined;
  const rule = `at least ${formatDecimal(quantityMin)} in steps of ${formatDecimal(lot)}`;
  return rejected('invalid_quantity', `a quantity is ${rule}, was ${formatDecimal(quantity)}`);
}

function refusalOfRest(order: WireOrder, nowMs: number): Rejection | undefined {
  if (order.timeInForce !== 'gtd') return undefined;
  const { restUntilMs } = order;
  if (restUntilMs === undefined) {
    return rejected('invalid_expiry', 'a gtd order names the instant until which it rests');
  }
  if (restUntilMs >= nowMs) return undefined;
  return rejected('invalid_expiry', `rests until ${restUntilMs}, it is ${nowMs} already`);
}

/** The order's numbers in the domain's types; only after `refusalOf` found nothing. */
export function numbersOf(order: WireOrder) {
  return { quantity: microContracts(order.quantity), limitPrice: priceMicros(order.limitPrice) };
}
