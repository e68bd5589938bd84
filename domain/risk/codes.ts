/** Why a proposal is refused. One table: code, meaning, and what the trader can do about it. */
export const DENIALS = {
  BELOW_MIN_ROI: 'ROI after all fees does not exceed the minimum; ask for a better price',
  IMPLAUSIBLE_ROI: 'the edge is too good to be true; check units, prices and the market',
  PAIR_NOT_COMPLEMENTARY: 'two legs must be a registered pair, one leg a venue',
  OPPOSITE_SIDE_HELD: 'the other side of this market is held; wait until it has settled',
  POSITION_TOO_LARGE: 'worst-case cost exceeds the position limit; propose less',
  DAILY_TRADES_REACHED: 'no trade is left today; the count starts anew at 00:00 UTC',
  DAILY_LOSS_REACHED: 'losses realised today leave no room; the limit starts anew at 00:00 UTC',
  AT_RISK_REACHED: 'open risk leaves no room today; a settlement or 00:00 UTC frees it',
  EXPOSURE_REACHED: 'too much is open, in all or on this event; settlements free it',
  INSUFFICIENT_BALANCE: "free cash at the leg's venue does not cover the worst case",
  DUPLICATE_TRADE: 'the same legs are already open',
  STALE_PROPOSAL: 'the proposal has expired; send a fresh one',
  PRICE_MOVED: 'the market no longer offers the limit price; nothing was sent',
  STALE_FACTS: 'market, quote or venue status is missing or too old; try again',
  MARKET_CLOSED: 'the market does not trade',
  VENUE_UNAVAILABLE: 'the venue does not trade',
  MARKET_NOT_SUPPORTED: 'this kind of market is refused',
  PHASE_LIMIT: "the go-live step's tighter caps leave no room; the next step or less size does",
  DESK_PAUSED: 'the desk was paused meanwhile',
  DESK_HALTED: 'the desk was halted meanwhile',
  NOT_RECONCILED: 'ledger and venues have not been compared since the start',
  NOT_ARMED: 'the desk is not armed for orders that cost money; ballast arm',
  REPEATED_EXECUTION: 'the strategy executed too often; enable it again by hand',
  STRATEGY_LIMIT: "the strategy's own caps leave no room; ballast strategies limit",
  INVALID_PROPOSAL: 'a field cannot be traded as it stands',
} as const;

export type DenialCode = keyof typeof DENIALS;
export const DENIAL_CODES = Object.keys(DENIALS) as DenialCode[];

/** What one rule found. Numbers are decimal strings with their unit in the name. */
export interface Verdict {
  readonly code: DenialCode;
  readonly passed: boolean;
  /** One sentence for a person, with the numbers. */
  readonly detail: string;
  readonly numbers: Readonly<Record<string, string>>;
}

/** Builds a verdict; a rule that passes keeps its numbers too, since every decision is stored. */
export function verdict(
  code: DenialCode,
  passed: boolean,
  detail: string,
  numbers: Readonly<Record<string, string>> = {},
): Verdict {
  return { code, passed, detail, numbers };
}
