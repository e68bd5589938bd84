import { expect, test } from '@jest/globals';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, NOON, usd, useLedger } from './harness.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);
const LOSS = `paper/loss/${DAY}`;

async function balances(it: LedgerUnderTest, market: string): Promise<Record<string, number>> {
  const names = ['cash', 'fees', 'pnl', 'capital', `position/${market}/0`];
  const entries = await Promise.all(
    names.map(async (name) => {
      const { balance } = await balanceOf(it.db, `paper/kalshi/${name}`);
      return [name, balance] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** 100 contracts filled at 0.37 with a fee of $1.2345. */
async function openWithFee(it: LedgerUnderTest): Promise<void> {
  await it.accept('a', {
    market: 'M',
    price: 0.4,
    fees: { kind: 'polymarket', rateMillionths: 100_000 },
  });
  await it.permit('a');
  await it.fill('a', 100, 0.37, { feeMicros: usd(1.2345) });
  await it.answer('a', { event: 'order.finished', filled: 100 });
}

test.each([
  { what: 'a win', payoutYes: 1, pnl: 61.7655, loss: 0 },
  { what: 'a loss', payoutYes: 0, pnl: -38.2345, loss: 38.2345 },
  { what: 'a void at 0.5', payoutYes: 0.5, pnl: 11.7655, loss: 0 },
  {
    what: 'a fraction that covers the cost but not the fee',
    payoutYes: 0.38,
    pnl: -0.2345,
    loss: 0.2345,
  },
])('I6 $what is booked to the micro-dollar', async ({ payoutYes, pnl, loss }) => {
  const it = under();
  await it.setUp();
  await openWithFee(it);
  expect(await it.settle('a', payoutYes)).toEqual({
    kind: 'recorded',
    payoutMicros: usd(100 * payoutYes),
    pnlMicros: usd(pnl),
    day: DAY,
  });
  expect(await balances(it, 'M')).toEqual({
    cash: usd(10_000 + pnl),
    fees: usd(1.2345),
    pnl: usd(37 - 100 * payoutYes),
    capital: usd(-10_000),
    'position/M/0': 0,
  });
  expect(await counterOf(it.db, LOSS)).toMatchObject({ used: usd(loss), held: 0 });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: 0 });
  const trade = await it.db.selectFrom('trade').selectAll().executeTakeFirst();
  expect(trade).toMatchObject({ status: 'settled', ended_day: DAY, pnl: BigInt(usd(pnl)) });
});

test('the other side of a market is paid the other payout', async () => {
  const it = under();
  await it.setUp();
  await it.open('a', { outcome: 'no' });
  expect(await it.settle('a', 0.3)).toMatchObject({ payoutMicros: usd(70), pnlMicros: usd(20) });
});

test('a payout is rounded down to the micro-dollar', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a', { quantity: 1.01, price: 0.5 });
  await it.permit('a');
  await it.fill('a', 1.01, 0.5);
  await it.answer('a', { event: 'order.finished', filled: 1.01 });
  expect(await it.settle('a', 0.333333)).toMatchObject({ payoutMicros: 336_666 });
});

test('DAILY_LOSS_REACHED gains give no room back', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(100) });
  await it.open('loser');
  await it.open('winner', { quantity: 80 });
  await it.settle('winner', 1);
  await it.settle('loser', 0);
  expect(await counterOf(it.db, LOSS)).toMatchObject({ used: usd(50), held: 0 });
  expect(codesOf(await it.propose('too-much', { quantity: 102 }))).toEqual([
    'AT_RISK_REACHED',
    'DAILY_LOSS_REACHED',
  ]);
  await it.accept('just-fits');
});

test('a repeat answers what was recorded, also many at once and on another day', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await it.result('a', 0);
  const answers = await Promise.all(Array.from({ length: 10 }, () => it.record('a')));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  it.setClock('2026-11-23T10:00:00Z');
  expect(await it.record('a')).toEqual(answers[0]);
  expect(await counterOf(it.db, LOSS)).toMatchObject({ used: usd(50) });
  expect(
    await it.db.selectFrom('transfer').select('id').where('code', '=', 'loss').execute(),
  ).toHaveLength(1);
});

