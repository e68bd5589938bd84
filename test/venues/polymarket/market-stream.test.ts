/** The public market channel: subscribed, kept alive, again after every end, and never the truth. */
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import type {
  PolymarketMarketEvent,
  PolymarketMarketStream,
  PolymarketMarketStreamOptions,
} from '../../../venues/polymarket/market-stream.ts';
import { openPolymarketMarketStream } from '../../../venues/polymarket/market-stream.ts';
import { eventually } from '../../support/desk.ts';
import { idsOf, urlsOn } from './stub.ts';

interface Peer {
  readonly socket: WebSocket;
  readonly texts: string[];
}

let server: WebSocketServer;
let stream: PolymarketMarketStream | undefined;
let peers: Peer[];
let events: PolymarketMarketEvent[];
let troubles: string[];
let answersPings: boolean;

beforeEach(async () => {
  [peers, events, troubles, answersPings] = [[], [], [], true];
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/ws/market' });
  server.on('connection', (socket) => {
    const texts: string[] = [];
    peers.push({ socket, texts });
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      texts.push(text);
      if (text === 'PING' && answersPings) socket.send('PONG');
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(async () => {
  await stream?.close();
  stream = undefined;
  for (const { socket } of peers) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function open(options: Partial<PolymarketMarketStreamOptions> = {}): PolymarketMarketStream {
  const { port } = server.address() as AddressInfo;
  stream = openPolymarketMarketStream(
    {
      urls: urlsOn(`http://127.0.0.1:${port}`),
      retryMs: 20,
      onTrouble: (detail) => troubles.push(detail),
      ...options,
    },
    (event) => events.push(event),
  );
  return stream;
}

const reached = (what: string, done: () => boolean): Promise<true> =>
  eventually(what, () => Promise.resolve(done() || undefined));
const toldTo = (index: number): unknown[] =>
  (peers[index]?.texts ?? []).filter((text) => text !== 'PING').map((text) => JSON.parse(text));
const hello = (assets: readonly string[]) => ({
  assets_ids: assets,
  type: 'market',
  custom_feature_enabled: true,
});

test('nothing is opened before there is something to watch', async () => {
  open().watch([]);
  await stream!.close();
  expect(peers).toEqual([]);
});

test('subscribes with results, and changes what is watched on the same socket', async () => {
  open().watch(['1', '2']);
  await reached('a subscription', () => toldTo(0).length === 1);
  stream!.watch(['2', '3']);
  await reached('two changes', () => toldTo(0).length === 3);
  expect(toldTo(0)).toEqual([
    hello(['1', '2']),
    { assets_ids: ['1'], operation: 'unsubscribe' },
    { assets_ids: ['3'], operation: 'subscribe' },
  ]);
  peers[0]!.socket.terminate();
  await reached('another connection', () => toldTo(1).length === 1);
  expect(toldTo(1)).toEqual([hello(['2', '3'])]);
  expect(events).toEqual([{ kind: 'connected' }, { kind: 'connected' }]);
});

test('takes at most 200 assets a socket, and closes one that has none left', async () => {
  const assets = Array.from({ length: 401 }, (_, index) => String(index + 1));
  open().watch(assets);
  await reached(
    'three sockets',
    () => peers.length === 3 && [0, 1, 2].every((i) => toldTo(i).length === 1),
  );
  const sizes = [0, 1, 2].map((i) => (toldTo(i)[0] as { assets_ids: string[] }).assets_ids.length);
  expect(sizes.toSorted((a, b) => a - b)).toEqual([1, 200, 200]);
  stream!.watch(assets.slice(0, 200));
  await reached('two ends', () => server.clients.size === 1);
  expect(troubles).toEqual([]);
});

test('tells of ticks and results, single or in lists, and lets the rest pass', async () => {
  open().watch(['1']);
  await reached('a connection', () => events.length === 1);
  const { conditionId: market } = idsOf('m');
  const send = (body: unknown) => peers[0]!.socket.send(JSON.stringify(body));
  send({ event_type: 'book', market, asset_id: '1', bids: [], asks: [] });
  send([
    { event_type: 'price_change', market, price_changes: [] },
    { event_type: 'tick_size_change', market, old_tick_size: '0.01', new_tick_size: '0.001' },
  ]);
  send({ event_type: 'brand_new' });
  send({ event_type: 'market_resolved', market, winning_outcome: 'Yes', tags: ['x'] });
  peers[0]!.socket.send('not json');
  await reached('the frame that is none', () => troubles.length === 1);
  expect(events).toEqual([
    { kind: 'connected' },
    { kind: 'tick', conditionId: market },
    { kind: 'resolved', conditionId: market },
  ]);
  expect(troubles).toEqual(['a frame that is none: not json']);
});

test('a listener that throws is reported, and it goes on', async () => {
  const { port } = server.address() as AddressInfo;
  stream = openPolymarketMarketStream(
    { urls: urlsOn(`http://127.0.0.1:${port}`), onTrouble: (detail) => troubles.push(detail) },
    () => {
      throw new Error('boom');
    },
  );
  stream.watch(['1']);
  await reached('the report', () => troubles.includes('a listener failed: Error: boom'));
  expect(server.clients.size).toBe(1);
});

test('PONGs keep a connection, a stall ends it', async () => {
  open({ pingMs: 40, silenceMsMax: 300 }).watch(['1']);
  await reached(
    'many pings',
    () => (peers[0]?.texts ?? []).filter((text) => text === 'PING').length > 12,
  );
  expect(peers).toHaveLength(1);
  expect(troubles).toEqual([]);
  answersPings = false;
  await reached('another connection', () => peers.length > 1);
  expect(troubles[0]).toBe('nothing was heard for 300 ms');
});
