import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import type { DailyReport } from '../../contracts/daily-report.ts';
import { dailyReportSchema } from '../../contracts/daily-report.ts';
import { DAY_MS, utcDate } from '../../domain/day.ts';
import { eventually, runNode } from '../support/children.ts';
import { createTestDatabase } from '../support/servers.ts';
import { counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, readingAt, usd, useLedger } from './harness.ts';
import { sealOf } from './seal.ts';

const under = useLedger();

const [TODAY, TOMORROW] = ['2026-11-22', '2026-11-23'] as const;
const MIDNIGHT = `${TOMORROW}T00:00:00.000Z`;

function close(it: LedgerUnderTest, before: string, at?: string) {
  const reading = at === undefined ? it.reading() : readingAt(at);
  return it.ledger.closeDays({ book: 'paper', before }, reading);
}

async function daysOf(it: LedgerUnderTest): Promise<Record<string, boolean>> {
  const rows = await it.db.selectFrom('day').selectAll().orderBy('date').execute();
  return Object.fromEntries(rows.map((row) => [row.date, row.closed_at_ms !== null]));
}

async function closings(it: LedgerUnderTest): Promise<string[]> {
  const rows = await it.db
    .selectFrom('audit')
    .select(['action', 'detail'])
    .orderBy('seq')
    .execute();
  return rows
    .filter(({ action }) => action === 'day.closed')
    .map(({ detail }) => (JSON.parse(detail) as { date: string }).date);
}

async function reportOf(it: LedgerUnderTest, date: string): Promise<DailyReport> {
  const rows = await it.db
    .selectFrom('daily_report')
    .select('body')
    .where('date', '=', date)
    .execute();
  expect(rows).toHaveLength(1);
  return dailyReportSchema.parse(rows[0]!.body);
}

/** The seals of all closed days still say what the rows say. */
async function checkSeals(it: LedgerUnderTest): Promise<void> {
  const rows = await it.db.selectFrom('daily_report').select('date').execute();
  for (const { date } of rows) {
    expect([date, await sealOf(it.db, 'paper', date)]).toEqual([
      date,
      (await reportOf(it, date)).seal,
    ]);
  }
}

/** Opens the day of `iso` by a proposal that is denied, so that nothing but the day changes. */
async function openDayAt(it: LedgerUnderTest, iso: string): Promise<void> {
  it.setClock(iso);
  const id = `opener-${iso.replaceAll(':', '-')}`;
  expect((await it.propose(id, { quantity: 1_000_000 })).kind).toBe('denied');
}

test('I8 a reset missed for three days closes each of them, oldest first, and opens today', async () => {
  const it = under();
  await it.setUp();
  for (const date of ['2026-11-22', '2026-11-23', '2026-11-24']) {
    it.setClock(`${date}T12:00:00Z`);
    await it.open(`of-${date}`);
  }
  it.setClock('2026-11-25T00:00:00Z');
  const three = ['2026-11-22', '2026-11-23', '2026-11-24'];
  expect(await close(it, '2026-11-25')).toEqual(three);
  expect(await daysOf(it)).toEqual({
    '2026-11-22': true,
    '2026-11-23': true,
    '2026-11-24': true,
    '2026-11-25': false,
  });
  expect(await close(it, '2026-11-25')).toEqual([]);
  expect(await closings(it)).toEqual(three);
  await checkSeals(it);
});

test('I8 days before an earlier date only: a late run of an old reset leaves the newer days', async () => {
  const it = under();
  await it.setUp();
  for (const date of ['2026-11-22', '2026-11-23', '2026-11-24']) {
    await openDayAt(it, `${date}T12:00:00Z`);
  }
  expect(await close(it, '2026-11-24')).toEqual(['2026-11-22', '2026-11-23']);
  expect(await daysOf(it)).toMatchObject({ '2026-11-24': false });
});

test('where nothing is to be closed nothing is opened either', async () => {
  const it = under();
  await it.setUp();
  it.setClock(MIDNIGHT);
  expect(await close(it, TOMORROW)).toEqual([]);
  expect(await daysOf(it)).toEqual({});
  expect(await closings(it)).toEqual([]);
});

test('a schedule that fires before the Clock says so closes nothing, and all once it does', async () => {
  const it = under();
  await it.setUp();
  it.setClock(`${TODAY}T23:59:59.998Z`);
  await it.open('a');
  await expect(close(it, TOMORROW)).rejects.toMatchObject({ name: 'DayNotOver' });
  expect(await daysOf(it)).toEqual({ [TODAY]: false });
  expect(await close(it, TOMORROW, MIDNIGHT)).toEqual([TODAY]);
});

