/** What the HTTP API and `--json` answer. Money and quantities are decimal strings, times ISO in UTC. */
import { z } from 'zod';
import { DESK_STATES } from '../domain/desk.ts';
import { DENIAL_CODES } from '../domain/risk/codes.ts';
import { TRADE_STATUSES } from '../domain/trade.ts';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';

const instant = z.iso.datetime();
const decimalText = z.string();
const TEXT_LENGTH_MAX = 500;
const textLine = z.string().trim().min(1).max(TEXT_LENGTH_MAX);

export const verdictSchema = z.object({
  code: z.enum(DENIAL_CODES as [string, ...string[]]),
  passed: z.boolean(),
  detail: z.string(),
  numbers: z.record(z.string(), z.string()),
});

/** One trade as lists and details show it. */
export const tradeViewSchema = z.object({
  id: z.string(),
  book: z.enum(BOOKS),
  status: z.enum([...TRADE_STATUSES, 'received', 'denied']),
  strategy: z.string(),
  event: z.string(),
  receivedAt: instant,
  decidedAt: instant.nullable(),
  day: z.iso.date().nullable(),
  legs: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      market: z.string(),
      /** The venue's own word for the side. */
      outcome: z.string(),
      title: z.string(),
      limitPrice: decimalText,
      quantity: decimalText,
      filledQuantity: decimalText,
      cost: decimalText,
      fees: decimalText,
      orderId: z.string().nullable(),
      orderState: z.string().nullable(),
    }),
  ),
  worstCase: decimalText.nullable(),
  expectedSettlement: instant.nullable(),
  payout: decimalText.nullable(),
  realizedPnl: decimalText.nullable(),
  settledAt: instant.nullable(),
  /** Why it was denied or not sent; empty otherwise. */
  failures: z.array(verdictSchema),
});
export type TradeView = z.output<typeof tradeViewSchema>;

/** The answer to one proposal. */
export const submissionSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('accepted'),
    id: z.string(),
    quantity: decimalText,
    worstCase: decimalText,
    roiPercent: decimalText,
    outcome: z.string(),
  }),
  z.object({ status: z.literal('denied'), id: z.string(), failures: z.array(verdictSchema) }),
  z.object({ status: z.literal('pending'), id: z.string(), detail: z.string() }),
]);
export type Submission = z.output<typeof submissionSchema>;

/** Every error body: one code, one sentence, and the fields concerned where there are any. */
export const problemSchema = z.object({
  code: z.string(),
  message: z.string(),
  problems: z.array(z.object({ field: z.string(), problem: z.string() })).optional(),
});
export type Problem = z.output<typeof problemSchema>;

/** One proposal's HTTP status and body; several proposals answer a list of these. */
export interface SubmissionAnswer {
  readonly status: 200 | 202 | 409 | 422 | 423 | 503;
  readonly body: Submission | Problem;
}

/** The desk at a glance: what `ballast status` prints. */
export const statusViewSchema = z.object({
  startLine: z.string(),
  version: z.string(),
  now: instant,
  desk: z.object({ id: z.string(), phase: z.string(), state: z.string(), reason: z.string() }),
  book: z.enum(BOOKS),
  day: z.iso.date(),
  /** Seconds until the next UTC midnight. */
  dayEndsInSeconds: z.int(),
  gauges: z.array(
    z.object({
      name: z.enum(['trades', 'day loss', 'exposure']),
      used: decimalText,
      held: decimalText,
      left: decimalText,
      limit: decimalText,
    }),
  ),
  venues: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      cash: decimalText,
      reserved: decimalText,
      open: decimalText,
      watchAgeSeconds: z.number().nullable(),
    }),
  ),
  openTrades: z.array(tradeViewSchema),
  unknownOrders: z.int(),
  realizedPnl: decimalText,
  realizedPnlToday: decimalText,
  addresses: z.object({ api: z.string().nullable(), temporalUi: z.string().nullable() }),
});
export type StatusView = z.output<typeof statusViewSchema>;

/** What pauses or resumes the desk. */
export const deskRequestSchema = z.strictObject({
  /** Kept in the audit log. */
  reason: textLine,
  /** The person behind the token; the role's name where it is absent. */
  by: textLine.optional(),
});

/** A pause that holds: nothing that adds risk is sent any more but for the orders listed. */
export const stopViewSchema = z.object({
  state: z.enum(DESK_STATES),
  epoch: z.int(),
  unresolved: z.array(z.string()),
});
export type StopView = z.output<typeof stopViewSchema>;

/** One line of `ballast doctor` and of `/readyz`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
