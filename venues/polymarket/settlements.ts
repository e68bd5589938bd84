/** What markets paid. The venue has no list of it: the markets that are held are asked. */
import type { FactPage, VenueSettlement } from '../venue.ts';
import type { PolymarketAccount } from './account.ts';

/** How often results are asked for: a market resolves hours after it is over. */
const RESULT_INTERVAL_MS = 10_000;

/** Asks the markets' results, at most every 10 s, sooner where the stream told of one. */
export function createSettlementReads(account: PolymarketAccount) {
  let last: readonly VenueSettlement[] = [];
  return async (sinceMs: number, signal?: AbortSignal): Promise<FactPage<VenueSettlement>> => {
    const { options, due } = account;
    const { atMs } = await options.clock.read();
    const intervalMs = options.resultIntervalMs ?? RESULT_INTERVAL_MS;
    if (performance.now() - due.resultsAskedMs >= intervalMs) {
      const askedMs = performance.now();
      last = await readSettlements(account, signal);
      due.resultsAskedMs = askedMs;
    }
    return { facts: last, cursorMs: Math.max(sinceMs, atMs) };
  };
}

async function readSettlements(
  account: PolymarketAccount,
  signal?: AbortSignal,
): Promise<VenueSettlement[]> {
  const { options, markets, dealtWith } = account;
  const held = (await options.heldMarkets?.()) ?? [...dealtWith.keys()];
  const facts: VenueSettlement[] = [];
  for (const [marketId, result] of await markets.results(held, signal)) {
    const { payoutMicros, settledAtMs } = result;
    // With its payouts: a result that is amended is another record, the same one is the same.
    const settlementId = `${marketId}@${payoutMicros.join('/')}`;
    facts.push({ settlementId, marketId, payoutMicros, settledAtMs, isPresent: true });
  }
  return facts.toSorted(
    (a, b) => a.settledAtMs - b.settledAtMs || (a.settlementId < b.settlementId ? -1 : 1),
  );
}
