import { describe, expect, test } from '@jest/globals';
import type { AlertsQuery } from '../../contracts/alerts.ts';
import { listAlerts } from '../../ledger/read/alerts.ts';
import type { RaisedAlert } from '../../ledger/verbs/alerts.ts';
import { raiseAlert, resolveAlert } from '../../ledger/verbs/alerts.ts';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, useLedger } from './harness.ts';

const under = useLedger();
const LATER = '2026-11-22T12:00:30.000Z';

const NAKED: RaisedAlert = {
  code: 'ONE_LEGGED',
  key: 'one-legged/nhl-1',
  book: 'paper',
  detail: '20 contracts stand alone',
};

const raise = (it: LedgerUnderTest, alert: Partial<RaisedAlert> = {}) =>
  it.db.transaction().execute((tx) => raiseAlert(tx, { ...NAKED, ...alert }, it.reading()));
const resolve = (it: LedgerUnderTest, key: string = NAKED.key) =>
  it.db.transaction().execute((tx) => resolveAlert(tx, key, it.reading()));
const list = (it: LedgerUnderTest, query: Partial<AlertsQuery> = {}) =>
  listAlerts(it.db, { limit: 50, all: false, ...query });
const ack = (it: LedgerUnderTest, id: number, actor = 'ann') =>
  it.ledger.ackAlert({ id, actor, reason: 'looking' }, it.reading());
const auditOf = (it: LedgerUnderTest) =>
  it.db.selectFrom('audit').select(['action', 'actor', 'detail']).orderBy('seq').execute();

describe('raising', () => {
  test('one open alert a key: a repeat raises its count, its time and its detail', async () => {
    const it = under();
    await raise(it);
    it.setClock(LATER);
    await raise(it, { detail: '15 contracts stand alone' });
    expect(await list(it)).toEqual([
      {
        id: 'a-1',
        level: 'critical',
        code: 'ONE_LEGGED',
        book: 'paper',
        tradeId: null,
        detail: '15 contracts stand alone',
        advice: 'one leg of a pair stands alone; ballast trade resolve <id>',
        times: 2,
        raisedAt: NOON,
        lastAt: LATER,
        ackedBy: null,
        ackedAt: null,
        resolvedAt: null,
      },
    ]);
  });

  test('an earlier reading never takes the last time back', async () => {
    const it = under();
    it.setClock(LATER);
    await raise(it);
    it.setClock(NOON);
    await raise(it);
    expect(await list(it)).toMatchObject([{ times: 2, lastAt: LATER }]);
  });

  test('many at once are one row with the exact count', async () => {
    const it = under();
    await Promise.all(Array.from({ length: 12 }, () => raise(it)));
    expect(await list(it)).toMatchObject([{ times: 12 }]);
  });

  test('what is rolled back raised nothing', async () => {
    const it = under();
    const failing = it.db.transaction().execute(async (tx) => {
      await raiseAlert(tx, NAKED, it.reading());
      throw new Error('the rest failed');
    });
    await expect(failing).rejects.toThrow('the rest failed');
    expect(await list(it)).toEqual([]);
  });

  test('a trade is linked; a proposal that is no trade yet is not, and may become one', async () => {
    const it = under();
    await it.setUp();
    await raise(it, { tradeId: 't' });
    expect(await list(it)).toMatchObject([{ tradeId: null }]);
    await it.accept('t');
    await raise(it, { tradeId: 't' });
    expect(await list(it)).toMatchObject([{ tradeId: 't', times: 2 }]);
  });
});

describe('resolving', () => {
  test('closes the open one; the same thing happening later is another alert', async () => {
    const it = under();
    await raise(it);
    it.setClock(LATER);
    await resolve(it);
    await resolve(it, 'a key nobody raised');
    expect(await list(it)).toEqual([]);
    await raise(it);
    expect(await list(it)).toMatchObject([{ id: 'a-2', times: 1 }]);
    expect(await list(it, { all: true })).toMatchObject([
      { id: 'a-2', resolvedAt: null },
      { id: 'a-1', resolvedAt: LATER },
    ]);
  });
});

describe('acknowledging', () => {
  test('is audited once, and the first one stays, also when it happens again', async () => {
    const it = under();
    await raise(it);
    expect(await ack(it, 1)).toEqual({ kind: 'acked', by: 'ann', atMs: Date.parse(NOON) });
    it.setClock(LATER);
    expect(await ack(it, 1, 'bob')).toEqual({
      kind: 'already',
      by: 'ann',
      atMs: Date.parse(NOON),
    });
    await raise(it);
    expect(await list(it)).toMatchObject([{ ackedBy: 'ann', ackedAt: NOON, times: 2 }]);
    expect(await auditOf(it)).toEqual([
      {
        action: 'alert.acked',
        actor: 'ann',
        detail: '{"alert":1,"code":"ONE_LEGGED","key":"one-legged/nhl-1"}',
      },
    ]);
  });

  test('many at once: one of them is first', async () => {
    const it = under();
    await raise(it);
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((actor) => ack(it, 1, actor)));
    expect(all.filter((one) => one?.kind === 'acked')).toHaveLength(1);
    expect(new Set(all.map((one) => one?.by)).size).toBe(1);
    expect(await auditOf(it)).toHaveLength(1);
  });

  test('there is nothing to acknowledge under an unknown number', async () => {
    const it = under();
    expect(await ack(it, 99)).toBeUndefined();
    expect(await auditOf(it)).toEqual([]);
  });
});

test('the list: by level and book, page by page', async () => {
  const it = under();
  await raise(it, { key: 'k1' });
  await raise(it, { key: 'k2', code: 'APPROVAL_WAITING' });
  await raise(it, { key: 'k3', book: 'drill' });
  const ids = async (query: Partial<AlertsQuery>) => (await list(it, query)).map(({ id }) => id);
  expect(await ids({})).toEqual(['a-3', 'a-2', 'a-1']);
  expect(await ids({ level: 'critical' })).toEqual(['a-3', 'a-1']);
  expect(await ids({ book: 'drill' })).toEqual(['a-3']);
  expect(await ids({ limit: 2 })).toEqual(['a-3', 'a-2']);
  expect(await ids({ limit: 2, before: 2 })).toEqual(['a-1']);
});
