import { afterEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { isAlive } from '../../tools/setup/processes.mjs';
import { startPostgres, type EmbeddedPostgres } from '../../worker/embedded/postgres.ts';
import type { EmbeddedServer } from '../../worker/embedded/processes.ts';
import {
  ServerKeepsDying,
  supervise,
  type Supervisor,
  type SupervisorEvent,
} from '../../worker/embedded/supervisor.ts';
import { startTemporal, type EmbeddedTemporal } from '../../worker/embedded/temporal.ts';
import { eventually } from '../support/children.ts';
import { testDirectory } from '../support/servers.ts';

/** A server that can be killed, made to fail to start, and held while it starts. */
class FakeServer implements EmbeddedServer {
  readonly name = 'Temporal';
  readonly adopted = false;
  readonly logFile = '/data/temporal.log';
  readonly pid: number;
  /** Shared with those that are started in its place. */
  readonly plan: { starts: number; stopped: number; fails: boolean; start: Promise<void> };
  alive = true;

  constructor(pid: number, before?: FakeServer) {
    this.pid = pid;
    const plan = { starts: 0, stopped: 0, fails: false, start: Promise.resolve() };
    this.plan = before?.plan ?? plan;
  }
  runs(): boolean {
    return this.alive;
  }
  async restart(): Promise<EmbeddedServer> {
    this.plan.starts += 1;
    await this.plan.start;
    if (this.plan.fails) throw new Error('port taken');
    return new FakeServer(this.pid + 1, this);
  }
  async stop(): Promise<void> {
    this.plan.stopped = this.pid;
    this.alive = false;
  }
}

/** Time that passes only when the test says so. */
class FakeTime {
  nowMs = 0;
  #sleepers: { untilMs: number; wake: () => void }[] = [];
  readonly sleep = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#sleepers.push({ untilMs: this.nowMs + ms, wake });
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });
  /** Lets time pass second by second, and everything that is due happen. */
  async pass(seconds: number): Promise<void> {
    for (let n = 0; n < seconds; n += 1) {
      this.nowMs += 1_000;
      const due = this.#sleepers.filter(({ untilMs }) => untilMs <= this.nowMs);
      this.#sleepers = this.#sleepers.filter(({ untilMs }) => untilMs > this.nowMs);
      for (const { wake } of due) wake();
      await new Promise(setImmediate);
    }
  }
}

