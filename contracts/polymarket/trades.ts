/** Trades of an account, with their way from matched to confirmed or failed. */
import { z } from 'zod';
import { payoutField } from '../fields.ts';
import { conditionIdField, idField } from './fields.ts';
import {
  addressField,
  decimalText,
  hashField,
  secondsField,
  sharesField,
} from './trading-fields.ts';

/** `FAILED` and `CONFIRMED` are final. */
const TRADE_STATUSES = ['MATCHED', 'MINED', 'RETRYING', 'CONFIRMED', 'FAILED'] as const;
export type PolymarketTradeStatus = (typeof TRADE_STATUSES)[number];

/** REST writes `TRADE_STATUS_…`, and `MATCHED_NOT_BROADCASTED` of what the chain has not seen. */
const tradeStatusField = z.string().transform((text, context): PolymarketTradeStatus => {
  const word = text.replace(/^TRADE_STATUS_/, '').toUpperCase();
  const plain = word === 'MATCHED_NOT_BROADCASTED' ? 'MATCHED' : word;
  const status = TRADE_STATUSES.find((one) => one === plain);
  if (status !== undefined) return status;
  context.addIssue({ code: 'custom', message: `a trade's status is unknown: ${text}` });
  return z.NEVER;
});

const tradePrice = decimalText.pipe(payoutField);
const sideField = z.enum(['BUY', 'SELL']);

/** One resting order that a trade met: its own size, price and asset. */
const makerOrderSchema = z.object({
  order_id: hashField,
  maker_address: addressField,
  matched_amount: sharesField,
  price: tradePrice,
  asset_id: idField,
  side: sideField.nullish(),
});

export type PolymarketMakerOrder = z.output<typeof makerOrderSchema>;

/**
 * A trade. At the top everything is the taker's: its order, size, price, asset and side.
 * @source reference/polymarket.md §2.1, §2.7; trades recorded in NautilusTrader (2024-09)
 */
export const polymarketTradeSchema = z.object({
  id: idField,
  taker_order_id: hashField,
  market: conditionIdField,
  asset_id: idField,
  side: sideField,
  size: sharesField,
  price: tradePrice,
  status: tradeStatusField,
  match_time: secondsField,
  maker_address: addressField.nullish(),
  maker_orders: z.array(makerOrderSchema).nullish(),
  trader_side: z.enum(['TAKER', 'MAKER']),
});

export type PolymarketTrade = z.output<typeof polymarketTradeSchema>;

/** `GET /data/trades`, one page. */
export const tradePageSchema = z.object({
  data: z.array(polymarketTradeSchema),
  next_cursor: z.string(),
});
