/** The channels as accelerators: keys in the first message, again after every end, never the truth. */
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { openPolymarketUserStream } from '../../../venues/polymarket/stream.ts';
import { eventually } from '../../support/desk.ts';
import { idsOf } from './stub.ts';
import { API_KEY, credentials, TradingStub } from './trading.ts';

let t: TradingStub;
let server: WebSocketServer;
let sockets: { readonly path: string; readonly socket: WebSocket; readonly heard: string[] }[];
let stop: (() => Promise<unknown>)[];

beforeEach(async () => {
  [sockets, stop] = [[], []];
  t = await TradingStub.start();
  server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket, request) => {
    const one = { path: request.url ?? '', socket, heard: [] as string[] };
    sockets.push(one);
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      one.heard.push(text);
      if (text === 'PING') socket.send('PONG');
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
});

afterEach(async () => {
  await Promise.all(stop.map((end) => end()));
  for (const { socket } of sockets) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
  await t.close();
});

const urls = () => {
  const { port } = server.address() as AddressInfo;
  return { ...t.stub.urls, socket: `ws://127.0.0.1:${port}` };
};
const reached = (what: string, done: () => boolean): Promise<true> =>
  eventually(what, () => Promise.resolve(done() || undefined));
const on = (channel: string) => sockets.filter(({ path }) => path === `/ws/${channel}`);
const HELLO = {
  auth: {
    apiKey: API_KEY,
    secret: Buffer.from('the secret of the key').toString('base64'),
    passphrase: 'the passphrase',
  },
  type: 'user',
  markets: [],
};

describe('the user channel', () => {
  let events: number;
  let troubles: string[];
  const open = () => {
    [events, troubles] = [0, []];
    const stream = openPolymarketUserStream(
      {
        urls: urls(),
        credentials: credentials(),
        retryMs: 20,
        pingMs: 30,
        onTrouble: (detail) => troubles.push(detail),
      },
      () => {
        events += 1;
      },
    );
    stop.push(() => stream.close());
  };

  test('gives its keys in the first message, for all markets, and keeps the line alive', async () => {
    open();
    await reached('a ping', () => on('user')[0]?.heard.includes('PING') === true);
    expect(JSON.parse(on('user')[0]!.heard[0]!)).toEqual(HELLO);
    expect(events).toBe(1);
  });

  test('wakes at orders and trades, alone or in a list, and at nothing else', async () => {
    open();
    await reached('a connection', () => events === 1);
    const send = (body: unknown) => on('user')[0]!.socket.send(JSON.stringify(body));
    send({ event_type: 'heartbeat' });
    send({ event_type: 'trade', status: 'MATCHED', type: 'TRADE' });
    await reached('a trade', () => events === 2);
    send([{ event_type: 'other' }, { event_type: 'order', type: 'CANCELLATION', price: '' }]);
    await reached('an order', () => events === 3);
    on('user')[0]!.socket.send('<html>');
    await reached('a trouble', () => troubles.length === 1);
    expect(events).toBe(3);
  });

  test('I11 keys that the venue repeats are quoted nowhere', async () => {
    open();
    await reached('the keys', () => on('user')[0]?.heard[0] !== undefined);
    const { secret, passphrase } = HELLO.auth;
    on('user')[0]!.socket.send(`not taken: ${passphrase} ${secret}`);
    await reached('a trouble', () => troubles.length === 1);
    expect(troubles[0]).toContain('not taken');
    expect(troubles[0]).not.toContain(passphrase);
    expect(troubles[0]).not.toContain(secret);
  });

  test('gives them again after every end, and wakes: nothing is replayed', async () => {
    open();
    await reached('a connection', () => events === 1);
    on('user')[0]!.socket.terminate();
    await reached('another', () => events === 2);
    expect(JSON.parse(on('user')[1]!.heard[0]!)).toEqual(HELLO);
    expect(JSON.stringify(troubles)).not.toContain('the passphrase');
  });
});

describe('listening', () => {
  test('asks for the held markets’ results, and looks for them whatever the pace', async () => {
    const venue = t.venue({
      urls: urls(),
      heldMarkets: () => Promise.resolve(['M1']),
      resultIntervalMs: 3_600_000,
    });
    const abort = new AbortController();
    let events = 0;
    const onEvent = () => {
      events += 1;
    };
    const listening = venue.listen({ onEvent, onTrouble: () => {} }, abort.signal);
    await reached('both channels', () => on('market')[0]?.heard[0] !== undefined && events >= 2);
    expect(JSON.parse(on('market')[0]!.heard[0]!)).toMatchObject({
      assets_ids: idsOf('M1').tokenIds,
      type: 'market',
    });
    expect((await venue.settlementsSince(0)).facts).toEqual([]);
    t.stub.resolve('M1', [0, 1]);
    expect((await venue.settlementsSince(0)).facts).toEqual([]);
    const before = events;
    const told = { event_type: 'market_resolved', market: idsOf('M1').conditionId };
    on('market')[0]!.socket.send(JSON.stringify(told));
    await reached('an event', () => events > before);
    expect((await venue.settlementsSince(0)).facts).toMatchObject([
      { payoutMicros: [0, 1_000_000] },
    ]);
    abort.abort();
    await listening;
    await reached('both ends', () => server.clients.size === 0);
  });
});
