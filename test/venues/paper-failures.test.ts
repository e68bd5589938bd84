import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import pg from 'pg';
import type { Clock } from '../../domain/clock.ts';
import { fileSource } from '../../venues/paper/file-source.ts';
import { openPaperFile } from '../../venues/paper/paper-file.ts';
import { createPaperVenue } from '../../venues/paper/paper-venue.ts';
import type { Venue } from '../../venues/venue.ts';
import { accepted, contracts, orderOf, price, send } from './venue-under-test.ts';
import type { PaperUnderTest } from './paper-harness.ts';
import { INITIAL_CASH_MICROS, newPaper, PaperDatabase } from './paper-harness.ts';

let database: PaperDatabase;
let t: PaperUnderTest;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());
beforeEach(async () => {
  t = await newPaper(database);
  t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
});

const fillCount = async (venue: Venue) => (await venue.fillsSince(0)).facts.length;

describe('an answer that is lost', () => {
  test('after the effect is unknown; the look-up finds it and a repeat changes nothing', async () => {
    const afterEffect = () => {
      throw new Error('the worker died');
    };
    const request = orderOf();
    expect(await send(t.open({ hooks: { afterEffect } }), request)).toMatchObject({
      kind: 'unknown',
    });
    const found = await t.venue.lookup(request);
    expect(found).toMatchObject({ kind: 'found', order: { filled: contracts(10) } });
    const order = accepted(await send(t.venue, request));
    expect(found).toEqual({ kind: 'found', order });
    expect(await fillCount(t.venue)).toBe(1);
  });

  test('of a cancel is unknown, and the cancel holds', async () => {
    t.setBook('M1', {});
    const request = orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 });
    accepted(await send(t.venue, request));
    const afterEffect = () => Promise.reject(new Error('the worker died'));
    const venue = t.open({ hooks: { afterEffect } });
    expect((await venue.cancel(request)).kind).toBe('unknown');
    expect(await t.venue.openOrders()).toEqual([]);
  });

  const moments = ['before COMMIT is written', 'after COMMIT is written'] as const;
  test.each(moments)('with the connection %s is unknown and sent again once', async (moment) => {
    const pool = database.connect();
    let client: PoolClient | undefined;
    pool.on('acquire', (acquired) => {
      client = acquired;
    });
    const cut = () =>
      (client as unknown as { connection: pg.Connection }).connection.stream.destroy();
    const mayWrite = () => {
      if (moment === 'before COMMIT is written') cut();
      else queueMicrotask(cut);
      return true;
    };
    try {
      const request = orderOf();
      const outcome = await send(t.open({ pool }), request, mayWrite);
      expect(outcome.kind).toBe('unknown');
      expect(['found', 'absent']).toContain((await t.venue.lookup(request)).kind);
      accepted(await send(t.venue, request));
      expect(await fillCount(t.venue)).toBe(1);
    } finally {
      await pool.end();
    }
  });

  test('to an aborted send is unknown once COMMIT is written', async () => {
    const controller = new AbortController();
    const mayWrite = () => {
      queueMicrotask(() => controller.abort());
      return true;
    };
    const request = orderOf();
    const prepared = await t.venue.prepare(request);
    expect((await t.venue.place(prepared, mayWrite, controller.signal)).kind).toBe('unknown');
    accepted(await send(t.venue, request));
    expect(await fillCount(t.venue)).toBe(1);
  });
});

/** A clock whose readings from the `from`th on wait for `release`. */
function stuckClock(clock: Clock, from: number) {
  let release: () => void = () => {};
  let arrived: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const stuck = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let readings = 0;
  const read: Clock['read'] = async () => {
    readings += 1;
    if (readings >= from) {
      arrived();
      await released;
    }
    return clock.read();
  };
  return { clock: { read }, release: () => release(), stuck };
}

