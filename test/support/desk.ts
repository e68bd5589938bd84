/** A whole desk for one test file: own database, own Temporal server, paper exchange, workers. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import type { ActivityDeps } from '../../activities/deps.ts';
import type { Engine, EngineOptions } from '../../bin/engine.ts';
import { openEngine, submitter } from '../../bin/engine.ts';
import { machineClock } from '../../bin/clock.ts';
import { embeddedTemporal } from '../../bin/servers.ts';
import { workersOf } from '../../bin/host.ts';
import type { HttpPorts } from '../../client/ports.ts';
import { readConfig } from '../../contracts/config.ts';
import type { SubmissionAnswer } from '../../contracts/http.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { proposalSchema } from '../../contracts/proposal.ts';
import type { Clock } from '../../domain/clock.ts';
import type { EmbeddedServer } from '../../worker/embedded/processes.ts';
import { startTemporal } from '../../worker/embedded/temporal.ts';
import { installTemporalLogger } from '../../worker/logger.ts';
import type { RunningWorkers } from '../../worker/workers.ts';
import type { TestDatabase } from './servers.ts';
import { createTestDatabase, testDirectory } from './servers.ts';
import { patient } from './patience.ts';
import type { PaperFileInput } from './markets.ts';

export interface TestDesk {
  readonly engine: Engine;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly dataDir: string;
  /** The environment a process of this desk would have. */
  readonly environment: Record<string, string>;
  submit(proposal: ProposalInput): Promise<SubmissionAnswer>;
  /** Reads any schema of the desk's database, the paper exchange's own too. */
  query<Row extends object>(text: string): Promise<{ rows: Row[] }>;
  /** Replaces the paper exchange's file, as a whole. */
  publish(file: PaperFileInput): void;
  close(): Promise<void>;
}

export interface TestDeskOptions {
  readonly markets: PaperFileInput;
  readonly settings?: Readonly<Record<string, string>>;
  /** Run workers and watches in this process, all (the default) or all but those for orders. */
  readonly workers?: boolean | 'no orders';
  /** A server that the test runs itself, e.g. the time-skipping one. */
  readonly temporalAddress?: string;
  /** A database that the test made itself, e.g. a restored one; dropped on close all the same. */
  readonly database?: TestDatabase;
  readonly clock?: Clock;
  /** Compressed times of real venues. */
  readonly liveTuning?: EngineOptions['liveTuning'];
  /** Stands between the activities and what they work with. */
  readonly interfere?: (deps: ActivityDeps) => ActivityDeps;
}

/** Keeps the SDK's log out of the tests' output; a runtime that is there already stays. */
export function silenceTemporal(): void {
  try {
    installTemporalLogger(pino({ level: 'silent' }));
  } catch {
    // Only the first call of a process can install.
  }
}

/** Starts a desk on the run's Postgres; `close` leaves nothing behind. */
export async function startTestDesk(options: TestDeskOptions): Promise<TestDesk> {
  silenceTemporal();
  const dataDir = testDirectory('desk');
  const paperFile = join(dataDir, 'markets.json');
  const publish = (file: PaperFileInput): void => {
    writeFileSync(`${paperFile}.new`, JSON.stringify(file));
    renameSync(`${paperFile}.new`, paperFile);
  };
  publish(options.markets);
  const database = options.database ?? (await createTestDatabase());
  const temporal = await temporalFor(options, dataDir);
  const environment = {
    BALLAST_DATA_DIR: dataDir,
    BALLAST_PAPER_FILE: paperFile,
    BALLAST_PORT: '0',
    BALLAST_LOG_LEVEL: 'silent',
    ...options.settings,
  };
  const engine = await openEngine({
    config: readConfig(environment),
    databaseUrl: database.url,
    temporal: { ...embeddedTemporal(temporal.address), embedded: temporal.server !== undefined },
    clock: options.clock ?? machineClock(0),
    log: pino({ level: 'silent' }),
    ...(options.interfere && { interfere: options.interfere }),
    ...(options.liveTuning && { liveTuning: options.liveTuning }),
  });
  const served = options.workers === 'no orders' ? { ...engine, books: [] } : engine;
  const workers = options.workers === false ? undefined : await startAll(served);
  const submit = submitter(engine, { eager: workers !== undefined, report: () => {} });
  return {
    engine,
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    dataDir,
    environment,
    submit: (proposal) => submitInput(submit, proposal),
    query: (text) => sql.raw<never>(text).execute(engine.ledger.db),
    publish,
    close: async () => {
      await workers?.stop();
      await engine.close();
      await temporal.server?.stop();
      await database.drop();
    },
  };
}

async function temporalFor(
  options: TestDeskOptions,
  dataDir: string,
): Promise<{ address: string; server: EmbeddedServer | undefined }> {
  const address = options.temporalAddress;
  if (address !== undefined) return { address, server: undefined };
  const server = await startTemporal({ dataDir, dbFile: false, ui: false, port: 0 });
  return { address: server.address, server };
}

async function startAll(engine: Engine): Promise<RunningWorkers> {
  const workers = await workersOf(engine, {
    progress: () => {},
    log: pino({ level: 'silent' }),
  });
  await engine.runs.ensureStanding();
  return workers;
}

function submitInput(submit: HttpPorts['submit'], input: ProposalInput): Promise<SubmissionAnswer> {
  const proposal = proposalSchema.parse(input);
  return submit({ ...(input.id === undefined ? {} : { id: input.id }), proposal });
}

/** Waits until `probe` answers something, asking again every 50 ms; `withinMs` on a quiet machine. */
export async function eventually<Value>(
  what: string,
  probe: () => Promise<Value | undefined>,
  withinMs = 30_000,
): Promise<Value> {
  const deadlineMs = performance.now() + patient(withinMs);
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
