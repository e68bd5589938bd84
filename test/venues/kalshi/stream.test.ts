/** The websocket as an accelerator: signed, subscribed, again after every end, and never the truth. */
import { constants, verify } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type { KalshiStream, KalshiStreamEvent } from '../../../venues/kalshi/stream.ts';
import { openKalshiStream } from '../../../venues/kalshi/stream.ts';
import { eventually } from '../../support/desk.ts';
import { credentials, KEY_ID, RSA_PUBLIC_KEY } from './raw-server.ts';

let server: WebSocketServer;
let stream: KalshiStream | undefined;
let sockets: WebSocket[];
let handshakes: IncomingMessage[];
let commands: Record<string, unknown>[];
let events: KalshiStreamEvent[];
let troubles: string[];

beforeEach(async () => {
  [sockets, handshakes, commands, events, troubles] = [[], [], [], [], []];
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/trade-api/ws/v2' });
  server.on('connection', (socket, request) => {
    sockets.push(socket);
    handshakes.push(request);
    socket.on('message', (data: Buffer) => {
      const command = JSON.parse(data.toString('utf8')) as Record<string, unknown>;
      commands.push(command);
      const { channels } = command['params'] as { channels: string[] };
      const msg = { channel: channels[0], sid: commands.length };
      socket.send(JSON.stringify({ type: 'subscribed', id: command['id'], msg }));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(async () => {
  await stream?.close();
  stream = undefined;
  for (const socket of sockets) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function open(options: { silenceMsMax?: number } = {}): void {
  const { port } = server.address() as AddressInfo;
  stream = openKalshiStream(
    {
      baseUrl: `http://127.0.0.1:${port}`,
      credentials: credentials(),
      retryMs: 20,
      onTrouble: (detail) => troubles.push(detail),
      ...options,
    },
    (event) => events.push(event),
  );
}

const reached = (what: string, done: () => boolean): Promise<true> =>
  eventually(what, () => Promise.resolve(done() || undefined));

test('signs its handshake and subscribes to three channels with YES prices', async () => {
  open();
  await reached('three commands', () => commands.length === 3);
  const { headers } = handshakes[0]!;
  const text = `${headers['kalshi-access-timestamp'] as string}GET/trade-api/ws/v2`;
  const signature = Buffer.from(headers['kalshi-access-signature'] as string, 'base64');
  const key = { key: RSA_PUBLIC_KEY, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  expect(verify('sha256', Buffer.from(text), key, signature)).toBe(true);
  expect(headers['kalshi-access-key']).toBe(KEY_ID);
  expect(commands).toEqual(
    ['fill', 'user_orders', 'market_lifecycle_v2'].map((channel, index) => ({
      id: index + 1,
      cmd: 'subscribe',
      params: { channels: [channel], use_yes_price: true },
    })),
  );
});

test('tells that something happened, and lets unknown frames and keys pass', async () => {
  open();
  await reached('a connection', () => events.length === 1);
  const msg = { market_ticker: 'M1', order_id: 'o', client_order_id: 'c-1', trade_id: 't' };
  for (const frame of [
    { type: 'brand_new', sid: 9, msg: { any: 'thing' } },
    { type: 'fill', sid: 1, sending_ts_ms: 1, msg: { ...msg, new_key: {} } },
    { type: 'user_order', sid: 2, msg: { ticker: 'M2', status: 'resting', client_order_id: '' } },
    { type: 'market_lifecycle_v2', sid: 3, msg: { event_type: 'settled', market_ticker: 'M3' } },
  ]) {
    sockets[0]!.send(JSON.stringify(frame));
  }
  await reached('three events', () => events.length === 4);
  expect(events).toEqual([
    { kind: 'connected' },
    { kind: 'fill', marketId: 'M1', clientOrderId: 'c-1' },
    { kind: 'order', marketId: 'M2' },
    { kind: 'market', marketId: 'M3' },
  ]);
  expect(troubles).toEqual([]);
});

test('errors and frames that are none are told, and it goes on', async () => {
  open();
  await reached('a connection', () => events.length === 1);
  sockets[0]!.send(JSON.stringify({ type: 'error', id: 1, msg: { code: 9, msg: 'auth' } }));
  sockets[0]!.send('not json');
  sockets[0]!.send(JSON.stringify({ type: 'fill', msg: { market_ticker: 'M1' } }));
  await reached('the fill', () => events.length === 2);
  expect(troubles).toEqual(['error 9: auth', 'a frame that is none: not json']);
});

test('connects again after an end, and says so: what it missed is to be looked for', async () => {
  open();
  await reached('a connection', () => commands.length === 3);
  sockets[0]!.terminate();
  await reached('another', () => commands.length === 6);
  await reached('both told', () => events.length === 2);
  expect(events).toEqual([{ kind: 'connected' }, { kind: 'connected' }]);
});

test('silence ends a connection, a ping keeps it', async () => {
  open({ silenceMsMax: 200 });
  await reached('a connection', () => commands.length === 3);
  const pinging = setInterval(() => sockets[0]!.ping('heartbeat'), 40);
  const quietUntilMs = performance.now() + 600;
  await reached('three silences of pings', () => performance.now() > quietUntilMs);
  expect(sockets).toHaveLength(1);
  clearInterval(pinging);
  await reached('another connection', () => sockets.length > 1);
  expect(troubles[0]).toBe('nothing was heard for 200 ms');
});

test('after close nothing comes and nothing connects', async () => {
  open();
  await reached('a connection', () => commands.length === 3);
  await stream!.close();
  await reached('the end at the server', () => sockets[0]!.readyState === sockets[0]!.CLOSED);
  expect(sockets).toHaveLength(1);
  expect(troubles).toEqual([]);
});
