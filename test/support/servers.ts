import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** A database that one test file has for itself. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** What global set-up has put into the environment; throws where the test runs without it. */
export function fromSetup(
  name: 'TEST_DATABASE_URL' | 'TEST_TEMPORAL_ADDRESS' | 'TEST_SERVER_EXECUTABLE' | 'TEST_RUN_DIR',
): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: jest's global set-up did not run`);
  return value;
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: fromSetup('TEST_DATABASE_URL') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Creates an empty database on the run's Postgres; `drop` also ends connections left open. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(fromSetup('TEST_DATABASE_URL'));
  url.pathname = name;
  return { url: url.href, drop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/**
 * Makes an empty directory that any user can enter. The run's end removes it, and servers whose
 * data directory it is are ended even when jest is killed.
 */
export function testDirectory(name: string): string {
  const directory = mkdtempSync(join(fromSetup('TEST_RUN_DIR'), `${name}-`));
  chmodSync(directory, 0o711);
  return directory;
}
