/** Wires ledger, venues, Temporal and activities of one process. Holds no logic of its own. */
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type pg from 'pg';
import type { Logger } from 'pino';
import type { Activities } from '../activities/index.ts';
import type { ActivityDeps, Runs } from '../activities/deps.ts';
import { createActivities } from '../activities/index.ts';
import { startTrade } from '../client/start-trade.ts';
import { submitProposal } from '../client/submit.ts';
import type { HttpPorts } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import type { Clock } from '../domain/clock.ts';
import { bookOf, isLiveBook } from '../domain/desk.ts';
import type { Book, VenueId } from '../domain/venue-id.ts';
import { isUnreachable } from '../ledger/errors.ts';
import { openPool } from '../ledger/database.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readDesk } from '../ledger/verbs/desk.ts';
import type { DecisionListener } from '../ledger/read/decisions.ts';
import { listenForDecisions } from '../ledger/read/decisions.ts';
import type { Venue } from '../venues/venue.ts';
import { migratePaperExchange } from '../venues/paper/migrate.ts';
import { createPaperVenue } from '../venues/paper/paper-venue.ts';
import type { MarketSource } from '../venues/paper/source.ts';
import type { ServedBook } from '../worker/workers.ts';
import { isLatched } from '../worker/halt-latch.ts';
import type { LiveTuning } from '../worker/live/live-venue.ts';
import { openLiveWay } from '../worker/live/way.ts';
import { prepareNamespace } from '../worker/namespace.ts';
import { backUp } from './backup.ts';
import { LimitsDiffer } from './errors.ts';
import { paperSourceOf } from './paper-source.ts';
import { runsOf } from './runs.ts';
import type { TemporalAccess } from './servers.ts';
import { DESK, dataDirOf } from './settings.ts';
import { openVerifiedLedger } from './verified-ledger.ts';

/** The book a desk of this version has in phase paper. */
const PAPER: Book = 'paper';

export interface EngineOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly temporal: TemporalAccess;
  readonly clock: Clock;
  readonly log: Logger;
  /** Tests only: times compressed, budgets widened. */
  readonly liveTuning?: LiveTuning;
  /** Crash runs only: stands between the activities and what they work with. */
  readonly interfere?: (deps: ActivityDeps) => ActivityDeps;
}

export interface Engine {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly client: Client;
  readonly activities: Activities;
  readonly stopping: AbortController;
  readonly venues: readonly Venue[];
  /** Everything this process serves. */
  readonly books: readonly ServedBook[];
  /** Those of them that are traded or hold something: they are watched. */
  readonly watched: () => Promise<readonly ServedBook[]>;
  /** What the start line says of the desk as it stands now. */
  readonly startLine: () => Promise<string>;
  readonly runs: Runs;
  readonly decisions: DecisionListener;
  close(): Promise<void>;
}

