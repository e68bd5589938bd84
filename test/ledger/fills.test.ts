import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { checkI5 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import { appendAudit } from '../../ledger/verbs/audit.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { APPEND_ONLY, contracts, NOON, usd, useLedger } from './harness.ts';
import { fillOf } from './wishes.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);

async function sent(it: LedgerUnderTest, id: string): Promise<void> {
  await it.accept(id, { market: `M-${id}` });
  await it.permit(id);
}

async function legOf(it: LedgerUnderTest, id: string) {
  const leg = it.db.selectFrom('leg').selectAll().where('trade_id', '=', id);
  return leg.executeTakeFirstOrThrow();
}

test('I5 a fill is booked once, however often the venue tells of it', async () => {
  const it = under();
  await it.setUp();
  await sent(it, 'a');
  const order = await it.ledger.readLegOrder('a', 0);
  const fill = fillOf(order, { number: 1, quantity: 100, price: 0.5, atMs: it.reading().atMs });
  const book = () => it.ledger.bookFill('paper', 'kalshi', fill, it.reading());
  expect(await book()).toBe(true);
  expect(await book()).toBe(false);
  expect(await legOf(it, 'a')).toMatchObject({ filled: BigInt(contracts(100)) });
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ balance: usd(9_950) });
  expect(await it.ledger.knownFills('paper', 'kalshi', ['fill-1', 'fill-2'])).toEqual(
    new Set(['fill-1']),
  );
});

test('I5 ten at once of each of three fills: three are booked', async () => {
  const it = under();
  await it.setUp();
  await sent(it, 'a');
  const order = await it.ledger.readLegOrder('a', 0);
  const fills = [1, 2, 3].map((number) =>
    fillOf(order, { number, quantity: 30, price: 0.5, atMs: it.reading().atMs }),
  );
  const booked = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      it.ledger.bookFill('paper', 'kalshi', fills[index % 3]!, it.reading()),
    ),
  );
  expect(booked.filter((first) => first)).toHaveLength(3);
  const books = await readBooks(it.db);
  const told = fills.map(({ fillId }) => `paper/kalshi/${fillId}`);
  expect(checkI5(told, books.fills)).toEqual([]);
  expect(await legOf(it, 'a')).toMatchObject({ filled: BigInt(contracts(90)) });
});

test('a fill without our id is ours by the id the venue gave its order', async () => {
  const it = under();
  await it.setUp();
  await sent(it, 'a');
  await it.answer('a', { event: 'order.rested' });
  const order = await it.ledger.readLegOrder('a', 0);
  const fill = fillOf(order, { number: 1, quantity: 100, price: 0.5, atMs: it.reading().atMs });
  const { clientOrderId: _, ...anonymous } = fill;
  expect(await it.ledger.bookFill('paper', 'kalshi', anonymous, it.reading())).toBe(true);
  expect(await legOf(it, 'a')).toMatchObject({ filled: BigInt(contracts(100)) });
  expect((await readDesk(it.db, 'main')).desk.state).toBe('active');
});

test('a fill of no order of ours is kept as a discrepancy and pauses entries, once', async () => {
  const it = under();
  await it.setUp();
  await sent(it, 'a');
  const foreign = { clientOrderId: 'theirs', venueOrderId: 'theirs', fillId: 'foreign' };
  expect(await it.fill('a', 5, 0.5, foreign)).toBe(true);
  expect(await it.fill('a', 5, 0.5, foreign)).toBe(false);
  const found = await it.db.selectFrom('discrepancy').selectAll().execute();
  expect(found).toMatchObject([{ id: 'paper/kalshi/fill/foreign', venue: 'kalshi' }]);
  const { desk } = await readDesk(it.db, 'main');
  expect(desk).toMatchObject({ state: 'paused', epoch: 2 });
  expect(desk.reason).toContain('belongs to no order of ours');
  expect(await legOf(it, 'a')).toMatchObject({ filled: 0n });
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ balance: usd(10_000) });
});

test('I2 a fill that costs more than was held is booked, stands as overrun, and pauses entries', async () => {
  const it = under();
  await it.setUp({
    openExposureMicrosMax: usd(50),
    initialBalanceMicros: { kalshi: usd(50), polymarket: usd(50) },
  });
  await sent(it, 'a');
  await it.fill('a', 100, 0.6);
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({
    used: usd(60),
    held: 0,
    overrun: usd(10),
  });
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ balance: usd(-10) });
  const [discrepancy] = await it.db.selectFrom('discrepancy').select('detail').execute();
  expect(discrepancy!.detail).toContain('took 10.00 more than was held');
  expect((await readDesk(it.db, 'main')).desk.state).toBe('paused');
  // Still the trade's own: it opens, settles, and everything comes back.
  const answered = await it.answer('a', { event: 'order.finished', filled: 100 });
  expect(answered.tradeStatus).toBe('open');
  expect(await it.settle('a', 1)).toMatchObject({ kind: 'recorded', pnlMicros: usd(40) });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: 0, overrun: 0 });
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ balance: usd(90) });
});

