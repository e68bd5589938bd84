import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { runNode } from '../support/children.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, readingAt, usd, useLedger } from './harness.ts';

const under = useLedger();

const [TODAY, TOMORROW] = ['2026-11-22', '2026-11-23'] as const;

async function daysOf(it: LedgerUnderTest): Promise<string[]> {
  const rows = await it.db.selectFrom('day').select('date').orderBy('date').execute();
  return rows.map(({ date }) => date);
}

function lossOn(it: LedgerUnderTest, day: string) {
  return counterOf(it.db, `paper/loss/${day}`);
}

function tradesOn(it: LedgerUnderTest, day: string) {
  return counterOf(it.db, `paper/trades/${day}`);
}

/** Opens the day of `iso` by a proposal that is denied, so that nothing but the day changes. */
async function openDayAt(it: LedgerUnderTest, iso: string): Promise<void> {
  it.setClock(iso);
  const id = `opener-${iso.replaceAll(':', '-')}`;
  expect((await it.propose(id, { quantity: 1_000_000 })).kind).toBe('denied');
}

test('I8 the first transaction that needs a day opens it, 20 at once open it once', async () => {
  const it = under();
  await it.setUp();
  expect(await daysOf(it)).toEqual([]);
  const ids = Array.from({ length: 20 }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => it.prepare(id)));
  await Promise.all(ids.map((id) => it.reserve(id)));
  expect(await daysOf(it)).toEqual([TODAY]);
  expect(await tradesOn(it, TODAY)).toMatchObject({ used: 0, held: 20, cap: 1_000 });
});

test('a new day gives trades and losses anew, and yesterday keeps its numbers', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 1, dailyLossMicrosMax: usd(60) });
  await it.open('a');
  await it.settle('a', 0);
  expect(codesOf(await it.propose('b'))).toEqual([
    'AT_RISK_REACHED',
    'DAILY_LOSS_REACHED',
    'DAILY_TRADES_REACHED',
  ]);
  it.setClock(`${TOMORROW}T00:00:00.000Z`);
  await it.accept('c');
  expect(await tradesOn(it, TODAY)).toMatchObject({ used: 1, held: 0 });
  expect(await lossOn(it, TODAY)).toMatchObject({ used: usd(50), held: 0 });
  expect(await tradesOn(it, TOMORROW)).toMatchObject({ used: 0, held: 1 });
  expect(await lossOn(it, TOMORROW)).toMatchObject({ used: 0, held: usd(50) });
});

test('the risk of a new day: what is being placed or may be settled by it, and nothing else', async () => {
  const it = under();
  await it.setUp();
  await it.accept('reserved', { quantity: 1 });
  await it.accept('unknown-order', { quantity: 2, settlesAt: '2026-12-01T00:00:00Z' });
  await it.permit('unknown-order');
  await it.answer('unknown-order', { event: 'order.lost' });
  await it.open('unknown-date', { quantity: 4 });
  await it.open('tomorrow', { quantity: 8, settlesAt: `${TOMORROW}T23:59:59.999Z` });
  await it.open('overdue', { quantity: 16, settlesAt: `${TODAY}T20:00:00Z` });
  await it.open('later', { quantity: 32, settlesAt: '2026-11-24T00:00:00Z' });
  await it.open('over', { quantity: 64 });
  await it.settle('over', 1);
  expect(await lossOn(it, TODAY)).toMatchObject({ used: 0, held: usd(0.5 * 63) });
  await openDayAt(it, `${TOMORROW}T00:00:00Z`);
  expect(await lossOn(it, TODAY)).toMatchObject({ used: 0, held: 0 });
  expect(await lossOn(it, TOMORROW)).toMatchObject({ used: 0, held: usd(0.5 * 31), overrun: 0 });
});

test('a position that weighs on no day in between is carried into the day of its result', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a', { settlesAt: '2026-11-25T10:00:00Z' });
  await it.permit('a');
  await it.fill('a', 80, 0.4);
  await it.answer('a', { event: 'order.finished', filled: 80 });
  await openDayAt(it, '2026-11-23T08:00:00Z');
  await openDayAt(it, '2026-11-24T08:00:00Z');
  expect(await lossOn(it, '2026-11-24')).toMatchObject({ held: 0 });
  await openDayAt(it, '2026-11-25T08:00:00Z');
  expect(await lossOn(it, '2026-11-25')).toMatchObject({ used: 0, held: usd(32) });
  await it.settle('a', 0);
  expect(await lossOn(it, '2026-11-25')).toMatchObject({ used: usd(32), held: 0 });
});