/**
 * Connects everything and brings both schemas up to date.
 * @throws LimitsDiffer where the environment's limits are not the desk's, LedgerReplaced,
 *   LedgerDamaged
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { config, clock, log, databaseUrl } = options;
  // Before anything is opened: a venue without quotes refuses the start.
  const sources = paperSourceOf(config, clock);
  const ledger = await prepareLedger(options);
  const pool = openPool(
    { connectionString: databaseUrl, max: 10, application_name: 'ballast-paper' },
    (error) => log.warn({ err: error }, 'paper exchange connection lost'),
  );
  await migratePaperExchange(pool);
  const { liveTuning = {} } = options;
  const live = await openLiveWay({ desk: DESK, config, ledger, clock, log, ...liveTuning });
  const venues = [...paperVenues(config, { pool, clock, sources }), ...live.venues];
  const { namespace, embedded } = options.temporal;
  const connection = await NativeConnection.connect(options.temporal.connection);
  await prepareNamespace(connection, { namespace, embedded });
  const client = new Client({ connection, namespace });
  const stopping = new AbortController();
  const books = venues.map(servedBook);
  const watched = () => booksInUse(ledger, books);
  const runs = runsOf(client, { desk: DESK, watched });
  const deps: ActivityDeps = {
    ledger,
    clock,
    stopping: stopping.signal,
    log: {
      info: (fields, text) => log.info(fields, text),
      warn: (fields, text) => log.warn(fields, text),
    },
    venue: (venue, book) => venueOf(venues, venue, book),
    isWoundDown: live.isWoundDown,
    runs,
    haltLatched: () => isLatched(dataDirOf(config.environment)),
    reportsDir: join(dataDirOf(config.environment), 'reports', 'daily'),
    backUp: async (reason) => {
      const asked = { actor: 'daily-reset', reason };
      return (await backUp(config, { ledger, databaseUrl, clock }, asked)).path;
    },
    signal: (workflowId, signal, payload) => signalWorkflow(client, workflowId, signal, payload),
  };
  const activities = createActivities(options.interfere?.(deps) ?? deps);
  const decisions = listenForDecisions(ledger.db, databaseUrl);
  return {
    ledger,
    clock,
    connection,
    namespace,
    client,
    activities,
    stopping,
    venues,
    books,
    watched,
    startLine: async () => live.startLine((await readDesk(ledger.db, DESK)).desk),
    runs,
    decisions,
    close: async () => {
      await decisions.close();
      await connection.close();
      await pool.end();
      await ledger.close();
    },
  };
}

async function prepareLedger({ config, databaseUrl, clock, log }: EngineOptions): Promise<Ledger> {
  const ledger = await openVerifiedLedger({ config, databaseUrl, log });
  const changes = await ledger.setUpDesk(DESK, config.limits, await clock.read());
  if (changes.length > 0) {
    await ledger.close();
    throw new LimitsDiffer(changes);
  }
  return ledger;
}

/** The paper exchange's face of each venue. */
export function paperVenues(
  config: Config,
  parts: { pool: pg.Pool; clock: Clock; sources: ReadonlyMap<VenueId, MarketSource> },
): Venue[] {
  const { clock, pool } = parts;
  return [...parts.sources].map(([venue, source]) =>
    createPaperVenue({
      pool,
      venue,
      book: PAPER,
      clock,
      source,
      initialCashMicros: config.limits.initialBalanceMicros[venue],
    }),
  );
}

function servedBook(venue: Venue): ServedBook {
  const { startsPerSecond } = venue.capabilities();
  return {
    venue: venue.id,
    book: venue.book,
    ...(startsPerSecond === undefined ? {} : { startsPerSecond }),
  };
}

/** A live book is left alone, and its venues unasked, while the desk is on paper and it is empty. */
async function booksInUse(
  ledger: Ledger,
  books: readonly ServedBook[],
): Promise<readonly ServedBook[]> {
  const { desk } = await readDesk(ledger.db, DESK);
  const holding = new Set<Book>((await ledger.openInLiveBooks()).map(({ book }) => book));
  return books.filter(
    ({ book }) => !isLiveBook(book) || book === bookOf(desk) || holding.has(book),
  );
}

function venueOf(venues: readonly Venue[], id: VenueId, book: Book): Venue {
  const found = venues.find((venue) => venue.id === id && venue.book === book);
  if (found === undefined) throw new Error(`this process does not trade ${id} in the ${book} book`);
  return found;
}

async function signalWorkflow(
  client: Client,
  workflowId: string,
  signal: string,
  payload: unknown,
): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(signal, payload);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** The one way a proposal takes, for HTTP and for the demo. */
export function submitter(
  engine: Engine,
  options: { eager: boolean; report: HttpPorts['report'] },
): HttpPorts['submit'] {
  const { ledger, clock, client } = engine;
  return (input) =>
    submitProposal(
      {
        receive: async ({ id, proposal }) =>
          ledger.receiveProposal({ id, desk: DESK, proposal }, await clock.read()),
        startTrade: async (tradeId, proposal) => {
          const { desk } = await readDesk(ledger.db, DESK);
          const { phase } = desk;
          const book = bookOf(desk);
          await startTrade({ client, eager: options.eager, book, phase }, tradeId, proposal);
        },
        decisions: engine.decisions,
        isLedgerUnreachable: isUnreachable,
        report: options.report,
      },
      input,
    );
}
