/** What a person decides at the command line, on the ledger itself: it works while the API is down. */
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import { bookOf } from '../domain/desk.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';
import { startPostgres } from '../worker/embedded/postgres.ts';
import { readRunFile } from './run-file.ts';
import { DESK, dataDirOf } from './settings.ts';
import { machineClock } from './clock.ts';

/** Lets a strategy execute again after it was stopped; its count starts anew. */
export async function enableStrategy(config: Config, name: string, reason: string): Promise<void> {
  const { atMs } = await machineClock(config.clockOffsetMs).read();
  await withLedger(config, (ledger) =>
    ledger.enableStrategy(bookOf(DESK, 'paper'), name, { actor: 'cli', atMs, reason }),
  );
}

/** Makes the environment's limits the desk's. @returns what changed */
export async function adoptLimits(
  config: Config,
  reason: string,
): Promise<{ field: string; was: string; is: string }[]> {
  const reading = await machineClock(config.clockOffsetMs).read();
  return withLedger(config, (ledger) =>
    ledger.applyLimits(DESK, config.limits, { who: 'cli', reason }, reading),
  );
}

/** Uses the running desk's Postgres, or starts the embedded one for this command alone. */
async function withLedger<Result>(
  config: Config,
  use: (ledger: Ledger) => Promise<Result>,
): Promise<Result> {
  const { environment } = config;
  const dataDir = dataDirOf(environment);
  const run = readRunFile(dataDir);
  const url = environment.DATABASE_URL ?? run?.databaseUrl;
  const server = url === undefined ? await startPostgres({ dataDir }) : undefined;
  const ledger = openLedger(url ?? server!.url, () => {});
  try {
    const pending = await ledger.pendingMigrations();
    if (pending.length > 0) {
      throw new ConfigError([
        { field: 'BALLAST_DATA_DIR', problem: `${dataDir} holds no ledger yet; run: npm start` },
      ]);
    }
    return await use(ledger);
  } finally {
    await ledger.close();
    await server?.stop();
  }
}