test('a result is stored once and tells every trade that still holds the market', async () => {
  const it = under();
  await it.setUp();
  await it.open('kalshi', { market: 'M' });
  await it.open('other', { market: 'M', venue: 'polymarket' });
  expect(await it.result('kalshi', 1)).toBe(true);
  expect(await it.result('kalshi', 1)).toBe(false);
  const signals = await it.ledger.unsentSignals({ book: 'paper', venue: 'kalshi' }, 10);
  const other = await it.ledger.unsentSignals({ book: 'paper', venue: 'polymarket' }, 10);
  expect(other).toEqual([]);
  expect(signals).toMatchObject([
    { workflowId: 'trade:kalshi', signal: 'settled', payload: { settlementId: 'result-M' } },
  ]);
  await it.ledger.markSent(
    signals.map(({ id }) => id),
    it.reading(),
  );
  expect(await it.ledger.unsentSignals({ book: 'paper', venue: 'kalshi' }, 10)).toEqual([]);
});

test('a result stored before the trade is open waits for it', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  expect(await it.record('a')).toEqual({ kind: 'notOpen', status: 'reserved' });
  await it.permit('a');
  await it.result('a', 1);
  await it.answer('a', { event: 'order.finished', filled: 100 });
  expect(await it.record('a')).toEqual({ kind: 'notOpen', status: 'placing' });
  await it.fill('a', 100);
  expect(await it.record('a')).toMatchObject({ kind: 'recorded', pnlMicros: usd(50) });
});

test('without a result the trade waits; without a position there is nothing to settle', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  expect(await it.record('a')).toEqual({ kind: 'waiting' });
  await it.accept('b');
  await it.permit('b');
  await it.answer('b', { event: 'order.finished', filled: 0 });
  expect(await it.record('b')).toEqual({ kind: 'notOpen', status: 'unfilled' });
  await expect(it.record('nobody')).rejects.toMatchObject({ name: 'NotInLedger' });
});

test('a loss counts on the day it is recorded, whatever the day of the trade or the result', async () => {
  const it = under();
  await it.setUp();
  await it.open('a', { settlesAt: '2026-11-22T18:00:00Z' });
  it.setClock('2026-11-22T23:59:59Z');
  await it.result('a', 0);
  it.setClock('2026-11-23T00:00:30Z');
  expect(await it.record('a')).toMatchObject({ day: '2026-11-23' });
  expect(await counterOf(it.db, LOSS)).toMatchObject({ used: 0, held: 0 });
  expect(await counterOf(it.db, 'paper/loss/2026-11-23')).toMatchObject({ used: usd(50), held: 0 });
  const transfer = it.db.selectFrom('transfer').selectAll().where('code', '=', 'loss');
  expect(await transfer.executeTakeFirst()).toMatchObject({
    day: '2026-11-23',
    venue_at_ms: BigInt(Date.parse('2026-11-22T23:59:59Z')),
  });
});

test('DAILY_LOSS_REACHED a settlement earlier than expected is booked and blocks what would cross', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(60) });
  await it.open('early', { settlesAt: '2026-11-30T12:00:00Z' });
  it.setClock('2026-11-23T09:00:00Z');
  // Not expected today: the whole limit is free, and used.
  await it.open('today', { quantity: 110 });
  expect(await counterOf(it.db, 'paper/loss/2026-11-23')).toMatchObject({ held: usd(55) });
  await it.settle('early', 0);
  expect(await counterOf(it.db, 'paper/loss/2026-11-23')).toMatchObject({
    used: usd(50),
    held: usd(55),
    overrun: usd(45),
  });
  expect(codesOf(await it.propose('no-room', { quantity: 30 }))).toEqual([
    'AT_RISK_REACHED',
    'DAILY_LOSS_REACHED',
  ]);
});
