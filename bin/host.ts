/** Runs a desk in this process: servers, engine, workers, API — and stops them in reverse. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createServer } from '../client/http/server.ts';
import type { HttpPorts, Tokens } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import type { StatusView } from '../contracts/http.ts';
import type { Clock } from '../domain/clock.ts';
import { readStatus } from '../ledger/read/status.ts';
import type { Venue } from '../venues/venue.ts';
import { workflowBundle } from '../worker/bundle.ts';
import { cacheDir } from '../worker/embedded/locations.ts';
import { createLogger, installTemporalLogger, temporalLogger } from '../worker/logger.ts';
import { loadTokens } from '../worker/tokens.ts';
import { askStatuses } from '../worker/venue-statuses.ts';
import type { RunningWorkers } from '../worker/workers.ts';
import { startWorkers } from '../worker/workers.ts';
import { machineClock } from './clock.ts';
import { tellingDamage } from './damage.ts';
import type { Engine } from './engine.ts';
import { openEngine, submitter } from './engine.ts';
import { PortTaken } from './errors.ts';
import { heedLatch } from './halt-control.ts';
import { httpPorts } from './http-ports.ts';
import { asLatched } from './latch.ts';
import { refuseLostCluster, rememberLedger } from './ledger-file.ts';
import { claimDataDir } from './run-file.ts';
import { startSchedules } from './schedules.ts';
import type { Servers } from './servers.ts';
import { startServers } from './servers.ts';
import { DESK, apiUrlOf, dataDirOf, version } from './settings.ts';
import { payOwedPause, stopTrading, teller } from './supervision.ts';

export interface HostOptions {
  readonly config: Config;
  readonly progress: (line: string) => void;
  readonly anyPort?: boolean;
  /** Default: the machine's clock, set off as the configuration says. */
  readonly clock?: Clock;
}

export interface Host {
  readonly engine: Engine;
  readonly submit: HttpPorts['submit'];
  readonly status: HttpPorts['status'];
  readonly apiUrl: string;
  readonly temporalUi: string | undefined;
  /** Rejects when a worker fails or a server keeps dying; settles when the host was stopped. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** Things to undo, last first; each is tried even where another failed. */
class Undo {
  readonly #steps: (() => Promise<void> | void)[] = [];
  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything stopped cleanly');
  }
}

/**
 * Starts everything and answers when proposals are taken. Shuts down in the order API, workers,
 * Temporal, Postgres.
 * @throws ConfigError, LimitsDiffer, AlreadyRunning, EmbeddedServerError
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { config, progress } = options;
  const dataDir = dataDirOf(config.environment);
  const claim = await claimDataDir(dataDir);
  const undo = new Undo();
  undo.add(() => claim.release());
  try {
    const log = createLogger({ level: config.environment.BALLAST_LOG_LEVEL, dataDir });
    installTemporalLogger(log);
    const { environment } = config;
    const onEvent = teller(progress, log);
    await refuseLostCluster(config);
    const servers = await tellingDamage(config, () =>
      startServers({ ...options, dataDir, environment, onEvent }),
    );
    undo.add(() => servers.stop());
    const engine = await openHostEngine(options, servers, log);
    undo.add(() => engine.close());
    await rememberLedger(dataDir, engine.ledger.db);
    // Only a refresh: a server that is gone by then must not make the stop look failed.
    undo.add(() => rememberLedger(dataDir, engine.ledger.db).catch(() => undefined));
    await payOwedPause(dataDir, engine);
    const halted = await heedLatch(dataDir, engine);
    if (halted !== undefined) progress(halted);
    const workers = await workersOf(engine, { progress, log });
    undo.add(() => workers.stop());
    await engine.runs.ensureStanding();
    await startSchedules(engine);
    const submit = submitter(engine, { eager: true, report: reporter(log) });
    const tokens = await loadTokens(dataDir, tokensOf(config));
    const { app, apiUrl, status } = await listen(config, { engine, submit, servers, tokens, log });
    undo.add(() => app.close());
    claim.describe({ apiUrl, ...addresses(servers) });
    const dying = servers.gaveUp.catch((error: unknown) =>
      stopTrading(error, { dataDir, engine, progress, log }),
    );
    log.info({ apiUrl, version: version() }, await engine.startLine());
    return {
      engine,
      submit,
      status,
      apiUrl,
      temporalUi: servers.temporalUi,
      done: Promise.race([workers.done, dying]),
      stop: () => undo.run(),
    };
  } catch (error) {
    await undo.run().catch(() => {});
    throw error;
  }
}

function openHostEngine(options: HostOptions, servers: Servers, log: Logger): Promise<Engine> {
  const { config } = options;
  return openEngine({
    config,
    log,
    databaseUrl: servers.databaseUrl,
    temporal: servers.temporal,
    clock: options.clock ?? machineClock(config.clockOffsetMs),
  });
}

/** The workers of this process, for `start` and for `worker`. */
export async function workersOf(
  engine: Engine,
  { progress, log }: { progress: (line: string) => void; log: Logger },
): Promise<RunningWorkers> {
  const slow = setTimeout(() => progress('bundling the workflows (once for each version)'), 1_000);
  const bundlePath = await workflowBundle(cacheDir(), temporalLogger(log)).finally(() =>
    clearTimeout(slow),
  );
  return startWorkers({
    connection: engine.connection,
    namespace: engine.namespace,
    activities: engine.activities,
    stopping: engine.stopping,
    bundlePath,
    books: engine.books,
  });
}

