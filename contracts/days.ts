/** Trading days: open ones with their numbers as they stand, closed ones with their report. */
import { z } from 'zod';
import { BOOKS } from '../domain/venue-id.ts';
import { dailyReportSchema } from './daily-report.ts';
import { bookQuery, decimalText, instant, limitQuery } from './view-fields.ts';

const used = z.object({ used: decimalText, held: decimalText, limit: decimalText });

const dayShape = {
  book: z.enum(BOOKS),
  date: z.iso.date(),
  openedAt: instant,
  /** Trades that took or reserved a place of the day. */
  trades: used,
  /** Dollars: losses realised, and what may still be lost that day. */
  loss: used,
  realizedPnl: decimalText,
};

export const daysViewSchema = z.object({
  days: z.array(
    z.object({
      ...dayShape,
      state: z.enum(['open', 'closed']),
      closedAt: instant.nullable(),
      /** The newest revision of its report; null while it is open. */
      revision: z.int().nullable(),
    }),
  ),
});
export type DaysView = z.output<typeof daysViewSchema>;

export const dayViewSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('open'),
    ...dayShape,
    endsAt: instant,
    proposals: dailyReportSchema.shape.proposals,
    sent: z.int(),
    byStatus: dailyReportSchema.shape.trades.shape.byStatus,
    gains: decimalText,
    losses: decimalText,
    fees: decimalText,
  }),
  z.object({ state: z.literal('closed'), report: dailyReportSchema }),
]);
export type DayView = z.output<typeof dayViewSchema>;

export const daysQuery = {
  limit: limitQuery,
  before: z.iso.date().optional().describe('only days before this one'),
  book: bookQuery,
};
export type DaysQuery = z.output<z.ZodObject<typeof daysQuery>>;

export const dayQuery = { book: bookQuery };
