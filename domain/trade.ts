/** Where a trade stands. Each step of its life is a compare-and-set from one of these to the next. */
export const TRADE_STATUSES = [
  /** Limits and cash are held; nothing was sent. */
  'reserved',
  /** An order may be at the venue; its fills are not all booked. */
  'placing',
  /** A pair's legs do not match, and nothing more is tried without a person. */
  'one_legged',
  /** A position is held; every fill is booked. */
  'open',
  /** The market paid out and P&L is booked. */
  'settled',
  /** The position was sold again before its market's end, and P&L is booked. */
  'closed',
  /** The order ended without a fill. */
  'unfilled',
  /** The venue refused the order. */
  'rejected',
  /** A gate stopped it before the first byte; everything was given back. */
  'not_sent',
] as const;
export type TradeStatus = (typeof TRADE_STATUSES)[number];

/** The statuses of a trade whose life goes on. */
const UNDER_WAY: readonly TradeStatus[] = ['reserved', 'placing', 'one_legged', 'open'];

/** Whether the trade's life is over. */
export function isTerminal(status: TradeStatus): boolean {
  return !UNDER_WAY.includes(status);
}
