/** Connections and transactions of the paper exchange: bounded, and clear about what took effect. */
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import { types } from 'pg';
import { messageOf } from '../../domain/thrown.ts';

/** A lock, a statement or an idle transaction of this exchange never holds others longer. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL lock_timeout = '2s';
  SET LOCAL statement_timeout = '4s';
  SET LOCAL idle_in_transaction_session_timeout = '2s'`;
/** Longer than the server's own limit: it only ends the wait for a server that is gone. */
const QUERY_TIMEOUT_MS = 5000;
const CHECKOUT_TIMEOUT_MS = 5000;
const INT8_OID = 20;

// Per query, because the parsers of `pg` are global to the process and not ours to change.
const typeParsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8_OID && format !== 'binary') return (text: string) => BigInt(text);
    return types.getTypeParser(oid, format);
  },
} as typeof types;

/** A column of type bigint as it is read; `undefined` never occurs, NULL does where declared. */
export type Int8 = bigint;

/** One connection, with bigint columns read as bigint. */
export interface Session {
  /** @throws Error of the database, or the signal's reason once that is aborted */
  rows<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** What became of a transaction whose work did not throw. */
export type TransactionOutcome<Value> =
  | { readonly kind: 'committed'; readonly value: Value }
  /** Rolled back: the commit was not allowed any more. */
  | { readonly kind: 'withheld'; readonly detail: string }
  /** COMMIT was written and its answer was lost. */
  | { readonly kind: 'unknown'; readonly detail: string };

/** What guards and observes the commit. */
export interface TransactionOptions {
  readonly signal?: AbortSignal | undefined;
  /** Asked in the same synchronous turn that writes COMMIT; false rolls back. */
  readonly mayCommit?: () => boolean;
  /** Runs after COMMIT and before the outcome is told; its failure makes the outcome unknown. */
  readonly afterCommit?: (() => void | Promise<void>) | undefined;
}

/**
 * Runs single statements on one connection.
 * @throws Error of the database, of the work, or the signal's reason
 */
export async function withSession<Value>(
  pool: Pool,
  signal: AbortSignal | undefined,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  const connection = await checkOut(pool, signal);
  try {
    const value = await work(sessionOf(connection.client, signal));
    connection.release(false);
    return value;
  } catch (error) {
    // The statement may still run: the connection is not for others any more.
    connection.release(true);
    throw error;
  }
}

/**
 * Runs `work` in one transaction. COMMIT is the only statement that has an effect: whatever fails
 * before it leaves nothing behind and is thrown; whatever fails in it makes the outcome unknown.
 * @throws Error of the database or of the work, with nothing done; the signal's reason likewise
 */
export async function inTransaction<Value>(
  pool: Pool,
  options: TransactionOptions,
  work: (session: Session) => Promise<Value>,
): Promise<TransactionOutcome<Value>> {
  const { signal } = options;
  const connection = await checkOut(pool, signal);
  let value: Value;
  try {
    await send(connection.client, { text: BEGIN });
    value = await work(sessionOf(connection.client, signal));
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
  const withheld = withheldBecause(options);
  if (withheld !== undefined) {
    await rollBack(connection);
    return { kind: 'withheld', detail: withheld };
  }
  return commit(connection, value, options);
}

function withheldBecause({ signal, mayCommit }: TransactionOptions): string | undefined {
  if (signal?.aborted === true) return 'aborted before anything was written';
  if (mayCommit !== undefined && !mayCommit()) return 'the permit to write was refused';
  return undefined;
}

async function commit<Value>(
  connection: Connection,
  value: Value,
  options: TransactionOptions,
): Promise<TransactionOutcome<Value>> {
  // Written in this turn: the connection is idle, so `send` hands the bytes to the socket at once.
  const answer = send(connection.client, { text: 'COMMIT' });
  try {
    const { command } = await orAborted(answer, options.signal);
    connection.release(false);
    // Postgres answers ROLLBACK to the COMMIT of a transaction that had already failed.
    if (command !== 'COMMIT') return { kind: 'withheld', detail: `COMMIT came to ${command}` };
  } catch (error) {
    connection.release(true);
    return { kind: 'unknown', detail: `the answer to COMMIT was lost: ${messageOf(error)}` };
  }
  try {
    await options.afterCommit?.();
  } catch (error) {
    return { kind: 'unknown', detail: `the answer was lost: ${messageOf(error)}` };
  }
  return { kind: 'committed', value };
}

interface Connection {
  readonly client: PoolClient;
  release(destroy: boolean): void;
}

async function checkOut(pool: Pool, signal: AbortSignal | undefined): Promise<Connection> {
  signal?.throwIfAborted();
  const client = await clientInTime(pool, signal);
  // A checked out client has no other listener, and a lost connection must not end the process:
  // the query under way rejects by itself.
  const onError = (): void => {};
  client.on('error', onError);
  let released = false;
  return {
    client,
    release(destroy) {
      if (released) return;
      released = true;
      client.off('error', onError);
      client.release(destroy);
    },
  };
}

async function clientInTime(pool: Pool, signal: AbortSignal | undefined): Promise<PoolClient> {
  const wanted = pool.connect();
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`no free connection within ${CHECKOUT_TIMEOUT_MS} ms`)),
    CHECKOUT_TIMEOUT_MS,
  );
  const signals = signal === undefined ? [timeout.signal] : [timeout.signal, signal];
  try {
    return await orAborted(wanted, AbortSignal.any(signals));
  } catch (error) {
    wanted.then((client) => client.release()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function sessionOf(client: PoolClient, signal: AbortSignal | undefined): Session {
  return {
    async rows<Row>(text: string, values: readonly unknown[] = []) {
      signal?.throwIfAborted();
      const result = await send(client, { text, values: [...values], types: typeParsers });
      return result.rows as Row[];
    },
  };
}

/** Writes a query in this very turn when the connection is idle; its answer is awaited for 5 s. */
function send(client: PoolClient, query: QueryConfig): Promise<QueryResult> {
  // An option of `pg` that its types leave out.
  const bounded: QueryConfig & { query_timeout: number } = {
    ...query,
    query_timeout: QUERY_TIMEOUT_MS,
  };
  return client.query(bounded);
}

async function rollBack(connection: Connection): Promise<void> {
  try {
    await send(connection.client, { text: 'ROLLBACK' });
    connection.release(false);
  } catch {
    // The server rolls back what a closed connection left open.
    connection.release(true);
  }
}

/** The promise, or the signal's reason as soon as it is aborted. */
export async function orAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return promise;
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    promise.catch(() => {});
  }
}
