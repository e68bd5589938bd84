/** Token buckets: read per user, write per user and shard. */
import type { BucketLimit } from '../engine/token-bucket.ts';
import { TokenBucket } from '../engine/token-bucket.ts';
import { unrecorded } from './errors.ts';
import { SHARDS } from './state.ts';

/** Tokens a second, read and write, by tier. @source DOC rate_limits (2026-08) */
const TIERS: Readonly<Record<string, readonly [read: number, write: number]>> = {
  basic: [200, 100],
  advanced: [300, 300],
  expert: [600, 600],
  premier: [1000, 1000],
  paragon: [2000, 2000],
  prime: [4000, 4000],
  prestige: [10_000, 8000],
};

/** The tiers by name. */
export const TIER_NAMES: readonly string[] = Object.keys(TIERS);

const PREFIX = '/trade-api/v2';
const DEFAULT_COST = 10;

/** Costs that differ from the default. @source REC account__endpoint_costs, 2026-06-11 */
const ENDPOINT_COSTS: readonly (readonly [cost: number, method: string, path: string])[] = [
  [30, 'POST', '/account/api_usage_level/upgrade'],
  [150, 'GET', '/cfbenchmarks'],
  [150, 'GET', '/cfbenchmarks/*endpoint'],
  [2, 'POST', '/communications/quotes'],
  [2, 'DELETE', '/communications/quotes/:quote_id'],
  [5, 'GET', '/margin/balance'],
  [2, 'PUT', '/multivariate_event_collections/:collection_ticker/lookup'],
  [2, 'DELETE', '/portfolio/events/orders/:order_id'],
  [2, 'DELETE', '/portfolio/events/orders/batched'],
  [20, 'POST', '/portfolio/orders'],
  [4, 'DELETE', '/portfolio/orders/:order_id'],
  [2, 'GET', '/portfolio/orders/:order_id'],
  [20, 'POST', '/portfolio/orders/:order_id/amend'],
  [20, 'POST', '/portfolio/orders/:order_id/decrease'],
  [4, 'DELETE', '/portfolio/orders/batched'],
  [20, 'POST', '/portfolio/orders/batched'],
];

/** `GET /account/endpoint_costs`, as recorded. */
export function endpointCosts(): unknown {
  return {
    default_cost: DEFAULT_COST,
    endpoint_costs: ENDPOINT_COSTS.map(([cost, method, path]) => ({
      cost,
      method,
      path: `${PREFIX}${path}`,
    })),
  };
}

/** Tokens one call of an endpoint costs; the path with its parameters' names. */
export function costOf(method: string, path: string): number {
  const found = ENDPOINT_COSTS.find((one) => one[1] === method && one[2] === path);
  return found?.[0] ?? DEFAULT_COST;
}

/** A tier's buckets; writes of the basic tier hold one second, all others two. */
export function limitsOf(tier: string): { read: BucketLimit; write: BucketLimit } {
  const [read, write] = TIERS[tier] ?? TIERS['basic']!;
  // Recorded for basic: read 200 of 200 and write 100 of 100; the documentation says 2 s of reads.
  const burst = tier === 'basic' ? 1 : 2;
  return {
    read: { bucket_capacity: read * burst, refill_rate: read },
    write: { bucket_capacity: write * burst, refill_rate: write },
  };
}

/** What a call is billed to. */
export interface Bill {
  readonly userId: string;
  readonly tier: string;
  readonly tokens: number;
  /** Absent for reads. */
  readonly writeShards?: readonly number[];
}

/** Every user's buckets. */
export class RateLimits {
  readonly #buckets = new Map<string, TokenBucket>();

  /** Takes the tokens from every bucket billed, or from none. @throws KalshiRefusal 429 */
  charge(bill: Bill, nowMs: number): void {
    const limits = limitsOf(bill.tier);
    const buckets = (bill.writeShards ?? ['read']).map((name) => {
      const key = `${bill.userId} ${bill.tier} ${name}`;
      const limit = bill.writeShards === undefined ? limits.read : limits.write;
      const bucket = this.#buckets.get(key) ?? new TokenBucket(limit, nowMs);
      this.#buckets.set(key, bucket);
      return bucket;
    });
    if (!buckets.every((bucket) => bucket.has(bill.tokens, nowMs)))
      throw unrecorded.tooManyRequests();
    for (const bucket of buckets) bucket.take(bill.tokens);
  }
}

/** The shards a single write bills: its own, or all where the venue has to find the market. */
export function billedShards(exchangeIndex: unknown, routed: boolean): readonly number[] {
  const index = Number(exchangeIndex ?? -1);
  if (Number.isInteger(index) && index >= 0) return [index];
  return routed ? SHARDS : [0];
}
