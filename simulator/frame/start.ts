/** Starts a simulated venue: its real protocol on one loopback port, its admin on another. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { OffsetClock } from '../clock.ts';
import type { VenueSimulator } from '../venue-simulator.ts';
import { adminApp, adminVerbs, runVerb } from './admin.ts';
import { exchange } from './exchange.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { FaultsView } from './faults.ts';
import { Faults } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import { Journal } from './journal.ts';
import { SocketHub } from './sockets.ts';
import { venueApp } from './venue-app.ts';

/** Longer than a pause between two requests of a client, so that none meets a closing connection. */
const KEEP_ALIVE_MS = 75_000;
const HEARTBEAT_MS = 10_000;

export interface SimulatorOptions {
  readonly venue: VenueSimulator;
  /** Loopback only: what a simulator holds is worth nothing and guarded by nobody. */
  readonly host: '127.0.0.1';
  /** 0: any that is free. */
  readonly port: number;
  readonly adminPort: number;
  /** Drawn from the first request on; the admin port changes them. */
  readonly faults?: FaultPlan;
  /** The same that the venue was made with; the admin port moves it. */
  readonly clock: OffsetClock;
  /** Gets a line of JSON for each request that is over. */
  readonly journalFile?: string;
  /** How often a websocket is pinged; default 10 s. */
  readonly heartbeatMs?: number;
}

/** A simulator that answers. What the admin port offers can be called here as well. */
export interface RunningSimulator {
  /** The venue's address, e.g. `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly adminUrl: string;
  /**
   * Runs a verb of the admin port.
   * @throws Error as the verb says
   */
  admin(verb: string, body?: unknown): Promise<unknown>;
  faults(): FaultsView;
  /** The requests after a number, in the order of their arrival. */
  journal(after?: number): readonly JournalEntry[];
  records(): unknown;
  /** Cuts all connections and stops; whatever a fault still held back never happens. */
  close(): Promise<void>;
}

/**
 * Starts one simulated venue.
 * @throws Error where a port is taken, the journal cannot be opened or the faults are not understood
 */
export async function startSimulator(options: SimulatorOptions): Promise<RunningSimulator> {
  const { venue, clock, host } = options;
  const faults = new Faults(venue.faultKinds ?? []);
  if (options.faults !== undefined) faults.change({ plan: options.faults });
  const journal = new Journal(options.journalFile);
  const heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  const sockets = new SocketHub({ socket: venue.socket, journal, clock, heartbeatMs });
  const ending = new AbortController();
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  const stop = async (): Promise<void> => {
    ending.abort();
    sockets.close();
    await stopServer(server);
    journal.close();
  };
  try {
    const verbs = adminVerbs({ venue, faults, journal, clock, sockets });
    const app = await venueApp(venue);
    const parts = { venue, app, faults, journal, clock, ended: ending.signal };
    server.on('request', (request, response) => void exchange(parts, request, response));
    server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
    server.listen(options.port, host);
    await once(server, 'listening');
    const admin = adminApp({ venue, faults, journal, clock, sockets }, verbs);
    const adminUrl = await admin.listen({ host, port: options.adminPort });
    return {
      url: `http://${host}:${(server.address() as AddressInfo).port}`,
      adminUrl,
      admin: (verb, body) => runVerb(verbs, verb, body ?? {}),
      faults: () => faults.view(),
      journal: (after) => journal.entries(after),
      records: () => venue.records(),
      close: async () => {
        await admin.close();
        await stop();
        await app.close();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