test('an engine that was down for days opens only the day it comes back on', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await openDayAt(it, '2026-11-26T08:00:00Z');
  expect(await daysOf(it)).toEqual([TODAY, '2026-11-26']);
  expect(await lossOn(it, '2026-11-26')).toMatchObject({ held: usd(50) });
});

test('I2 trades of several days settling on one stand above the cap as overrun and leave no room', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(60) });
  for (const day of ['2026-11-20', '2026-11-21', '2026-11-22']) {
    it.setClock(`${day}T12:00:00Z`);
    await it.open(`of-${day}`, { settlesAt: '2026-11-23T12:00:00Z' });
  }
  await openDayAt(it, '2026-11-23T08:00:00Z');
  expect(await lossOn(it, '2026-11-23')).toMatchObject({
    used: 0,
    held: usd(150),
    cap: usd(60),
    overrun: usd(90),
  });
  expect(codesOf(await it.propose('no-room', { quantity: 2 }))).toEqual(['AT_RISK_REACHED']);
  await it.settle('of-2026-11-20', 1);
  await it.settle('of-2026-11-21', 1);
  expect(await lossOn(it, '2026-11-23')).toMatchObject({ held: usd(50), overrun: 0 });
  await it.accept('fits-again', { quantity: 20 });
});

test('a trade reserved before midnight and sent after it keeps its place in the day before', async () => {
  const it = under();
  await it.setUp();
  it.setClock(`${TODAY}T23:59:59.900Z`);
  await it.accept('a');
  it.setClock(`${TOMORROW}T00:00:00.100Z`);
  await it.accept('b');
  await it.openReserved('a');
  expect(await tradesOn(it, TODAY)).toMatchObject({ used: 1, held: 0 });
  expect(await tradesOn(it, TOMORROW)).toMatchObject({ used: 0, held: 1 });
  expect(await lossOn(it, TOMORROW)).toMatchObject({ used: 0, held: usd(100) });
});

test('I8 a clock that jumps back re-opens nothing: all counts on the newest day', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 1 });
  await openDayAt(it, `${TOMORROW}T00:00:01Z`);
  it.setClock(`${TODAY}T23:00:00Z`);
  await it.accept('a');
  expect(codesOf(await it.propose('b'))).toEqual(['DAILY_TRADES_REACHED']);
  await it.openReserved('a');
  await it.settle('a', 0);
  expect(await daysOf(it)).toEqual([TOMORROW]);
  expect(await lossOn(it, TOMORROW)).toMatchObject({ used: usd(50) });
  // Postings too: a closed day never changes.
  const rows = await it.db
    .selectFrom('transfer')
    .select('day')
    .where('trade_id', '=', 'a')
    .execute();
  expect(new Set(rows.map(({ day }) => day))).toEqual(new Set([TOMORROW]));
});

test.each([
  ['a day ahead', `${TOMORROW}T12:00:00Z`],
  ['a year ahead', '2027-11-22T12:00:00Z'],
])('CLOCK_DISAGREES a clock that jumps %s opens nothing and changes nothing', async (_, jumped) => {
  const it = under();
  await it.setUp();
  await it.open('open');
  await it.result('open', 0);
  await it.prepare('a');
  const honest = it.reading();
  const wrong = { atMs: Date.parse(jumped), offsetMs: honest.offsetMs };
  await expect(it.reserve('a', wrong)).rejects.toMatchObject({ code: 'CLOCK_DISAGREES' });
  await expect(it.record('open', wrong)).rejects.toMatchObject({ code: 'CLOCK_DISAGREES' });
  expect(await daysOf(it)).toEqual([TODAY]);
  expect(await lossOn(it, TODAY)).toMatchObject({ used: 0, held: usd(50) });
  expect(await it.reserve('a', honest)).toMatchObject({ kind: 'accepted' });
  expect(await it.record('open', honest)).toMatchObject({ kind: 'recorded', day: TODAY });
});

