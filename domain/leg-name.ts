/** What people call a leg, in as few words as tell it from others: for one-line summaries. */
import type { VenueId } from './venue-id.ts';

const VENUE_NAMES: Readonly<Record<VenueId, string>> = {
  kalshi: 'Kalshi',
  polymarket: 'Polymarket',
};

/** Ids of Polymarket's outcome tokens are numbers of some 77 digits. */
const TOKEN_ID = /^\d{20,}$/;

/**
 * “Kalshi CBJ yes”, “Polymarket Panthers”: a Kalshi ticker ends with its side, and a label of
 * Polymarket names its side by itself. What names no side is written out.
 * @param market the venue's id of the market
 * @param outcome yes, no, the venue's label, or a token id
 */
export function legName(venue: VenueId, market: string, outcome: string): string {
  return `${VENUE_NAMES[venue]} ${sideName(venue, market, outcome)}`;
}

function sideName(venue: VenueId, market: string, outcome: string): string {
  if (TOKEN_ID.test(outcome)) return `${market} token …${outcome.slice(-4)}`;
  if (venue === 'kalshi') return `${kalshiSide(market)} ${outcome}`;
  return /^(yes|no)$/i.test(outcome) ? `${market} ${outcome}` : outcome;
}

/** `KXNHLGAME-26NOV22CBJFLA-CBJ` is series, event and side; a ticker of fewer parts has no side. */
function kalshiSide(ticker: string): string {
  const parts = ticker.split('-');
  return parts.length < 3 ? ticker : parts.at(-1)!;
}
