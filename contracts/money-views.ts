/** Positions and cash, by book and venue. Amounts are dollars as decimal strings. */
import { z } from 'zod';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';
import { tradeIdField } from './proposal.ts';
import { bookQuery, decimalText, instant, limitQuery } from './view-fields.ts';

export const positionsViewSchema = z.object({
  book: z.enum(BOOKS),
  positions: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      market: z.string(),
      title: z.string(),
      outcome: z.string(),
      quantity: decimalText,
      /** What it cost, fees apart. */
      cost: decimalText,
      fees: decimalText,
      /** Dollars a contract, rounded up to the sixth digit. */
      averagePrice: decimalText,
      expectedSettlement: instant.nullable(),
      /** What it could be sold for, by a quote no older than the desk trades by; null without one. */
      mark: z.object({ bid: decimalText, value: decimalText, at: instant }).nullable(),
      trades: z.array(z.object({ id: z.string(), leg: z.int(), quantity: decimalText })),
    }),
  ),
});
export type PositionsView = z.output<typeof positionsViewSchema>;

export const positionsQuery = {
  book: bookQuery,
  venue: z.enum(VENUE_IDS).optional(),
  market: z.string().max(120).optional(),
};
export type PositionsQuery = z.output<z.ZodObject<typeof positionsQuery>>;

export const cashViewSchema = z.object({
  book: z.enum(BOOKS),
  venues: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      cash: decimalText,
      /** Reserved for orders; still part of `cash`. */
      held: decimalText,
      free: decimalText,
      /** Open positions at cost. */
      positions: decimalText,
      /** Payout less cost of pairs' settled legs whose other leg is not final: no profit or loss yet. */
      unsettled: decimalText,
      suspense: decimalText,
      /** Won and not redeemed yet: owed by the venue, no cash to spend. */
      redeemable: decimalText,
      /** Cash that redemptions brought beyond what was known to be owed. */
      venueCredit: decimalText,
      capital: decimalText,
      fees: decimalText,
      pnl: decimalText,
    }),
  ),
  /** The same by trade. */
  unsettled: z.array(
    z.object({ venue: z.enum(VENUE_IDS), tradeId: z.string(), amount: decimalText }),
  ),
  /** What is redeemable, by market and since when; the oldest first. */
  redeemable: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      market: z.string(),
      amount: decimalText,
      since: instant,
    }),
  ),
  /** The newest first. */
  transfers: z.array(
    z.object({
      id: z.string(),
      code: z.string(),
      debit: z.string(),
      credit: z.string(),
      amount: decimalText,
      tradeId: z.string().nullable(),
      day: z.iso.date(),
      recordedAt: instant,
      venueAt: instant.nullable(),
    }),
  ),
});
export type CashView = z.output<typeof cashViewSchema>;

export const cashQuery = {
  limit: limitQuery,
  before: z.string().max(400).optional().describe('only transfers older than this one'),
  book: bookQuery,
  trade: tradeIdField.optional(),
};
export type CashQuery = z.output<z.ZodObject<typeof cashQuery>>;
