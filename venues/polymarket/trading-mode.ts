/** What the venue said about trading as a whole, kept until it no longer holds. */

/** Worst first: the first one that holds is the one to tell. */
const MODES = [
  'GEO_BLOCKED',
  'CLOSED_ONLY',
  'DISABLED',
  'RESTARTING',
  'CANCEL_ONLY',
  'POST_ONLY',
] as const;

export type RestrictedMode = (typeof MODES)[number];
export type PolymarketMode = RestrictedMode | 'NORMAL';

/** How the venue trades now, in words, and when that is expected to end (Unix ms). */
export interface CurrentMode {
  readonly mode: PolymarketMode;
  readonly detail: string;
  readonly untilMs?: number;
}

/** One holder for all parts of an adapter. */
export interface TradingModes {
  /**
   * A restriction holds until `untilMs`, or as long as its kind usually does; a time that has
   * passed ends it. `NORMAL` ends all but what concerns the person: place and closed-only.
   */
  learn(mode: PolymarketMode, untilMs?: number): void;
  current(): CurrentMode;
}

/** After a restart the venue takes only orders that rest. @source reference/polymarket.md §4 */
const POST_ONLY_AFTER_RESTART_MS = 120_000;

/**
 * How long a word holds that came without a time: what is not tried is never heard to be over, so
 * none holds for ever.
 */
const HOLDS_MS: Readonly<Record<RestrictedMode, number>> = {
  GEO_BLOCKED: 3_600_000,
  CLOSED_ONLY: 3_600_000,
  DISABLED: 60_000,
  RESTARTING: 5_000,
  CANCEL_ONLY: 60_000,
  POST_ONLY: POST_ONLY_AFTER_RESTART_MS,
};

const WORDS: Readonly<Record<RestrictedMode, string>> = {
  GEO_BLOCKED: 'orders are refused from this place',
  CLOSED_ONLY: 'the account may only close positions',
  DISABLED: 'trading is disabled, cancels too',
  RESTARTING: 'the matching engine restarts',
  CANCEL_ONLY: 'only cancels are taken',
  POST_ONLY: 'only orders that rest are taken',
};

/** By which clock `untilMs` is told, Unix ms, and how long any word is believed at most. */
export interface TradingModesOptions {
  readonly nowMs: () => number;
  /** Absent: as long as its kind usually lasts. Shorter in tests only. */
  readonly holdMsMax?: number | undefined;
}

/** Makes the holder. */
export function createTradingModes({
  nowMs,
  holdMsMax = Number.POSITIVE_INFINITY,
}: TradingModesOptions): TradingModes {
  const heldUntilMs = new Map<RestrictedMode, number>();
  const hold = (mode: RestrictedMode, untilMs: number): void => {
    heldUntilMs.set(mode, Math.min(untilMs, nowMs() + holdMsMax));
  };
  return {
    learn(mode, untilMs) {
      if (mode === 'NORMAL') {
        for (const one of ['DISABLED', 'RESTARTING', 'CANCEL_ONLY', 'POST_ONLY'] as const) {
          heldUntilMs.delete(one);
        }
        return;
      }
      const until = untilMs ?? nowMs() + HOLDS_MS[mode];
      hold(mode, until);
      if (mode === 'RESTARTING' && until > nowMs()) {
        hold('POST_ONLY', until + POST_ONLY_AFTER_RESTART_MS);
      }
    },
    current() {
      const now = nowMs();
      const mode = MODES.find((one) => (heldUntilMs.get(one) ?? now) > now);
      const untilMs = mode === undefined ? undefined : heldUntilMs.get(mode);
      if (mode === undefined || untilMs === undefined) return { mode: 'NORMAL', detail: 'open' };
      const until = new Date(untilMs).toISOString();
      return { mode, untilMs, detail: `${WORDS[mode]}, until about ${until}` };
    },
  };
}

/** An answer's words and the mode they tell. @source reference/polymarket.md §2.5, §4 */
const TOLD: readonly (readonly [status: number, words: RegExp, mode: RestrictedMode])[] = [
  [503, /cancel-only/i, 'CANCEL_ONLY'],
  [503, /post[_-]only/i, 'POST_ONLY'],
  [503, /trading is currently disabled/i, 'DISABLED'],
  [403, /trading restricted in your region/i, 'GEO_BLOCKED'],
  [400, /closed only mode/i, 'CLOSED_ONLY'],
];

/** The mode an answer tells; undefined where it tells none. A 425 says it without words. */
export function modeOfAnswer({
  status,
  text,
}: {
  readonly status: number;
  readonly text: string;
}): RestrictedMode | undefined {
  if (status === 425) return 'RESTARTING';
  return TOLD.find(([told, words]) => told === status && words.test(text))?.[2];
}
