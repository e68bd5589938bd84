import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [REDEMPTION, RESULTS]) await sql.raw(statements).execute(db);
}

/** What a venue that pays nothing by itself needs: redemptions, and results that are amended. */
export const polymarketMigration: Migration = { up };

/**
 * Cash seen for won positions, once by the venue's own id; `booked` is what of it was posted. One
 * that the venue tells while its cash is not there waits as unpaid, until it is booked. What is
 * redeemable is found by market and by when it was paid without reading every account.
 */
const REDEMPTION = `
CREATE TABLE redemption (
  book text NOT NULL CHECK (book IN ('paper','rehearsal','drill','live')),
  venue text NOT NULL,
  redemption_id text NOT NULL,
  market text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  booked bigint NOT NULL CHECK (booked BETWEEN 0 AND amount),
  redeemed_at_ms bigint NOT NULL,
  recorded_at_ms bigint NOT NULL,
  PRIMARY KEY (book, venue, redemption_id)
);
CREATE TRIGGER redemption_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON redemption
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TABLE redemption_unpaid (
  book text NOT NULL CHECK (book IN ('paper','rehearsal','drill','live')),
  venue text NOT NULL,
  redemption_id text NOT NULL,
  market text NOT NULL,
  amount bigint NOT NULL CHECK (amount >= 0),
  redeemed_at_ms bigint NOT NULL,
  seen_at_ms bigint NOT NULL,
  PRIMARY KEY (book, venue, redemption_id)
);
CREATE INDEX account_redeemable ON account (book, venue)
  WHERE split_part(id, '/', 3) = 'redeemable';
CREATE INDEX transfer_into_redeemable ON transfer (debit_id)
  WHERE split_part(debit_id, '/', 3) = 'redeemable';`;

/** Of a market's results the one stored last counts; the markets of trades that ended lately. */
const RESULTS = `
ALTER TABLE settlement ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;
CREATE INDEX trade_ended ON trade (book, ended_at_ms) WHERE ended_at_ms IS NOT NULL;`;
