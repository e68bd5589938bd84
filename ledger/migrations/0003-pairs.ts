import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [DESK, PAIRS, APPROVAL, TRADE, ORDERS, ALERTS, LISTS]) {
    await sql.raw(statements).execute(db);
  }
}

/** Two-leg trades: pairs, approvals, hedging and unwinding, what a person resolves, alerts. */
export const pairsMigration: Migration = { up };

/** What the go-live plan allows beside the limits, null where it says nothing; new limits' defaults. */
const DESK = `
ALTER TABLE desk ADD COLUMN caps jsonb;
ALTER TABLE desk ADD COLUMN armed_until_ms bigint;
ALTER TABLE desk ADD COLUMN reconciled_at_ms bigint;
ALTER TABLE strategy ADD COLUMN caps jsonb;
UPDATE desk SET limits =
  '{"legMs":3000,"unhedgedMsMax":20000,"unwindLossMicrosMax":10000000}'::jsonb || limits;`;

/**
 * Kalshi's yes and this outcome at Polymarket pay 1 together; so do their opposites. The hash is
 * over both rule texts; the two flags tell whether the venue gave one.
 */
const PAIRS = `
CREATE TABLE pair (
  id text PRIMARY KEY,
  kalshi_market text NOT NULL,
  polymarket_market text NOT NULL,
  polymarket_outcome smallint NOT NULL CHECK (polymarket_outcome IN (0, 1)),
  kalshi_title text NOT NULL,
  polymarket_title text NOT NULL,
  polymarket_label text NOT NULL,
  rules_hash text NOT NULL,
  kalshi_rules boolean NOT NULL,
  polymarket_rules boolean NOT NULL,
  added_by text NOT NULL,
  added_at_ms bigint NOT NULL,
  reason text NOT NULL,
  approved_by text,
  approved_at_ms bigint,
  CHECK ((approved_by IS NULL) = (approved_at_ms IS NULL)),
  UNIQUE (kalshi_market, polymarket_market)
);`;

/** A proposal that only a person's word can let through: undecided, nothing held. */
const APPROVAL = `
ALTER TABLE proposal DROP CONSTRAINT proposal_status_check;
ALTER TABLE proposal ADD CONSTRAINT proposal_status_check
  CHECK (status IN ('received','awaiting_approval','decided'));
CREATE TABLE approval (
  trade_id text PRIMARY KEY REFERENCES proposal (id),
  verdicts jsonb NOT NULL,
  asked_at_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  approved_by text,
  approved_at_ms bigint,
  reason text,
  CHECK ((approved_by IS NULL) = (approved_at_ms IS NULL))
);`;

/**
 * What was sold or settled of a leg leaves \`filled\` and \`cost\`; \`realised\` is what it brought
 * less what it cost, fees of both included, and \`realised_fees\` are those fees.
 */
const TRADE = `
ALTER TABLE trade DROP CONSTRAINT trade_status_check;
ALTER TABLE trade ADD CONSTRAINT trade_status_check CHECK (status IN
  ('reserved','placing','one_legged','open','settled','closed','unfilled','rejected','not_sent'));
ALTER TABLE trade ADD COLUMN unhedged_since_ms bigint;
ALTER TABLE trade ADD COLUMN loss_counted bigint NOT NULL DEFAULT 0 CHECK (loss_counted >= 0);
ALTER TABLE trade ADD COLUMN imported jsonb;
ALTER TABLE leg ADD COLUMN sold bigint NOT NULL DEFAULT 0 CHECK (sold >= 0);
ALTER TABLE leg ADD COLUMN realised bigint NOT NULL DEFAULT 0;
ALTER TABLE leg ADD COLUMN realised_fees bigint NOT NULL DEFAULT 0 CHECK (realised_fees >= 0);
CREATE TABLE resolution (
  id text PRIMARY KEY,
  trade_id text NOT NULL REFERENCES trade (id),
  action text NOT NULL CHECK (action IN ('complete','unwind','hold')),
  max_loss bigint CHECK (max_loss >= 0),
  actor text NOT NULL,
  reason text NOT NULL,
  asked_at_ms bigint NOT NULL,
  until_ms bigint NOT NULL,
  ended_at_ms bigint,
  outcome text
);
CREATE UNIQUE INDEX resolution_under_way ON resolution (trade_id) WHERE ended_at_ms IS NULL;`;

/**
 * A hedge adds to the other leg of a position that is there: a pause lets it through. A fill keeps
 * the day it was booked on and what it did to its leg, so that its reversal takes exactly that
 * back; those there are were all bought.
 */
const ORDERS = `
ALTER TABLE venue_order DROP CONSTRAINT venue_order_kind_check;
ALTER TABLE venue_order ADD CONSTRAINT venue_order_kind_check
  CHECK (kind IN ('entry','hedge','exit'));
ALTER TABLE venue_order ADD COLUMN average_price bigint;
ALTER TABLE fill ADD COLUMN effect jsonb;
ALTER TABLE fill ADD COLUMN day text;
ALTER TABLE fill DISABLE TRIGGER fill_append_only;
UPDATE fill SET
  day = to_char(to_timestamp(recorded_at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
  effect = CASE WHEN order_id IS NOT NULL THEN jsonb_build_object(
    'filled', (body->>'quantity')::bigint,
    'cost', ceil((body->>'quantity')::numeric * (body->>'priceMicros')::numeric / 1000000)::bigint,
    'fees', (body->>'feeMicros')::bigint, 'sold', 0, 'realised', 0, 'realisedFees', 0) END;
ALTER TABLE fill ENABLE TRIGGER fill_append_only;
ALTER TABLE fill ALTER COLUMN day SET NOT NULL;
ALTER TABLE permit DROP CONSTRAINT permit_kind_check;
ALTER TABLE permit ADD CONSTRAINT permit_kind_check CHECK (kind IN ('entry','hedge','exit'));
ALTER TABLE permit ADD COLUMN resolution_id text REFERENCES resolution (id);`;

/** Lists show the newest of these first, whatever their number. */
const LISTS = `
CREATE INDEX transfer_recorded ON transfer (recorded_at_ms DESC, id DESC);
CREATE INDEX venue_order_created ON venue_order (book, created_at_ms DESC, id DESC);`;

/** One open alert a key: what happens again raises the count, not another row. */
const ALERTS = `
CREATE TABLE alert (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL,
  level text NOT NULL CHECK (level IN ('info','warning','critical')),
  code text NOT NULL,
  book text NOT NULL CHECK (book IN ('paper','rehearsal','drill','live')),
  trade_id text REFERENCES trade (id),
  detail text NOT NULL,
  times integer NOT NULL DEFAULT 1 CHECK (times > 0),
  raised_at_ms bigint NOT NULL,
  last_at_ms bigint NOT NULL,
  acked_by text,
  acked_at_ms bigint,
  resolved_at_ms bigint,
  CHECK ((acked_by IS NULL) = (acked_at_ms IS NULL))
);
CREATE UNIQUE INDEX alert_open ON alert (key) WHERE resolved_at_ms IS NULL;`;
