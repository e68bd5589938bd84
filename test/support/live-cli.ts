/** A desk driven by the command line alone: its commands, and everything it has left behind. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { runBallast } from './process.ts';
import { testDirectory } from './servers.ts';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs commands with one environment; `printed` keeps whatever any of them printed. */
export function commandLine(environment: Readonly<Record<string, string>>) {
  const printed: string[] = [];
  const ballast = async (
    argv: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<Ended> => {
    const cwd = testDirectory('elsewhere');
    const command = runBallast(argv, { environment: { ...environment, ...more }, cwd });
    const code = await command.exited;
    printed.push(command.output());
    return { code, output: command.output() };
  };
  return { ballast, printed };
}

/** What a command with `--json` printed. */
export function jsonOf<View>({ output }: Ended): View {
  return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as View;
}

/** The embedded Postgres of a data directory. */
export function postgresUrl(dataDir: string): string {
  const state: unknown = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8'));
  return (state as { url: string }).url;
}

/** Every row of every table of a desk's database, as text. */
export async function ledgerRows(dataDir: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl(dataDir) });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `SELECT t::text AS text FROM ${name} t`,
      );
      texts.push(...rows.map(({ text }) => text));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

/** Every file below the data directory but the database's own. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (!statSync(path).isDirectory()) return [path];
    return name === 'postgres' ? [] : filesBelow(path);
  });
}
