/** Which orders are ours: what this process remembers, and what the ledger knows. */
import type { KnownOrder, PolymarketAccount } from './account.ts';

/**
 * Learns whose orders these are; an order the ledger does not know is not ours, for its hash is
 * stored before its first send.
 */
export async function learnClientIds(
  account: PolymarketAccount,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, KnownOrder>> {
  const missing = [...new Set(hashes)].filter((hash) => account.clientIds.get(hash) === undefined);
  const { ordersOf } = account.options;
  if (missing.length === 0 || ordersOf === undefined) return new Map();
  const known = await ordersOf(missing);
  for (const hash of missing) {
    account.clientIds.set(hash, known.get(hash)?.clientOrderId ?? '');
  }
  return known;
}
