/** What the tests of `ballast import` share. */
import { sql } from 'kysely';
import type { ImportOutcome } from '../../contracts/predecessor-import.ts';
import { sound } from '../support/predecessor.ts';
import type { LedgerUnderTest } from './harness.ts';

/** Imports a file's text, which must be sound. */
export function take(it: LedgerUnderTest, text: string, dryRun = false): Promise<ImportOutcome> {
  const asked = { source: 'paper.json', actor: 'tester', reason: 'moving house', dryRun };
  return it.ledger.importPredecessor({ file: sound(text), ...asked }, it.reading());
}

/** The report of an import that must have been done. */
export function viewOf(outcome: ImportOutcome) {
  if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.view;
}

/** Every row of every table, to tell whether anything changed. */
export async function everything(it: LedgerUnderTest): Promise<Record<string, unknown>> {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`.execute(it.db);
  const contents: [string, unknown][] = [];
  for (const { name } of rows) {
    const table = await sql<{ all: string }>`
      SELECT coalesce(string_agg(one::text, E'\n' ORDER BY one::text), '') AS all
      FROM ${sql.table(name)} AS one`.execute(it.db);
    contents.push([name, table.rows[0]!.all]);
  }
  return Object.fromEntries(contents);
}
