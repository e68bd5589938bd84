/** Brings the schema `paper_exchange` up to date. */
import type { Migration, PostgresPool } from 'kysely';
import { Kysely, Migrator, PostgresDialect } from 'kysely';
import { exchange } from './migrations/exchange.ts';
import { scripts } from './migrations/scripts.ts';

/** Every migration in order; listed in code, so that it works under jest, tsx and from `dist`. */
const MIGRATIONS: Record<string, Migration> = {
  '2026-11-22-exchange': exchange,
  '2026-11-23-scripts': scripts,
};

/** The names of the paper exchange's migrations, in their order. */
export const PAPER_MIGRATIONS: readonly string[] = Object.keys(MIGRATIONS);

/**
 * Runs what is missing of the paper exchange's migrations; several processes may do so at once
 * (Kysely takes a lock). The pool stays open.
 * @param options `to` is the last one to run; `within` a transaction the caller has begun on the
 *   pool's one connection
 * @throws Error of the database or of a failed migration; nothing is half done then
 */
export async function migratePaperExchange(
  pool: PostgresPool,
  options: { readonly to?: string; readonly within?: boolean } = {},
): Promise<void> {
  // Not destroyed: that would end the caller's pool.
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    migrationTableSchema: 'paper_exchange',
    disableTransactions: options.within === true,
  });
  const { error } =
    options.to === undefined
      ? await migrator.migrateToLatest()
      : await migrator.migrateTo(options.to);
  if (error === undefined) return;
  throw error instanceof Error
    ? error
    : new Error('migrating paper_exchange failed', { cause: error });
}
