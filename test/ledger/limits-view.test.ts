/** The limits as people read them, on walked trades. */
import { sql } from 'kysely';
import { expect, test } from '@jest/globals';
import { limitsViewSchema } from '../../contracts/limits.ts';
import type { LimitsView } from '../../contracts/limits.ts';
import { readLimits } from '../../ledger/read/limits.ts';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, useLedger, usd } from './harness.ts';
import { proposePair, registerPair } from './pair-wishes.ts';

const under = useLedger();

const LIMITS = {
  initialBalanceMicros: { kalshi: usd(500), polymarket: usd(500) },
  positionMicrosMax: usd(500),
  eventExposureMicrosMax: usd(400),
  dailyLossMicrosMax: usd(200),
  openExposureMicrosMax: usd(800),
  dailyTradesMax: 5,
} as const;

async function viewOf(it: LedgerUnderTest): Promise<LimitsView> {
  const view = await readLimits(it.db, 'main', ['kalshi', 'polymarket'], it.reading());
  return limitsViewSchema.parse(view);
}

const rowsOf = ({ counted }: LimitsView) =>
  counted.map(({ name, of, value, used, held, left }) => [name, of, value, used, held, left]);

test('a fresh desk has everything left, and opens no day by being looked at', async () => {
  const it = under();
  await it.setUp(LIMITS);
  const view = await viewOf(it);
  expect(rowsOf(view)).toEqual([
    ['trades', null, '5', '0', '0', '5'],
    ['day loss', null, '200.00', '0.00', '0.00', '200.00'],
    ['exposure', null, '800.00', '0.00', '0.00', '800.00'],
    ['event', null, '400.00', '0.00', '0.00', '400.00'],
    ['position', null, '500.00', '0.00', '0.00', '500.00'],
    ['cash', 'kalshi', '500.00', '0.00', '0.00', '500.00'],
    ['cash', 'polymarket', '500.00', '0.00', '0.00', '500.00'],
  ]);
  expect(view).toMatchObject({
    now: NOON,
    day: '2026-11-22',
    desk: { id: 'main', phase: 'paper', state: 'active' },
    book: 'paper',
  });
  const { rows } = await sql`SELECT 1 FROM day`.execute(it.db);
  expect(rows).toEqual([]);
});

test('a position limit of 500 under a loss limit of 200: a single leg gets 200, the day’s loss binds', async () => {
  const it = under();
  await it.setUp(LIMITS);
  expect((await viewOf(it)).singleLeg).toEqual([
    {
      venue: 'kalshi',
      max: '200.00',
      binds: ['day loss'],
      maxNow: '200.00',
      bindsNow: ['day loss'],
    },
    {
      venue: 'polymarket',
      max: '200.00',
      binds: ['day loss'],
      maxNow: '200.00',
      bindsNow: ['day loss'],
    },
  ]);
});

test('after a loss, an open position and a reservation the numbers are those of the ledger', async () => {
  const it = under();
  await it.setUp(LIMITS);
  await it.open('lost', { quantity: 40 });
  await it.settle('lost', 0);
  await it.open('open', { quantity: 60, event: 'e', market: 'M' });
  await it.accept('reserved', { quantity: 100, price: 0.2, event: 'e', market: 'N' });
  const view = await viewOf(it);
  expect(rowsOf(view)).toEqual([
    ['trades', null, '5', '2', '1', '2'],
    ['day loss', null, '200.00', '20.00', '50.00', '130.00'],
    ['exposure', null, '800.00', '30.00', '20.00', '750.00'],
    ['event', 'e', '400.00', '30.00', '20.00', '350.00'],
    ['position', 'kalshi/M', '500.00', '30.00', '0.00', '470.00'],
    ['cash', 'kalshi', '450.00', '0.00', '20.00', '430.00'],
    ['cash', 'polymarket', '500.00', '0.00', '0.00', '500.00'],
  ]);
  expect(view.singleLeg[0]).toMatchObject({ max: '200.00', maxNow: '130.00' });
});

