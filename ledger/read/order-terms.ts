/** What orders of ours asked for, by their identity: a venue's record may not say it. */
import { sql } from 'kysely';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
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
