/** Which orders are ours: what this process remembers, and what the ledger knows. */
import type { KnownOrder, PolymarketAccount } from './account.ts';

/**
 * Learns what these orders are; one the ledger does not know is not ours, for its hash is stored
 * before its first send. Orders that are not ours are left out.
 */
export async function learnOrders(
  { known, clientIds, options }: PolymarketAccount,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, KnownOrder>> {
  const asked = [...new Set(hashes)];
  const missing = asked.filter((hash) => known.get(hash) === undefined);
  if (missing.length > 0 && options.ordersOf !== undefined) {
    const found = await options.ordersOf(missing);
    for (const hash of missing) {
      const order = found.get(hash) ?? null;
      known.set(hash, order);
      if (order !== null || clientIds.get(hash) === undefined) {
        clientIds.set(hash, order?.clientOrderId ?? '');
      }
    }
  }
  return new Map(
    asked.flatMap((hash): [string, KnownOrder][] => {
      const order = known.get(hash);
      return order == null ? [] : [[hash, order]];
    }),
  );
}
