/** The exchange's own books for a checker: read as they are, without moving the exchange on. */
import { LIVE_BOOKS } from '../../domain/desk.ts';
import type { VenueFillRow, VenueOrderRow } from '../../domain/invariants/orders.ts';
import type { VenueRecords } from '../../domain/invariants/verify.ts';

/** A pool or a connection of `pg`. */
export interface Queryable {
  query(text: string): Promise<{ rows: unknown[] }>;
}

/** Numbers come as text: they are beyond what a plain number holds exactly. */
type Text<Row> = { readonly [Field in keyof Row]: Row[Field] extends bigint ? string : Row[Field] };

/**
 * Every order, fill and result of the paper exchange, in all books it plays; empty where it was
 * never set up. Orders are read last, so that no fill is without its order.
 */
export async function readPaperRecords(database: Queryable): Promise<VenueRecords> {
  const [there] = await rowsOf<{ there: boolean }>(
    database,
    `SELECT to_regclass('paper_exchange.settlement') IS NOT NULL AS there`,
  );
  const unreadBooks = LIVE_BOOKS;
  if (there?.there !== true) return { orders: [], fills: [], settlements: [], unreadBooks };
  const settlements = await readSettlements(database);
  const fills = await readFills(database);
  const orders = await rowsOf<VenueOrderRow>(
    database,
    `SELECT book, venue, client_order_id AS "clientOrderId", venue_order_id AS "venueOrderId", status
     FROM paper_exchange.client_order`,
  );
  return { orders, fills, settlements, unreadBooks };
}

async function readSettlements(database: Queryable): Promise<VenueRecords['settlements']> {
  const rows = await rowsOf<Text<VenueRecords['settlements'][number]>>(
    database,
    `SELECT book, venue, settlement_id AS "settlementId", market_id AS market,
       payout_0_micros::text AS "payoutYes", payout_1_micros::text AS "payoutNo",
       recorded_at_ms::text AS "recordedAtMs"
     FROM paper_exchange.settlement`,
  );
  return rows.map((row) => ({
    ...row,
    payoutYes: BigInt(row.payoutYes),
    payoutNo: BigInt(row.payoutNo),
    recordedAtMs: BigInt(row.recordedAtMs),
  }));
}

async function readFills(database: Queryable): Promise<VenueFillRow[]> {
  const rows = await rowsOf<Text<VenueFillRow>>(
    database,
    `SELECT book, venue, fill_id AS "fillId", client_order_id AS "clientOrderId",
       venue_order_id AS "venueOrderId", action, reverts, quantity_micro_contracts::text AS quantity,
       price_micros::text AS "priceMicros", fee_micros::text AS "feeMicros",
       recorded_at_ms::text AS "recordedAtMs"
     FROM paper_exchange.fill`,
  );
  return rows.map((row) => ({
    ...row,
    quantity: BigInt(row.quantity),
    priceMicros: BigInt(row.priceMicros),
    feeMicros: BigInt(row.feeMicros),
    recordedAtMs: BigInt(row.recordedAtMs),
  }));
}

async function rowsOf<Row>(database: Queryable, text: string): Promise<Row[]> {
  const { rows } = await database.query(text);
  return rows as Row[];
}
