/** Joins a desk whose servers run elsewhere: those named, or those of the desk that runs here. */
import type { Logger } from 'pino';
import type { Config } from '../contracts/config.ts';
import { ConfigError } from '../contracts/config.ts';
import { createLogger, installTemporalLogger } from '../worker/logger.ts';
import { machineClock } from './clock.ts';
import type { Engine } from './engine.ts';
import { openEngine } from './engine.ts';
import { readRunFile } from './run-file.ts';
import type { TemporalAccess } from './servers.ts';
import { embeddedTemporal, externalTemporal } from './servers.ts';
import { dataDirOf } from './settings.ts';

export interface Joined {
  readonly engine: Engine;
  readonly log: Logger;
  readonly dataDir: string;
  /** The running desk's Web UI; somebody else's server keeps its own. */
  readonly temporalUi: string | undefined;
}

/**
 * Connects to the desk's Postgres and Temporal and starts nothing.
 * @throws ConfigError where neither is named nor a desk runs, LimitsDiffer
 */
export async function joinDesk(config: Config): Promise<Joined> {
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
  const log = createLogger({ level: environment.BALLAST_LOG_LEVEL, dataDir });
  installTemporalLogger(log);
  const clock = machineClock(config.clockOffsetMs);
  const engine = await openEngine({ config, databaseUrl, temporal, clock, log });
  const temporalUi = temporal.embedded ? run?.temporalUi : undefined;
  return { engine, log, dataDir, temporalUi };
}

function temporalOf(
  external: string | undefined,
  embedded: string | undefined,
): TemporalAccess | undefined {
  if (external !== undefined) return externalTemporal();
  return embedded === undefined ? undefined : embeddedTemporal(embedded);
}
