import { expect, test } from '@jest/globals';
import { codesOf, NOON, useLedger } from './harness.ts';

const under = useLedger();

const LIMITS = { strategyExecutionsMax: 3, strategyWindowMs: 600_000 };
const DENIED = ['REPEATED_EXECUTION'];

test('REPEATED_EXECUTION a strategy stops after its maximum and stays stopped until enabled', async () => {
  const it = under();
  await it.setUp(LIMITS);
  for (const id of ['a', 'b', 'c']) await it.open(id, { strategy: 's' });
  const denied = await it.propose('d', { strategy: 's' });
  expect(denied).toMatchObject({
    failures: [{ numbers: { executions: '3', executionsMax: '3', windowSeconds: '600' } }],
  });
  expect(codesOf(denied)).toEqual(DENIED);
  await it.accept('other', { strategy: 'another' });
  // The window is long over, and still it is stopped.
  it.setClock('2026-11-22T20:00:00Z');
  expect(codesOf(await it.propose('e', { strategy: 's' }))).toEqual(DENIED);
  const asked = { actor: 'tester', atMs: it.reading().atMs, reason: 'looked at' };
  await it.ledger.enableStrategy('paper', 's', asked);
  await it.accept('f', { strategy: 's' });
});

test('REPEATED_EXECUTION the window slides: executions before it no longer count', async () => {
  const it = under();
  await it.setUp(LIMITS);
  await it.open('a', { strategy: 's' });
  await it.open('b', { strategy: 's' });
  it.setClock('2026-11-22T12:09:59Z');
  await it.open('c', { strategy: 's' });
  it.setClock('2026-11-22T12:10:00Z');
  await it.open('d', { strategy: 's' });
  await it.open('e', { strategy: 's' });
  expect(codesOf(await it.propose('f', { strategy: 's' }))).toEqual(DENIED);
});

test('REPEATED_EXECUTION enabling starts the count anew within the window', async () => {
  const it = under();
  await it.setUp(LIMITS);
  for (const id of ['a', 'b', 'c']) await it.open(id, { strategy: 's' });
  expect(codesOf(await it.propose('d', { strategy: 's' }))).toEqual(DENIED);
  it.setClock('2026-11-22T12:00:01Z');
  const asked = { actor: 'tester', atMs: it.reading().atMs, reason: 'looked at' };
  await it.ledger.enableStrategy('paper', 's', asked);
  it.setClock('2026-11-22T12:00:02Z');
  for (const id of ['e', 'f', 'g']) await it.open(id, { strategy: 's' });
  expect(codesOf(await it.propose('h', { strategy: 's' }))).toEqual(DENIED);
});

test('REPEATED_EXECUTION what never got a permit is no execution', async () => {
  const it = under();
  await it.setUp(LIMITS);
  for (const id of ['a', 'b', 'c', 'd']) {
    await it.accept(id, { strategy: 's' });
    await it.ledger.abandonTrade(id, it.reading());
  }
  expect(codesOf(await it.propose('e', { strategy: 's' }))).toEqual(['accepted']);
});

test('REPEATED_EXECUTION 10 at once: no more are let through than may execute', async () => {
  const it = under();
  await it.setUp(LIMITS);
  const ids = Array.from({ length: 10 }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => it.prepare(id, { strategy: 's' })));
  const outcomes = await Promise.all(ids.map((id) => it.reserve(id)));
  expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(3);
  // Not yet executed, so not yet stopped: one that is given back makes room.
  const waiting = await it.db.selectFrom('trade').select('id').execute();
  await it.ledger.abandonTrade(waiting[0]!.id, it.reading());
  await it.accept('late', { strategy: 's' });
});

test('a strategy stopped by a person is denied from the first on, in that book only', async () => {
  const it = under();
  await it.setUp();
  await it.setUp({}, 'drill');
  const row = { book: 'paper', name: 's', enabled: false, reason: 'by hand' } as const;
  await it.db
    .insertInto('strategy')
    .values({ ...row, enabled_at_ms: Date.parse(NOON) })
    .execute();
  expect(codesOf(await it.propose('a', { strategy: 's' }))).toEqual(DENIED);
  await it.receive('d', { strategy: 's' }, 'drill');
  await it.storeFacts('d', { strategy: 's' }, 'drill');
  expect(codesOf(await it.reserve('d'))).toEqual(['accepted']);
});
