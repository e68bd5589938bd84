import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  for (const statements of [DESK, BINDING]) await sql.raw(statements).execute(db);
}

/** The way to live: which book a desk trades beyond paper, and whose account that book is. */
export const liveMigration: Migration = { up };

const DESK = `
ALTER TABLE desk ADD COLUMN live_book text CHECK (live_book IN ('live','rehearsal'));
ALTER TABLE desk ADD CONSTRAINT desk_has_live_book
  CHECK (phase = 'paper' OR id = 'drill' OR live_book IS NOT NULL);`;

/**
 * A book's host and account at a venue, written at first use and never changed: another account
 * under the same book would mix two ledgers. \`key_id\` is the key last seen to belong to that account;
 * \`fuse_id\` names the venue-side fuse, where it has one.
 */
const BINDING = `
CREATE TABLE venue_binding (
  book text NOT NULL CHECK (book IN ('live','rehearsal')),
  venue text NOT NULL,
  host text NOT NULL,
  account text NOT NULL,
  key_id text NOT NULL,
  fuse_id text,
  bound_at_ms bigint NOT NULL,
  bound_by text NOT NULL,
  PRIMARY KEY (book, venue)
);`;
