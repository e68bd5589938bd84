/** The permit and the bytes: what leaves, when, and what an answer that fails to come means. */
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { TransportDeadlines } from '../../../venues/http/transport.ts';
import type { Venue } from '../../../venues/venue.ts';
import { eventually } from '../../support/desk.ts';
import { orderOf, send } from '../venue-under-test.ts';
import { venueOptions } from './raw-server.ts';

interface Wire {
  readonly server: Server;
  readonly url: string;
  /** Everything clients wrote, in order, over all connections. */
  readonly received: () => string;
  readonly sockets: Socket[];
}

let wire: Wire | undefined;

afterEach(async () => {
  for (const socket of wire?.sockets ?? []) socket.destroy();
  await new Promise((resolve) => (wire?.server ?? createServer()).close(resolve));
  wire = undefined;
});

/** A server that hands each chunk to `onData`, and speaks no HTTP by itself. */
async function listen(onData: (socket: Socket, text: string) => void): Promise<Wire> {
  let received = '';
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
      onData(socket, chunk.toString('utf8'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  wire = { server, url: `http://127.0.0.1:${port}`, received: () => received, sockets };
  return wire;
}

const SHORT: TransportDeadlines = { connectMs: 2_000, answerMs: 150 };
const venueOn = (url: string, deadlines = SHORT): Venue =>
  createKalshiVenue(venueOptions(url, { deadlines }));

const reply = (status: string, body: string): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const created = (id: string): string =>
  reply(
    '201 Created',
    JSON.stringify({
      order_id: 'o-1',
      client_order_id: id,
      fill_count: '0.00',
      remaining_count: '0.00',
      ts_ms: 1,
    }),
  );

describe('before the bytes', () => {
  test('I3 without the permit a connection is made and not one byte written', async () => {
    const { url, received, sockets } = await listen(() => {});
    const outcome = await send(venueOn(url), orderOf(), () => false);
    expect(outcome).toEqual({ kind: 'notSent', detail: 'the permit was refused' });
    await eventually('the connection', () => Promise.resolve(sockets[0]));
    await eventually('its end', () => Promise.resolve(sockets[0]?.destroyed === true || undefined));
    expect(received()).toBe('');
  });

  test('the permit is asked on a connected socket, once, in the turn that writes', async () => {
    const request = orderOf();
    const { url, received, sockets } = await listen((socket) =>
      socket.write(created(request.clientOrderId)),
    );
    const order: string[] = [];
    const outcome = await send(venueOn(url), request, () => {
      order.push(`asked with ${sockets.length} connections and ${received().length} bytes`);
      queueMicrotask(() => order.push('later'));
      return true;
    });
    expect(outcome.kind).toBe('accepted');
    expect(order).toEqual(['asked with 1 connections and 0 bytes', 'later']);
    const sent = received();
    expect(sent.startsWith('POST /trade-api/v2/portfolio/events/orders HTTP/1.1\r\n')).toBe(true);
    expect(sent).toMatch(/kalshi-access-signature: /i);
  });

  test('a refused connection is not sent, and the permit is never asked', async () => {
    const { url, server } = await listen(() => {});
    await new Promise((resolve) => server.close(resolve));
    let asked = 0;
    const outcome = await send(venueOn(url), orderOf(), () => (asked += 1) > 0);
    expect(outcome).toMatchObject({
      kind: 'notSent',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(asked).toBe(0);
  });

  test('an abort before the write is not sent', async () => {
    const { url, received } = await listen(() => {});
    const venue = venueOn(url);
    const prepared = await venue.prepare(orderOf());
    const control = new AbortController();
    const outcome = venue.place(prepared, () => true, control.signal);
    control.abort();
    expect(await outcome).toEqual({ kind: 'notSent', detail: 'it was aborted' });
    expect(received()).toBe('');
  });

  test('a permit that throws writes nothing', async () => {
    const { url, received } = await listen(() => {});
    const failing = send(venueOn(url), orderOf(), () => {
      throw new Error('the gate is broken');
    });
    await expect(failing).rejects.toThrow('the gate is broken');
    expect(received()).toBe('');
  });
});

describe('after the bytes everything but a whole answer is unknown', () => {
  const cases: readonly (readonly [string, (socket: Socket) => void, RegExp])[] = [
    ['no answer in time', () => {}, /no answer in 150 ms/],
    ['a reset', (socket) => socket.resetAndDestroy(), /ECONNRESET/],
    ['a polite end', (socket) => socket.end(), /ECONNRESET|hang up/],
    [
      'half a body',
      (socket) => {
        socket.write(created('x').slice(0, -20));
        socket.end();
      },
      /broke off|ECONNRESET|aborted/,
    ],
    ['no HTTP', (socket) => socket.write('what?\r\n\r\n'), /HPE_INVALID|Parse Error/],
  ];
  test.each(cases)('%s', async (_name, answer, detail) => {
    const { url, received } = await listen((socket) => answer(socket));
    const outcome = await send(venueOn(url), orderOf());
    expect(outcome).toMatchObject({ kind: 'unknown', detail: expect.stringMatching(detail) });
    expect(received().match(/POST /g)).toHaveLength(1);
  });

  test('an abort after the write is unknown', async () => {
    const control = new AbortController();
    const { url } = await listen(() => control.abort());
    const venue = venueOn(url, { connectMs: 2_000, answerMs: 20_000 });
    const prepared = await venue.prepare(orderOf());
    const outcome = await venue.place(prepared, () => true, control.signal);
    expect(outcome).toEqual({ kind: 'unknown', detail: 'the order was sent and it was aborted' });
  });
});

describe('connections that were idle', () => {
  test('I1 a reset on a reused connection is unknown and sent once, whatever the client may retry', async () => {
    const first = orderOf();
    const second = orderOf();
    const { url, received, sockets } = await listen((socket, text) => {
      if (text.includes(first.clientOrderId)) socket.write(created(first.clientOrderId));
      else socket.resetAndDestroy();
    });
    const venue = venueOn(url);
    expect((await send(venue, first)).kind).toBe('accepted');
    expect(await send(venue, second)).toMatchObject({ kind: 'unknown' });
    expect(sockets).toHaveLength(1);
    expect(received().split(second.clientOrderId)).toHaveLength(2);
  });

  test('a connection the venue closed while it was idle is replaced before anything is written', async () => {
    const { url, sockets } = await listen((socket, text) => {
      const id = /"client_order_id":"([^"]+)"/.exec(text)?.[1] ?? '';
      socket.write(created(id));
    });
    const venue = venueOn(url);
    expect((await send(venue, orderOf())).kind).toBe('accepted');
    sockets[0]!.end();
    await eventually('the client closes too', () =>
      Promise.resolve(sockets[0]!.destroyed || undefined),
    );
    expect((await send(venue, orderOf())).kind).toBe('accepted');
    expect(sockets).toHaveLength(2);
  });

  test('a read on one that is reset is asked again', async () => {
    let requests = 0;
    const { url } = await listen((socket) => {
      requests += 1;
      if (requests === 2) socket.resetAndDestroy();
      else socket.write(reply('200 OK', '{"balance_dollars":"12.3456"}'));
    });
    const venue = venueOn(url);
    expect(await venue.balance()).toEqual({ cashMicros: 12_345_600 });
    expect(await venue.balance()).toEqual({ cashMicros: 12_345_600 });
    expect(requests).toBe(3);
  });
});
