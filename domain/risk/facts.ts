/** Rules on what is known of the market: fresh facts, a market that trades, a price on its grid. */
import { CLOCK_SKEW_MS_MAX } from '../day.ts';
import { isLiveBook } from '../desk.ts';
import { formatDecimal } from '../decimal.ts';
import type { VenueMarket } from '../market.ts';
import { resolveOutcome } from '../market.ts';
import type { ProposalLeg } from '../proposal.ts';
import type { Book, OutcomeIndex } from '../venue-id.ts';
import { isOnGrid, wordsOfGrid } from '../price-grid.ts';
import type { Verdict } from './codes.ts';
import { verdict } from './codes.ts';
import { overLegs } from './legs.ts';
import type { AdmissionView, Fact, LegFacts } from './view.ts';

/** A fact older than half the allowed age is fetched again before admission. */
export function factsToFetch(
  facts: LegFacts,
  { book, atMs, ageMsMax }: { book: Book; atMs: number; ageMsMax: number },
): boolean {
  const ofBook = isLiveBook(book) ? [facts.balance] : [];
  return [facts.market, facts.quote, facts.status, ...ofBook].some(
    (fact) => fact === undefined || !isFresh(atMs - fact.asOfMs, ageMsMax / 2),
  );
}

/** A fact from the future is no better than an old one: a clock has jumped. */
function isFresh(ageMs: number, ageMsMax: number): boolean {
  return ageMs <= ageMsMax && ageMs >= -CLOCK_SKEW_MS_MAX;
}

/** STALE_FACTS: each fact of each leg must be there and at most `quoteAgeMsMax` old. */
export function staleFacts(view: AdmissionView): Verdict[] {
  return overLegs(
    view.proposal,
    view.legs.map(({ facts }, leg) => ({ leg, verdict: staleLegFacts(view, facts) })),
  );
}

function staleLegFacts(view: AdmissionView, facts: LegFacts): Verdict {
  const { quoteAgeMsMax } = view.limits;
  const named: [string, Fact<unknown> | undefined][] = [
    ['market', facts.market],
    ['status', facts.status],
  ];
  // Without a market there is no quote to miss.
  if (facts.market?.value !== null) named.push(['quote', facts.quote]);
  if (isLiveBook(view.book)) named.push(['balance', facts.balance]);
  const numbers: Record<string, string> = { ageMsMax: String(quoteAgeMsMax) };
  const stale: string[] = [];
  for (const [name, fact] of named) {
    const ageMs = fact === undefined ? undefined : view.atMs - fact.asOfMs;
    numbers[`${name}AgeMs`] = ageMs === undefined ? 'missing' : String(ageMs);
    if (ageMs === undefined || !isFresh(ageMs, quoteAgeMsMax)) stale.push(name);
  }
  const detail =
    stale.length === 0
      ? `${named.map(([name]) => name).join(', ')} are fresh`
      : `${stale.join(', ')} missing, older than ${quoteAgeMsMax} ms, or from the future`;
  return verdict('STALE_FACTS', stale.length === 0, detail, numbers);
}

/** VENUE_UNAVAILABLE: each leg's venue must be trading. */
export function venuesAvailable(view: AdmissionView): Verdict[] {
  const found = view.legs.flatMap(({ facts }, leg) => {
    const status = facts.status?.value;
    if (status === undefined) return [];
    const venue = view.proposal.legs[leg]!.venue;
    const detail = `${venue}: ${status.detail}`;
    return [{ leg, verdict: verdict('VENUE_UNAVAILABLE', status.trading, detail, { venue }) }];
  });
  return overLegs(view.proposal, found);
}

/** MARKET_CLOSED and MARKET_NOT_SUPPORTED for a market the venue knows. */
export function marketOpen(market: VenueMarket, atMs: number): Verdict[] {
  const closed = market.closesAtMs !== undefined && market.closesAtMs <= atMs;
  const closes =
    market.closesAtMs === undefined ? 'unknown' : new Date(market.closesAtMs).toISOString();
  return [
    verdict(
      'MARKET_CLOSED',
      market.tradable && !closed,
      market.tradable && !closed
        ? `${market.marketId} trades`
        : `${market.marketId} does not trade (closes ${closes})`,
      { market: market.marketId, closes },
    ),
    verdict(
      'MARKET_NOT_SUPPORTED',
      market.unsupported === undefined,
      market.unsupported ?? `${market.marketId} is a binary market`,
      { market: market.marketId },
    ),
  ];
}

/** INVALID_PROPOSAL for one field. */
export function invalid(field: string, detail: string): Verdict {
  return verdict('INVALID_PROPOSAL', false, detail, { field });
}

/**
 * INVALID_PROPOSAL for what only the market can tell: unknown market or outcome, price off the tick.
 * @returns the outcome wherever the market has it, with the verdict on all three
 */
export function tradableLeg(
  index: number,
  leg: ProposalLeg,
  market: VenueMarket | null,
): { outcome?: OutcomeIndex; verdict: Verdict } {
  const fail = (field: string, detail: string): { verdict: Verdict } => ({
    verdict: invalid(field, detail),
  });
  if (market === null) {
    return fail(`legs.${index}.market`, `${leg.venue} has no market ${JSON.stringify(leg.market)}`);
  }
  const outcome = resolveOutcome(market, leg.outcome);
  if (outcome === undefined) {
    const words = market.outcomes.map((word) => JSON.stringify(word)).join(' or ');
    return fail(
      `legs.${index}.outcome`,
      `${leg.market} has no outcome ${JSON.stringify(leg.outcome)}; use yes, no, ${words}`,
    );
  }
  if (!isOnGrid(market, outcome, leg.limitPrice)) {
    const detail = `${formatDecimal(leg.limitPrice)} is not ${wordsOfGrid(market)}`;
    return { outcome, ...fail(`legs.${index}.limitPrice`, detail) };
  }
  return {
    outcome,
    verdict: verdict('INVALID_PROPOSAL', true, 'market, outcome and price can be traded'),
  };
}