/** Logs what nobody expected; the caller of the API is told no details. */
export function reporter(log: Logger): HttpPorts['report'] {
  return (error, context) => log.error({ err: error, context }, 'request failed');
}

/** The tokens the environment gives. */
export function tokensOf(config: Config): Partial<Tokens> {
  const { BALLAST_TRADER_TOKEN, BALLAST_OPERATOR_TOKEN, BALLAST_ADMIN_TOKEN } = config.environment;
  return {
    ...(BALLAST_TRADER_TOKEN === undefined ? {} : { trader: BALLAST_TRADER_TOKEN }),
    ...(BALLAST_OPERATOR_TOKEN === undefined ? {} : { operator: BALLAST_OPERATOR_TOKEN }),
    ...(BALLAST_ADMIN_TOKEN === undefined ? {} : { admin: BALLAST_ADMIN_TOKEN }),
  };
}

interface Parts {
  readonly engine: Engine;
  readonly submit: HttpPorts['submit'];
  readonly servers: Pick<Servers, 'temporalUi'>;
  readonly tokens: Tokens;
  readonly log: Logger;
}

/** Makes the HTTP server over the engine and lets it listen: the one way, for `start` and `api`. */
export async function listen(
  config: Config,
  parts: Parts,
): Promise<{ app: FastifyInstance; apiUrl: string; status: HttpPorts['status'] }> {
  const { engine, servers } = parts;
  const { ledger, clock } = engine;
  let apiUrl = apiUrlOf(config.environment);
  const dataDir = dataDirOf(config.environment);
  const statuses = askStatuses({ venues: () => venuesInUse(engine), clock, log: parts.log });
  const status = async (): Promise<StatusView> => {
    const view = await readStatus(ledger.db, DESK, config.venues, await clock.read());
    return {
      ...view,
      desk: asLatched(dataDir, view.desk),
      startLine: await engine.startLine(),
      venueStatus: [...statuses.latest()],
      version: version(),
      addresses: { api: apiUrl, temporalUi: servers.temporalUi ?? null },
    };
  };
  const app = createServer({
    tokens: parts.tokens,
    hosts: [config.environment.BALLAST_HOST],
    submit: parts.submit,
    status,
    ...httpPorts(engine, config, reporter(parts.log)),
  });
  app.addHook('onClose', () => statuses.stop());
  const { BALLAST_HOST: host, BALLAST_PORT: port } = config.environment;
  try {
    apiUrl = await app.listen({ host, port });
  } catch (error) {
    await app.close();
    if ((error as { code?: unknown }).code !== 'EADDRINUSE') throw error;
    throw new PortTaken(`${host}:${port}`, { cause: error });
  }
  return { app, apiUrl, status };
}

async function venuesInUse({ venues, watched }: Engine): Promise<readonly Venue[]> {
  const inUse = await watched();
  return venues.filter(({ id, book }) =>
    inUse.some((served) => served.venue === id && served.book === book),
  );
}

function addresses(servers: Servers) {
  return {
    databaseUrl: servers.databaseUrl,
    // Others of this data directory may share the embedded server; an external one they know.
    ...(servers.temporal.embedded ? { temporalAddress: servers.temporal.connection.address } : {}),
    ...(servers.temporalUi === undefined ? {} : { temporalUi: servers.temporalUi }),
  };
}
