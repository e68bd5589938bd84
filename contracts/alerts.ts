/** Alerts: what needs a person. */
import { z } from 'zod';
import { ALERT_LEVELS } from '../domain/alerts.ts';
import { BOOKS } from '../domain/venue-id.ts';
import { askedShape, bookQuery, flagQuery, instant, limitQuery } from './view-fields.ts';

/** An alert's number as people are shown it: `a-12`. */
export const alertIdField = z
  .string()
  .regex(/^a-[1-9]\d{0,14}$/, "an alert's id is a- and a number, e.g. a-12")
  .transform((text) => Number(text.slice(2)));

export const alertViewSchema = z.object({
  id: z.string(),
  level: z.enum(ALERT_LEVELS),
  code: z.string(),
  book: z.enum(BOOKS),
  tradeId: z.string().nullable(),
  detail: z.string(),
  /** What the code asks for. */
  advice: z.string(),
  times: z.int(),
  raisedAt: instant,
  lastAt: instant,
  ackedBy: z.string().nullable(),
  ackedAt: instant.nullable(),
  resolvedAt: instant.nullable(),
});
export type AlertView = z.output<typeof alertViewSchema>;

export const alertsViewSchema = z.object({ alerts: z.array(alertViewSchema) });

export const alertsQuery = {
  limit: limitQuery,
  before: alertIdField.optional().describe('only alerts older than this one'),
  book: bookQuery.describe('all books where absent'),
  level: z.enum(ALERT_LEVELS).optional(),
  all: flagQuery.describe('resolved ones too'),
};
export type AlertsQuery = z.output<z.ZodObject<typeof alertsQuery>>;

export const ackRequestSchema = z.strictObject({
  by: askedShape.by,
  reason: askedShape.reason.optional(),
});

export const ackViewSchema = z.object({
  id: z.string(),
  /** Who was first, and when; a repeat changes nothing. */
  ackedBy: z.string(),
  ackedAt: instant,
});
export type AckView = z.output<typeof ackViewSchema>;