describe('with a clock and servers of the test', () => {
  function watch(server: FakeServer) {
    const time = new FakeTime();
    const events: SupervisorEvent[] = [];
    const supervisor = supervise({
      servers: [server],
      onEvent: (event) => events.push(event),
      nowMs: () => time.nowMs,
      sleep: time.sleep,
    });
    const last = (): FakeServer => {
      const restarted = events.findLast(({ kind }) => kind === 'restarted');
      return (restarted?.server as FakeServer | undefined) ?? server;
    };
    return { time, events, supervisor, last, kinds: () => events.map(({ kind }) => kind) };
  }
  const isPending = async (promise: Promise<unknown>): Promise<boolean> =>
    (await Promise.race([promise.catch(() => 'settled'), Promise.resolve('pending')])) ===
    'pending';

  test('a server that died is started again within a second, and the new one is watched', async () => {
    const { time, supervisor, last, kinds } = watch(new FakeServer(1));
    await time.pass(10);
    expect(kinds()).toEqual([]);
    last().alive = false;
    await time.pass(1);
    expect(kinds()).toEqual(['died', 'restarted']);
    last().alive = false;
    await time.pass(1);
    expect(last().pid).toBe(3);
    await supervisor.stop();
    expect(last().plan.stopped).toBe(3);
  });

  test('a server that dies a sixth time within 10 minutes is given up, with what to do', async () => {
    const { time, supervisor, last } = watch(new FakeServer(1));
    for (let n = 0; n < 5; n += 1) {
      last().alive = false;
      await time.pass(60);
    }
    expect(await isPending(supervisor.gaveUp)).toBe(true);
    last().alive = false;
    await time.pass(1);
    await expect(supervisor.gaveUp).rejects.toThrow(ServerKeepsDying);
    await expect(supervisor.gaveUp).rejects.toThrow(
      /Temporal .* 5 restarts within 10 minutes.*\/data\/temporal\.log.*ballast start/,
    );
    expect(last().plan.starts).toBe(5);
    await supervisor.stop();
  });

  test('deaths that are further apart than that are never too many', async () => {
    const { time, supervisor, last } = watch(new FakeServer(1));
    for (let n = 0; n < 20; n += 1) {
      last().alive = false;
      await time.pass(121);
    }
    expect(last().pid).toBe(21);
    expect(await isPending(supervisor.gaveUp)).toBe(true);
    await supervisor.stop();
  });

  test('a start that fails is repeated after ever longer pauses, and counts', async () => {
    const server = new FakeServer(1);
    const { time, supervisor, kinds } = watch(server);
    server.plan.fails = true;
    server.alive = false;
    const startsAfter: number[] = [];
    for (let n = 0; n < 16; n += 1) {
      await time.pass(1);
      startsAfter.push(server.plan.starts);
    }
    // At 1, 2, 4, 8 and 16 seconds.
    expect(startsAfter).toEqual([1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
    expect(kinds().filter((kind) => kind === 'failed')).toHaveLength(5);
    await time.pass(16);
    await expect(supervisor.gaveUp).rejects.toThrow(ServerKeepsDying);
    await supervisor.stop();
  });

  test('stop waits for a restart under way and ends what it started; nothing is started after', async () => {
    const server = new FakeServer(1);
    const { time, supervisor } = watch(server);
    let started = (): void => {};
    server.plan.start = new Promise((resolve) => {
      started = resolve;
    });
    server.alive = false;
    await time.pass(1);
    const stopped = supervisor.stop();
    await time.pass(5);
    expect(await isPending(stopped)).toBe(true);
    started();
    await stopped;
    expect(server.plan.stopped).toBe(2);
    await time.pass(60);
    expect(server.plan.starts).toBe(1);
  });

  test('a server that does not stop is reported and hinders no other from being stopped', async () => {
    const [stubborn, willing] = [new FakeServer(1), new FakeServer(7)];
    stubborn.stop = () => Promise.reject(new Error('stays'));
    const supervisor = supervise({ servers: [willing, stubborn], onEvent: () => {} });
    await expect(supervisor.stop()).rejects.toThrow('stays');
    expect(willing.plan.stopped).toBe(7);
  });
});

describe('with real servers', () => {
  let supervisor: Supervisor | undefined;
  afterEach(() => supervisor?.stop());

  test('killed servers come back at their addresses with their data, and stop ends them', async () => {
    const dataDir = testDirectory('supervised');
    const postgres = await startPostgres({ dataDir });
    const temporal = await startTemporal({ dataDir, port: 0, ui: false });
    await ask(postgres, 'CREATE TABLE kept AS SELECT 7 AS seven');
    const restarted: EmbeddedServer[] = [];
    supervisor = supervise({
      servers: [postgres, temporal],
      onEvent: (event) => {
        if (event.kind === 'restarted') restarted.push(event.server);
      },
    });

    for (const { pid } of [postgres, temporal]) process.kill(pid, 'SIGKILL');
    await eventually('both run again', () => restarted.length === 2);

    const find = (name: string) => restarted.find((server) => server.name === name);
    const [newPostgres, newTemporal] = [find('Postgres'), find('Temporal')];
    expect((newPostgres as EmbeddedPostgres).url).toBe(postgres.url);
    expect((newTemporal as EmbeddedTemporal).address).toBe(temporal.address);
    expect(await ask(postgres, 'SELECT seven FROM kept')).toEqual([{ seven: 7 }]);
    await supervisor.stop();
    for (const server of restarted) expect(isAlive(server.pid)).toBe(false);
  });

  async function ask(postgres: EmbeddedPostgres, sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});
