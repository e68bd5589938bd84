/**
 * What a closed day came to, as it is stored, filed and printed. Amounts are decimal strings.
 * Reports are kept for ever: a field added later needs a default.
 */
import { z } from 'zod';
import { DESKS, DESK_STATES, PHASES } from '../domain/desk.ts';
import { TRADE_STATUSES } from '../domain/trade.ts';
import { BOOKS, VENUE_IDS } from '../domain/venue-id.ts';

const instant = z.iso.datetime();
const count = z.int().min(0);
const decimalText = z.string();

const leg = z.object({
  venue: z.enum(VENUE_IDS),
  market: z.string(),
  title: z.string(),
  /** The venue's own word for the side. */
  outcome: z.string(),
  quantity: decimalText,
  cost: decimalText,
  fees: decimalText,
});

/** Reports of the first version had one leg a trade, and its fields beside the trade's own. */
function withLegs(trade: unknown): unknown {
  if (typeof trade !== 'object' || trade === null || 'legs' in trade) return trade;
  return { status: 'settled', ...trade, legs: [trade] };
}

const settledTrade = z.preprocess(
  withLegs,
  z.object({
    id: z.string(),
    /** `closed`: sold again before its markets ended. */
    status: z.enum(['settled', 'closed']),
    legs: z.array(leg),
    payout: decimalText,
    realizedPnl: decimalText,
  }),
);

const openTrade = z.preprocess(
  withLegs,
  z.object({
    id: z.string(),
    legs: z.array(leg),
    status: z.enum(TRADE_STATUSES),
    worstLoss: decimalText,
    expectedSettlement: instant.nullable(),
  }),
);

export const dailyReportSchema = z.object({
  book: z.enum(BOOKS),
  date: z.iso.date(),
  /** 1 as the day closed; a correction made later issues the next one. */
  revision: z.int().min(1),
  openedAt: instant,
  closedAt: instant,
  desk: z.object({
    id: z.enum(DESKS),
    phase: z.enum(PHASES),
    state: z.enum(DESK_STATES),
    reason: z.string(),
  }),
  proposals: z.object({
    accepted: count,
    denied: count,
    /** How often each code spoke against a denied proposal. */
    denials: z.record(z.string(), count),
  }),
  trades: z.object({
    /** Those that took a place of the day: sent, or still under way when it closed. */
    used: count,
    cap: count,
    sent: count,
    byStatus: z.partialRecord(z.enum(TRADE_STATUSES), count),
  }),
  settled: z.array(settledTrade),
  realized: z.object({ pnl: decimalText, gains: decimalText, losses: decimalText }),
  /** Paid that day, for whatever is still open too. */
  fees: decimalText,
  loss: z.object({ used: decimalText, cap: decimalText }),
  open: z.array(openTrade),
  /** What of the open trades may still be lost on the day opened next, and counts there. */
  carried: z.object({ into: z.iso.date(), trades: count, risk: decimalText }),
  cash: z.array(
    z.object({
      venue: z.enum(VENUE_IDS),
      cash: decimalText,
      /** Won and not redeemed by then; no cash to spend. */
      redeemable: decimalText.default('0.00'),
    }),
  ),
  unknownOrders: z.array(z.string()),
  discrepancies: z.array(
    z.object({ venue: z.enum(VENUE_IDS), detail: z.string(), recordedAt: instant }),
  ),
  /** The audit chain's last entry before the closing's own. */
  auditHead: z.object({ seq: count, hash: z.string() }),
  /** What must never change again; counts and micro-dollars. */
  seal: z.object({
    trades: count,
    transfers: count,
    transferMicros: z.string(),
    realisedLossMicros: z.string(),
  }),
});
export type DailyReport = z.output<typeof dailyReportSchema>;
