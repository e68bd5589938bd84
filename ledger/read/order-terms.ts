/** What orders of ours asked for, by their identity: a venue's record may not say it. */
import { sql } from 'kysely';
import type { VenueMarket } from '../../domain/market.ts';
import type { Book, OutcomeIndex, VenueId } from '../../domain/venue-id.ts';
import type { LedgerDb } from '../database.ts';

/** The side an order takes, in our words. */
export interface OrderTerms {
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
}

/** Terms by identity; an identity that is not ours is left out. */
export async function readOrderTerms(
  db: LedgerDb,
  clientOrderIds: readonly string[],
): Promise<ReadonlyMap<string, OrderTerms>> {
  const { rows } = await sql<OrderTerms & { id: string }>`
    SELECT id, (request->>'outcome')::int AS outcome, request->>'action' AS action
    FROM venue_order WHERE id = ANY(${[...clientOrderIds]})`.execute(db);
  return new Map(rows.map(({ id, ...terms }) => [id, terms]));
}

/** An order of ours as a venue's record is to be read. */
export interface OrderAtVenue extends OrderTerms {
  readonly clientOrderId: string;
  /** Its market as it was when the trade was decided. */
  readonly market: VenueMarket;
}

/** Orders of a book at a venue by the venue's own ids; an id nobody was told yet is left out. */
export async function readOrdersAtVenue(
  db: LedgerDb,
  of: { readonly book: Book; readonly venue: VenueId },
  venueOrderIds: readonly string[],
): Promise<ReadonlyMap<string, OrderAtVenue>> {
  const { rows } = await sql<OrderAtVenue & { venueOrderId: string }>`
    SELECT o.id AS "clientOrderId", o.venue_order_id AS "venueOrderId",
      (o.request->>'outcome')::int AS outcome, o.request->>'action' AS action,
      decision.plan->'legs'->o.leg->'market' AS market
    FROM venue_order o JOIN decision ON decision.trade_id = o.trade_id
    WHERE o.book = ${of.book} AND o.venue = ${of.venue}
      AND o.venue_order_id = ANY(${[...venueOrderIds]})`.execute(db);
  return new Map(rows.map(({ venueOrderId, ...order }) => [venueOrderId, order]));
}
