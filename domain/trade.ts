/** Where a trade stands. Each step of its life is a compare-and-set from one of these to the next. */
export const TRADE_STATUSES = [
  /** Limits and cash are held; nothing was sent. */
  'reserved',
  /** An order may be at the venue; its fills are not all booked. */
  'placing',
  /** A position is held; every fill is booked. */
  'open',
  /** The market paid out and P&L is booked. */
  'settled',
  /** The order ended without a fill. */
  'unfilled',
  /** The venue refused the order. */
  'rejected',
  /** A gate stopped it before the first byte; everything was given back. */
  'not_sent',
] as const;
export type TradeStatus = (typeof TRADE_STATUSES)[number];

/** Whether the trade's life is over. */
export function isTerminal(status: TradeStatus): boolean {
  return status !== 'reserved' && status !== 'placing' && status !== 'open';
}
