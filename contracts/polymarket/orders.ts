/** Orders: the body that is written, the answer to it, and what is read back. */
import { z } from 'zod';
import { payoutField } from '../fields.ts';
import { conditionIdField, idField } from './fields.ts';
import { addressField, decimalText, hashField, sharesField } from './trading-fields.ts';

/**
 * The signed part of an order, as it is written. Only `expiration` is not signed; `salt` is a JSON
 * number of at most 2^53 − 1.
 * @source reference/polymarket.md §2.1 (clob-client-v2 1.1.0, types/ordersV2)
 */
export interface PolymarketSignedOrder {
  readonly salt: number;
  readonly maker: string;
  readonly signer: string;
  readonly tokenId: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly side: 'BUY' | 'SELL';
  readonly signatureType: number;
  /** Unix ms. */
  readonly timestamp: string;
  /** Unix seconds; `"0"`: none. */
  readonly expiration: string;
  readonly metadata: string;
  readonly builder: string;
  readonly signature: string;
}

/** The body of `POST /order`; `owner` is the API key's id. */
export interface PolymarketOrderBody {
  readonly deferExec: boolean;
  readonly postOnly: boolean;
  readonly order: PolymarketSignedOrder;
  readonly owner: string;
  readonly orderType: 'GTC' | 'GTD' | 'FOK' | 'FAK';
}

/** The 200 of a send. `success` alone says nothing; the amounts may be empty. */
export const postedOrderSchema = z.object({
  success: z.boolean(),
  errorMsg: z.string().nullish(),
  orderID: z.string().nullish(),
  status: z.string().nullish(),
  takingAmount: z.string().nullish(),
  makingAmount: z.string().nullish(),
});

export type PolymarketPostedOrder = z.output<typeof postedOrderSchema>;

const STATUSES = ['LIVE', 'MATCHED', 'DELAYED', 'UNMATCHED', 'CANCELED', 'INVALID'] as const;

/** `CANCELED` stands for every reason that may follow it. */
export type PolymarketOrderStatus = (typeof STATUSES)[number];

const statusField = z.string().transform((text, context): PolymarketOrderStatus => {
  const word = text.replace(/^ORDER_STATUS_/, '').toUpperCase();
  const status = STATUSES.find((one) => word.startsWith(one));
  if (status !== undefined) return status;
  context.addIssue({ code: 'custom', message: `an order's status is unknown: ${text}` });
  return z.NEVER;
});

/**
 * An order as it is read back. `associate_trades` goes on 2026-12-14 and is not read.
 * @source reference/polymarket.md §2.1, §2.7
 */
export const polymarketOrderSchema = z.object({
  id: hashField,
  status: statusField,
  maker_address: addressField.nullish(),
  market: conditionIdField,
  asset_id: idField,
  side: z.enum(['BUY', 'SELL']),
  size_matched: sharesField,
  price: decimalText.pipe(payoutField),
});

export type PolymarketOrder = z.output<typeof polymarketOrderSchema>;

/** `GET /data/orders`, one page. */
export const orderPageSchema = z.object({
  data: z.array(polymarketOrderSchema),
  next_cursor: z.string(),
});

/** `DELETE /order` and `/orders`: a 200 even where nothing was cancelled. */
export const canceledSchema = z.object({
  canceled: z.array(hashField).nullish(),
  not_canceled: z.record(z.string(), z.string()).nullish(),
});
