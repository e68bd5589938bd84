/** What makes an order itself before it is signed. */
import { createHash } from 'node:crypto';

/** A salt travels as a JSON number: more bits would be rounded, and the hash another one. */
const SALT_BITS = 53n;

/**
 * The salt of an order: the first 53 bits of the SHA-256 of its identity.
 * @returns a whole number up to 2^53 − 1
 * @source reference/polymarket.md §2.2, §5.5
 */
export function saltOf(clientOrderId: string): number {
  const digest = createHash('sha256').update(clientOrderId).digest();
  return Number(digest.readBigUInt64BE() >> (64n - SALT_BITS));
}
