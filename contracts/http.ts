/** What the HTTP API and `--json` answer. Money and quantities are decimal strings, times ISO in UTC. */
import { z } from 'zod';
import { DESK_STATES } from '../domain/desk.ts';
import { DENIAL_CODES } from '../domain/risk/codes.ts';
import { TRADE_STATUSES } from '../domain/trade.ts';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';
import { askedShape, decimalText, instant } from './view-fields.ts';

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
  status: z.enum([...TRADE_STATUSES, 'received', 'awaiting_approval', 'denied']),
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
      /** All that was bought; what was sold again of it is in `sold`. */
      filledQuantity: decimalText,
      sold: decimalText,
      /** Of what is not sold again, fees apart. */
      cost: decimalText,
      fees: decimalText,
      /** The newest order's; `orders` has them all. */
      orderId: z.string().nullable(),
      orderState: z.string().nullable(),
    }),
  ),
  /** Since when the legs do not match; null while they do. */
  unhedgedSince: instant.nullable(),
  /** Until when a person may approve it; null unless it waits for that. */
  approvalUntil: instant.nullable(),
  /** Whether it came with the predecessor's file. */
  imported: z.boolean(),
  worstCase: decimalText.nullable(),
  expectedSettlement: instant.nullable(),
  payout: decimalText.nullable(),
  realizedPnl: decimalText.nullable(),
  settledAt: instant.nullable(),
  /** Why it was denied or not sent; empty otherwise. */
  failures: z.array(verdictSchema),
});
export type TradeView = z.output<typeof tradeViewSchema>;

/** One leg as it would be sent. */
export const legPlanViewSchema = z.object({
  venue: z.enum(VENUE_IDS),
  market: z.string(),
  outcome: z.string(),
  limitPrice: decimalText,
  /** What one contract may cost within the hold: of a pair's second leg, after the first. */
  priceMax: decimalText,
  worstCase: decimalText,
});

/** The answer to one proposal. */
export const submissionSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('accepted'),
    id: z.string(),
    quantity: decimalText,
    worstCase: decimalText,
    roiPercent: decimalText,
    /** The venue's own words, those of a pair joined by "+". */
    outcome: z.string(),
    legs: z.array(legPlanViewSchema),
  }),
  /** Nothing is decided or held: an admin may approve it until then. */
  z.object({
    status: z.literal('awaiting_approval'),
    id: z.string(),
    until: instant,
    failures: z.array(verdictSchema),
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
      /** Won and not redeemed yet; no cash to spend. */
      redeemable: decimalText,
      watchAgeSeconds: z.number().nullable(),
    }),
  ),
  /** What the venues in use said last when asked whether they trade from here. */
  venueStatus: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      book: z.enum(BOOKS),
      trading: z.boolean(),
      detail: z.string(),
      askedAt: instant,
    }),
  ),
  openTrades: z.array(tradeViewSchema),
  unknownOrders: z.int(),
  realizedPnl: decimalText,
  realizedPnlToday: decimalText,
  addresses: z.object({ api: z.string().nullable(), temporalUi: z.string().nullable() }),
});
export type StatusView = z.output<typeof statusViewSchema>;

/** What pauses, resumes or arms the desk, and approves what waits for a person. */
export const askedSchema = z.strictObject(askedShape);

/** A pause that holds: nothing that adds risk is sent any more but for the orders listed. */
export const stopViewSchema = z.object({
  state: z.enum(DESK_STATES),
  epoch: z.int(),
  unresolved: z.array(z.string()),
});
export type StopView = z.output<typeof stopViewSchema>;

/** One line of `ballast doctor` and of `/readyz`. */
const checkSchema = z.object({ name: z.string(), ok: z.boolean(), detail: z.string() });
export type Check = Readonly<z.output<typeof checkSchema>>;

/** `/readyz`, whether ready or not. */
export const readinessSchema = z.object({ ready: z.boolean(), checks: z.array(checkSchema) });
