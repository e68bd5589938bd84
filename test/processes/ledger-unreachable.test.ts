import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { machineClock } from '../../bin/clock.ts';
import type { Engine } from '../../bin/engine.ts';
import { openEngine, submitter } from '../../bin/engine.ts';
import { httpPorts } from '../../bin/http-ports.ts';
import { embeddedTemporal } from '../../bin/servers.ts';
import { createServer } from '../../client/http/server.ts';
import { readConfig } from '../../contracts/config.ts';
import type { TestDesk } from '../support/desk.ts';
import { startTestDesk } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

/** A way to Postgres that can be cut: it forwards bytes, or refuses. */
class Cable {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #cut = false;
  constructor(target: { host: string; port: number }) {
    this.#server = createTcpServer((near) => {
      if (this.#cut) return void near.destroy();
      const far = new (near.constructor as new () => Socket)();
      far.connect(target);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => this.#sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
  }
  async open(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }
  cut(): void {
    this.#cut = true;
    for (const socket of this.#sockets) socket.destroy();
  }
  mend(): void {
    this.#cut = false;
  }
  close(): void {
    this.cut();
    this.#server.close();
  }
}

let desk: TestDesk;
let cable: Cable;
let engine: Engine;
let app: FastifyInstance;

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [kalshiMarket('CUT')] } });
  const url = new URL(desk.databaseUrl);
  cable = new Cable({ host: url.hostname, port: Number(url.port) });
  url.port = String(await cable.open());
  engine = await openEngine({
    config: readConfig(desk.environment),
    databaseUrl: url.href,
    temporal: embeddedTemporal(desk.temporalAddress),
    clock: machineClock(0),
    log: pino({ level: 'silent' }),
  });
  app = createServer({
    tokens: { trader: 't'.repeat(20), operator: 'o'.repeat(20), admin: 'a'.repeat(20) },
    hosts: [],
    submit: submitter(engine, { eager: false, report: () => {} }),
    status: () => Promise.reject(new Error('not asked here')),
    ...httpPorts(engine, readConfig(desk.environment), () => {}),
  });
});
afterAll(async () => {
  await app.close();
  cable.mend();
  await engine.close();
  cable.close();
  await desk.close();
});

function post(id: string) {
  return app.inject({
    method: 'POST',
    url: '/api/v1/trades',
    headers: { host: 'localhost', authorization: `Bearer ${'t'.repeat(20)}` },
    payload: singleLeg(id, 'CUT'),
  });
}

test('failure case 20: an unreachable ledger answers 503, nothing is decided and no order is sent', async () => {
  cable.cut();
  const answer = await post('cut-1');
  expect([answer.statusCode, answer.json()]).toEqual([
    503,
    {
      code: 'LEDGER_UNREACHABLE',
      message: expect.stringContaining('no order was sent; try again with id cut-1'),
    },
  ]);
  const ready = await app.inject({ url: '/readyz', headers: { host: 'localhost' } });
  expect(ready.statusCode).toBe(503);
  // Seen through the other, whole connection.
  const { db } = desk.engine.ledger;
  expect(await db.selectFrom('proposal').select('id').execute()).toEqual([]);
  expect(await db.selectFrom('permit').select('id').execute()).toEqual([]);
});

test('the same proposal under the same id goes through once the ledger is back', async () => {
  cable.mend();
  const answer = await post('cut-1');
  expect([answer.statusCode, answer.json()]).toMatchObject([
    202,
    { status: 'accepted', id: 'cut-1' },
  ]);
  const ready = await app.inject({ url: '/readyz', headers: { host: 'localhost' } });
  expect(ready.statusCode).toBe(200);
});
