/** One connection for what takes long, and the ledger inside a transaction begun there by hand. */
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { LedgerTx } from '../database.ts';
import { parserOf } from '../database.ts';
import type { Database } from '../schema.ts';

const CONNECT_TIMEOUT_MS = 5_000;

/** Connects without the limits of time that other sessions have. The work ends the connection. */
export async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: '-c timezone=UTC',
    application_name: 'ballast-backup',
    types: { getTypeParser: parserOf },
  });
  // A connection that breaks fails the statement under way; without a listener it ends the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Runs `work` in one transaction.
 * @param begin how it begins, e.g. `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
 */
export async function inTransaction<Result>(
  client: pg.Client,
  begin: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query(begin);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Ends a connection in the middle of a COPY that nobody reads any more; anything else would wait. */
export function breakOff(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}

/** The connection as a pool for Kysely, which goes on in whatever was begun on it. */
export function poolOfOne(client: pg.Client): PostgresPool {
  const one = { query: client.query.bind(client), release: () => undefined };
  return {
    connect: () => Promise.resolve(one as unknown as PostgresPoolClient),
    end: () => Promise.resolve(),
  };
}

/** The ledger on this connection, inside the transaction begun there. */
export function ledgerWithin(client: pg.Client): LedgerTx {
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: poolOfOne(client) }) });
  return db as unknown as LedgerTx;
}
