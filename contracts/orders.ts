/** Orders as the ledger has them: what was asked of a venue, and what came of it. */
import { z } from 'zod';
import { ORDER_KINDS } from '../domain/desk.ts';
import { ORDER_STATES } from '../domain/order-machine.ts';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';
import { tradeIdField } from './proposal.ts';
import { bookQuery, decimalText, flagQuery, instant, limitQuery } from './view-fields.ts';

export const orderViewSchema = z.object({
  /** The identity the venue deduplicates on. */
  id: z.string(),
  tradeId: z.string(),
  leg: z.int(),
  attempt: z.int(),
  /** `entry` adds risk; `hedge` and `exit` reduce it. */
  kind: z.enum(ORDER_KINDS),
  action: z.enum(['buy', 'sell']),
  book: z.enum(BOOKS),
  venue: z.enum(VENUE_IDS),
  market: z.string(),
  /** The venue's own word for the side. */
  outcome: z.string(),
  state: z.enum(ORDER_STATES),
  limitPrice: decimalText,
  quantity: decimalText,
  /** What the venue says was filled; null until it says that nothing more can. */
  finalQuantity: decimalText.nullable(),
  /** What its fill records add up to. */
  bookedQuantity: decimalText,
  averagePrice: decimalText.nullable(),
  venueOrderId: z.string().nullable(),
  detail: z.string(),
  createdAt: instant,
  /** Each leave to send it; an open one may still put bytes on the wire until its deadline. */
  permits: z.array(
    z.object({
      grantedAt: instant,
      deadline: instant,
      closedAt: instant.nullable(),
      outcome: z.string().nullable(),
    }),
  ),
});
export type OrderView = z.output<typeof orderViewSchema>;

export const ordersViewSchema = z.object({ orders: z.array(orderViewSchema) });

export const ordersQuery = {
  limit: limitQuery,
  before: z.string().max(64).optional().describe('only orders older than this one'),
  book: bookQuery,
  trade: tradeIdField.optional(),
  venue: z.enum(VENUE_IDS).optional(),
  state: z.enum(ORDER_STATES).optional(),
  open: flagQuery.describe('only orders of which more may come'),
};
export type OrdersQuery = z.output<z.ZodObject<typeof ordersQuery>>;
