/** `ballast halt` where no API answers: wires the halt that needs neither Temporal nor Postgres. */
import { existsSync } from 'node:fs';
import type pg from 'pg';
import { pino } from 'pino';
import { inTime } from '../activities/in-time.ts';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import type { HaltView } from '../contracts/halt.ts';
import type { Clock } from '../domain/clock.ts';
import type { LiveBook } from '../domain/desk.ts';
import type { VenueId } from '../domain/venue-id.ts';
import { openPool } from '../ledger/database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { VenueBinding } from '../ledger/verbs/bindings.ts';
import type { Venue } from '../venues/venue.ts';
import type { BookToClear } from '../worker/emergency.ts';
import { haltEverything } from '../worker/emergency.ts';
import { openToCancel } from '../worker/live/bound-venues.ts';
import { liveBookOf } from '../worker/live/venues.ts';
import { liveUseOf } from '../worker/live/way.ts';
import { machineClock } from './clock.ts';
import { paperVenues } from './engine.ts';
import { paperSourceOf } from './paper-source.ts';
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
  /** The same once it has answered: what does not answer must not keep the venues waiting. */
  let reached: Database | undefined;
  let live: LiveToClear = { venues: [], missing: [] };
  const asked = { actor: 'cli', reason };
  const view = await haltEverything({
    dataDir,
    asked,
    at: new Date(atMs).toISOString(),
    stopDesk: async () => {
      opened = await openDatabase(config);
      await opened.ledger.haltDesk(DESK, { ...asked, verified: true }, await clock.read());
      reached = opened;
      return opened.ledger.acknowledgeStop(DESK);
    },
    books: () => [
      ...config.venues.map((venue): BookToClear => ({
        venue,
        book: 'paper',
        ifMissing: PAPER_IS_GONE,
      })),
      ...live.missing,
    ],
    openVenues: async () => {
      live = await openLive(config, clock, reached?.ledger);
      return [...openPaper(config, clock, reached?.pool), ...live.venues];
    },
    clearing: () => reached && { ledger: reached.ledger, clock },
    tell,
  });
  const ending = opened;
  if (ending !== undefined)
    await inTime(CLOSE_MS_MAX, 'close', () => ending.close()).catch(() => {});
  return view;
}

/** A ledger that has just answered is asked once more for so long. */
const ASK_MS_MAX = 2_000;
const CLOSE_MS_MAX = 2_000;

const PAPER_IS_GONE =
  'not reached: the paper exchange lives in Postgres, and takes no order while that is down';

function openPaper(config: Config, clock: Clock, pool: pg.Pool | undefined): Venue[] {
  return pool === undefined
    ? []
    : paperVenues(config, { clock, pool, sources: paperSourceOf(config, clock) });
}

interface LiveToClear {
  readonly venues: readonly Venue[];
  readonly missing: readonly BookToClear[];
}

/**
 * The real venues that may have orders of ours: those of a live book in use; without the ledger's
 * word all of them that may be traded. Where no client opens, that is said and not passed over.
 */
async function openLive(
  config: Config,
  clock: Clock,
  ledger: Ledger | undefined,
): Promise<LiveToClear> {
  const told = await toldByLedger(ledger);
  if (told === undefined ? !config.liveTrading : told.book === undefined) {
    return { venues: [], missing: [] };
  }
  const at = told?.book ?? liveBookOf(config);
  const parts = { book: at, clock, log: pino({ level: 'silent' }), ...(ledger && { ledger }) };
  const { opened, missing } = openToCancel(config, parts, told?.bindings ?? []);
  const left = (told?.venues ?? []).filter((venue) => !config.venues.includes(venue));
  const untold = left.map((venue) => ({ venue, why: 'BALLAST_VENUES leaves it out' }));
  return {
    venues: opened.map(({ venue }) => venue),
    missing: [...missing, ...untold].map(({ venue, why }) => ({
      venue,
      book: at,
      ifMissing: `no client: ${why}; cancel on the venue's own pages`,
    })),
  };
}

/** The live book that is in use, and its accounts; undefined where no ledger says. */
async function toldByLedger(ledger: Ledger | undefined): Promise<
  | {
      readonly book?: LiveBook;
      readonly venues?: readonly VenueId[];
      readonly bindings: readonly VenueBinding[];
    }
  | undefined
> {
  if (ledger === undefined) return undefined;
  return inTime(ASK_MS_MAX, 'the ledger', async () => {
    const inUse = await liveUseOf(ledger, DESK);
    if (inUse === undefined) return { bindings: [] };
    const { book, venues } = inUse;
    return { book, venues, bindings: await ledger.readBindings(book) };
  }).catch(() => undefined);
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
