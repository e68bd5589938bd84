import type { Kysely } from 'kysely';
import { sql } from 'kysely';

const OWNER = `book text NOT NULL CHECK (book IN ('paper', 'rehearsal', 'drill', 'live')),
  venue text NOT NULL CHECK (venue IN ('kalshi', 'polymarket'))`;

const ACCOUNT = `CREATE TABLE paper_exchange.account (
  ${OWNER},
  initial_cash_micros bigint NOT NULL CHECK (initial_cash_micros >= 0),
  cash_micros bigint NOT NULL CHECK (cash_micros >= 0),
  last_recorded_at_ms bigint NOT NULL DEFAULT 0,
  opened_at_ms bigint NOT NULL,
  PRIMARY KEY (book, venue))`;

const MARKET = `CREATE TABLE paper_exchange.market (
  ${OWNER},
  market_id text NOT NULL,
  listed_at_ms bigint NOT NULL,
  settled boolean NOT NULL DEFAULT false,
  held_0_micro_contracts bigint NOT NULL DEFAULT 0 CHECK (held_0_micro_contracts >= 0),
  held_1_micro_contracts bigint NOT NULL DEFAULT 0 CHECK (held_1_micro_contracts >= 0),
  PRIMARY KEY (book, venue, market_id),
  CHECK (NOT settled OR (held_0_micro_contracts = 0 AND held_1_micro_contracts = 0)))`;

const SNAPSHOT = `CREATE TABLE paper_exchange.snapshot (
  snapshot_id text PRIMARY KEY,
  ${OWNER},
  market_id text NOT NULL,
  outcome smallint NOT NULL CHECK (outcome IN (0, 1)),
  side text NOT NULL CHECK (side IN ('asks', 'bids')),
  levels jsonb NOT NULL,
  first_used_at_ms bigint NOT NULL,
  FOREIGN KEY (book, venue, market_id) REFERENCES paper_exchange.market)`;

// A rejected order is kept too, so that a repeat of it gets the same answer; its market may not
// exist, hence no foreign key to the market.
const CLIENT_ORDER = `CREATE TABLE paper_exchange.client_order (
  ${OWNER},
  client_order_id text NOT NULL CHECK (length(client_order_id) BETWEEN 1 AND 200),
  venue_order_id text NOT NULL UNIQUE,
  request_hash text NOT NULL,
  wire text NOT NULL,
  market_id text NOT NULL,
  outcome smallint NOT NULL CHECK (outcome IN (0, 1)),
  action text NOT NULL CHECK (action IN ('buy', 'sell')),
  quantity_micro_contracts bigint NOT NULL,
  limit_price_micros bigint NOT NULL,
  time_in_force text NOT NULL CHECK (time_in_force IN ('ioc', 'fok', 'gtd')),
  rest_until_ms bigint,
  fee_rate_millionths bigint NOT NULL CHECK (fee_rate_millionths >= 0),
  status text NOT NULL CHECK (status IN ('resting', 'final', 'rejected')),
  reject_code text,
  reject_detail text,
  end_reason text CHECK (end_reason IN
    ('filled', 'killed', 'remainder_cancelled', 'cancelled', 'expired', 'market_closed', 'cash_short')),
  filled_micro_contracts bigint NOT NULL DEFAULT 0,
  fill_count integer NOT NULL DEFAULT 0 CHECK (fill_count >= 0),
  fee_carry_micros bigint NOT NULL DEFAULT 0 CHECK (fee_carry_micros >= 0),
  reserved_micros bigint NOT NULL DEFAULT 0 CHECK (reserved_micros >= 0),
  matched_snapshot_id text,
  placed_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  PRIMARY KEY (book, venue, client_order_id),
  CHECK ((status = 'rejected') = (reject_code IS NOT NULL)),
  CHECK ((status = 'final') = (end_reason IS NOT NULL)),
  CHECK ((status = 'resting') = (ended_at_ms IS NULL)),
  CHECK (status = 'rejected' OR quantity_micro_contracts > 0),
  CHECK (status <> 'rejected' OR filled_micro_contracts = 0),
  CHECK (filled_micro_contracts BETWEEN 0 AND greatest(quantity_micro_contracts, 0)),
  CHECK (status <> 'resting' OR filled_micro_contracts < quantity_micro_contracts),
  CHECK (status = 'resting' OR reserved_micros = 0))`;

const FILL = `CREATE TABLE paper_exchange.fill (
  fill_id text PRIMARY KEY,
  ${OWNER},
  client_order_id text NOT NULL,
  venue_order_id text NOT NULL,
  market_id text NOT NULL,
  outcome smallint NOT NULL CHECK (outcome IN (0, 1)),
  action text NOT NULL CHECK (action IN ('buy', 'sell')),
  quantity_micro_contracts bigint NOT NULL CHECK (quantity_micro_contracts > 0),
  price_micros bigint NOT NULL CHECK (price_micros > 0 AND price_micros < 1000000),
  fee_micros bigint NOT NULL CHECK (fee_micros >= 0),
  cash_change_micros bigint NOT NULL,
  snapshot_id text NOT NULL REFERENCES paper_exchange.snapshot,
  filled_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  FOREIGN KEY (book, venue, client_order_id) REFERENCES paper_exchange.client_order,
  FOREIGN KEY (book, venue, market_id) REFERENCES paper_exchange.market)`;

const SETTLEMENT = `CREATE TABLE paper_exchange.settlement (
  settlement_id text PRIMARY KEY,
  ${OWNER},
  market_id text NOT NULL,
  payout_0_micros bigint NOT NULL CHECK (payout_0_micros BETWEEN 0 AND 1000000),
  payout_1_micros bigint NOT NULL CHECK (payout_1_micros BETWEEN 0 AND 1000000),
  held_0_micro_contracts bigint NOT NULL CHECK (held_0_micro_contracts >= 0),
  held_1_micro_contracts bigint NOT NULL CHECK (held_1_micro_contracts >= 0),
  paid_micros bigint NOT NULL CHECK (paid_micros >= 0),
  settled_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  UNIQUE (book, venue, market_id),
  CHECK (payout_0_micros + payout_1_micros = 1000000),
  FOREIGN KEY (book, venue, market_id) REFERENCES paper_exchange.market)`;

const INDEXES = [
  `CREATE INDEX ON paper_exchange.client_order (book, venue, market_id) WHERE status = 'resting'`,
  'CREATE INDEX ON paper_exchange.fill (book, venue, recorded_at_ms)',
  'CREATE INDEX ON paper_exchange.fill (book, venue, client_order_id)',
  'CREATE INDEX ON paper_exchange.fill (snapshot_id)',
  'CREATE INDEX ON paper_exchange.settlement (book, venue, recorded_at_ms)',
];

const REFUSE_CHANGE = `CREATE FUNCTION paper_exchange.refuse_change() RETURNS trigger
  LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'paper_exchange.% is append-only', TG_TABLE_NAME;
  END $$`;

const FACT_TABLES = ['snapshot', 'fill', 'settlement'];

/** Creates the accounts, markets, orders and facts of the paper exchange. */
export const exchange = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      ACCOUNT,
      MARKET,
      SNAPSHOT,
      CLIENT_ORDER,
      FILL,
      SETTLEMENT,
      ...INDEXES,
      REFUSE_CHANGE,
      ...FACT_TABLES.map(
        (table) => `CREATE TRIGGER ${table}_append_only
          BEFORE UPDATE OR DELETE ON paper_exchange.${table}
          FOR EACH ROW EXECUTE FUNCTION paper_exchange.refuse_change()`,
      ),
    ];
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
};
