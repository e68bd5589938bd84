/** `ballast halt` where no API answers: wires the halt that needs neither Temporal nor Postgres. */
import { existsSync } from 'node:fs';
import type pg from 'pg';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { HaltView } from '../contracts/halt.ts';
import type { Clock } from '../domain/clock.ts';
import { bookOf } from '../domain/desk.ts';
import { openPool } from '../ledger/database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { Venue } from '../venues/venue.ts';
import { haltEverything } from '../worker/emergency.ts';
import { machineClock } from './clock.ts';
import { paperVenues } from './engine.ts';
import { DESK, dataDirOf } from './settings.ts';
import { withDatabase } from './with-ledger.ts';

/** The ledger's database, for as long as the halt takes. */
interface Database {
  readonly ledger: Ledger;
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/**
 * Halts the desk from this process alone: the file HALT, the ledger where it answers, and every
 * venue by a client of its own.
 * @param tell hears of each step as it happens
 * @throws ConfigError where there is no desk
 */
export async function haltDirectly(
  config: Config,
  reason: string,
  tell: (line: string) => void,
): Promise<HaltView> {
  const dataDir = dataDirOf(config.environment);
  if (config.environment.DATABASE_URL === undefined && !existsSync(dataDir)) {
    const problem = `${dataDir} does not exist: there is no desk here to halt`;
    throw new ConfigError([{ field: 'BALLAST_DATA_DIR', problem }]);
  }
  const clock = machineClock(config.clockOffsetMs);
  const { atMs } = await clock.read();
  let opened: Database | undefined;
  const asked = { actor: 'cli', reason };
  const view = await haltEverything({
    dataDir,
    asked,
    at: new Date(atMs).toISOString(),
    stopDesk: async () => {
      opened = await openDatabase(config);
      await opened.ledger.haltDesk(DESK, { ...asked, verified: true }, await clock.read());
      return opened.ledger.acknowledgeStop(DESK);
    },
    books: config.venues.map((venue) => ({
      venue,
      book: bookOf(DESK, 'paper'),
      ifMissing: PAPER_IS_GONE,
    })),
    openVenues: () => openVenues(config, clock, opened?.pool),
    clearing: () => opened && { ledger: opened.ledger, clock },
    tell,
  });
  await opened?.close().catch(() => {});
  return view;
}

const PAPER_IS_GONE =
  'not reached: the paper exchange lives in Postgres, and takes no order while that is down';

/** Clients of this process's own for every venue of the desk; those that cannot be opened are left out. */
function openVenues(config: Config, clock: Clock, pool: pg.Pool | undefined): Promise<Venue[]> {
  return Promise.resolve(pool === undefined ? [] : paperVenues(config, pool, clock));
}

/** Finds or starts the database and keeps it until it is closed. */
function openDatabase(config: Config): Promise<Database> {
  return new Promise((resolve, reject) => {
    const found = withDatabase(config, async ({ databaseUrl }) => {
      const ledger = openLedger(databaseUrl, () => {});
      const pool = openPool({ connectionString: databaseUrl, max: 4 }, () => {});
      await new Promise<void>((done) => {
        resolve({
          ledger,
          pool,
          close: async () => {
            await Promise.allSettled([ledger.close(), pool.end()]);
            done();
            await found;
          },
        });
      });
    });
    found.catch(reject);
  });
}
