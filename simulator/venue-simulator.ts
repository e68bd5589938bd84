/** What a simulated venue gives the frame (`simulator/frame/`) that serves it. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { VenueId } from '../domain/venue-id.ts';

/** One simulated venue behind the frame: its routes, its admin verbs, its websocket. */
export interface VenueSimulator {
  readonly id: VenueId;
  /** Registers the venue's own routes under its real paths, e.g. `/trade-api/v2/…`. */
  register(app: FastifyInstance): void;
  /** What identifies a request for the fault draw: the order's identity, else path and query. */
  identityOf(request: SimulatedRequest): string;
  /** The endpoint's short name for faults and journal, e.g. `createOrder`, `cancelOrder`, `fills`. */
  endpointOf(request: SimulatedRequest): string;
  /** Scripts the exchange: verbs of the admin port, JSON in, JSON out; they throw a clear Error. */
  readonly admin: Readonly<Record<string, (body: unknown) => unknown>>;
  /** All that the venue holds, as it would tell it: orders, fills, positions, settlements. */
  records(): unknown;
  readonly socket?: VenueSocket;
  /** Faults that only this venue can play, e.g. `ghostFill`: it finds them in `request.fault`. */
  readonly faultKinds?: readonly string[];
  /** How this venue words the frame's faults, by kind, e.g. `reject429`; absent: a plain body. */
  readonly faultAnswers?: Readonly<Record<string, FaultAnswer>>;
}

/** The venue's websockets: where they are, who may connect, and what to do with a connection. */
export interface VenueSocket {
  readonly paths: readonly string[];
  authorize(request: IncomingMessage): boolean;
  /** @param path the one of `paths` that was asked for */
  connected(socket: SocketLike, path: string): void;
}

/**
 * A request as the venue sees it. The frame asks `identityOf` and `endpointOf` with the body parsed
 * where it is JSON; the routes find `staleMs` and `fault` on fastify's own request, which is one.
 */
export interface SimulatedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: unknown;
  /** This read answers as of so many milliseconds ago. */
  staleMs?: number;
  /** One of the venue's own `faultKinds`, to be played on this request. */
  fault?: Fault;
}

/** What goes wrong with one request. */
export interface Fault {
  readonly kind: string;
  /** Milliseconds, where the kind takes a time. */
  readonly ms?: number;
  /** Whatever else a venue's own kind needs. */
  readonly detail?: unknown;
}

/** A whole answer that a fault puts in the place of the venue's. */
export interface FaultAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body: unknown;
}

/** One websocket connection. */
export interface SocketLike {
  send(text: string): void;
  on(event: 'message', listener: (text: string) => void): void;
  on(event: 'close', listener: () => void): void;
  close(): void;
}

/** The time at the simulated venues. */
export interface SimulatorClock {
  /** Unix milliseconds. */
  nowMs(): number;
}