test('a clock that jumps back: the newest day stays open, what is before it closes', async () => {
  const it = under();
  await it.setUp();
  await openDayAt(it, `${TODAY}T12:00:00Z`);
  await openDayAt(it, `${TOMORROW}T00:00:10Z`);
  it.setClock(`${TODAY}T22:00:00Z`);
  expect(await close(it, TOMORROW)).toEqual([TODAY]);
  await expect(close(it, '2026-11-24')).rejects.toMatchObject({ name: 'DayNotOver' });
  expect(await daysOf(it)).toEqual({ [TODAY]: true, [TOMORROW]: false });
  await it.accept('still-counts-on-the-newest');
  expect(await counterOf(it.db, `paper/trades/${TOMORROW}`)).toMatchObject({ held: 1 });
  await checkSeals(it);
});

test('CLOCK_DISAGREES a clock that jumps forward closes nothing; set right, the right day closes', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  const honest = it.reading();
  const jumped = { atMs: honest.atMs + 40 * DAY_MS, offsetMs: honest.offsetMs };
  const wrong = utcDate(jumped.atMs);
  const closing = it.ledger.closeDays({ book: 'paper', before: wrong }, jumped);
  await expect(closing).rejects.toMatchObject({ code: 'CLOCK_DISAGREES' });
  expect(await daysOf(it)).toEqual({ [TODAY]: false });
  expect(await close(it, TOMORROW, MIDNIGHT)).toEqual([TODAY]);
  expect(await daysOf(it)).toEqual({ [TODAY]: true, [TOMORROW]: false });
});

test('failure case 6: a clock that jumps three days forward and back: each day once, limits refill', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 1 });
  await it.open('before', { quantity: 2 });
  // Machine and database jump together, and the reset of every midnight in between runs.
  it.setClock('2026-11-25T12:00:00Z');
  for (const date of [TOMORROW, '2026-11-24', '2026-11-25']) await close(it, date);
  await it.open('ahead', { quantity: 2 });
  it.setClock(`${TODAY}T13:00:00Z`);
  for (const date of [TODAY, TOMORROW]) expect(await close(it, date)).toEqual([]);
  expect(codesOf(await it.propose('back'))).toEqual(['DAILY_TRADES_REACHED']);
  for (const date of ['2026-11-24', '2026-11-25']) {
    it.setClock(`${date}T00:00:00Z`);
    expect(await close(it, date)).toEqual([]);
  }
  it.setClock('2026-11-26T00:00:00Z');
  expect(await close(it, '2026-11-26')).toEqual(['2026-11-25']);
  await it.accept('after', { quantity: 2 });
  expect(await daysOf(it)).toEqual({
    [TODAY]: true,
    '2026-11-25': true,
    '2026-11-26': false,
  });
  expect(await closings(it)).toEqual([TODAY, '2026-11-25']);
  await checkSeals(it);
});

test('the limits refill, and what was open is at risk on the new day', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 2, dailyLossMicrosMax: usd(100) });
  await it.open('lost');
  await it.settle('lost', 0);
  await it.open('stays');
  expect(codesOf(await it.propose('third'))).toEqual(['AT_RISK_REACHED', 'DAILY_TRADES_REACHED']);
  expect(await close(it, TOMORROW, MIDNIGHT)).toEqual([TODAY]);
  it.setClock(`${TOMORROW}T00:00:01Z`);
  expect(await counterOf(it.db, `paper/loss/${TODAY}`)).toMatchObject({ used: usd(50), held: 0 });
  expect(await counterOf(it.db, `paper/loss/${TOMORROW}`)).toMatchObject({
    used: 0,
    held: usd(50),
  });
  await it.accept('fourth');
  const rows = await it.db.selectFrom('trade').select(['id', 'status']).orderBy('id').execute();
  expect(rows).toContainEqual({ id: 'stays', status: 'open' });
  await it.settle('stays', 0);
  expect(await counterOf(it.db, `paper/loss/${TOMORROW}`)).toMatchObject({ used: usd(50) });
  await checkSeals(it);
});

