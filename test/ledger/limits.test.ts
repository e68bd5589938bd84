import { expect, test } from '@jest/globals';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, NOON, usd, useLedger } from './harness.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);

async function cash(it: LedgerUnderTest): Promise<number> {
  return (await balanceOf(it.db, 'paper/kalshi/cash')).balance;
}

test('a desk is set up once; later starts only report what differs', async () => {
  const it = under();
  expect(await it.setUp()).toEqual([]);
  expect(await it.setUp()).toEqual([]);
  expect(await it.setUp({ dailyTradesMax: 9 })).toEqual([
    { field: 'dailyTradesMax', was: '1000', is: '9' },
  ]);
  const richer = { kalshi: usd(99_999), polymarket: usd(10_000) };
  expect(await it.setUp({ initialBalanceMicros: richer })).toMatchObject([
    { field: 'initialBalanceMicros' },
  ]);
  expect((await readDesk(it.db, 'main')).limits.dailyTradesMax).toBe(1_000);
  expect(await cash(it)).toBe(usd(10_000));
});

test('I6 ten processes that start at once deposit the opening cash once', async () => {
  const it = under();
  const found = await Promise.all(Array.from({ length: 10 }, () => it.setUp()));
  expect(found.flat()).toEqual([]);
  expect(await cash(it)).toBe(usd(10_000));
  expect(await it.db.selectFrom('transfer').select('id').execute()).toHaveLength(2);
});

test('the desks have books of their own', async () => {
  const it = under();
  await it.setUp();
  await it.setUp({ dailyTradesMax: 1 }, 'drill');
  expect(await it.receive('d', {}, 'drill')).toEqual({ kind: 'received' });
  await it.storeFacts('d', {}, 'drill');
  expect(codesOf(await it.reserve('d'))).toEqual(['accepted']);
  await it.accept('m', { market: 'MARKET-d', outcome: 'no' });
  expect(await counterOf(it.db, 'drill/exposure')).toMatchObject({ held: usd(50) });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ held: usd(50) });
  await it.pause();
  expect(await it.receive('d2', {}, 'drill')).toEqual({ kind: 'received' });
});

test('a desk that was never set up takes nothing', async () => {
  const it = under();
  await expect(it.receive('a')).rejects.toMatchObject({ name: 'DeskMissing' });
});

test('I14 lowered limits stop entries and close nothing; what stands above them is overrun', async () => {
  const it = under();
  await it.setUp();
  await it.open('a', { event: 'e' });
  await it.accept('b', { event: 'e' });
  const lowered = {
    dailyTradesMax: 1,
    dailyLossMicrosMax: usd(70),
    openExposureMicrosMax: usd(60),
    eventExposureMicrosMax: usd(50),
  };
  const changes = await it.applyLimits(lowered);
  expect(changes.map(({ field }) => field).toSorted()).toEqual(Object.keys(lowered).toSorted());
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({
    cap: usd(60),
    overrun: usd(40),
  });
  expect(await counterOf(it.db, 'paper/event/e')).toMatchObject({ cap: usd(50), overrun: usd(50) });
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ cap: 1, overrun: 1 });
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ overrun: usd(30) });
  expect(codesOf(await it.propose('c', { event: 'e', quantity: 2 }))).toEqual([
    'AT_RISK_REACHED',
    'DAILY_TRADES_REACHED',
    'EXPOSURE_REACHED',
  ]);
  // What was accepted goes its way, and the overrun shrinks with what is given back.
  await it.openReserved('b');
  await it.settle('a', 1);
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: usd(50), overrun: 0 });
  expect((await it.ledger.readLegOrder('b', 0)).tradeStatus).toBe('open');
});

test('raised limits give room at once, and for counters made later', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 1, eventExposureMicrosMax: usd(50) });
  await it.accept('a', { event: 'e' });
  expect(codesOf(await it.propose('b', { event: 'e' }))).toEqual([
    'DAILY_TRADES_REACHED',
    'EXPOSURE_REACHED',
  ]);
  await it.applyLimits({ dailyTradesMax: 3, eventExposureMicrosMax: usd(100) });
  await it.accept('c', { event: 'e' });
  await it.accept('d', { event: 'other', quantity: 200 });
});

test('money is never created: limits apply without the initial balance', async () => {
  const it = under();
  await it.setUp();
  const richer = { kalshi: usd(99_999), polymarket: usd(99_999) };
  expect(await it.applyLimits({ initialBalanceMicros: richer })).toEqual([]);
  await it.applyLimits({ initialBalanceMicros: richer, dailyTradesMax: 3 });
  const { limits } = await readDesk(it.db, 'main');
  expect(limits).toMatchObject({
    dailyTradesMax: 3,
    initialBalanceMicros: { kalshi: usd(10_000), polymarket: usd(10_000) },
  });
  expect(await cash(it)).toBe(usd(10_000));
});

test('the days that are over keep the caps they had', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 5 });
  await it.accept('a');
  it.setClock('2026-11-23T12:00:00Z');
  await it.accept('b');
  // The clock jumped back: the newest day is today all the same.
  it.setClock(NOON);
  await it.applyLimits({ dailyTradesMax: 2 });
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ cap: 5 });
  expect(await counterOf(it.db, 'paper/trades/2026-11-23')).toMatchObject({ cap: 2 });
});

test('PHASE_LIMIT the caps kept with the desk bind beside its limits, and null caps nothing', async () => {
  const it = under();
  await it.setUp();
  const cap = (caps: string | null) =>
    it.db.updateTable('desk').set({ caps }).where('id', '=', 'main').execute();
  await cap(JSON.stringify({ perTradeMicrosMax: usd(49), stepTradesLeft: 1 }));
  expect(await it.propose('a')).toMatchObject({
    failures: [
      {
        code: 'PHASE_LIMIT',
        detail: 'phase paper: worst case 50.00 of 49.00 a trade; 1 trades left in this step',
      },
    ],
  });
  await cap(null);
  await it.accept('b');
});