/** Whether a connection to this database waits for an order's identity. */
async function someoneWaits(): Promise<boolean> {
  const { rows } = await t.pool.query(
    `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.length > 0;
}

function openWith(clock: Clock): Venue {
  const { pool } = t;
  const source = fileSource(t.file, 'kalshi');
  const account = {
    venue: 'kalshi',
    book: 'paper',
    initialCashMicros: INITIAL_CASH_MICROS,
  } as const;
  return createPaperVenue({ pool, clock, source, ...account });
}

describe('a process that stops in the middle of an order', () => {
  test('lets no look-up say absent before the order is decided', async () => {
    await t.venue.status();
    // The first reading moves the exchange on, the second is inside the order's transaction.
    const { clock, release, stuck } = stuckClock(t.clock, 2);
    const request = orderOf();
    const sending = send(openWith(clock), request);
    await stuck;
    const looking = t.venue.lookup(request);
    let answered = false;
    void looking.finally(() => {
      answered = true;
    });
    while (!answered && !(await someoneWaits())) continue;
    release();
    accepted(await sending);
    expect((await looking).kind).toBe('found');
  });

  test('holds nobody for longer than the timeouts, and its own order comes to nothing', async () => {
    await t.venue.status();
    const { clock, release, stuck } = stuckClock(t.clock, 2);
    const frozen = orderOf();
    const sending = send(openWith(clock), frozen);
    await stuck;
    let outcome = await send(t.venue, orderOf());
    while (outcome.kind === 'notSent') outcome = await send(t.venue, orderOf());
    expect(outcome.kind).toBe('accepted');
    release();
    expect((await sending).kind).toBe('notSent');
    expect(await t.venue.lookup(frozen)).toEqual({ kind: 'absent' });
  });
});

describe('a database that is not there', () => {
  test('is told as unreachable, not sent and unknown', async () => {
    const pool = new pg.Pool({ connectionString: 'postgres://x:x@127.0.0.1:1/none' });
    const venue = t.open({ pool });
    const mayWrite = () => {
      throw new Error('the permit was asked for nothing');
    };
    expect((await send(venue, orderOf(), mayWrite)).kind).toBe('notSent');
    expect((await venue.lookup(orderOf())).kind).toBe('unknown');
    expect((await venue.cancel(orderOf())).kind).toBe('unknown');
    await expect(venue.status()).rejects.toMatchObject({ name: 'VenueUnreachable' });
    await expect(venue.fillsSince(0)).rejects.toMatchObject({ name: 'VenueUnreachable' });
    await pool.end();
  });

  test('does not change how others read bigint columns', async () => {
    await t.venue.balance();
    const { rows } = await t.pool.query('SELECT 1::bigint AS one');
    expect(rows).toEqual([{ one: '1' }]);
  });
});

describe('a paper file', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paper-file-'));
    path = join(directory, 'paper.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const fileWith = (ask: string) => {
    const book = { yes: { asks: [[ask, '10']] }, no: {} };
    return JSON.stringify({ markets: [{ venue: 'kalshi', id: 'M1', title: 'M1', book }] });
  };
  const write = async (text: string): Promise<void> => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };

  test('is read again when it changed, and only then', async () => {
    await write(fileWith('0.50'));
    const source = openPaperFile(path);
    const venue = t.open({ file: source });
    expect((await venue.quote('M1', 0)).asks[0]?.priceMicros).toBe(price(0.5));
    expect(await source.read()).toBe(await source.read());
    await write(fileWith('0.51'));
    expect((await venue.quote('M1', 0)).asks[0]?.priceMicros).toBe(price(0.51));
  });

  test.each([
    ['a field', fileWith('1.50'), 'markets[0].book.yes.asks[0][0]'],
    ['an unknown key', '{"markets":[],"market":1}', 'the whole file'],
    ['the JSON', fileWith('0.50').slice(0, -1), 'is no JSON'],
  ])('damaged in %s stops what depends on it and names the place', async (_, text, field) => {
    await write(fileWith('0.50'));
    const venue = t.open({ file: openPaperFile(path) });
    const rest = orderOf({
      timeInForce: 'gtd',
      limitPrice: price(0.4),
      restUntilMs: t.nowMs() + 60_000,
    });
    accepted(await send(venue, orderOf()));
    accepted(await send(venue, rest));
    await write(text);
    for (const ask of [venue.market('M1'), venue.quote('M1', 0), venue.status()]) {
      await expect(ask).rejects.toMatchObject({ name: 'VenueUnreachable' });
      await expect(ask).rejects.toThrow(path);
      await expect(ask).rejects.toThrow(field);
    }
    expect((await send(venue, orderOf())).kind).toBe('notSent');
    // What is recorded stays to be read, and a halt can still cancel.
    expect(await fillCount(venue)).toBe(1);
    expect(await venue.cancelAll()).toBe(1);
    expect(await venue.lookup(rest)).toMatchObject({ order: { status: 'final' } });
    await write(fileWith('0.50'));
    expect((await send(venue, orderOf())).kind).toBe('accepted');
  });

  test('that is missing is named too', async () => {
    const venue = t.open({ file: openPaperFile(path) });
    await expect(venue.quote('M1', 0)).rejects.toThrow(path);
  });
});