test('failure case 6: a trade reserved at 23:59:59.9 and sent at 00:00:00.1 counts once, on the day that reserved it', async () => {
  const it = under();
  await it.setUp();
  it.setClock(`${TODAY}T23:59:59.900Z`);
  await it.accept('sent-late');
  await it.accept('never-sent');
  expect(await close(it, TOMORROW, MIDNIGHT)).toEqual([TODAY]);
  const sealed = await counterOf(it.db, `paper/trades/${TODAY}`);
  expect(sealed).toMatchObject({ used: 2, held: 0 });
  it.setClock(`${TOMORROW}T00:00:00.100Z`);
  await it.openReserved('sent-late');
  await it.ledger.abandonTrade('never-sent', it.reading());
  expect(await counterOf(it.db, `paper/trades/${TODAY}`)).toEqual(sealed);
  expect(await counterOf(it.db, `paper/trades/${TOMORROW}`)).toMatchObject({ used: 0, held: 0 });
  await it.settle('sent-late', 0);
  expect(await counterOf(it.db, `paper/loss/${TODAY}`)).toMatchObject({ used: 0, held: 0 });
  expect(await counterOf(it.db, `paper/loss/${TOMORROW}`)).toMatchObject({
    used: usd(50),
    held: 0,
  });
  expect((await reportOf(it, TODAY)).trades).toMatchObject({ used: 2, sent: 0 });
  await checkSeals(it);
});

test('failure case 6: a loss recorded at 00:00:30 before anything else that day counts on the new day', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(60) });
  await it.open('a');
  await it.result('a', 0);
  it.setClock(`${TOMORROW}T00:00:30Z`);
  expect(await it.record('a')).toMatchObject({ kind: 'recorded', day: TOMORROW });
  // The reset comes late, and finds the day opened.
  it.setClock(`${TOMORROW}T00:00:40Z`);
  expect(await close(it, TOMORROW)).toEqual([TODAY]);
  expect(await counterOf(it.db, `paper/loss/${TODAY}`)).toMatchObject({ used: 0, held: 0 });
  expect(await counterOf(it.db, `paper/loss/${TOMORROW}`)).toMatchObject({
    used: usd(50),
    held: 0,
  });
  expect(codesOf(await it.propose('b'))).toEqual(['AT_RISK_REACHED', 'DAILY_LOSS_REACHED']);
  expect((await reportOf(it, TODAY)).realized).toEqual({
    pnl: '0.00',
    gains: '0.00',
    losses: '0.00',
  });
});

test('I8 twenty closers at once close each day once', async () => {
  const it = under();
  await it.setUp();
  for (const date of ['2026-11-20', '2026-11-21', '2026-11-22']) {
    it.setClock(`${date}T12:00:00Z`);
    await it.open(`of-${date}`);
  }
  const closed = await Promise.all(Array.from({ length: 20 }, () => close(it, TOMORROW, MIDNIGHT)));
  const three = ['2026-11-20', '2026-11-21', '2026-11-22'];
  expect(closed.flat().toSorted()).toEqual(three);
  expect((await closings(it)).toSorted()).toEqual(three);
  await checkSeals(it);
});

test('I8 closing races reservations, answers, fills and settlements: no posting lands on a closed day', async () => {
  const it = under();
  await it.setUp();
  it.setClock(`${TODAY}T23:59:58Z`);
  const ids = Array.from({ length: 32 }, (_, index) => `p${index}`);
  for (const id of ids) await it.accept(id, { quantity: 2 });
  for (const id of ids.slice(0, 8)) await it.openReserved(id, { quantity: 2 });
  await Promise.all(ids.slice(0, 8).map((id) => it.result(id, 0)));
  for (const id of ids.slice(8)) await it.permit(id);
  const fresh = Array.from({ length: 8 }, (_, index) => `fresh${index}`);
  await Promise.all(fresh.map((id) => it.prepare(id, { quantity: 2 })));
  const after = readingAt(MIDNIGHT);
  await Promise.all([
    ...ids.slice(0, 4).map((id) => it.record(id)),
    ...ids.slice(16, 24).map((id) => it.fill(id, 2)),
    close(it, TOMORROW, MIDNIGHT),
    ...fresh.map((id, index) => it.reserve(id, index % 2 === 0 ? it.reading() : after)),
    ...ids.slice(8, 16).map((id) => it.answer(id, { event: 'order.refused' })),
    ...ids.slice(24).map((id) => it.fill(id, 2)),
    close(it, TOMORROW, MIDNIGHT),
    ...ids.slice(4, 8).map((id) => it.record(id, after)),
  ]);
  expect(await daysOf(it)).toEqual({ [TODAY]: true, [TOMORROW]: false });
  await checkSeals(it);
  // What was still under way finds nothing of the closed day to change.
  it.setClock(`${TOMORROW}T00:00:01Z`);
  for (const id of ids.slice(16)) await it.answer(id, { event: 'order.finished', filled: 2 });
  for (const id of ids.slice(16)) await it.settle(id, 0);
  await checkSeals(it);
  const counters = await it.db
    .selectFrom('counter')
    .select('id')
    .where('id', 'like', `%/${TODAY}`)
    .where('held', '>', '0' as never)
    .execute();
  expect(counters).toEqual([]);
});

