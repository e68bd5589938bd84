import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [IDENTITY, DESK, AUDIT, INTENT, DAY]) {
    await sql.raw(statements).execute(db);
  }
}

/** What the walk needs to survive: who the ledger is, an audit chain, intents, closed days. */
export const survivalMigration: Migration = { up };

/** One row, made with the ledger and kept by every restore: tells this ledger from any other. */
const IDENTITY = `
CREATE TABLE ledger_identity (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  id text NOT NULL
);
INSERT INTO ledger_identity (id) VALUES (gen_random_uuid()::text);`;

/** Pauses of the earlier schema came from discrepancies alone. */
const DESK = `
ALTER TABLE desk ADD COLUMN cause text NOT NULL DEFAULT 'operator'
  CHECK (cause IN ('operator','breach'));
UPDATE desk SET cause = 'breach' WHERE state <> 'active';`;

/** The head is what a chain alone cannot tell: that its last entries are missing. */
const AUDIT = `
CREATE TABLE audit (
  seq bigint PRIMARY KEY CHECK (seq > 0),
  at_ms bigint NOT NULL,
  desk text,
  actor text NOT NULL,
  verified boolean NOT NULL,
  action text NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  prev_hash text NOT NULL,
  hash text NOT NULL UNIQUE
);
CREATE TABLE audit_head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  seq bigint NOT NULL,
  hash text NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, '');
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();`;

const INTENT = `
CREATE TABLE intent (
  id text PRIMARY KEY,
  desk text NOT NULL REFERENCES desk (id),
  action text NOT NULL,
  actor text NOT NULL,
  role text NOT NULL,
  reason text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  consumed_at timestamptz
);
CREATE TABLE resume_request (
  id text PRIMARY KEY,
  outcome jsonb NOT NULL,
  at_ms bigint NOT NULL
);`;

/** What a day came to is kept as it was when it closed; a correction adds a revision. */
const DAY = `
CREATE TABLE daily_report (
  book text NOT NULL,
  date text NOT NULL,
  revision integer NOT NULL CHECK (revision > 0),
  body jsonb NOT NULL,
  issued_at_ms bigint NOT NULL,
  PRIMARY KEY (book, date, revision),
  FOREIGN KEY (book, date) REFERENCES day (book, date)
);
CREATE TRIGGER daily_report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON daily_report
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER day_closed_once BEFORE UPDATE ON day FOR EACH ROW
  WHEN (OLD.closed_at_ms IS NOT NULL) EXECUTE FUNCTION refuse_change();
ALTER TABLE discrepancy ADD COLUMN day text;
UPDATE discrepancy
  SET day = to_char(to_timestamp(recorded_at_ms / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD');
ALTER TABLE discrepancy ALTER COLUMN day SET NOT NULL;
CREATE INDEX day_not_closed ON day (book, date) WHERE closed_at_ms IS NULL;
CREATE INDEX decision_day ON decision (day);
CREATE INDEX transfer_day ON transfer (day);
CREATE INDEX trade_day ON trade (book, day);
CREATE INDEX trade_ended_day ON trade (book, ended_day);`;