test('AT_RISK_REACHED what a fill cost beyond its hold is at risk too', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(55) });
  await sent(it, 'a');
  await it.fill('a', 100, 0.6);
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({
    used: 0,
    held: usd(60),
    overrun: usd(5),
  });
  await it.answer('a', { event: 'order.finished', filled: 100 });
  await it.settle('a', 0);
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ used: usd(60), held: 0 });
});

test('a fill the venue tells of after its last word is booked, and is a discrepancy', async () => {
  const it = under();
  await it.setUp();
  await it.open('a', { event: 'e' });
  expect(await it.fill('a', 10)).toBe(true);
  expect(await counterOf(it.db, 'paper/event/e')).toMatchObject({ used: usd(55), held: 0 });
  expect((await readDesk(it.db, 'main')).desk.state).toBe('paused');
  expect(await it.settle('a', 1)).toMatchObject({ pnlMicros: usd(55) });
  expect(await counterOf(it.db, 'paper/event/e')).toMatchObject({ used: 0, held: 0 });
});

test.each([
  ['was thought never to have arrived', { event: 'order.absent' }, 'not_sent'],
  ['was called refused', { event: 'order.refused' }, 'rejected'],
  ['was called final with nothing', { event: 'order.finished', filled: 0 }, 'unfilled'],
] as const)(
  'I5 a fill of an order that %s is adopted and settles, and entries pause',
  async (...row) => {
    const [, last, status] = row;
    const it = under();
    await it.setUp();
    await sent(it, 'a');
    if (last.event === 'order.absent') await it.answer('a', { event: 'order.lost' });
    expect(await it.answer('a', last)).toMatchObject({ tradeStatus: status });
    expect(await it.fill('a', 100)).toBe(true);
    expect(await it.ledger.readStanding('a')).toMatchObject({ status: 'open' });
    const { stored } = await it.ledger.readLegOrder('a', 0);
    expect(stored).toMatchObject({ state: 'done', finalQuantity: contracts(100) });
    expect((await readDesk(it.db, 'main')).desk.state).toBe('paused');
    expect(await balanceOf(it.db, 'paper/kalshi/position/M-a/0')).toMatchObject({
      balance: usd(50),
    });
    expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: usd(50), held: 0 });
    // Somebody must drive it again.
    expect(await it.ledger.tradesUnderWay({ undecidedBeforeMs: 0 })).toMatchObject([{ id: 'a' }]);
    expect(await it.settle('a', 1)).toMatchObject({ kind: 'recorded', pnlMicros: usd(50) });
  },
);

test('I5 more of an order than its final word said is adopted too', async () => {
  const it = under();
  await it.setUp();
  await it.open('a', { quantity: 60 });
  expect(await it.fill('a', 5)).toBe(true);
  expect((await readDesk(it.db, 'main')).desk.state).toBe('paused');
  const { stored } = await it.ledger.readLegOrder('a', 0);
  expect(stored).toMatchObject({ state: 'done', finalQuantity: contracts(65) });
  expect(await it.settle('a', 1)).toMatchObject({ kind: 'recorded', pnlMicros: usd(32.5) });
});

test.each(APPEND_ONLY)('%s rows are append-only: no UPDATE, DELETE or TRUNCATE', async (table) => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await it.settle('a', 1);
  await it.db.transaction().execute(async (tx) => {
    const entry = { actor: 'tester', verified: true, action: 'test.ran', reason: 'a test' };
    await appendAudit(tx, entry, it.reading().atMs);
    await tx
      .insertInto('daily_report')
      .values({ book: 'paper', date: '2026-11-22', revision: 1, body: '{}', issued_at_ms: 0 })
      .execute();
    await tx
      .insertInto('redemption')
      .values({
        book: 'live',
        venue: 'polymarket',
        redemption_id: '0x1',
        market: 'M',
        amount: 0,
        booked: 0,
        redeemed_at_ms: 0,
        recorded_at_ms: 0,
      })
      .execute();
  });
  const column = {
    transfer: 'code',
    decision: 'day',
    fill: 'venue',
    settlement: 'market',
    redemption: 'market',
    audit: 'actor',
    daily_report: 'book',
  }[table];
  for (const change of [
    `UPDATE ${table} SET ${column} = ${column}`,
    `DELETE FROM ${table}`,
    `TRUNCATE ${table} CASCADE`,
  ]) {
    await expect(sql.raw(change).execute(it.db)).rejects.toThrow('is append-only');
  }
  const rows = await it.db.selectFrom(table).selectAll().execute();
  expect(rows).not.toEqual([]);
});
