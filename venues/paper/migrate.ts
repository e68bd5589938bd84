/** Brings the schema `paper_exchange` up to date. */
import type { Migration } from 'kysely';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { exchange } from './migrations/exchange.ts';

/** Every migration in order; listed in code, so that it works under jest, tsx and from `dist`. */
const MIGRATIONS: Record<string, Migration> = {
  '2026-11-22-exchange': exchange,
};

/**
 * Runs what is missing of the paper exchange's migrations; several processes may do so at once
 * (Kysely takes a lock). The pool stays open.
 * @throws Error of the database or of a failed migration; nothing is half done then
 */
export async function migratePaperExchange(pool: Pool): Promise<void> {
  // Not destroyed: that would end the caller's pool.
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableSchema: 'paper_exchange',
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw error instanceof Error
    ? error
    : new Error('migrating paper_exchange failed', { cause: error });
}
