/** When a pair's P&L counts, where its payouts stand meanwhile, and what a day carries of it. */
import { describe, expect, test } from '@jest/globals';
import type { DailyReport } from '../../contracts/daily-report.ts';
import { dailyReportSchema } from '../../contracts/daily-report.ts';
import { counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { usd, useLedger } from './harness.ts';
import type { Sent } from './pair-harness.ts';
import {
  acceptPair,
  amounts,
  balances,
  ENTRY,
  HEDGE,
  KALSHI,
  nakedPair,
  openPair,
  POLYMARKET,
  result,
  rowOf,
  strand,
  trade,
} from './pair-harness.ts';

const under = useLedger();
const [TODAY, TOMORROW, AFTER] = ['2026-11-22', '2026-11-23', '2026-11-24'] as const;
const LATE = `${TODAY}T23:50:00.000Z`;
const NEXT = `${TOMORROW}T18:00:00.000Z`;

async function closeBefore(it: LedgerUnderTest, before: string): Promise<void> {
  it.setClock(`${before}T00:00:02.000Z`);
  await it.ledger.closeDays({ book: 'paper', before }, it.reading());
}

async function reportOf(it: LedgerUnderTest, date: string): Promise<DailyReport> {
  const row = await it.db
    .selectFrom('daily_report')
    .select('body')
    .where('date', '=', date)
    .executeTakeFirstOrThrow();
  return dailyReportSchema.parse(row.body);
}

async function alertsOf(it: LedgerUnderTest): Promise<string[]> {
  const rows = await it.db.selectFrom('alert').select('code').orderBy('id').execute();
  return rows.map(({ code }) => code);
}

/** Home loses: Kalshi's yes pays nothing, Polymarket's Away pays 1. */
const HOME_LOSES = { loser: KALSHI, winner: POLYMARKET, yes: 0 };
/** Home wins: the other way round. */
const HOME_WINS = { loser: POLYMARKET, winner: KALSHI, yes: 1 };

describe('a pair is realised when its last leg is final', () => {
  test.each([
    ['losing leg first, Kalshi’s', HOME_LOSES, 'loser', { 'kalshi/unsettled/a': 48 }],
    ['losing leg first, Polymarket’s', HOME_WINS, 'loser', { 'polymarket/unsettled/a': 46 }],
    ['winning leg first, Polymarket’s', HOME_LOSES, 'winner', { 'polymarket/unsettled/a': -54 }],
    ['winning leg first, Kalshi’s', HOME_WINS, 'winner', { 'kalshi/unsettled/a': -52 }],
  ] as const)(
    'DAILY_LOSS_REACHED daily loss is 0 on both days: %s at 23:50, the other next day',
    async (_what, sides, first, unsettled) => {
      const it = under();
      await it.setUp();
      await openPair(it, 'a');
      it.setClock(LATE);
      const last = first === 'loser' ? 'winner' : 'loser';
      await result(it, 'a', sides[first], sides.yes);
      expect(await it.record('a')).toEqual({ kind: 'waiting' });
      expect(await it.record('a')).toEqual({ kind: 'waiting' });
      expect(await balances(it)).toMatchObject(unsettled);
      expect(Object.keys(await balances(it)).filter((id) => id.endsWith('pnl'))).toEqual([]);
      expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [0, 0] });

      await closeBefore(it, TOMORROW);
      it.setClock(NEXT);
      await result(it, 'a', sides[last], sides.yes);
      expect(await it.record('a')).toEqual({
        kind: 'recorded',
        payoutMicros: usd(100),
        pnlMicros: usd(6),
        day: TOMORROW,
      });
      await closeBefore(it, AFTER);

      for (const day of [TODAY, TOMORROW]) {
        expect(await counterOf(it.db, `paper/loss/${day}`)).toMatchObject({ used: 0, held: 0 });
      }
      expect(await reportOf(it, TODAY)).toMatchObject({
        settled: [],
        realized: { pnl: '0.00', gains: '0.00', losses: '0.00' },
        loss: { used: '0.00' },
        open: [{ id: 'a', status: 'open', worstLoss: '0.00' }],
        carried: { into: TOMORROW, trades: 0, risk: '0.00' },
      });
      expect(await reportOf(it, TOMORROW)).toMatchObject({
        settled: [{ id: 'a', payout: '100.00', realizedPnl: '6.00' }],
        realized: { pnl: '6.00', gains: '6.00', losses: '0.00' },
        loss: { used: '0.00' },
        open: [],
      });
      const loserPnl =
        sides.loser === KALSHI
          ? { 'kalshi/pnl': 48, 'polymarket/pnl': -54 }
          : { 'kalshi/pnl': -52, 'polymarket/pnl': 46 };
      expect(await balances(it)).toEqual({
        'kalshi/capital': -10_000,
        'polymarket/capital': -10_000,
        'kalshi/cash': 10_000 - 48 + (sides.winner === KALSHI ? 100 : 0),
        'polymarket/cash': 10_000 - 46 + (sides.winner === POLYMARKET ? 100 : 0),
        ...loserPnl,
      });
      expect(await alertsOf(it)).toEqual([]);
    },
  );

  test('a pair that loses in sum counts once, on the day of its last leg', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a');
    await trade(it, 'a', ENTRY, { fee: 4.5 });
    await trade(it, 'a', HEDGE, { fee: 3 });
    it.setClock(LATE);
    await result(it, 'a', KALSHI, 0);
    await it.record('a');
    // What is certain to be lost stays at risk until it is realised.
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [0, 1.5], exposure: [50.5, 0] });
    await closeBefore(it, TOMORROW);
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({ loss: [0, 1.5] });
    it.setClock(NEXT);
    await result(it, 'a', POLYMARKET, 0);
    expect(await it.record('a')).toMatchObject({ pnlMicros: usd(-1.5) });
    expect(await it.record('a')).toMatchObject({ pnlMicros: usd(-1.5) });
    expect(await counterOf(it.db, `paper/loss/${TODAY}`)).toMatchObject({ used: 0, held: 0 });
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({
      loss: [1.5, 0],
      exposure: [0, 0],
      kalshi: [0, 0],
      polymarket: [0, 0],
    });
    await closeBefore(it, AFTER);
    expect(await reportOf(it, TOMORROW)).toMatchObject({
      realized: { pnl: '-1.50', losses: '1.50' },
      loss: { used: '1.50' },
    });
  });

  test.each([
    ['both legs win', 1, 0, 106, ['SETTLEMENT_DIVERGENCE']],
    ['both legs lose', 0, 1, -94, ['SETTLEMENT_DIVERGENCE']],
    ['one is void, the other strict', 0.5, 0, 56, ['SETTLEMENT_DIVERGENCE']],
    ['both are void at 50/50', 0.5, 0.5, 6, []],
    ['a fraction that adds up', 0.3, 0.3, 6, []],
  ])('%s', async (_what, kalshiYes, polymarketYes, pnl, alerts) => {
    const it = under();
    await it.setUp();
    await openPair(it, 'a');
    await result(it, 'a', KALSHI, kalshiYes);
    await result(it, 'a', POLYMARKET, polymarketYes);
    expect(await it.record('a')).toMatchObject({ kind: 'recorded', pnlMicros: usd(pnl) });
    await it.record('a');
    expect(await alertsOf(it)).toEqual(alerts);
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [Math.max(0, -pnl), 0] });
  });

  test('a leg that was sold down and settles: P&L is sales and payouts less all it cost', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a', 40);
    const exit: Sent = { kind: 'exit', leg: POLYMARKET, quantity: 60, price: 0.44, attempt: 1 };
    expect(await trade(it, 'a', exit, { fee: 0.6 })).toMatchObject({ tradeStatus: 'open' });
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [1.8, 0], exposure: [37.6, 0] });
    await result(it, 'a', KALSHI, 1);
    await result(it, 'a', POLYMARKET, 1);
    // 40 - 37.6 - 1.8
    expect(await it.record('a')).toMatchObject({ pnlMicros: usd(0.6), payoutMicros: usd(40) });
    // The sale's loss was counted on its day, and a gain gives nothing back.
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [1.8, 0], exposure: [0, 0] });
  });
});

