/** The venue's websocket: who gets in, the heartbeat, and how it is cut or silenced. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { eventually } from '../../support/children.ts';
import { echoVenue } from '../../support/echo-venue.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';

let simulator: TestSimulator;

beforeEach(async () => {
  simulator = await startTestSimulator(echoVenue, { heartbeatMs: 20 });
});
afterEach(() => simulator.close());

const connect = (key: string, path = '/ws'): WebSocket =>
  new WebSocket(`${simulator.url.replace('http', 'ws')}${path}`, { headers: { 'x-key': key } });

async function connected(): Promise<{ socket: WebSocket; heard: string[] }> {
  const socket = connect('right');
  const heard: string[] = [];
  socket.on('message', (data: Buffer) => heard.push(data.toString('utf8')));
  await once(socket, 'open');
  return { socket, heard };
}

async function gone(): Promise<boolean> {
  const { dropped } = (await simulator.admin('dropSockets')) as { dropped: number };
  return dropped === 0;
}

describe('a connection', () => {
  test.each([
    ['wrong', '/ws', 401],
    ['defect', '/ws', 500],
    ['right', '/elsewhere', 404],
    ['right', '//', 404],
  ])('with the key %s at %s is answered %d, and the journal has it', async (key, path, status) => {
    const socket = connect(key, path);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(status);
    response.destroy();
    expect(simulator.requests('socket')).toMatchObject([{ path, answer: { status } }]);
    expect(JSON.stringify(simulator.journal())).not.toContain(`"${key}"`);
    // The port still serves.
    expect((await fetch(`${simulator.url}/orders`)).status).toBe(200);
  });

  test('with the right key talks to the venue', async () => {
    const { socket, heard } = await connected();
    socket.send('hello');
    await eventually('the echo', () => heard.includes('hello'));
    await simulator.admin('say', { type: 'fill' });
    await eventually('the news', () => heard.length === 2);
    expect(heard).toEqual(['hello', '{"type":"fill"}']);
    socket.send('bye');
    await once(socket, 'close');
    expect(simulator.requests('socket')).toMatchObject([{ answer: { status: 101 } }]);
  });

  test('is pinged with the body heartbeat', async () => {
    const { socket } = await connected();
    const [body] = (await once(socket, 'ping')) as [Buffer];
    expect(body.toString('utf8')).toBe('heartbeat');
  });

  test('is cut without a close frame by dropSockets, and may come back', async () => {
    const { socket } = await connected();
    expect(await simulator.admin('dropSockets')).toEqual({ dropped: 1 });
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1006);
    await eventually('it is gone', gone);
    const { heard } = await connected();
    await simulator.admin('say', 'again');
    await eventually('the news', () => heard.length === 1);
  });

  test('stays open and hears nothing while muted', async () => {
    const { socket, heard } = await connected();
    await simulator.admin('muteSockets', { muted: true });
    await simulator.admin('say', 'lost');
    await once(socket, 'ping');
    await simulator.admin('muteSockets', { muted: false });
    await simulator.admin('say', 'heard');
    await eventually('the news', () => heard.length > 0);
    expect(heard).toEqual(['"heard"']);
  });
});

test('the end of the simulator ends its connections', async () => {
  const { socket } = await connected();
  const closed = once(socket, 'close');
  await simulator.close();
  expect(await closed).toEqual([1006, Buffer.alloc(0)]);
  simulator = await startTestSimulator(echoVenue);
});

test('a venue without a websocket has none', async () => {
  const { socket: _none, ...venue } = echoVenue();
  await simulator.close();
  simulator = await startTestSimulator(() => venue);
  const [, response] = (await once(connect('right'), 'unexpected-response')) as [
    unknown,
    IncomingMessage,
  ];
  expect(response.statusCode).toBe(404);
  response.destroy();
});
