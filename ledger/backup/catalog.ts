/** Which tables there are, by the database's own catalog: a new one cannot be forgotten. */
import type { Client } from 'pg';

/** The ledger's schema and that of the paper exchange. */
export const SCHEMAS = ['public', 'paper_exchange'] as const;

export interface CatalogTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly string[];
  /** `schema.name` of the tables its rows refer to. */
  readonly references: readonly string[];
}

/** Kysely's own bookkeeping: a backup names the migrations, and a restore runs them. */
const BOOKKEEPING = ['kysely_migration', 'kysely_migration_lock'];

/** Names a table in both schemas. */
export function tableName(table: { schema: string; name: string }): string {
  return `${table.schema}.${table.name}`;
}

/** Quoted for use in a statement. */
export function quoted(table: { schema: string; name: string }): string {
  return `${quotedName(table.schema)}.${quotedName(table.name)}`;
}

/** A column, table or schema, quoted for use in a statement. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Every table of both schemas, each after those it refers to. @throws Error on a circle */
export async function readTables(client: Client): Promise<CatalogTable[]> {
  const { rows } = await client.query<CatalogTable>(
    `SELECT n.nspname AS schema, c.relname AS name,
       (SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '') AS columns,
       (SELECT coalesce(array_agg(DISTINCT tn.nspname || '.' || t.relname), '{}')
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid
          JOIN pg_namespace tn ON tn.oid = t.relnamespace
        WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS references
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY ($1) AND c.relname <> ALL ($2)
     ORDER BY n.nspname DESC, c.relname`,
    [SCHEMAS, BOOKKEEPING],
  );
  return inOrderOfReferences(rows);
}

function inOrderOfReferences(tables: readonly CatalogTable[]): CatalogTable[] {
  const placed = new Set<string>();
  const ordered: CatalogTable[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const ready = left.filter((table) => table.references.every((name) => placed.has(name)));
    if (ready.length === 0) {
      throw new Error(`tables refer to each other in a circle: ${left.map(tableName).join(', ')}`);
    }
    for (const table of ready) placed.add(tableName(table));
    ordered.push(...ready);
    left = left.filter((table) => !placed.has(tableName(table)));
  }
  return ordered;
}

/** The migrations that were run in a schema, in their order; none where it was never set up. */
export async function readMigrations(client: Client, schema: string): Promise<string[]> {
  const table = `${quotedName(schema)}.kysely_migration`;
  const { rows: found } = await client.query<{ there: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS there',
    [table],
  );
  if (found[0]?.there !== true) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY name`);
  return rows.map(({ name }) => name);
}

/** What stands where a ledger is to be restored: anything but an empty schema is too much. */
export async function readLeftovers(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
     ORDER BY 1`,
    [SCHEMAS],
  );
  return rows.map(({ name }) => name);
}
