/** A token bucket on the venue's clock. */

/** How fast a bucket fills and how much it holds, tokens. */
export interface BucketLimit {
  readonly refill_rate: number;
  readonly bucket_capacity: number;
}

/** Tokens in thousandths, so that a millisecond's refill is whole. */
export class TokenBucket {
  #content: number;
  #filledAtMs: number;
  readonly #limit: BucketLimit;

  constructor(limit: BucketLimit, nowMs: number) {
    this.#limit = limit;
    this.#content = limit.bucket_capacity * 1000;
    this.#filledAtMs = nowMs;
  }

  /** What is in it, tokens; below zero where more was taken than there was. */
  left(nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#filledAtMs = Math.max(nowMs, this.#filledAtMs);
    const full = this.#limit.bucket_capacity * 1000;
    this.#content = Math.min(full, this.#content + passedMs * this.#limit.refill_rate);
    return this.#content / 1000;
  }

  has(tokens: number, nowMs: number): boolean {
    return this.left(nowMs) >= tokens;
  }

  take(tokens: number): void {
    this.#content -= tokens * 1000;
  }
}
