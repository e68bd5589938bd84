import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [BOOKS_AND_DESKS, DOUBLE_ENTRY, LIMITS, TRADES, ORDERS, FACTS, GUARDS]) {
    await sql.raw(statements).execute(db);
  }
}

/** The first schema: books and accounts, limits, trades and orders, facts, outbox. */
export const ledgerMigration: Migration = { up };

/** What may stand in a `book` column. */
const BOOK = `text NOT NULL CHECK (book IN ('paper','rehearsal','drill','live'))`;

const BOOKS_AND_DESKS = `
CREATE TABLE desk (
  id text PRIMARY KEY CHECK (id IN ('main','drill')),
  phase text NOT NULL CHECK (phase IN ('paper','live','scaling','full')),
  state text NOT NULL CHECK (state IN ('active','paused','halted')),
  reason text NOT NULL,
  changed_by text NOT NULL,
  changed_at_ms bigint NOT NULL,
  epoch bigint NOT NULL DEFAULT 1 CHECK (epoch > 0),
  limits jsonb NOT NULL
);
CREATE TABLE day (
  book ${BOOK},
  date text NOT NULL CHECK (date ~ '^\\d{4}-\\d{2}-\\d{2}$'),
  opened_at_ms bigint NOT NULL,
  closed_at_ms bigint,
  PRIMARY KEY (book, date)
);
CREATE TABLE strategy (
  book ${BOOK},
  name text NOT NULL,
  enabled boolean NOT NULL,
  enabled_at_ms bigint NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (book, name)
);`;

const DOUBLE_ENTRY = `
CREATE TABLE account (
  id text PRIMARY KEY,
  book ${BOOK},
  venue text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('asset','equity','income','expense')),
  guarded boolean NOT NULL,
  debits bigint NOT NULL DEFAULT 0 CHECK (debits >= 0),
  credits bigint NOT NULL DEFAULT 0 CHECK (credits >= 0),
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  overrun bigint NOT NULL DEFAULT 0 CHECK (overrun >= 0),
  CONSTRAINT account_not_overdrawn CHECK (NOT guarded OR credits + held <= debits + overrun)
);
CREATE TABLE transfer (
  id text PRIMARY KEY,
  debit_id text NOT NULL REFERENCES account (id),
  credit_id text NOT NULL REFERENCES account (id),
  amount bigint NOT NULL CHECK (amount > 0),
  code text NOT NULL,
  trade_id text,
  day text NOT NULL,
  recorded_at_ms bigint NOT NULL,
  venue_at_ms bigint,
  CHECK (debit_id <> credit_id)
);
CREATE INDEX transfer_trade ON transfer (trade_id);`;

const LIMITS = `
CREATE TABLE counter (
  id text PRIMARY KEY,
  book ${BOOK},
  kind text NOT NULL CHECK (kind IN ('trades','loss','exposure','event','market')),
  used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  cap bigint NOT NULL CHECK (cap >= 0),
  overrun bigint NOT NULL DEFAULT 0 CHECK (overrun >= 0),
  CONSTRAINT counter_within_cap CHECK (used + held <= cap + overrun)
);
CREATE TABLE hold (
  trade_id text NOT NULL,
  leg smallint NOT NULL,
  target text NOT NULL,
  target_kind text NOT NULL CHECK (target_kind IN ('account','counter')),
  amount bigint NOT NULL CHECK (amount > 0),
  captured bigint NOT NULL DEFAULT 0 CHECK (captured >= 0),
  released bigint NOT NULL DEFAULT 0 CHECK (released >= 0),
  PRIMARY KEY (trade_id, leg, target),
  CONSTRAINT hold_not_exceeded CHECK (captured + released <= amount)
);`;