/** So many sessions of this ledger wait for a lock. */
async function waiting(it: LedgerUnderTest, count: number): Promise<void> {
  await eventually(`${count} to wait for a lock`, async () => {
    const { rows } = await sql`
      SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND application_name = 'ballast-ledger' AND wait_event_type = 'Lock'`.execute(it.db);
    return rows.length === count;
  });
}

test('I8 a fill that comes late and is being booked at midnight keeps its day open until it is', async () => {
  const it = under();
  await it.setUp();
  await it.accept('over');
  await it.permit('over');
  await it.answer('over', { event: 'order.finished', filled: 0 });
  let booking: Promise<boolean> | undefined;
  let closing: Promise<string[]> | undefined;
  await it.db.transaction().execute(async (tx) => {
    // Nobody else needs an ended trade: only the day itself can keep the closing waiting.
    await sql`SELECT FROM trade WHERE id = 'over' FOR UPDATE`.execute(tx);
    booking = it.fill('over', 1);
    await waiting(it, 1);
    closing = close(it, TOMORROW, MIDNIGHT);
    await waiting(it, 2);
  });
  expect([await booking, await closing]).toEqual([true, [TODAY]]);
  const fills = await it.db
    .selectFrom('transfer')
    .select('day')
    .where('code', '=', 'buy')
    .orderBy('recorded_at_ms')
    .execute();
  expect(fills.map(({ day }) => day)).toEqual([TODAY]);
  await checkSeals(it);
});

test('a closed day and its report refuse to be changed', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await close(it, TOMORROW, MIDNIGHT);
  const reopen = sql`UPDATE day SET closed_at_ms = NULL WHERE date = ${TODAY}`.execute(it.db);
  await expect(reopen).rejects.toThrow('append-only');
  const rewrite = sql`UPDATE daily_report SET body = '{}'`.execute(it.db);
  await expect(rewrite).rejects.toThrow('append-only');
});

test('books close apart: a day of the drill book leaves the paper book alone', async () => {
  const it = under();
  await it.setUp();
  await it.setUp({}, 'drill');
  await it.open('a');
  await it.receive('d', {}, 'drill');
  await it.storeFacts('d', {}, 'drill');
  expect(await it.reserve('d')).toMatchObject({ kind: 'accepted' });
  expect(await it.ledger.booksWithDays()).toEqual(['drill', 'paper']);
  const closed = await it.ledger.closeDays(
    { book: 'drill', before: TOMORROW },
    readingAt(MIDNIGHT),
  );
  expect(closed).toEqual([TODAY]);
  expect(await it.ledger.openDaysBefore('paper', TOMORROW)).toEqual([TODAY]);
});

/** The clocks of New York go forward on 8 March and back on 1 November. */
const NIGHTS = ['2026-03-07', '2026-03-08', '2026-10-31', '2026-11-01', '2026-11-22'];

test.each(['America/New_York', 'Pacific/Kiritimati'])(
  'failure case 6: 23:59:59.999 and 00:00:00.000 UTC in %s: the right day, once, on nights its clocks change too',
  async (TZ) => {
    const database = await createTestDatabase();
    try {
      const script = fileURLToPath(new URL('closing-zone-child.ts', import.meta.url));
      const child = runNode([script, database.url, ...NIGHTS], { TZ });
      const code = await child.ended();
      expect([code, child.output().split('\n')]).toEqual([
        0,
        [
          'accepted 2026-03-07, closed 2026-03-07',
          'accepted 2026-03-08, closed 2026-03-08',
          'accepted 2026-10-31, closed 2026-03-09 2026-10-31',
          'accepted 2026-11-01, closed 2026-11-01',
          'accepted 2026-11-22, closed 2026-11-02 2026-11-22',
        ],
      ]);
    } finally {
      await database.drop();
    }
  },
);
