/** How much longer than on a quiet machine a test may wait before it calls a thing hung. */
const TIMES = 3;
const MORE_MS_MAX = 300_000;

/**
 * A limit in a test ends what hangs, it measures nothing: written for a quiet machine of two cores,
 * it is stretched for one that does other work besides. In ms.
 */
export function patient(ms: number): number {
  return Math.min(TIMES * ms, ms + MORE_MS_MAX);
}
