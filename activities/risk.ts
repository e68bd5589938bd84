import type { ReserveOutcome } from '../ledger/verbs/reserve.ts';
import type { ProposalLeg } from '../domain/proposal.ts';
import { isLiveBook } from '../domain/desk.ts';
import { resolveOutcome } from '../domain/market.ts';
import type { Book } from '../domain/venue-id.ts';
import type { ActivityDeps } from './deps.ts';

/** Step 1: judge a proposal and take its holds. Local activities but for the reading of facts. */
export function riskActivities(deps: ActivityDeps) {
  const { ledger, clock } = deps;
  return {
    /** Decides once, unless it waits for approval; a repeat returns the stored decision. */
    async reserveTrade(tradeId: string, mayFetch: boolean): Promise<ReserveOutcome> {
      const reading = await clock.read();
      const outcome = await ledger.reserve(tradeId, { mayFetch }, reading);
      if (outcome.kind === 'denied') {
        const codes = outcome.failures.map(({ code }) => code);
        deps.log.info({ tradeId, codes }, 'proposal denied');
      } else if (outcome.kind === 'awaitingApproval') {
        const until = new Date(outcome.untilMs).toISOString();
        deps.log.info({ tradeId, until }, 'proposal awaits approval');
      }
      return outcome;
    },

    /** Gives everything back where nothing was sent; otherwise changes nothing. */
    async abandonTrade(tradeId: string): Promise<void> {
      await ledger.abandonTrade(tradeId, await clock.read());
    },

    /** Reads market, quote and status of every leg and stores them with their age. */
    async fetchFacts(book: Book, legs: readonly ProposalLeg[]): Promise<void> {
      await Promise.all(legs.map((leg) => fetchLegFacts(deps, book, leg)));
    },
  };
}

async function fetchLegFacts(deps: ActivityDeps, book: Book, leg: ProposalLeg): Promise<void> {
  const venue = deps.venue(leg.venue, book);
  // The time before the reading: a fact is never younger than it claims.
  const { atMs } = await deps.clock.read();
  const [market, status, balance] = await Promise.all([
    venue.market(leg.market),
    venue.status(leg.market),
    isLiveBook(book) ? venue.balance(leg.market) : undefined,
  ]);
  const outcome = market === undefined ? undefined : resolveOutcome(market, leg.outcome);
  const quote = outcome === undefined ? undefined : await venue.quote(leg.market, outcome);
  await deps.ledger.storeFacts(book, {
    venue: leg.venue,
    marketId: leg.market,
    market: market ?? null,
    ...(quote === undefined ? {} : { quote }),
    status,
    ...(balance === undefined ? {} : { balance }),
    asOfMs: atMs,
  });
}
