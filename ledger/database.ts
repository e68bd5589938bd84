import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import type { PostgresPool, PostgresPoolClient, Transaction } from 'kysely';
import pg from 'pg';
import { assert } from '../domain/assert.ts';
import { ledgerMigration } from './migrations/0001-ledger.ts';
import { survivalMigration } from './migrations/0002-survival.ts';
import { pairsMigration } from './migrations/0003-pairs.ts';
import { liveMigration } from './migrations/0004-live.ts';
import { polymarketMigration } from './migrations/0005-polymarket.ts';
import type { Database } from './schema.ts';

/** A connection pool on the ledger's database. */
export type LedgerDb = Kysely<Database>;
/** The inside of one transaction. */
export type LedgerTx = Transaction<Database>;

const INT8_OID = 20;
const POOL_CONNECTIONS_MAX = 20;
const CONNECT_TIMEOUT_MS = 5_000;

/** Every session: UTC, and no lock or idle transaction of a frozen worker holds the desk over 2 s. */
const sessionOptions = (patience: number): string =>
  [
    '-c timezone=UTC',
    `-c lock_timeout=${2_000 * patience}`,
    `-c idle_in_transaction_session_timeout=${2_000 * patience}`,
    `-c statement_timeout=${15_000 * patience}`,
  ].join(' ');

/**
 * Opens a pool on `url`. Connections are made on demand; one that breaks is dropped, and `onLost`
 * hears of it. A verb that waits for a lock longer than 2 s fails, and its caller tries again.
 * @param patience multiplies every time limit, for tests, which do not try again
 */
export function openDatabase(url: string, onLost: (error: Error) => void, patience = 1): LedgerDb {
  const pool = openPool(
    {
      connectionString: url,
      max: POOL_CONNECTIONS_MAX,
      options: sessionOptions(patience),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS * patience,
      application_name: 'ballast-ledger',
      types: { getTypeParser: parserOf },
    },
    onLost,
  );
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
}

/** bigint columns as bigint, everything else as `pg` reads it. */
export const parserOf: pg.CustomTypesConfig['getTypeParser'] = (oid, format) =>
  oid === INT8_OID && format !== 'binary' ? BigInt : pg.types.getTypeParser(oid, format);

/** More texts than this are never prepared; the ledger has about a hundred. */
const STATEMENTS_MAX = 500;

/**
 * The pool with every statement prepared once a connection: planning the larger ones takes longer
 * than running them, and much of that while others wait for the limits.
 */
function preparing(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text);
    if (known !== undefined || names.size >= STATEMENTS_MAX) return known;
    const name = `ballast_${names.size}`;
    names.set(text, name);
    return name;
  };
  // Kysely knows a connection again by its client.
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const wrap = (client: pg.PoolClient): PostgresPoolClient => ({
    // Kysely calls it with a text; the other signature is for cursors, which nobody opens.
    query: ((text: string, values: unknown[]): Promise<unknown> => {
      const name = /^\s*(select|insert|update|delete|with)\b/i.test(text)
        ? nameOf(text)
        : undefined;
      return client.query({ text, values, ...(name === undefined ? {} : { name }) });
    }) as unknown as PostgresPoolClient['query'],
    release: () => {
      client.release();
    },
  });
  return {
    connect: async () => {
      const client = await pool.connect();
      const wrapped = clients.get(client) ?? wrap(client);
      clients.set(client, wrapped);
      return wrapped;
    },
    end: () => pool.end(),
  };
}

/**
 * Opens a pool whose lost connections are reported and never end the process: the pool itself
 * listens to idle ones only, and one lost between two statements of a transaction would crash.
 */
export function openPool(config: pg.PoolConfig, onLost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, ...config });
  pool.on('error', onLost);
  pool.on('connect', (client) => client.on('error', onLost));
  return pool;
}

const MIGRATIONS = {
  '0001-ledger': ledgerMigration,
  '0002-survival': survivalMigration,
  '0003-pairs': pairsMigration,
  '0004-live': liveMigration,
  '0005-polymarket': polymarketMigration,
};

/** The ledger's migrations by name, in their order. */
export const LEDGER_MIGRATIONS: readonly string[] = Object.keys(MIGRATIONS);

/**
 * Brings the ledger's tables up to date; safe to run from several processes at once.
 * @throws the first failing migration's error; nothing of it is kept
 */
export async function migrateLedger(db: LedgerDb): Promise<string[]> {
  return migrate(migratorOf(db));
}

/** The same inside a transaction the caller has begun, and only up to the migration `to`. */
export async function migrateWithin(tx: LedgerTx, to?: string): Promise<string[]> {
  return migrate(migratorOf(tx, { disableTransactions: true }), to);
}

function migratorOf(db: LedgerDb, options: { disableTransactions?: boolean } = {}): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(MIGRATIONS) },
    ...options,
  });
}

async function migrate(migrator: Migrator, to?: string): Promise<string[]> {
  const { error, results } =
    to === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(to);
  if (error !== undefined) throw new Error('the ledger could not be migrated', { cause: error });
  return (results ?? []).map((result) => result.migrationName);
}

/** Names of migrations that the database lacks; empty when it is current. */
export async function pendingMigrations(db: LedgerDb): Promise<string[]> {
  const migrations = await migratorOf(db).getMigrations();
  return migrations.filter((one) => one.executedAt === undefined).map((one) => one.name);
}

/** The database server's own clock, Unix ms. */
export async function databaseNowMs(db: LedgerDb): Promise<number> {
  const { rows } = await sql<{ ms: bigint }>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS ms`.execute(db);
  return toNumber(rows[0]!.ms);
}

/** A bigint column as a safe integer. @throws AssertionError beyond the safe integers */
export function toNumber(value: bigint): number {
  const result = Number(value);
  assert(Number.isSafeInteger(result), `beyond the safe integers: ${value}`);
  return result;
}

/** The same for a column that may be null. */
export function toNumberOrNull(value: bigint | null): number | null {
  return value === null ? null : toNumber(value);
}
