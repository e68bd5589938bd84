/** Reads the body of an order as the venue's own decoder does. */
import { z } from 'zod';
import { fieldOf } from '../frame/requests.ts';
import { refusals } from './errors.ts';
import type { SignedOrder } from './signing.ts';

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/);
const digits = z.string().regex(/^\d{1,78}$/);
const amount = z.string().regex(/^\d{1,15}$/);
const bytes32 = z.string().regex(/^0x[0-9a-fA-F]{64}$/);

const payloadSchema = z.object({
  deferExec: z.boolean().optional(),
  postOnly: z.boolean().optional(),
  owner: z.string().min(1),
  orderType: z.enum(['GTC', 'GTD', 'FOK', 'FAK']),
  order: z.object({
    // A number, not a string. One beyond 2^53 has lost digits on the way: its hash is another.
    salt: z.number().min(0).refine(Number.isInteger),
    maker: address,
    signer: address,
    tokenId: digits,
    makerAmount: amount,
    takerAmount: amount,
    side: z.enum(['BUY', 'SELL']),
    signatureType: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
    timestamp: amount,
    expiration: amount,
    metadata: bytes32,
    builder: bytes32,
    signature: z.string().min(1),
  }),
});

/** The body of `POST /order`. */
export type OrderPayload = z.output<typeof payloadSchema>;

/**
 * Reads a body.
 * @throws PolymarketRefusal 400: `order_version_mismatch` for an order of the first version
 */
export function readOrderPayload(body: unknown): OrderPayload {
  const order = fieldOf(body, 'order');
  if (fieldOf(order, 'feeRateBps') !== undefined || fieldOf(order, 'nonce') !== undefined) {
    throw refusals.version();
  }
  const parsed = payloadSchema.safeParse(body);
  if (!parsed.success) throw refusals.payload();
  const { makerAmount, takerAmount } = parsed.data.order;
  if (Number(makerAmount) === 0 || Number(takerAmount) === 0) throw refusals.payload();
  return parsed.data;
}

/** The signed part of a body. */
export function signedPart({ order }: OrderPayload): SignedOrder {
  const { expiration: _unsigned, signature: _over, ...signed } = order;
  return signed;
}
