/** One trade with everything the ledger has about it. */
import { z } from 'zod';
import { tradeViewSchema, verdictSchema } from './http.ts';
import { orderViewSchema } from './orders.ts';
import { decimalText, instant } from './view-fields.ts';

export const tradeDetailsSchema = tradeViewSchema.extend({
  orders: z.array(orderViewSchema),
  fills: z.array(
    z.object({
      id: z.string(),
      orderId: z.string().nullable(),
      leg: z.int(),
      action: z.enum(['buy', 'sell']),
      quantity: decimalText,
      price: decimalText,
      fee: decimalText,
      filledAt: instant,
      recordedAt: instant,
      /** The fill this one takes back, because it failed after all. */
      reverts: z.string().nullable(),
    }),
  ),
  /** Every rule's verdict, the passed ones too; empty until it was decided. */
  verdicts: z.array(verdictSchema),
  /** What is reserved for it: money and limits; `left` is neither spent nor given back. */
  holds: z.array(
    z.object({
      leg: z.int(),
      target: z.string(),
      kind: z.enum(['account', 'counter']),
      unit: z.enum(['usd', 'trades']),
      amount: decimalText,
      captured: decimalText,
      released: decimalText,
      left: decimalText,
    }),
  ),
  /** Present where it waited for a person's word. */
  approval: z
    .object({
      askedAt: instant,
      until: instant,
      approvedBy: z.string().nullable(),
      approvedAt: instant.nullable(),
      reason: z.string().nullable(),
    })
    .nullable(),
  /** What persons ordered while its legs did not match. */
  resolutions: z.array(
    z.object({
      id: z.string(),
      action: z.enum(['complete', 'unwind', 'hold']),
      maxLoss: decimalText.nullable(),
      by: z.string(),
      reason: z.string(),
      askedAt: instant,
      until: instant,
      endedAt: instant.nullable(),
      outcome: z.string().nullable(),
    }),
  ),
});
export type TradeDetails = z.output<typeof tradeDetailsSchema>;
