/**
 * The nine issues that the predecessor's own code review found, by their numbers in
 * docs/predecessor.md; the ninth, about its reset, is defect f.
 */
import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { fieldProblems, proposalSchema } from '../../contracts/proposal.ts';
import { takerFeeMax } from '../../domain/fees/schedule.ts';
import { costCeil, priceMicros } from '../../domain/money.ts';
import { tradePlanOf } from '../../domain/trade-plan.ts';
import { readTradingState } from '../../ledger/read/predecessor.ts';
import { balanceOf, counterOf } from '../ledger/books-in-sql.ts';
import { codesOf, contracts, usd, useLedger } from '../ledger/harness.ts';
import { settlementOf } from '../ledger/wishes.ts';
import { singleLeg } from '../support/markets.ts';
import { betText, fileText, sound } from '../support/predecessor.ts';

const under = useLedger();

test('issue 1: the day’s loss starts anew at midnight, and yesterday’s stays where it was', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(60) });
  await it.open('a');
  await it.settle('a', 0);
  expect(codesOf(await it.propose('b'))).toEqual(['AT_RISK_REACHED', 'DAILY_LOSS_REACHED']);
  it.setClock('2026-11-23T00:00:00.000Z');
  await it.accept('c');
  expect(await counterOf(it.db, 'paper/loss/2026-11-22')).toMatchObject({ used: usd(50) });
});

describe('issue 2: limits are judged on what the trade can really cost', () => {
  const fees = { kind: 'kalshi', multiplierMillionths: 1_000_000 } as const;
  const quantity = contracts(100);
  const price = priceMicros(450_000);
  const worst = costCeil(quantity, price) + takerFeeMax(fees, quantity, price);

  test('its own price, quantity and highest fee, to the micro-dollar', async () => {
    const it = under();
    await it.setUp({ positionMicrosMax: worst as never });
    await it.accept('fits', { fees, price: 0.45 });
    expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ held: worst });
    await it.applyLimits({ positionMicrosMax: (worst - 1) as never });
    expect(codesOf(await it.propose('does-not', { fees, price: 0.45 }))).toEqual([
      'POSITION_TOO_LARGE',
    ]);
  });
});

test('issue 3: a field under another name is refused by name, never ignored', () => {
  const leg = { venue: 'kalshi', market_id: 'M', outcome: 'yes', limitPrice: '0.5' };
  const { error } = proposalSchema.safeParse({ ...singleLeg('a', 'M'), legs: [leg] });
  expect(fieldProblems(error!)).toMatchObject([
    { field: 'legs.0.market' },
    { field: 'legs.0', problem: expect.stringContaining('market_id') },
  ]);
});

test.each([
  ['quantity', '0'],
  ['quantity', '-5'],
  ['quantity', 'NaN'],
  ['quantity', '1e3'],
  ['quantity', 5],
  ['budget', '-0.01'],
  ['fairPrice', '1'],
])('issue 4: %s of %p is refused', (field, value) => {
  const { error } = proposalSchema.safeParse({ ...singleLeg('a', 'M'), [field]: value });
  expect(fieldProblems(error!).map((problem) => problem.field)).toEqual([field]);
});

test('issue 5: the day’s trades are one number a day, however many there were', async () => {
  const it = under();
  await it.setUp();
  for (const day of ['2026-11-22', '2026-11-23', '2026-11-24']) {
    it.setClock(`${day}T12:00:00Z`);
    await it.open(`one-${day}`, { quantity: 2 });
    await it.open(`two-${day}`, { quantity: 2 });
  }
  const rows = await it.db
    .selectFrom('counter')
    .select(['id', 'used'])
    .where('kind', '=', 'trades')
    .orderBy('id')
    .execute();
  expect(rows.map(({ used }) => used)).toEqual([2n, 2n, 2n]);
  const asked = { desk: 'main', liveTrading: false } as const;
  expect(await readTradingState(it.db, asked, it.reading())).toMatchObject({ daily_trades: 2 });
});

test('issue 6: a save that fails half-way changes nothing, and can be repeated', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.permit('a');
  await sql.raw(BREAK_TRANSFERS).execute(it.db);
  try {
    await expect(it.fill('a', 100)).rejects.toThrow(/disk is full/);
  } finally {
    await sql.raw('DROP TRIGGER full_disk ON transfer; DROP FUNCTION full_disk').execute(it.db);
  }
  const cash = 'paper/kalshi/cash';
  expect(await balanceOf(it.db, cash)).toEqual({ balance: usd(10_000), held: usd(50) });
  expect(await it.db.selectFrom('fill').selectAll().execute()).toEqual([]);
  await it.fill('a', 100);
  await it.answer('a', { event: 'order.finished', filled: 100 });
  expect(await balanceOf(it.db, cash)).toEqual({ balance: usd(9_950), held: 0 });
});

const BREAK_TRANSFERS = `
  CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
  CREATE TRIGGER full_disk BEFORE INSERT ON transfer FOR EACH ROW EXECUTE FUNCTION full_disk()`;

test('issue 7: a leg that is late is waited for, for weeks, and never written off', async () => {
  const it = under();
  await it.setUp();
  const asked = { source: 'x', actor: 'tester', reason: 'a test', dryRun: false };
  await it.ledger.importPredecessor({ file: sound(fileText([betText()])), ...asked }, it.reading());
  const id = 'import-nhl-2025-12-06-CBJ-FLA';
  const book = 'paper' as const;
  const result = (venue: 'kalshi' | 'polymarket', market: string, payoutYes: number) =>
    it.ledger.storeSettlement(
      { book, venue },
      settlementOf(market, payoutYes, it.reading().atMs),
      it.reading(),
    );
  await result('polymarket', 'nhl-cbj-fla-2025-12-06', 0);
  expect(await it.record(id)).toEqual({ kind: 'waiting' });
  it.setClock('2026-12-24T12:00:00Z');
  expect(await it.record(id)).toEqual({ kind: 'waiting' });
  const { status } = await it.db.selectFrom('trade').select('status').executeTakeFirstOrThrow();
  expect(status).toBe('open');
  await result('kalshi', 'KXNHLGAME-25DEC06CBJFLA-FLA', 1);
  expect(await it.record(id)).toMatchObject({ kind: 'recorded', pnlMicros: 1_244_375 });
});

test('issue 8: what an earlier version stored is read as what it meant', () => {
  const leg = { venue: 'kalshi', market: 'M', outcome: 'yes', limitPrice: 580_000 };
  const earlier = { leg, outcome: 0, quantity: 10_000_000, worstCaseMicros: 5_970_600, roi: {} };
  expect(tradePlanOf(earlier)).toMatchObject({
    legs: [{ leg, quantity: 10_000_000, priceMaxMicros: 580_000 }],
    first: 0,
    worstCaseMicros: 5_970_600,
    riskMicros: 5_970_600,
  });
});
