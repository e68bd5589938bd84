/** The limiter per signer: a bucket for orders, one for cancels. @source reference §4 */
import { TokenBucket } from '../engine/token-bucket.ts';
import { refusals } from './errors.ts';
import type { Account } from './records.ts';
import type { ExchangeState } from './state.ts';

interface Rates {
  readonly order: readonly [perSecond: number, burst: number];
  readonly cancel: readonly [perSecond: number, burst: number];
}

/** Standard and Elite are documented; the Elite bursts and its cancels keep Standard's ratios. */
const TIERS: Readonly<Record<string, Rates>> = {
  standard: { order: [40, 60], cancel: [80, 120] },
  elite: { order: [600, 900], cancel: [1200, 1800] },
};

/** The tiers by name. */
export const TIER_NAMES: readonly string[] = Object.keys(TIERS);

/** What a write is billed as. */
export interface Bill {
  readonly bucket: keyof Rates;
  readonly tokens: number;
}

/** `GET /v1/user/rate-limit-tier`. */
export function tierView({ tier }: Account): unknown {
  const { order, cancel } = TIERS[tier]!;
  const limit = ([rate, burst]: readonly [number, number]) => ({ rate_per_second: rate, burst });
  return { tier, order: limit(order), cancel: limit(cancel) };
}

/** Every signer's buckets. */
export class RateLimits {
  readonly #buckets = new Map<string, TokenBucket>();

  /**
   * Takes the tokens, all or none.
   * @returns the headers that tell what is left
   * @throws PolymarketRefusal 429 where the limiter is enforced
   */
  charge(state: ExchangeState, account: Account, bill: Bill): Record<string, string> {
    const bucket = this.#bucketOf(state, account, bill.bucket);
    const enough = bucket.has(bill.tokens, state.nowMs);
    if (enough) bucket.take(bill.tokens);
    const [perSecond, burst] = TIERS[account.tier]![bill.bucket];
    const left = bucket.left(state.nowMs);
    const headers: Record<string, string> = {
      'poly-ratelimit-remaining': String(Math.max(0, Math.floor(left))),
      'poly-ratelimit-reset': String(Math.ceil(state.nowMs / 1000 + (burst - left) / perSecond)),
      'poly-ratelimit-tier': account.tier,
      ...(enough ? {} : { 'poly-ratelimit-warning': 'true' }),
    };
    if (enough || !state.switches.limitsEnforced) return headers;
    const waitSeconds = Math.max(1, Math.ceil((bill.tokens - left) / perSecond));
    throw refusals.tooManyRequests({ ...headers, 'retry-after': String(waitSeconds) });
  }

  /** Takes tokens that are only known afterwards; the bucket may fall below zero. */
  chargeAfter(state: ExchangeState, account: Account, { bucket, tokens }: Bill): void {
    this.#bucketOf(state, account, bucket).take(tokens);
  }

  #bucketOf(state: ExchangeState, { address, tier }: Account, name: keyof Rates): TokenBucket {
    const key = `${address} ${tier} ${name}`;
    const [perSecond, burst] = TIERS[tier]![name];
    const limit = { refill_rate: perSecond, bucket_capacity: burst };
    const bucket = this.#buckets.get(key) ?? new TokenBucket(limit, state.nowMs);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
