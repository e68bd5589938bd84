/** Postgres and Temporal for one data directory: somebody else's by address, else embedded ones. */
import type { Environment } from '../contracts/config.ts';
import { startPostgres } from '../worker/embedded/postgres.ts';
import type { EmbeddedServer } from '../worker/embedded/processes.ts';
import { startTemporal } from '../worker/embedded/temporal.ts';

export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi?: string;
  readonly embeddedTemporal: boolean;
  /** Stops what was embedded: Temporal first, Postgres last. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly dataDir: string;
  readonly environment: Environment;
  readonly progress: (line: string) => void;
  /** Let the system choose every port (demo, tests). */
  readonly anyPort?: boolean;
}

/** Starts or adopts what is embedded; takes the addresses of what is not. */
export async function startServers(options: ServerOptions): Promise<Servers> {
  const { environment, dataDir, progress } = options;
  const embedded: EmbeddedServer[] = [];
  const stop = async (): Promise<void> => {
    for (const server of embedded.toReversed()) await server.stop();
  };
  try {
    const databaseUrl = environment.DATABASE_URL ?? (await embedPostgres());
    const temporal = environment.TEMPORAL_ADDRESS ?? (await embedTemporal());
    return {
      databaseUrl,
      embeddedTemporal: typeof temporal !== 'string',
      ...(typeof temporal === 'string'
        ? { temporalAddress: temporal }
        : {
            temporalAddress: temporal.address,
            ...(temporal.uiUrl === undefined ? {} : { temporalUi: temporal.uiUrl }),
          }),
      stop,
    };
  } catch (error) {
    await stop();
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
