/** Postgres and Temporal for one data directory: somebody else's by address, else embedded ones. */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { Environment } from '../contracts/config.ts';
import { startPostgres } from '../worker/embedded/postgres.ts';
import type { EmbeddedServer } from '../worker/embedded/processes.ts';
import type { SupervisorEvent } from '../worker/embedded/supervisor.ts';
import { supervise } from '../worker/embedded/supervisor.ts';
import { startTemporal } from '../worker/embedded/temporal.ts';
import { environmentVariables } from './settings.ts';

/** How to reach a Temporal server. */
export interface TemporalAccess {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
  /** Whether the server is our own. */
  readonly embedded: boolean;
}

export interface Servers {
  readonly databaseUrl: string;
  readonly temporal: TemporalAccess;
  readonly temporalUi: string | undefined;
  /** Rejects with ServerKeepsDying when an embedded server is not started again any more. */
  readonly gaveUp: Promise<never>;
  /** Stops what was embedded: Temporal first, Postgres last. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly environment: Environment;
  readonly progress: (line: string) => void;
  /** Hears of embedded servers that died. */
  readonly onEvent: (event: SupervisorEvent) => void;
  /** Let the system choose every port (demo, tests). */
  readonly anyPort?: boolean;
}

/** Starts or adopts what is embedded and watches it; takes the addresses of what is not. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const { environment, dataDir, progress } = options;
  const embedded: EmbeddedServer[] = [];
  const watched = () => supervise({ servers: embedded, onEvent: options.onEvent });
  try {
    const databaseUrl = environment.DATABASE_URL ?? (await embedPostgres());
    if (environment.TEMPORAL_ADDRESS !== undefined) {
      return { databaseUrl, temporal: externalTemporal(), temporalUi: undefined, ...watched() };
    }
    const { address, uiUrl } = await embedTemporal();
    const temporal = embeddedTemporal(address);
    return { databaseUrl, temporal, temporalUi: uiUrl, ...watched() };
  } catch (error) {
    for (const server of embedded.toReversed()) await server.stop();
    throw error;
  }

  async function embedPostgres(): Promise<string> {
    const server = await startPostgres({ dataDir });
    embedded.push(server);
    progress(`Postgres ${server.adopted ? 'adopted' : 'started'} (process ${server.pid})`);
    return server.url;
  }

  async function embedTemporal(): ReturnType<typeof startTemporal> {
    const ports = options.anyPort === true ? { port: 0, uiPort: 0 } : {};
    const server = await startTemporal({ dataDir, ...ports });
    embedded.push(server);
    progress(`Temporal ${server.adopted ? 'adopted' : 'started'} at ${server.address}`);
    return server;
  }
}

/** The embedded server, or one that another process of this desk embeds. */
export function embeddedTemporal(address: string): TemporalAccess {
  return { connection: { address }, namespace: 'default', embedded: true };
}

/** Somebody else's server: address, namespace, TLS and API key by Temporal's own `TEMPORAL_*` names. */
export function externalTemporal(): TemporalAccess {
  const variables = Object.entries(environmentVariables()).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const { connectionOptions, namespace } = loadClientConnectConfig({
    overrideEnvVars: Object.fromEntries(variables),
  });
  return { connection: connectionOptions, namespace: namespace ?? 'default', embedded: false };
}
