/** `start` and `worker`: processes that live until they are told to end. */
import { EXIT } from '../client/ports.ts';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import { createLogger, installTemporalLogger } from '../worker/logger.ts';
import { machineClock } from './clock.ts';
import { openEngine } from './engine.ts';
import { startHost, workersOf } from './host.ts';
import { readRunFile } from './run-file.ts';
import { embeddedTemporal, externalTemporal } from './servers.ts';
import { dataDirOf, startLineOf } from './settings.ts';

type Print = (line: string) => void;

/** Runs the desk until SIGINT or SIGTERM, then drains. @returns an exit code */
export async function runDesk(config: Config, print: Print): Promise<number> {
  print(startLineOf(config));
  const stopped = stopRequested();
  const host = await startHost({ config, progress: print });
  print(`API        ${host.apiUrl}`);
  if (host.temporalUi !== undefined) print(`Temporal   ${host.temporalUi}`);
  print(`Data       ${dataDirOf(config.environment)}`);
  print('ready; try: npx ballast status · stop with Ctrl-C or: npx ballast stop');
  try {
    await Promise.race([stopped, host.done]);
  } finally {
    print('stopping: API, workers, Temporal, Postgres');
    await host.stop();
  }
  return EXIT.ok;
}

/** Runs workers only, on servers that are named or that a running desk has. */
export async function runWorker(config: Config, print: Print): Promise<number> {
  const { environment } = config;
  const dataDir = dataDirOf(environment);
  const run = readRunFile(dataDir);
  const databaseUrl = environment.DATABASE_URL ?? run?.databaseUrl;
  const temporal = temporalOf(environment.TEMPORAL_ADDRESS, run?.temporalAddress);
  if (databaseUrl === undefined || temporal === undefined) {
    throw new ConfigError([
      {
        field: databaseUrl === undefined ? 'DATABASE_URL' : 'TEMPORAL_ADDRESS',
        problem: `no desk runs on ${dataDir}: name the servers, or start the desk first`,
      },
    ]);
  }
  const stopped = stopRequested();
  const log = createLogger({ level: environment.BALLAST_LOG_LEVEL, dataDir });
  installTemporalLogger(log);
  const engine = await openEngine({
    config,
    databaseUrl,
    temporal,
    clock: machineClock(config.clockOffsetMs),
    log,
  });
  try {
    const workers = await workersOf(engine, { progress: print, log });
    print(`worker ready (process ${process.pid})`);
    await Promise.race([stopped, workers.done]);
    await workers.stop();
  } finally {
    await engine.close();
  }
  return EXIT.ok;
}

function temporalOf(external: string | undefined, embedded: string | undefined) {
  if (external !== undefined) return externalTemporal();
  return embedded === undefined ? undefined : embeddedTemporal(embedded);
}

function stopRequested(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
