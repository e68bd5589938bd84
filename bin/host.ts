/** Runs a desk in this process: servers, engine, workers, API — and stops them in reverse. */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { createServer } from '../client/http/server.ts';
import type { HttpPorts, Tokens } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import type { Check, StatusView } from '../contracts/http.ts';
import { findTrade, listTrades } from '../ledger/read/trades.ts';
import { readStatus } from '../ledger/read/status.ts';
import { workflowBundle } from '../worker/bundle.ts';
import { cacheDir } from '../worker/embedded/locations.ts';
import { createLogger, installTemporalLogger, temporalLogger } from '../worker/logger.ts';
import { loadTokens } from '../worker/tokens.ts';
import type { RunningWorkers } from '../worker/workers.ts';
import { startWorkers } from '../worker/workers.ts';
import { engineChecks } from './checks.ts';
import { machineClock } from './clock.ts';
import type { Engine } from './engine.ts';
import { openEngine, startWatches, submitter } from './engine.ts';
import { claimDataDir, describeRun, releaseDataDir } from './run-file.ts';
import type { Servers } from './servers.ts';
import { startServers } from './servers.ts';
import { DESK, apiUrlOf, dataDirOf, startLineOf, version } from './settings.ts';

export interface HostOptions {
  readonly config: Config;
  readonly progress: (line: string) => void;
  readonly anyPort?: boolean;
}

export interface Host {
  readonly engine: Engine;
  readonly submit: HttpPorts['submit'];
  readonly status: HttpPorts['status'];
  readonly apiUrl: string;
  readonly temporalUi: string | undefined;
  /** Rejects when a worker fails; settles when the host was stopped. */
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
  const self = claimDataDir(dataDir);
  const undo = new Undo();
  undo.add(() => releaseDataDir(dataDir));
  try {
    const log = createLogger({ level: config.environment.BALLAST_LOG_LEVEL, dataDir });
    installTemporalLogger(log);
    const servers = await startServers({ ...options, dataDir, environment: config.environment });
    undo.add(() => servers.stop());
    const engine = await openHostEngine(config, servers, log);
    undo.add(() => engine.close());
    const workers = await workersOf(engine, { progress, log });
    undo.add(() => workers.stop());
    await startWatches(engine);
    const submit = submitter(engine, { eager: true, report: reporter(log) });
    const tokens = await loadTokens(dataDir, tokensOf(config));
    const { app, apiUrl, status } = await listen(config, { engine, submit, servers, tokens, log });
    undo.add(() => app.close());
    describeRun(dataDir, { ...self, apiUrl, ...addresses(servers) });
    log.info({ apiUrl, version: version() }, startLineOf(config));
    return {
      engine,
      submit,
      status,
      apiUrl,
      temporalUi: servers.temporalUi,
      done: workers.done,
      stop: () => undo.run(),
    };
  } catch (error) {
    await undo.run().catch(() => {});
    throw error;
  }
}

function openHostEngine(config: Config, servers: Servers, log: Logger): Promise<Engine> {
  return openEngine({
    config,
    log,
    databaseUrl: servers.databaseUrl,
    temporal: servers.temporal,
    clock: machineClock(config.clockOffsetMs),
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

function tokensOf(config: Config): Partial<Tokens> {
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
  readonly servers: Servers;
  readonly tokens: Tokens;
  readonly log: Logger;
}

async function listen(
  config: Config,
  parts: Parts,
): Promise<{ app: FastifyInstance; apiUrl: string; status: HttpPorts['status'] }> {
  const { engine, servers } = parts;
  const { ledger, clock } = engine;
  let apiUrl = apiUrlOf(config.environment);
  const status = async (): Promise<StatusView> => ({
    ...(await readStatus(ledger.db, DESK, config.venues, await clock.read())),
    startLine: startLineOf(config),
    version: version(),
    addresses: { api: apiUrl, temporalUi: servers.temporalUi ?? null },
  });
  const app = createServer({
    tokens: parts.tokens,
    hosts: [config.environment.BALLAST_HOST],
    submit: parts.submit,
    listTrades: (query) => listTrades(ledger.db, query),
    findTrade: (id) => findTrade(ledger.db, id),
    status,
    readiness: (): Promise<Check[]> => engineChecks(engine),
    report: reporter(parts.log),
  });
  const { BALLAST_HOST: host, BALLAST_PORT: port } = config.environment;
  apiUrl = await app.listen({ host, port });
  return { app, apiUrl, status };
}

function addresses(servers: Servers) {
  return {
    databaseUrl: servers.databaseUrl,
    // Others of this data directory may share the embedded server; an external one they know.
    ...(servers.temporal.embedded ? { temporalAddress: servers.temporal.connection.address } : {}),
    ...(servers.temporalUi === undefined ? {} : { temporalUi: servers.temporalUi }),
  };
}