test('CLOCK_DISAGREES the first day of a ledger is checked too', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  const wrong = { atMs: it.reading().atMs, offsetMs: 0 };
  const machine = new Date().toISOString().slice(0, 10);
  if (machine === TODAY) wrong.offsetMs = 3 * 86_400_000;
  await expect(it.reserve('a', wrong)).rejects.toMatchObject({ code: 'CLOCK_DISAGREES' });
  expect(await daysOf(it)).toEqual([]);
});

test('I8 two clocks on either side of midnight race: each trade counts on one day, all risk is carried', async () => {
  const it = under();
  await it.setUp();
  it.setClock(`${TODAY}T23:59:58Z`);
  await it.open('open');
  const ids = Array.from({ length: 30 }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => it.prepare(id, { quantity: 2 })));
  const before = readingAt(`${TODAY}T23:59:59.999Z`);
  const after = readingAt(`${TOMORROW}T00:00:00.000Z`);
  const outcomes = await Promise.all(
    ids.map((id, index) => it.reserve(id, index % 2 === 0 ? before : after)),
  );
  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
  expect(await daysOf(it)).toEqual([TODAY, TOMORROW]);
  const [old, fresh] = [await tradesOn(it, TODAY), await tradesOn(it, TOMORROW)];
  // The one opened before, and those that came before the day opened; the rest counts on the new day.
  expect(old.used + old.held + fresh.held).toBe(31);
  expect(await lossOn(it, TODAY)).toMatchObject({ used: 0, held: 0 });
  expect(await lossOn(it, TOMORROW)).toMatchObject({ used: 0, held: usd(50 + 30), overrun: 0 });
  const trades = await it.db
    .selectFrom('trade')
    .select('day')
    .where('day', '=', TOMORROW)
    .execute();
  expect(trades).toHaveLength(fresh.held);
});

test('midnight races answers, fills and settlements of the day before', async () => {
  const it = under();
  await it.setUp();
  it.setClock(`${TODAY}T23:59:58Z`);
  const ids = Array.from({ length: 24 }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => it.accept(id, { quantity: 2 })));
  for (const id of ids.slice(0, 8)) await it.openReserved(id, { quantity: 2 });
  await Promise.all(ids.slice(0, 8).map((id) => it.result(id, 0)));
  for (const id of ids.slice(8)) await it.permit(id);
  await it.prepare('opener', { quantity: 2 });
  const after = readingAt(`${TOMORROW}T00:00:00.000Z`);
  await Promise.all([
    ...ids.slice(0, 4).map((id) => it.record(id)),
    ...ids.slice(8, 16).map((id) => it.answer(id, { event: 'order.refused' })),
    it.reserve('opener', after),
    ...ids.slice(4, 8).map((id) => it.record(id, after)),
    ...ids.slice(16).map(async (id) => {
      await it.fill(id, 2);
      await it.answer(id, { event: 'order.finished', filled: 2 });
    }),
  ]);
  const [old, fresh] = [await lossOn(it, TODAY), await lossOn(it, TOMORROW)];
  expect(old.held).toBe(0);
  expect(old.used + fresh.used).toBe(usd(8));
  // The opener's own risk and that of the eight that are open now.
  expect(fresh.held).toBe(usd(9));
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ held: usd(1) });
});

test('the time zone of the process does not move the day', async () => {
  const it = under();
  await it.setUp();
  const script = fileURLToPath(new URL('zone-child.ts', import.meta.url));
  const zones = ['America/New_York', 'Pacific/Kiritimati'];
  const children = zones.map((TZ) => runNode([script, it.database.url, TZ], { TZ }));
  for (const child of children) expect([await child.ended(), child.output()]).toEqual([0, '']);
  expect(await daysOf(it)).toEqual([TODAY, TOMORROW]);
  // Each process reserved one trade on each side of midnight, in turns of its own.
  const trades = await it.db.selectFrom('trade').select(['id', 'day']).execute();
  expect(trades).toHaveLength(4);
  expect(trades.filter(({ id }) => id.endsWith('after')).map(({ day }) => day)).toEqual([
    TOMORROW,
    TOMORROW,
  ]);
});