describe('a trade on one leg', () => {
  test('settles by itself, and an empty leg needs no result', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    await strand(it, 'a');
    await result(it, 'a', POLYMARKET, 1);
    expect(await it.record('a')).toMatchObject({ pnlMicros: usd(-46), payoutMicros: 0 });
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [46, 0], exposure: [0, 0] });
    const open = await it.db
      .selectFrom('alert')
      .select('code')
      .where('resolved_at_ms', 'is', null)
      .execute();
    expect(open).toEqual([]);
  });

  test('that is recorded before there is any result keeps its empty leg open for a hedge', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    await strand(it, 'a');
    expect(await it.record('a')).toEqual({ kind: 'waiting' });
    const taken = await it.ledger.resolveTrade(
      { tradeId: 'a', action: 'complete', maxLossMicros: usd(5), actor: 'ada', reason: 'test' },
      it.reading(),
    );
    const resolutionId = taken.kind === 'taken' ? taken.resolutionId : '';
    await trade(it, 'a', { ...HEDGE, attempt: 1, resolutionId });
    await result(it, 'a', KALSHI, 1);
    await result(it, 'a', POLYMARKET, 1);
    expect(await it.record('a')).toMatchObject({ payoutMicros: usd(100), pnlMicros: usd(6) });
  });

  test('settles one leg now and the other later, though they do not match', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a', 40);
    await strand(it, 'a');
    await result(it, 'a', KALSHI, 1);
    expect(await it.record('a')).toEqual({ kind: 'waiting' });
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'one_legged' });
    await result(it, 'a', POLYMARKET, 1);
    // 40 - 19.2 - 46
    expect(await it.record('a')).toMatchObject({ pnlMicros: usd(-25.2) });
  });
});

