/** Opens the ledger for one command: a running desk's, a named server's, or the embedded one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';
import { startPostgres } from '../worker/embedded/postgres.ts';
import { tellingDamage } from './damage.ts';
import { refuseLostCluster } from './ledger-file.ts';
import { takeTurn } from './run-file.ts';
import { dataDirOf } from './settings.ts';

/** Where the ledger of a command was found. */
export interface LedgerPlace {
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** Whether a desk may be writing to it meanwhile. */
  readonly shared: boolean;
}

/**
 * Uses the running desk's Postgres, or starts the embedded one for this command alone.
 * @throws ConfigError where no ledger was set up yet, LedgerReplaced where it is gone,
 *   LedgerDamaged, AlreadyRunning, EmbeddedServerError
 */
export async function withLedger<Result>(
  config: Config,
  use: (ledger: Ledger, place: LedgerPlace) => Promise<Result>,
): Promise<Result> {
  return withDatabase(config, async (place) => {
    const ledger = openLedger(place.databaseUrl, () => {});
    try {
      if ((await ledger.pendingMigrations()).length > 0) throw noLedger(place.dataDir);
      return await use(ledger, place);
    } finally {
      await ledger.close();
    }
  });
}

/**
 * The same for what needs the database alone, in whatever state it is.
 * @throws ConfigError, LedgerReplaced, LedgerDamaged, AlreadyRunning, EmbeddedServerError
 */
export async function withDatabase<Result>(
  config: Config,
  use: (place: LedgerPlace) => Promise<Result>,
): Promise<Result> {
  const dataDir = dataDirOf(config.environment);
  const named = config.environment.DATABASE_URL;
  if (named !== undefined) return use({ dataDir, databaseUrl: named, shared: true });
  const turn = await takeTurn(dataDir);
  if (turn.kind === 'desk') return use({ dataDir, databaseUrl: turn.databaseUrl, shared: true });
  try {
    // Asked for a ledger that is not there, the embedded server would make an empty one.
    await refuseLostCluster(config);
    if (!existsSync(join(dataDir, 'postgres'))) throw noLedger(dataDir);
    const server = await tellingDamage(config, () => startPostgres({ dataDir }));
    try {
      return await use({ dataDir, databaseUrl: server.url, shared: false });
    } finally {
      // One that a killed desk left running may serve workers still: it stays as it was found.
      if (!server.adopted) await server.stop();
    }
  } finally {
    turn.release();
  }
}

function noLedger(dataDir: string): ConfigError {
  return new ConfigError([
    { field: 'BALLAST_DATA_DIR', problem: `${dataDir} holds no ledger yet; run: npm start` },
  ]);
}
