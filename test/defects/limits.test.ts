/**
 * The predecessor's defects in limits and days, each by its letter in reference/peers.md §2 and
 * docs/predecessor.md: what it did wrong, done right here.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { DAY_MS } from '../../domain/day.ts';
import { openLedger } from '../../ledger/ledger.ts';
import { balanceOf, counterOf } from '../ledger/books-in-sql.ts';
import type { LedgerUnderTest } from '../ledger/harness.ts';
import { codesOf, usd, useLedger } from '../ledger/harness.ts';
import { runNode } from '../support/children.ts';

const under = useLedger();

const [TODAY, TOMORROW] = ['2026-11-22', '2026-11-23'] as const;

const lossOn = (it: LedgerUnderTest, day: string) => counterOf(it.db, `paper/loss/${day}`);
const tradesOn = (it: LedgerUnderTest, day: string) => counterOf(it.db, `paper/trades/${day}`);

test.each(['America/St_Johns', 'Asia/Kolkata'])(
  'defect b: in %s the day changes at 00:00 UTC and at no other time',
  async (TZ) => {
    const it = under();
    await it.setUp();
    // The child reserves one trade at 23:59:59.999Z and one a millisecond later.
    const script = fileURLToPath(new URL('../ledger/zone-child.ts', import.meta.url));
    const child = runNode([script, it.database.url, TZ], { TZ });
    expect([await child.ended(), child.output()]).toEqual([0, '']);
    const trades = await it.db.selectFrom('trade').select(['id', 'day']).orderBy('day').execute();
    expect(trades.map(({ id, day }) => [id.split('-').at(-1), day])).toEqual([
      ['before', TODAY],
      ['after', TOMORROW],
    ]);
    expect(await tradesOn(it, TODAY)).toMatchObject({ held: 1 });
    expect(await tradesOn(it, TOMORROW)).toMatchObject({ held: 1 });
  },
);

describe('defect c: a loss that settles after midnight, before anything was checked', () => {
  test('counts on the new day, is in force there, and no later reset erases it', async () => {
    const it = under();
    await it.setUp({ dailyLossMicrosMax: usd(60) });
    await it.open('a');
    it.setClock(`${TOMORROW}T00:00:30Z`);
    expect(await it.settle('a', 0)).toMatchObject({ day: TOMORROW, pnlMicros: usd(-50) });
    expect(await lossOn(it, TODAY)).toMatchObject({ used: 0, held: 0 });
    expect(await lossOn(it, TOMORROW)).toMatchObject({ used: usd(50), held: 0 });
    await it.ledger.closeDays({ book: 'paper', before: TOMORROW }, it.reading());
    expect(await lossOn(it, TOMORROW)).toMatchObject({ used: usd(50) });
    expect(codesOf(await it.propose('b'))).toEqual(['AT_RISK_REACHED', 'DAILY_LOSS_REACHED']);
  });
});

describe('defect f: a reset that clears the day’s loss', () => {
  test('closing days, limits applied again and a restart leave the loss and its limit in force', async () => {
    const it = under();
    await it.setUp({ dailyLossMicrosMax: usd(60), dailyTradesMax: 10 });
    await it.open('a');
    await it.settle('a', 0);
    it.setClock(`${TODAY}T12:00:01Z`);
    await it.setUp({ dailyLossMicrosMax: usd(60), dailyTradesMax: 10 });
    await it.applyLimits({ dailyLossMicrosMax: usd(60), dailyTradesMax: 9 });
    expect(await lossOn(it, TODAY)).toMatchObject({ used: usd(50) });
    expect(await tradesOn(it, TODAY)).toMatchObject({ used: 1 });
    expect(codesOf(await it.propose('b'))).toEqual(['AT_RISK_REACHED', 'DAILY_LOSS_REACHED']);
  });

  test('nothing of the history can be deleted, by whatever means', async () => {
    const it = under();
    await it.setUp();
    await it.open('a');
    await expect(it.db.deleteFrom('transfer').execute()).rejects.toThrow(/append-only/);
    await expect(it.db.deleteFrom('decision').execute()).rejects.toThrow(/append-only/);
    await expect(it.db.deleteFrom('fill').execute()).rejects.toThrow(/append-only/);
    await expect(it.db.deleteFrom('audit').execute()).rejects.toThrow(/append-only/);
  });
});

test('defect g: two processes and forty proposals at one limit take exactly what it allows', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(500) });
  const other = openLedger(it.database.url, () => {});
  try {
    const ids = Array.from({ length: 40 }, (_, index) => `p${index}`);
    await Promise.all(ids.map((id) => it.prepare(id)));
    const outcomes = await Promise.all(
      ids.map((id, index) => {
        const ledger = index % 2 === 0 ? it.ledger : other;
        return ledger.reserve(id, { mayFetch: false }, it.reading());
      }),
    );
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(10);
    expect(await lossOn(it, TODAY)).toMatchObject({ used: 0, held: usd(500), overrun: 0 });
  } finally {
    await other.close();
  }
});

describe('defect h: an order the venue has accepted is not a fill', () => {
  test('it is no position, has cost nothing, and holds its money until the fills are booked', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    expect(await it.answer('a', { event: 'order.rested' })).toMatchObject({
      orderState: 'resting',
      tradeStatus: 'placing',
    });
    // Even the venue's word that all of it was filled books nothing: the fill records do.
    expect(await it.answer('a', { event: 'order.finished', filled: 100 })).toMatchObject({
      tradeStatus: 'placing',
    });
    const leg = await it.db.selectFrom('leg').selectAll().executeTakeFirstOrThrow();
    expect([leg.filled, leg.cost]).toEqual([0n, 0n]);
    expect(await balanceOf(it.db, 'paper/kalshi/cash')).toEqual({
      balance: usd(10_000),
      held: usd(50),
    });
    await it.fill('a', 100);
    expect(await balanceOf(it.db, 'paper/kalshi/cash')).toEqual({ balance: usd(9_950), held: 0 });
  });
});

describe('defect k: one id for every meeting of two teams', () => {
  test('the same teams on two dates are two trades', async () => {
    const it = under();
    await it.setUp();
    for (const date of ['2026-11-23', '2026-11-25']) {
      await it.accept(`nhl-${date}-CBJ-FLA`, { event: `nhl:${date}:CBJ@FLA` });
    }
    expect(await it.db.selectFrom('trade').select('id').execute()).toHaveLength(2);
  });

  test('an id that is taken neither blocks another trade nor lets one in twice', async () => {
    const it = under();
    await it.setUp();
    await it.accept('CBJ-FLA', { market: 'M-1' });
    expect(await it.receive('CBJ-FLA', { market: 'M-1' })).toEqual({ kind: 'decided' });
    expect(await it.receive('CBJ-FLA', { market: 'M-2' })).toEqual({ kind: 'conflict' });
    expect(codesOf(await it.propose('other-id', { market: 'M-1' }))).toEqual(['DUPLICATE_TRADE']);
  });
});

describe('defect l: limits that were looked at after the loss', () => {
  test('one trade cannot lose more than the day’s limit leaves', async () => {
    const it = under();
    await it.setUp({ dailyLossMicrosMax: usd(60) });
    expect(codesOf(await it.propose('too-large', { quantity: 122 }))).toEqual([
      'AT_RISK_REACHED',
      'DAILY_LOSS_REACHED',
    ]);
    await it.open('a');
    expect(codesOf(await it.propose('b', { quantity: 22 }))).toEqual(['AT_RISK_REACHED']);
    await it.open('c', { quantity: 20 });
    await it.settle('a', 0);
    await it.settle('c', 0);
    expect(await lossOn(it, TODAY)).toMatchObject({ used: usd(60), overrun: 0 });
  });

  test('what is open is bounded, however many days it was opened over', async () => {
    const it = under();
    await it.setUp({ openExposureMicrosMax: usd(120) });
    const settlesAt = '2027-01-01T00:00:00Z';
    await it.open('first', { settlesAt });
    it.setClock(`${TOMORROW}T12:00:00Z`);
    await it.open('second', { settlesAt });
    it.setClock(new Date(Date.parse(`${TOMORROW}T12:00:00Z`) + 7 * DAY_MS).toISOString());
    expect(codesOf(await it.propose('third', { settlesAt }))).toEqual(['EXPOSURE_REACHED']);
    await it.settle('first', 1);
    await it.accept('fourth', { settlesAt });
  });
});

describe('defect m: a count of successes only', () => {
  test('refused and unfilled orders have taken their places among the day’s trades', async () => {
    const it = under();
    await it.setUp({ dailyTradesMax: 2 });
    await it.accept('refused');
    await it.permit('refused');
    await it.answer('refused', { event: 'order.refused' });
    await it.accept('unfilled');
    await it.permit('unfilled');
    await it.answer('unfilled', { event: 'order.finished', filled: 0 });
    const trades = await it.db.selectFrom('trade').select(['id', 'status']).orderBy('id').execute();
    expect(trades.map(({ status }) => status)).toEqual(['rejected', 'unfilled']);
    expect(await tradesOn(it, TODAY)).toMatchObject({ used: 2 });
    expect(codesOf(await it.propose('third'))).toEqual(['DAILY_TRADES_REACHED']);
  });
});

test('defect j: a void pays its fraction, not nothing', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  // 100 contracts at 0.50 cost 50 dollars; a void at 0.40 pays 40 of them back.
  expect(await it.settle('a', 0.4)).toMatchObject({
    payoutMicros: usd(40),
    pnlMicros: usd(-10),
  });
  expect(await lossOn(it, TODAY)).toMatchObject({ used: usd(10) });
});
