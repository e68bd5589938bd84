/** What Polymarket's CLOB says when it says no. */
import { z } from 'zod';
import { printable } from '../../domain/printable.ts';
import { parseJson } from '../json.ts';

const errorBodySchema = z.object({
  error: z.string().min(1),
  code: z.string().nullish(),
  retry_after_seconds: z.number().nullish(),
});

/** The venue's words, and the code that stands for them here or was told. */
export interface PolymarketError {
  readonly code: string;
  readonly detail: string;
  readonly retryAfterMs?: number;
}

const DETAIL_LENGTH_MAX = 400;

/** Words that the venue's sentences are known by, first match first. @source reference §2.5 */
const CODES: readonly (readonly [RegExp, string])[] = [
  [/duplicated/i, 'duplicated'],
  [/context canceled/i, 'context_canceled'],
  [/trading restricted in your region/i, 'geo_blocked'],
  [/closed only mode/i, 'closed_only'],
  [/address banned/i, 'banned'],
  [/trading is currently disabled/i, 'trading_disabled'],
  [/cancel[- _]only/i, 'cancel_only'],
  [/post[- _]only[- _]mode/i, 'post_only_mode'],
  [/post-only order: order crosses book|crosses the book/i, 'post_only_crosses'],
  [/order_version_mismatch/i, 'order_version_mismatch'],
  [/minimum tick size/i, 'off_tick'],
  [/lower than the minimum/i, 'below_minimum'],
  [/min size: \$1/i, 'below_minimum'],
  [/not enough balance/i, 'not_enough_balance'],
  [/invalid expiration/i, 'invalid_expiration'],
  [/invalid signature/i, 'invalid_signature'],
  [/fully filled or killed|FOK orders are filled or killed/i, 'fok_killed'],
  [/no orders found to match with FAK/i, 'fak_killed'],
  [/not yet ready/i, 'market_not_ready'],
  [/invalid amounts/i, 'invalid_amounts'],
];

/**
 * The code of a sentence of the venue's; `refused` for one that is not known.
 */
export function polymarketCodeOf(words: string): string {
  return CODES.find(([pattern]) => pattern.test(words))?.[1] ?? 'refused';
}

/**
 * Reads an error body.
 * @returns undefined where the text is none: an edge's HTML, an empty 425
 * @source reference/polymarket.md §2.5
 */
export function readPolymarketError(text: string): PolymarketError | undefined {
  const parsed = errorBodySchema.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { error, code, retry_after_seconds: seconds } = parsed.data;
  const told = code == null || code === '' ? undefined : printable(code).slice(0, 80).toLowerCase();
  const known = polymarketCodeOf(`${error} ${code ?? ''}`);
  return {
    code: known === 'refused' ? (told ?? known) : known,
    detail: printable(error).slice(0, DETAIL_LENGTH_MAX),
    ...(seconds == null || seconds < 0 ? {} : { retryAfterMs: Math.ceil(seconds * 1000) }),
  };
}