describe('AT_RISK_REACHED over midnight', () => {
  const SOON = { kalshi: `${TOMORROW}T20:00:00Z`, polymarket: `${TOMORROW}T20:00:00Z` };
  const LATER = { kalshi: '2026-11-30T20:00:00Z', polymarket: '2026-11-30T20:00:00Z' };

  test.each([
    ['a matched pair carries what it cost beyond what it pays', SOON, 100, 1.5],
    ['one that settles later carries nothing', LATER, 100, 0],
    ['one of an unknown date is carried', {}, 100, 1.5],
  ])('%s', async (_what, settlesAt, hedged, carried) => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a', { settlesAt });
    await trade(it, 'a', ENTRY, { fee: 4.5 });
    await trade(it, 'a', HEDGE, { fee: 3, filled: hedged });
    await closeBefore(it, TOMORROW);
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [0, 0] });
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({ loss: [0, carried] });
    expect(await reportOf(it, TODAY)).toMatchObject({
      carried: { into: TOMORROW, trades: carried === 0 ? 0 : 1, risk: carried.toFixed(2) },
    });
  });

  test('a one-legged pair carries no less than its naked cost, whenever it settles', async () => {
    const it = under();
    await it.setUp();
    await acceptPair(it, 'a', { settlesAt: LATER });
    await trade(it, 'a', ENTRY);
    await trade(it, 'a', HEDGE, { filled: 0 });
    await strand(it, 'a');
    await closeBefore(it, TOMORROW);
    // While orders may still be sent, all that was reserved can be lost: the dearer leg's 48.
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({ loss: [0, 48] });
    const held = { tradeId: 'a', action: 'hold', actor: 'ada', reason: 'keep it' } as const;
    await it.ledger.resolveTrade(held, it.reading());
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({ loss: [0, 46] });
    await closeBefore(it, AFTER);
    // Held and settling later: it weighs on the day it was opened and the day it settles.
    expect(await amounts(it, 'a', AFTER)).toMatchObject({ loss: [0, 0] });
    await closeBefore(it, '2026-11-30');
    expect(await amounts(it, 'a', '2026-11-30')).toMatchObject({ loss: [0, 46] });
  });

  test('DAILY_LOSS_REACHED a loss realised after midnight counts on the new day, whoever needs it first', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    it.setClock(`${TOMORROW}T00:00:01.000Z`);
    const exit: Sent = { kind: 'exit', leg: POLYMARKET, quantity: 100, price: 0.44, attempt: 1 };
    expect(await trade(it, 'a', exit)).toMatchObject({ tradeStatus: 'closed' });
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [0, 0] });
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({ loss: [2, 0] });
    await closeBefore(it, TOMORROW);
    expect(await amounts(it, 'a', TOMORROW)).toMatchObject({ loss: [2, 0] });
  });

  test('CLOCK_DISAGREES a loss counts on the newest day there is, where today cannot be opened', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    const exit: Sent = { kind: 'exit', leg: POLYMARKET, quantity: 100, price: 0.44, attempt: 1 };
    // The Clock runs three days ahead of the database's, and nobody declared it.
    const wrong = { atMs: it.reading().atMs + 3 * 86_400_000, offsetMs: it.reading().offsetMs };
    it.reading = () => wrong;
    expect(await trade(it, 'a', exit)).toMatchObject({ tradeStatus: 'closed' });
    expect(await amounts(it, 'a', TODAY)).toMatchObject({ loss: [2, 0] });
  });
});
