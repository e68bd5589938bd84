/** What is held: open legs summed by market and outcome, with a mark where a fresh quote is stored. */
import { sql } from 'kysely';
import type { PositionsQuery, PositionsView } from '../../contracts/money-views.ts';
import type { ClockReading } from '../../domain/clock.ts';
import type { Quote } from '../../domain/market.ts';
import { MICROS_PER_UNIT, mulDivCeil, mulDivFloor } from '../../domain/money.ts';
import type { Book, OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';
import { toNumber } from '../database.ts';
import { decimalOf, instantText, orNull, usdText } from './view-text.ts';

type Position = PositionsView['positions'][number];

/**
 * The positions of one book. A leg that has its payout is none any more, nor is what was sold.
 * @param freshMsMax the age up to which a quote counts as a mark
 */
export async function readPositions(
  db: LedgerDb,
  query: Omit<PositionsQuery, 'book'> & { book: Book },
  { atMs, freshMsMax }: Pick<ClockReading, 'atMs'> & { freshMsMax: number },
): Promise<PositionsView> {
  const { book, venue = null, market = null } = query;
  const { rows } = await sql<Row>`
    SELECT l.venue, l.market, l.outcome, min(l.title) AS title,
      min(l.outcome_label) AS outcome_label, sum(l.filled)::bigint AS quantity,
      sum(l.cost)::bigint AS cost, sum(l.fees - l.realised_fees)::bigint AS fees,
      max(t.settles_at_ms) FILTER (WHERE t.settles_at_ms IS NOT NULL) AS settles_at_ms,
      jsonb_agg(jsonb_build_object('id', t.id, 'leg', l.leg, 'quantity', l.filled)
        ORDER BY t.reserved_at_ms, t.id, l.leg) AS trades,
      (SELECT f.body FROM fact f WHERE f.book = ${book} AND f.venue = l.venue AND f.kind = 'quote'
        AND f.key = l.market || '/' || l.outcome
        AND f.as_of_ms BETWEEN ${atMs - freshMsMax} AND ${atMs + freshMsMax}) AS quote
    FROM leg l JOIN trade t ON t.id = l.trade_id
    WHERE t.book = ${book} AND t.ended_at_ms IS NULL AND l.payout IS NULL AND l.filled > 0
      AND (${venue}::text IS NULL OR l.venue = ${venue})
      AND (${market}::text IS NULL OR l.market = ${market})
    GROUP BY l.venue, l.market, l.outcome
    ORDER BY l.venue, l.market, l.outcome`.execute(db);
  return { book, positions: rows.map(toPosition) };
}

interface Row {
  readonly venue: VenueId;
  readonly market: string;
  readonly outcome: OutcomeIndex;
  readonly title: string;
  readonly outcome_label: string;
  readonly quantity: bigint;
  readonly cost: bigint;
  readonly fees: bigint;
  readonly settles_at_ms: bigint | null;
  readonly trades: { readonly id: string; readonly leg: number; readonly quantity: number }[];
  readonly quote: Quote | null;
}

function toPosition(row: Row): Position {
  const quantity = toNumber(row.quantity);
  return {
    venue: row.venue,
    market: row.market,
    title: row.title,
    outcome: row.outcome_label,
    quantity: decimalOf(quantity),
    cost: usdText(row.cost),
    fees: usdText(row.fees),
    averagePrice: decimalOf(mulDivCeil(toNumber(row.cost), MICROS_PER_UNIT, quantity)),
    expectedSettlement: orNull(row.settles_at_ms, instantText),
    mark: row.quote === null ? null : markOf(row.quote, quantity),
    trades: row.trades.map((trade) => ({ ...trade, quantity: decimalOf(trade.quantity) })),
  };
}

/** The best bid for all of it: an indication, since the first level may be thinner than that. */
function markOf(quote: Quote, quantity: number): Position['mark'] {
  const bid = quote.bids[0]?.priceMicros;
  if (bid === undefined) return null;
  const value = mulDivFloor(quantity, bid, MICROS_PER_UNIT);
  return { bid: decimalOf(bid), value: usdText(value), at: instantText(quote.asOfMs) };
}