const TRADES = `
CREATE TABLE proposal (
  id text PRIMARY KEY,
  book ${BOOK},
  desk text NOT NULL REFERENCES desk (id),
  body jsonb NOT NULL,
  body_hash text NOT NULL,
  status text NOT NULL CHECK (status IN ('received','decided')),
  received_at_ms bigint NOT NULL,
  expires_at_ms bigint NOT NULL
);
CREATE INDEX proposal_received ON proposal (received_at_ms DESC, id);
CREATE TABLE decision (
  trade_id text PRIMARY KEY REFERENCES proposal (id),
  accepted boolean NOT NULL,
  verdicts jsonb NOT NULL,
  plan jsonb,
  day text NOT NULL,
  decided_at_ms bigint NOT NULL
);
CREATE TABLE trade (
  id text PRIMARY KEY REFERENCES decision (trade_id),
  book ${BOOK},
  desk text NOT NULL REFERENCES desk (id),
  strategy text NOT NULL,
  event text NOT NULL,
  status text NOT NULL CHECK (status IN
    ('reserved','placing','open','settled','unfilled','rejected','not_sent')),
  day text NOT NULL,
  worst_case bigint NOT NULL CHECK (worst_case > 0),
  settles_at_ms bigint,
  reserved_at_ms bigint NOT NULL,
  ended_at_ms bigint,
  ended_day text,
  payout bigint,
  pnl bigint,
  failures jsonb NOT NULL DEFAULT '[]'
);
CREATE INDEX trade_open ON trade (book, status) WHERE ended_at_ms IS NULL;
CREATE INDEX trade_reserved ON trade (book, strategy) WHERE status = 'reserved';
CREATE TABLE leg (
  trade_id text NOT NULL REFERENCES trade (id),
  leg smallint NOT NULL,
  venue text NOT NULL,
  market text NOT NULL,
  outcome smallint NOT NULL CHECK (outcome IN (0, 1)),
  outcome_label text NOT NULL,
  title text NOT NULL,
  limit_price bigint NOT NULL,
  quantity bigint NOT NULL CHECK (quantity > 0),
  min_quantity bigint NOT NULL,
  time_in_force text NOT NULL,
  worst_case bigint NOT NULL,
  filled bigint NOT NULL DEFAULT 0 CHECK (filled >= 0),
  cost bigint NOT NULL DEFAULT 0 CHECK (cost >= 0),
  fees bigint NOT NULL DEFAULT 0 CHECK (fees >= 0),
  payout bigint,
  PRIMARY KEY (trade_id, leg)
);
CREATE INDEX leg_market ON leg (venue, market);`;

const ORDERS = `
CREATE TABLE venue_order (
  id text PRIMARY KEY,
  trade_id text NOT NULL REFERENCES trade (id),
  leg smallint NOT NULL,
  attempt smallint NOT NULL,
  kind text NOT NULL CHECK (kind IN ('entry','exit')),
  book ${BOOK},
  venue text NOT NULL,
  state text NOT NULL CHECK (state IN
    ('created','sending','unknown','resting','done','rejected','notSent')),
  request jsonb NOT NULL,
  wire text NOT NULL,
  venue_order_id text,
  final_quantity bigint,
  booked_quantity bigint NOT NULL DEFAULT 0 CHECK (booked_quantity >= 0),
  detail text NOT NULL DEFAULT '',
  created_at_ms bigint NOT NULL,
  UNIQUE (trade_id, leg, attempt)
);
CREATE INDEX venue_order_venue_id ON venue_order (book, venue, venue_order_id);
CREATE TABLE permit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id text NOT NULL REFERENCES venue_order (id),
  desk text NOT NULL REFERENCES desk (id),
  kind text NOT NULL CHECK (kind IN ('entry','exit')),
  epoch bigint NOT NULL,
  granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  granted_at_ms bigint NOT NULL,
  deadline timestamptz NOT NULL,
  closed_at timestamptz,
  outcome text CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX permit_open ON permit (desk, epoch) WHERE closed_at IS NULL;
CREATE INDEX permit_order ON permit (order_id);
CREATE INDEX permit_granted ON permit (granted_at_ms);`;

const FACTS = `
CREATE TABLE fact (
  book ${BOOK},
  venue text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('market','quote','status','balance')),
  key text NOT NULL,
  body jsonb NOT NULL,
  as_of_ms bigint NOT NULL,
  PRIMARY KEY (book, venue, kind, key)
);
CREATE TABLE fill (
  book ${BOOK},
  venue text NOT NULL,
  fill_id text NOT NULL,
  order_id text REFERENCES venue_order (id),
  body jsonb NOT NULL,
  recorded_at_ms bigint NOT NULL,
  PRIMARY KEY (book, venue, fill_id)
);
CREATE TABLE settlement (
  book ${BOOK},
  venue text NOT NULL,
  settlement_id text NOT NULL,
  market text NOT NULL,
  payout_yes bigint NOT NULL CHECK (payout_yes BETWEEN 0 AND 1000000),
  payout_no bigint NOT NULL CHECK (payout_no BETWEEN 0 AND 1000000),
  settled_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  PRIMARY KEY (book, venue, settlement_id)
);
CREATE INDEX settlement_market ON settlement (book, venue, market);
CREATE TABLE watch (
  book ${BOOK},
  venue text NOT NULL,
  cursor_ms bigint NOT NULL,
  read_at_ms bigint NOT NULL,
  PRIMARY KEY (book, venue)
);
CREATE TABLE discrepancy (
  id text PRIMARY KEY,
  book ${BOOK},
  venue text NOT NULL,
  detail text NOT NULL,
  recorded_at_ms bigint NOT NULL
);
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  book ${BOOK},
  venue text NOT NULL,
  workflow_id text NOT NULL,
  signal text NOT NULL,
  payload jsonb NOT NULL,
  created_at_ms bigint NOT NULL,
  sent_at_ms bigint
);
CREATE INDEX outbox_unsent ON outbox (book, venue, id) WHERE sent_at_ms IS NULL;`;

/** History is append-only by trigger: not even a careless administrator's session rewrites it. */
const GUARDS = `
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON decision
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER fill_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fill
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER settlement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();`;
