import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EmbeddedServerError } from './errors.ts';
import { launch, launchWithRetries } from './launch.ts';
import { serverLocation } from './locations.ts';
import {
  clusterPassword,
  postgresEnvironment,
  postgresUser,
  prepareCluster,
  ROLE,
} from './postgres-cluster.ts';
import { createDatabase, databaseUrl, serves, type Answer } from './postgres-connection.ts';
import { clearAway, clusterName, isServerOf } from './postgres-processes.ts';
import {
  freePort,
  identify,
  stillRuns,
  stopProcess,
  until,
  type EmbeddedServer,
  type ProcessIdentity,
  type StopSignal,
} from './processes.ts';
import { readState, removeState, writeState } from './state-file.ts';

/** How to start the embedded Postgres. */
export interface PostgresOptions {
  /** Ballast's data directory; the cluster lies in `postgres` below it. */
  readonly dataDir: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly log?: (line: string) => void;
  /** Default true; false loses data at a power failure and is for tests. */
  readonly fsync?: boolean;
}

/** The embedded Postgres; `url` holds its password. */
export type EmbeddedPostgres = EmbeddedServer & { readonly url: string };

const READY_WITHIN_MS = 60_000;
/**
 * SIGINT is Postgres's fast shutdown: it rolls open transactions back and writes a checkpoint.
 * SIGQUIT ends it at once and costs a crash recovery at the next start. Never SIGKILL: the
 * postmaster's children would outlive it for a moment, on the same data.
 */
const STOP_AT_ONCE: StopSignal = ['SIGQUIT', 10_000];
const STOP_SIGNALS: readonly StopSignal[] = [['SIGINT', 30_000], STOP_AT_ONCE];
// After Postgres was killed its children take a moment to end; and a free port may be taken meanwhile.
const PASSING_FAILURE = /pre-existing shared memory block/;
const PASSING_FAILURE_AT_FREE_PORT = /pre-existing shared memory block|could not bind/;

const stateSchema = z.object({
  pid: z.number(),
  startTime: z.string(),
  port: z.number(),
  url: z.string(),
});
type State = z.infer<typeof stateSchema>;

interface Paths {
  readonly cluster: string;
  readonly state: string;
  readonly log: string;
}

function pathsIn(dataDir: string): Paths {
  return {
    cluster: join(dataDir, 'postgres'),
    state: join(dataDir, 'postgres.json'),
    log: join(dataDir, 'postgres.log'),
  };
}

/** What the server itself wrote down; undefined when none runs or ran until it was killed. */
function postmaster(cluster: string): { pid: number; port: number } | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch {
    return undefined;
  }
}

/** Finds a server that an earlier Ballast left running, by the server's own record, which is always there. */
async function findRunning(paths: Paths, password: string): Promise<State | undefined> {
  const found = postmaster(paths.cluster);
  if (found === undefined) return undefined;
  const identity = identify(found.pid);
  if (!stillRuns(identity) || !isServerOf(paths.cluster, found.pid)) {
    await clearAway(paths.cluster);
    return undefined;
  }
  let port = 0;
  let answer = 'no' as Answer;
  await until(async () => {
    // The port is in the file a moment later than the process id.
    port = postmaster(paths.cluster)?.port ?? 0;
    if (port > 0) answer = await serves(paths.cluster, port, password);
    return answer !== 'no' || !stillRuns(identity);
  }, READY_WITHIN_MS);
  if (answer === 'yes') return { ...identity, port, url: databaseUrl(port, password, ROLE) };
  if (!stillRuns(identity)) {
    await clearAway(paths.cluster);
    return undefined;
  }
  throw new EmbeddedServerError(
    `Postgres (process ${String(found.pid)}) runs, but ` +
      (answer === 'refused' ? 'refuses the stored password' : `is not ready, see ${paths.log}`),
  );
}

function startServer(
  options: PostgresOptions,
  paths: Paths,
  port: number,
  password: string,
): Promise<ProcessIdentity> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `port=${String(port)}`,
    'timezone=UTC',
    'log_timezone=UTC',
    'max_connections=200',
    `cluster_name=${clusterName(paths.cluster)}`,
    ...(options.fsync === false ? ['fsync=off', 'full_page_writes=off'] : []),
  ];
  const user = postgresUser();
  return launch({
    name: 'Postgres',
    command: join(serverLocation('postgres'), 'bin', 'postgres'),
    args: ['-D', paths.cluster, ...settings.flatMap((setting) => ['-c', setting])],
    env: postgresEnvironment(paths.cluster),
    ...(user === undefined ? {} : { user }),
    logFile: paths.log,
    readyWithinMs: READY_WITHIN_MS,
    giveUpWith: STOP_AT_ONCE,
    onStart: (identity) => {
      writeState(paths.state, { ...identity, port, url: databaseUrl(port, password, ROLE) });
    },
    isReady: async () => (await serves(paths.cluster, port, password)) === 'yes',
  });
}

async function stop(paths: Paths, identity: ProcessIdentity): Promise<void> {
  await stopProcess('Postgres', identity, STOP_SIGNALS);
  if (readState(paths.state, stateSchema)?.pid === identity.pid) removeState(paths.state);
}

function handle(options: PostgresOptions, state: State, adopted: boolean): EmbeddedPostgres {
  const paths = pathsIn(resolve(options.dataDir));
  return {
    name: 'Postgres',
    pid: state.pid,
    url: state.url,
    adopted,
    logFile: paths.log,
    runs: () => stillRuns(state),
    restart: async () => {
      // A ledger that has vanished is never replaced by an empty one.
      if (existsSync(paths.cluster)) return startPostgres({ ...options, port: state.port });
      throw new EmbeddedServerError(`${paths.cluster} is gone: restore it from a backup`);
    },
    stop: () => stop(paths, state),
  };
}

/**
 * Starts the Postgres of a data directory, or adopts it where an earlier Ballast left it running.
 * It outlives this process. Throws EmbeddedServerError with the end of its log.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? ((): void => undefined);
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const paths = pathsIn(dataDir);
  const bin = join(serverLocation('postgres'), 'bin');
  prepareCluster(bin, dataDir, { sync: options.fsync !== false, log });
  const password = clusterPassword(dataDir);

  const running = await findRunning(paths, password);
  if (running !== undefined && (options.port ?? running.port) === running.port) {
    // Whoever started it may have been killed before it came to this.
    await createDatabase(running.port, password);
    log(`adopted the running Postgres (process ${String(running.pid)})`);
    writeState(paths.state, running);
    return handle(options, running, true);
  }
  if (running !== undefined) await stop(paths, running);
  removeState(paths.state);

  let port = 0;
  const identity = await launchWithRetries(
    async () => {
      port = options.port ?? (await freePort());
      return startServer(options, paths, port, password);
    },
    options.port === undefined ? PASSING_FAILURE_AT_FREE_PORT : PASSING_FAILURE,
    10_000,
  ).catch((error: unknown) => {
    removeState(paths.state);
    throw error;
  });
  const state = { ...identity, port, url: databaseUrl(port, password, ROLE) };
  await createDatabase(port, password).catch(async (error: unknown) => {
    await stop(paths, state);
    throw error;
  });
  log(`Postgres runs at port ${String(port)} (process ${String(identity.pid)})`);
  return handle(options, state, false);
}
