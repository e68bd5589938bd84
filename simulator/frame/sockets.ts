/** The venue's websocket connections: let in, pinged, cut, or silenced on demand. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { SimulatorClock, SocketLike, VenueSocket } from '../venue-simulator.ts';
import { addressOf } from './bodies.ts';
import type { Journal } from './journal.ts';

/** Kalshi pings every 10 s with this body. @source reference/kalshi.md §1 */
const HEARTBEAT = 'heartbeat';

/** What the hub needs of the simulator. */
export interface SocketParts {
  readonly socket: VenueSocket | undefined;
  readonly journal: Journal;
  readonly clock: SimulatorClock;
  readonly heartbeatMs: number;
}

export class SocketHub {
  readonly #parts: SocketParts;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #heartbeat: NodeJS.Timeout;
  #muted = false;

  constructor(parts: SocketParts) {
    this.#parts = parts;
    this.#heartbeat = setInterval(() => {
      for (const client of this.#server.clients) client.ping(HEARTBEAT);
    }, parts.heartbeatMs);
  }

  /** How many are connected. */
  get size(): number {
    return this.#server.clients.size;
  }

  /** Answers a request to upgrade: 101, 401 where the venue does not let it in, 404 elsewhere. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const { socket: venue } = this.#parts;
    // The venue is told of the connection in the turn that let it in, so it may keep whose it is.
    const { status, failure } = admittance(venue, request);
    this.#write(request, status, failure);
    if (status !== 101 || venue === undefined) {
      socket.end(`HTTP/1.1 ${status} -\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate());
      venue.connected(this.#socketLike(client), addressOf(request.url ?? '').path);
    });
  }

  /** Cuts every connection without a word. @returns how many */
  drop(): number {
    const { size } = this;
    for (const client of this.#server.clients) client.terminate();
    return size;
  }

  /** While muted, connections stay open and nothing that the venue says goes out. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  close(): void {
    clearInterval(this.#heartbeat);
    this.drop();
    this.#server.close();
  }

  #socketLike(client: WebSocket): SocketLike {
    return {
      send: (text) => {
        if (!this.#muted && client.readyState === client.OPEN) client.send(text);
      },
      on: (event, listener: (text: string) => void) => {
        if (event === 'close') client.on('close', () => listener(''));
        else client.on('message', (data) => listener(textOf(data)));
      },
      close: () => client.close(),
    };
  }

  #write(request: IncomingMessage, status: number, failure: string | undefined): void {
    const { journal, clock } = this.#parts;
    const { method = '', url = '', headers } = request;
    const address = addressOf(url);
    const seq = journal.arrived({
      atMs: clock.nowMs(),
      method,
      ...address,
      headerNames: Object.keys(headers).toSorted(),
      endpoint: 'socket',
      identity: address.path,
      attempt: 1,
    });
    journal.over(seq, { answer: { status }, ...(failure === undefined ? {} : { failure }) });
  }
}

function admittance(
  socket: VenueSocket | undefined,
  request: IncomingMessage,
): { status: number; failure?: string } {
  if (socket?.paths.includes(addressOf(request.url ?? '').path) !== true) return { status: 404 };
  try {
    return { status: socket.authorize(request) ? 101 : 401 };
  } catch (error) {
    return { status: 500, failure: String(error) };
  }
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.from(data as Buffer).toString('utf8');
}
