import type { Kysely } from 'kysely';
import { sql } from 'kysely';

const OWNER = `book text NOT NULL CHECK (book IN ('paper', 'rehearsal', 'drill', 'live')),
  venue text NOT NULL CHECK (venue IN ('kalshi', 'polymarket'))`;

// Counts the identities that reached a market, or would have: an order that a script loses has a
// row here and nowhere else.
const ARRIVAL = `CREATE TABLE paper_exchange.arrival (
  ${OWNER},
  market_id text NOT NULL,
  client_order_id text NOT NULL,
  ordinal integer NOT NULL CHECK (ordinal >= 0),
  sends integer NOT NULL CHECK (sends > 0),
  PRIMARY KEY (book, venue, market_id, client_order_id),
  UNIQUE (book, venue, market_id, ordinal),
  FOREIGN KEY (book, venue, market_id) REFERENCES paper_exchange.market)`;

const COUNT_EARLIER_ORDERS = `INSERT INTO paper_exchange.arrival
  SELECT o.book, o.venue, o.market_id, o.client_order_id,
    row_number() OVER (PARTITION BY o.book, o.venue, o.market_id
      ORDER BY o.placed_at_ms, o.client_order_id) - 1, 1
  FROM paper_exchange.client_order o JOIN paper_exchange.market USING (book, venue, market_id)
  WHERE o.reject_code IS DISTINCT FROM 'market_not_found'`;

const ORDER_COLUMNS = `ALTER TABLE paper_exchange.client_order
  ADD COLUMN fees jsonb,
  ADD COLUMN fill_max_micro_contracts bigint CHECK (fill_max_micro_contracts >= 0),
  ADD COLUMN answers_from_ms bigint,
  ADD COLUMN revert_after_ms bigint CHECK (revert_after_ms >= 0),
  ADD COLUMN reverted_micro_contracts bigint NOT NULL DEFAULT 0,
  ADD CHECK (reverted_micro_contracts BETWEEN 0 AND filled_micro_contracts),
  ADD CHECK (filled_micro_contracts <= coalesce(fill_max_micro_contracts, filled_micro_contracts))`;

// An order keeps the whole schedule of the day it was placed, no longer one rate of it.
const KEEP_FEES = `UPDATE paper_exchange.client_order SET fees = CASE venue
  WHEN 'kalshi'
    THEN jsonb_build_object('kind', venue, 'multiplierMillionths', fee_rate_millionths)
  ELSE jsonb_build_object('kind', venue, 'rateMillionths', fee_rate_millionths) END
  WHERE status <> 'rejected'`;

const FEES_INSTEAD_OF_RATE = `ALTER TABLE paper_exchange.client_order
  DROP COLUMN fee_rate_millionths,
  ADD CHECK (status = 'rejected' OR fees IS NOT NULL)`;

const REVERTING_FILLS = `ALTER TABLE paper_exchange.fill
  ADD COLUMN reverts text UNIQUE REFERENCES paper_exchange.fill,
  ADD CHECK (reverts IS NULL OR fill_id = reverts || '/reverted')`;

const SCHEDULED_REVERT = `CREATE TABLE paper_exchange.scheduled_revert (
  fill_id text PRIMARY KEY REFERENCES paper_exchange.fill,
  ${OWNER},
  market_id text NOT NULL,
  due_at_ms bigint NOT NULL,
  outcome text CHECK (outcome IN ('taken_back', 'kept')),
  FOREIGN KEY (book, venue, market_id) REFERENCES paper_exchange.market)`;

const DUE_REVERTS = `CREATE INDEX ON paper_exchange.scheduled_revert (book, venue, due_at_ms)
  WHERE outcome IS NULL`;

/** Adds what a market's script needs: arrivals, lost answers, capped and reverted fills, fees. */
export const scripts = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      ARRIVAL,
      COUNT_EARLIER_ORDERS,
      ORDER_COLUMNS,
      KEEP_FEES,
      FEES_INSTEAD_OF_RATE,
      REVERTING_FILLS,
      SCHEDULED_REVERT,
      DUE_REVERTS,
    ];
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
