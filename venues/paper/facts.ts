/**
 * Facts as a reader gets them. Each page and its cursor come from one statement, hence from one
 * state of the database. The cursor is the account's newest recorded time in that state, and every
 * fact committed later is recorded at that time or later (see `recordedAtMs`): a reader that hands
 * the cursor back misses nothing even without an overlap. Pages are whole: a page cut short could
 * never get past more facts than fit into the reader's overlap.
 */
import { microContracts, micros, priceMicros } from '../../domain/money.ts';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { FactPage, VenueFill, VenueSettlement } from '../venue.ts';
import type { Owner } from './identity.ts';
import type { Int8, Session } from './session.ts';
import { safe } from './store.ts';

interface FillRow {
  readonly cursor: Int8;
  readonly fill_id: string | null;
  readonly venue_order_id: string;
  readonly client_order_id: string;
  readonly market_id: string;
  readonly outcome: OutcomeIndex;
  readonly action: 'buy' | 'sell';
  readonly quantity_micro_contracts: Int8;
  readonly price_micros: Int8;
  readonly fee_micros: Int8;
  readonly filled_at_ms: Int8;
  readonly reverts: string | null;
}

interface SettlementRow {
  readonly cursor: Int8;
  readonly settlement_id: string | null;
  readonly market_id: string;
  readonly payout_0_micros: Int8;
  readonly payout_1_micros: Int8;
  readonly settled_at_ms: Int8;
}

/** Fills recorded at or after `sinceMs`, oldest first. */
export async function readFills(
  session: Session,
  owner: Owner,
  sinceMs: number,
): Promise<FactPage<VenueFill>> {
  const rows = await session.rows<FillRow>(
    `SELECT a.last_recorded_at_ms AS cursor, f.*
     FROM paper_exchange.account a LEFT JOIN paper_exchange.fill f
       ON f.book = a.book AND f.venue = a.venue AND f.recorded_at_ms >= $3
     WHERE a.book = $1 AND a.venue = $2
     ORDER BY f.recorded_at_ms, f.venue_order_id, length(f.fill_id), f.fill_id`,
    [owner.book, owner.venue, Math.floor(sinceMs)],
  );
  const facts = rows.flatMap((row): VenueFill[] => {
    if (row.fill_id === null) return [];
    return [
      {
        fillId: row.fill_id,
        venueOrderId: row.venue_order_id,
        clientOrderId: row.client_order_id,
        marketId: row.market_id,
        outcome: row.outcome,
        action: row.action,
        quantity: microContracts(safe(row.quantity_micro_contracts)),
        priceMicros: priceMicros(safe(row.price_micros)),
        feeMicros: micros(safe(row.fee_micros)),
        filledAtMs: safe(row.filled_at_ms),
        ...(row.reverts === null ? {} : { reverts: row.reverts }),
      },
    ];
  });
  return { facts, cursorMs: cursorOf(rows) };
}

/** Final results recorded at or after `sinceMs`, oldest first. */
export async function readSettlements(
  session: Session,
  owner: Owner,
  sinceMs: number,
): Promise<FactPage<VenueSettlement>> {
  const rows = await session.rows<SettlementRow>(
    `SELECT a.last_recorded_at_ms AS cursor, s.*
     FROM paper_exchange.account a LEFT JOIN paper_exchange.settlement s
       ON s.book = a.book AND s.venue = a.venue AND s.recorded_at_ms >= $3
     WHERE a.book = $1 AND a.venue = $2
     ORDER BY s.recorded_at_ms, s.settled_at_ms, s.market_id`,
    [owner.book, owner.venue, Math.floor(sinceMs)],
  );
  const facts = rows.flatMap((row): VenueSettlement[] => {
    if (row.settlement_id === null) return [];
    const payoutMicros = [
      priceMicros(safe(row.payout_0_micros)),
      priceMicros(safe(row.payout_1_micros)),
    ] as const;
    const settledAtMs = safe(row.settled_at_ms);
    const { settlement_id: settlementId, market_id: marketId } = row;
    return [{ settlementId, marketId, payoutMicros, settledAtMs }];
  });
  return { facts, cursorMs: cursorOf(rows) };
}

function cursorOf(rows: readonly { readonly cursor: Int8 }[]): number {
  const [row] = rows;
  return row === undefined ? 0 : safe(row.cursor);
}
