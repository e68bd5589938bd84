import { realpathSync } from 'node:fs';
import { Client, DatabaseError } from 'pg';
import { ROLE } from './postgres-cluster.ts';

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 2000,
    query_timeout: 10_000,
  });
  // Without a listener a connection that breaks would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The address of a database of the embedded Postgres, with its password. */
export const databaseUrl = (port: number, password: string, database: string): string =>
  `postgresql://${ROLE}:${password}@127.0.0.1:${String(port)}/${database}`;

/**
 * Whether a server is the one of a cluster: `refused` if it does not take the password, `no` if it
 * is another cluster's or none accepts connections yet.
 */
export type Answer = 'yes' | 'no' | 'refused';

/** Asks the server at a port of the loopback address whether it is the one of this cluster. */
export async function serves(cluster: string, port: number, password: string): Promise<Answer> {
  try {
    return await withClient(databaseUrl(port, password, 'postgres'), async (client) => {
      const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
      const directory = rows[0]?.data_directory ?? '';
      return realpathSync(directory) === realpathSync(cluster) ? 'yes' : 'no';
    });
  } catch (error) {
    return error instanceof DatabaseError && error.code === '28P01' ? 'refused' : 'no';
  }
}

/** Creates Ballast's database unless it is there. */
export async function createDatabase(port: number, password: string): Promise<void> {
  await withClient(databaseUrl(port, password, 'postgres'), async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [ROLE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${ROLE}`);
  });
}