test('the largest trade it names is accepted, and more is not', async () => {
  const it = under();
  await it.setUp(LIMITS);
  await it.open('other', { quantity: 100, price: 0.3 });
  expect((await viewOf(it)).singleLeg[0]).toMatchObject({
    maxNow: '170.00',
    bindsNow: ['day loss'],
  });
  const tooLarge = await it.propose('larger', { quantity: 341, price: 0.5 });
  expect(tooLarge).toMatchObject({ kind: 'denied', failures: [{ code: 'AT_RISK_REACHED' }] });
  await it.accept('largest', { quantity: 340, price: 0.5 });
  expect((await viewOf(it)).singleLeg[0]).toMatchObject({ maxNow: '0.00' });
});

test('cash held for an order is not free: one venue’s cash binds there alone', async () => {
  const it = under();
  await it.setUp({ ...LIMITS, initialBalanceMicros: { kalshi: usd(60), polymarket: usd(940) } });
  await it.accept('reserved', { quantity: 100 });
  expect((await viewOf(it)).singleLeg).toMatchObject([
    { venue: 'kalshi', max: '60.00', binds: ['cash'], maxNow: '10.00', bindsNow: ['cash'] },
    { venue: 'polymarket', max: '200.00', maxNow: '150.00', bindsNow: ['day loss'] },
  ]);
});

test('a lowered limit shows nothing left, never less than nothing', async () => {
  const it = under();
  await it.setUp(LIMITS);
  await it.open('open', { quantity: 200 });
  await it.applyLimits({ ...LIMITS, dailyLossMicrosMax: usd(30), openExposureMicrosMax: usd(50) });
  const view = await viewOf(it);
  expect(rowsOf(view).slice(1, 3)).toEqual([
    ['day loss', null, '30.00', '0.00', '100.00', '0.00'],
    ['exposure', null, '50.00', '100.00', '0.00', '0.00'],
  ]);
  expect(view.singleLeg[0]).toMatchObject({
    max: '30.00',
    maxNow: '0.00',
    bindsNow: ['day loss', 'exposure'],
  });
});

test('a new day has its trades and losses left again', async () => {
  const it = under();
  await it.setUp(LIMITS);
  it.setClock('2026-11-21T12:00:00Z');
  await it.open('yesterday', { quantity: 40 });
  await it.settle('yesterday', 0);
  it.setClock(NOON);
  expect(rowsOf(await viewOf(it)).slice(0, 2)).toEqual([
    ['trades', null, '5', '0', '0', '5'],
    ['day loss', null, '200.00', '0.00', '0.00', '200.00'],
  ]);
});

test('the largest even pair: twice what one leg may lose, or twice the poorer venue’s cash', async () => {
  const it = under();
  await it.setUp({ ...LIMITS, initialBalanceMicros: { kalshi: usd(500), polymarket: usd(150) } });
  expect((await viewOf(it)).pair).toEqual({
    max: '300.00',
    binds: ['cash at polymarket'],
    maxNow: '300.00',
    bindsNow: ['cash at polymarket'],
  });
  await it.accept('other', { quantity: 200 });
  expect((await viewOf(it)).pair).toMatchObject({ maxNow: '200.00', bindsNow: ['day loss'] });
  // Even legs at 0.48: 208 contracts are 99.84 a leg.
  const even = { polymarketPrice: 0.48 };
  await registerPair(it, 'largest');
  await registerPair(it, 'larger');
  const larger = await proposePair(it, 'larger', { ...even, quantity: 209 });
  expect(larger).toMatchObject({ kind: 'denied', failures: [{ code: 'AT_RISK_REACHED' }] });
  const largest = await proposePair(it, 'largest', { ...even, quantity: 208 });
  expect(largest.kind).toBe('accepted');
});

test('a desk that trades at one venue alone has no largest pair', async () => {
  const it = under();
  await it.setUp(LIMITS);
  expect((await readLimits(it.db, 'main', ['kalshi'], it.reading())).pair).toBeNull();
});
