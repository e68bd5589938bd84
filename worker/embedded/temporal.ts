import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { launch, launchWithRetries } from './launch.ts';
import { serverLocation } from './locations.ts';
import {
  freePort,
  stillRuns,
  stopProcess,
  until,
  type EmbeddedServer,
  type ProcessIdentity,
  type StopSignal,
} from './processes.ts';
import { HOST, serves } from './temporal-connection.ts';
import { databaseArgument, findTemporalOn } from './temporal-processes.ts';
import { readState, removeState, writeState } from './state-file.ts';

/** How to start the embedded Temporal server. */
export interface TemporalOptions {
  /** Ballast's data directory. */
  readonly dataDir: string;
  /** Keep workflows in `temporal.db` below the data directory (the default), or in memory only. */
  readonly dbFile?: boolean;
  /** Default: 7233 if it is free, else any; 0: any free one. */
  readonly port?: number;
  /** Default: 8233 if it is free, else any; 0: any free one. */
  readonly uiPort?: number;
  /** Whether to serve the Web UI; default true. */
  readonly ui?: boolean;
  readonly log?: (line: string) => void;
}

/** The embedded Temporal server: `address` is host and port, `uiUrl` that of its Web UI. */
export type EmbeddedTemporal = EmbeddedServer & {
  readonly address: string;
  readonly uiUrl?: string;
};

const READY_WITHIN_MS = 30_000;
/** Its file survives a SIGKILL. */
const KILL: StopSignal = ['SIGKILL', 10_000];
const STOP_SIGNALS: readonly StopSignal[] = [['SIGTERM', 20_000], KILL];
const PASSING_FAILURE = /address already in use|can't set (frontend|UI) port/i;

const stateSchema = z.object({
  pid: z.number(),
  startTime: z.string(),
  port: z.number(),
  uiPort: z.number().optional(),
  dbFile: z.boolean(),
  address: z.string(),
});
type State = z.infer<typeof stateSchema>;

interface Paths {
  readonly dataDir: string;
  readonly state: string;
  readonly db: string;
  readonly log: string;
}

function pathsIn(directory: string): Paths {
  const dataDir = resolve(directory);
  return {
    dataDir,
    state: join(dataDir, 'temporal.json'),
    db: join(dataDir, 'temporal.db'),
    log: join(dataDir, 'temporal.log'),
  };
}

function suits(state: State, options: TemporalOptions): boolean {
  const ui = options.ui !== false;
  return (
    state.dbFile === (options.dbFile !== false) &&
    [undefined, 0, state.port].includes(options.port) &&
    ui === (state.uiPort !== undefined) &&
    (!ui || [undefined, 0, state.uiPort].includes(options.uiPort))
  );
}

async function stop(stateFile: string, identity: ProcessIdentity): Promise<void> {
  await stopProcess('Temporal', identity, STOP_SIGNALS);
  if (readState(stateFile, stateSchema)?.pid === identity.pid) removeState(stateFile);
}

function handle(options: TemporalOptions, state: State, adopted: boolean): EmbeddedTemporal {
  const paths = pathsIn(options.dataDir);
  const { port, uiPort } = state;
  return {
    name: 'Temporal',
    pid: state.pid,
    address: state.address,
    ...(uiPort === undefined ? {} : { uiUrl: `http://${HOST}:${String(uiPort)}` }),
    adopted,
    logFile: paths.log,
    runs: () => stillRuns(state),
    restart: () => startTemporal({ ...options, port, ...(uiPort === undefined ? {} : { uiPort }) }),
    stop: () => stop(paths.state, state),
  };
}

/** Finds a server that an earlier Ballast left running; one that runs but does not suit or answer is stopped. */
async function findRunning(options: TemporalOptions): Promise<State | undefined> {
  const { state: stateFile, db } = pathsIn(options.dataDir);
  const state = runningOf(readState(stateFile, stateSchema)) ?? unrecorded(db);
  if (state === undefined) return undefined;
  if (suits(state, options)) {
    let ready = false;
    await until(async () => {
      ready = await serves(state.pid, state.port);
      return ready || !stillRuns(state);
    }, READY_WITHIN_MS);
    if (ready) return state;
  }
  await stop(stateFile, state);
  return undefined;
}

