/** A simulated Kalshi behind a real HTTP listener, and a client that signs. */
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import type { WebSocket } from 'ws';
import { WebSocket as Client, WebSocketServer } from 'ws';
import { createKalshiSimulator } from '../../../simulator/kalshi/kalshi-simulator.ts';
import type { Fault, SocketLike, VenueSimulator } from '../../../simulator/venue-simulator.ts';

export const START_MS = Date.parse('2026-11-22T12:00:00Z');
const API = '/trade-api/v2';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

export const PUBLIC_PEM = { rsa: pem(rsa.publicKey), ed25519: pem(ed25519.publicKey) };
const PRIVATE: Readonly<Record<string, KeyObject>> = {
  rsa: rsa.privateKey,
  ed25519: ed25519.privateKey,
  other: ed25519.privateKey,
};

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** What a request may differ in. */
export interface RequestOptions {
  readonly body?: unknown;
  /** `rsa` (the usual), `ed25519` of the same user, `other` of another; null: unsigned. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signed this much before the clock. */
  readonly skewMs?: number;
  /** What is signed instead of the path. */
  readonly signedPath?: string;
  readonly staleMs?: number;
  readonly fault?: Fault;
}

/** A running exchange with the clock in the test's hands. */
export interface KalshiUnderTest {
  readonly simulator: VenueSimulator;
  readonly url: string;
  nowMs(): number;
  passMs(durationMs: number): void;
  setNow(atMs: number): void;
  admin(verb: string, body?: unknown): unknown;
  request(method: string, path: string, options?: RequestOptions): Promise<Answered>;
  get(path: string, options?: RequestOptions): Promise<Readonly<Record<string, unknown>>>;
  place(changes?: Readonly<Record<string, unknown>>, options?: RequestOptions): Promise<Answered>;
  openSocket(): Promise<{ socket: Client; frames: Record<string, unknown>[] }>;
  close(): Promise<void>;
}

let orderCount = 0;

/** A bid for 10 at 0.50, immediate or cancel, under an identity of its own. */
export function orderBody(
  changes: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  orderCount += 1;
  return {
    ticker: 'M1',
    client_order_id: `order-${orderCount}`,
    side: 'bid',
    count: '10.00',
    price: '0.5000',
    time_in_force: 'immediate_or_cancel',
    self_trade_prevention_type: 'taker_at_cross',
    ...changes,
  };
}

/** Starts an exchange with users `user-1` (keys `rsa`, `ed25519`) and `user-2` (key `other`). */
export async function startKalshi(tier = 'prestige'): Promise<KalshiUnderTest> {
  let nowMs = START_MS;
  const clock = { nowMs: () => nowMs };
  const keys = [
    { keyId: 'rsa', publicKeyPem: PUBLIC_PEM.rsa },
    { keyId: 'ed25519', publicKeyPem: PUBLIC_PEM.ed25519 },
    { keyId: 'other', publicKeyPem: PUBLIC_PEM.ed25519, userId: 'user-2' },
  ];
  const simulator = createKalshiSimulator({ clock, keys, wall: clock, seed: 'test' });
  for (const userId of ['user-1', 'user-2']) simulator.admin['setUser']!({ userId, tier });
  const app = fastify();
  // The frame's part: marks of a fault on the request.
  app.addHook('onRequest', async (request) => {
    const { 'x-stale-ms': staleMs, 'x-fault': fault } = request.headers;
    if (typeof staleMs === 'string') Object.assign(request, { staleMs: Number(staleMs) });
    if (typeof fault === 'string') Object.assign(request, { fault: JSON.parse(fault) as Fault });
  });
  simulator.register(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const sockets = socketServer(simulator, app.server);
  const url = `http://127.0.0.1:${port}`;
  const request: KalshiUnderTest['request'] = async (method, path, options = {}) => {
    const { key = 'rsa', body, skewMs = 0, staleMs, fault } = options;
    const signedPath = options.signedPath ?? `${API}${path.split('?')[0]}`;
    const atMs = nowMs - skewMs;
    const answer = await fetch(`${url}${API}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : signedHeaders(key, `${method}${signedPath}`, atMs)),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(staleMs === undefined ? {} : { 'x-stale-ms': String(staleMs) }),
        ...(fault === undefined ? {} : { 'x-fault': JSON.stringify(fault) }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, text, json: text === '' ? {} : (JSON.parse(text) as {}) };
  };
  return {
    simulator,
    url,
    nowMs: () => nowMs,
    passMs: (durationMs) => {
      nowMs += durationMs;
    },
    setNow: (atMs) => {
      nowMs = atMs;
    },
    admin: (verb, body) => simulator.admin[verb]!(body),
    request,
    get: async (path, options) => {
      const { status, json, text } = await request('GET', path, options);
      if (status !== 200) throw new Error(`GET ${path} was ${status}: ${text}`);
      return json;
    },
    place: (changes, options) =>
      request('POST', '/portfolio/events/orders', { ...options, body: orderBody(changes) }),
    openSocket: () => openSocket(url, nowMs),
    close: async () => {
      sockets.close();
      for (const client of sockets.clients) client.terminate();
      await app.close();
    },
  };
}

/** The three headers of a signed request. */
export function signedHeaders(key: string, text: string, atMs: number): Record<string, string> {
  const privateKey = PRIVATE[key] ?? PRIVATE['rsa']!;
  const message = Buffer.from(`${atMs}${text}`);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const signature =
    privateKey.asymmetricKeyType === 'ed25519'
      ? sign(null, message, privateKey)
      : sign('sha256', message, { key: privateKey, padding, saltLength: 32 });
  return {
    'kalshi-access-key': key,
    'kalshi-access-timestamp': String(atMs),
    'kalshi-access-signature': signature.toString('base64'),
  };
}

function socketServer(simulator: VenueSimulator, server: Server): WebSocketServer {
  const hub = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    if (simulator.socket?.authorize(request) !== true) {
      socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      return;
    }
    hub.handleUpgrade(request, socket, head, (client) => {
      simulator.socket?.connected(socketLike(client), request.url ?? '');
    });
  });
  return hub;
}

function socketLike(client: WebSocket): SocketLike {
  return {
    send: (text) => client.send(text),
    on: (event, listener: (text: string) => void) => {
      if (event === 'close') client.on('close', () => listener(''));
      else client.on('message', (data) => listener(String(data as Buffer)));
    },
    close: () => client.close(),
  };
}

async function openSocket(url: string, nowMs: number) {
  const headers = signedHeaders('rsa', 'GET/trade-api/ws/v2', nowMs);
  const socket = new Client(`${url.replace('http', 'ws')}/trade-api/ws/v2`, { headers });
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data as Buffer)) as {}));
  await once(socket, 'open');
  return { socket, frames };
}