function runningOf(state: State | undefined): State | undefined {
  return state !== undefined && stillRuns(state) ? state : undefined;
}

/** A server whose starter was killed before it could write down whom it had started. */
function unrecorded(db: string): State | undefined {
  const found = findTemporalOn(db);
  if (found === undefined) return undefined;
  return { ...found, dbFile: true, address: `${HOST}:${String(found.port)}` };
}

interface Ports {
  readonly port: number;
  readonly uiPort?: number;
}

async function choosePorts(options: TemporalOptions): Promise<Ports> {
  const choose = async (wanted: number | undefined, preferred: number): Promise<number> =>
    wanted === undefined || wanted === 0 ? freePort(wanted ?? preferred) : wanted;
  const port = await choose(options.port, 7233);
  return options.ui === false ? { port } : { port, uiPort: await choose(options.uiPort, 8233) };
}

function startServer(
  options: TemporalOptions,
  ports: Ports,
  onStart: (identity: ProcessIdentity) => void,
): Promise<ProcessIdentity> {
  const paths = pathsIn(options.dataDir);
  const { port, uiPort } = ports;
  return launch({
    name: 'Temporal',
    command: serverLocation('temporal'),
    args: [
      'server',
      'start-dev',
      `--ip=${HOST}`,
      `--port=${String(port)}`,
      '--log-level=error',
      ...(uiPort === undefined ? ['--headless'] : [`--ui-port=${String(uiPort)}`]),
      ...(options.dbFile === false ? [] : [databaseArgument(paths.db)]),
    ],
    // Not our environment, which holds keys; and no question to the internet about newer versions.
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TEMPORAL_VERSION_CHECK_DISABLED: '1',
    },
    logFile: paths.log,
    readyWithinMs: READY_WITHIN_MS,
    giveUpWith: KILL,
    onStart,
    isReady: ({ pid }) => serves(pid, port),
  });
}

/**
 * Starts the Temporal server of a data directory, or adopts it where an earlier Ballast left it
 * running. It outlives this process. Throws EmbeddedServerError with the end of its log.
 */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const log = options.log ?? ((): void => undefined);
  const { dataDir, state: stateFile, db } = pathsIn(options.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });

  const running = await findRunning(options);
  if (running !== undefined) {
    log(`adopted the running Temporal server (process ${String(running.pid)})`);
    writeState(stateFile, running);
    return handle(options, running, true);
  }
  removeState(stateFile);

  let state: State | undefined;
  const attempt = async (): Promise<ProcessIdentity> => {
    const ports = await choosePorts(options);
    const address = `${HOST}:${String(ports.port)}`;
    return startServer(options, ports, (identity) => {
      state = { ...identity, ...ports, dbFile: options.dbFile !== false, address };
      writeState(stateFile, state);
    });
  };
  // A free port may be taken before the server has it; one that was named is not to be had later.
  const anyPort = options.port === undefined || options.port === 0;
  try {
    await launchWithRetries(attempt, PASSING_FAILURE, anyPort ? 10_000 : 0);
  } catch (error) {
    removeState(stateFile);
    throw error;
  }
  if (state === undefined) throw new Error('a server that is ready has a state');
  hideFromOthers(db);
  log(`Temporal runs at ${state.address} (process ${String(state.pid)})`);
  return handle(options, state, false);
}

/** The data directory may be one that others can enter, for Postgres's sake. */
function hideFromOthers(dbFile: string): void {
  for (const file of [dbFile, `${dbFile}-wal`, `${dbFile}-shm`]) {
    if (existsSync(file)) chmodSync(file, 0o600);
  }
}
