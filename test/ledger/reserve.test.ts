import { expect, test } from '@jest/globals';
import { failuresOf } from '../../domain/risk/admission.ts';
import type { Verdict } from '../../domain/risk/codes.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import { codesOf, contracts, NOON, usd, useLedger } from './harness.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);

test('an accepted proposal has its decision, trade, leg and holds, in one commit', async () => {
  const it = under();
  await it.setUp();
  const outcome = await it.propose('a', { event: 'e', market: 'M', outcome: 'no' });
  expect(outcome).toMatchObject({
    kind: 'accepted',
    trade: {
      book: 'paper',
      day: DAY,
      plan: { legs: [{ outcome: 1, quantity: contracts(100) }], first: 0 },
    },
  });
  const trade = await it.db.selectFrom('trade').selectAll().executeTakeFirstOrThrow();
  expect(trade).toMatchObject({ id: 'a', status: 'reserved', day: DAY, event: 'e' });
  expect(Number(trade.worst_case)).toBe(usd(50));
  const leg = await it.db.selectFrom('leg').selectAll().executeTakeFirstOrThrow();
  expect(leg).toMatchObject({ market: 'M', outcome: 1, outcome_label: 'Away', filled: 0n });
  const holds = await it.db.selectFrom('hold').selectAll().orderBy('target').execute();
  expect(holds.map(({ target, amount }) => [target, Number(amount)])).toEqual([
    ['paper/event/e', usd(50)],
    ['paper/exposure', usd(50)],
    ['paper/kalshi/cash', usd(50)],
    [`paper/loss/${DAY}`, usd(50)],
    ['paper/market/kalshi/M', usd(50)],
    [`paper/trades/${DAY}`, 1],
  ]);
});

test('I2 what holds hold is held in the counters and in cash', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.accept('b', { quantity: 10 });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: usd(55) });
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ used: 0, held: usd(55) });
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ used: 0, held: 2 });
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toEqual({
    balance: usd(10_000),
    held: usd(55),
  });
});

test('a decision keeps the verdict of every rule, its numbers too, whether it passed or not', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(40) });
  await it.propose('denied');
  await it.accept('accepted', { quantity: 10 });
  const decisions = await it.db
    .selectFrom('decision')
    .select(['trade_id', 'accepted', 'verdicts', 'day'])
    .orderBy('trade_id')
    .execute();
  const codes = decisions.map(({ verdicts }) => (verdicts as Verdict[]).map(({ code }) => code));
  expect(codes[0]).toEqual(codes[1]);
  expect(codes[0]).toEqual(expect.arrayContaining(['DAILY_LOSS_REACHED', 'DUPLICATE_TRADE']));
  expect(decisions.map(({ accepted, day }) => [accepted, day])).toEqual([
    [true, DAY],
    [false, DAY],
  ]);
  const denied = failuresOf(decisions[1]!.verdicts as Verdict[]);
  expect(denied.map(({ code }) => code)).toEqual(['DAILY_LOSS_REACHED', 'AT_RISK_REACHED']);
  expect(denied[1]!.numbers).toEqual({
    realisedTodayUsd: '0.00',
    othersAtRiskUsd: '0.00',
    thisRiskUsd: '50.00',
    limitUsd: '40.00',
  });
});

test('I13 a repeat answers the stored decision, whatever has changed since', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 1 });
  const accepted = await it.propose('a');
  const denied = await it.propose('b');
  expect(codesOf(denied)).toEqual(['DAILY_TRADES_REACHED']);
  await it.applyLimits({ dailyTradesMax: 0 });
  await it.pause();
  it.setClock('2026-11-25T00:00:00Z');
  expect(await it.reserve('a')).toEqual(accepted);
  await it.applyLimits({ dailyTradesMax: 100 });
  expect(await it.reserve('b')).toEqual(denied);
  // Answered before any day was needed.
  expect(await it.db.selectFrom('day').select('date').execute()).toEqual([{ date: DAY }]);
});

test('a denied proposal holds nothing and makes no trade', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 0 });
  expect(codesOf(await it.propose('a'))).toEqual(['DAILY_TRADES_REACHED']);
  expect(await it.db.selectFrom('hold').select('target').execute()).toEqual([]);
  expect(await it.db.selectFrom('trade').select('id').execute()).toEqual([]);
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: 0 });
  const proposal = await it.db.selectFrom('proposal').select('status').executeTakeFirst();
  expect(proposal).toEqual({ status: 'decided' });
});

test('facts that are missing are asked for before anything is decided', async () => {
  const it = under();
  await it.setUp();
  await it.receive('a');
  const asked = await it.ledger.reserve('a', { mayFetch: true }, it.reading());
  expect(asked).toMatchObject({ kind: 'factsNeeded', book: 'paper', legs: [{ venue: 'kalshi' }] });
  expect(await it.db.selectFrom('day').select('date').execute()).toEqual([]);
  await it.storeFacts('a');
  const decided = await it.ledger.reserve('a', { mayFetch: true }, it.reading());
  expect(decided.kind).toBe('accepted');
});

test('STALE_FACTS facts older than half their age are asked for, older than all of it deny', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  it.setClock('2026-11-22T12:00:02.500Z');
  // Exactly half of the 5 s is still young enough.
  await it.prepare('b');
  it.setClock('2026-11-22T12:00:05.000Z');
  const half = await it.ledger.reserve('b', { mayFetch: true }, it.reading());
  expect(half.kind).toBe('accepted');
  expect(await it.ledger.reserve('a', { mayFetch: true }, it.reading())).toMatchObject({
    kind: 'factsNeeded',
  });
  it.setClock('2026-11-22T12:00:05.001Z');
  expect(codesOf(await it.reserve('a'))).toEqual(['STALE_FACTS']);
});

test('a somewhat older reading of a fact never replaces a newer one', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  it.setClock('2026-11-22T11:59:59Z');
  await it.storeFacts('a', { price: 0.9 });
  it.setClock(NOON);
  expect(codesOf(await it.reserve('a'))).toEqual(['accepted']);
  const facts = await it.db.selectFrom('fact').select('as_of_ms').execute();
  const noon = { as_of_ms: BigInt(Date.parse(NOON)) };
  expect(facts).toEqual([noon, noon, noon]);
});

test('STALE_FACTS facts from before a clock jumped back deny, and fresh ones replace them', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  it.setClock('2026-11-22T11:59:50Z');
  expect(codesOf(await it.reserve('a'))).toEqual(['STALE_FACTS']);
  await it.accept('b', { market: 'MARKET-a' });
});

test('STALE_PROPOSAL an expired proposal is denied', async () => {
  const it = under();
  await it.setUp();
  await it.receive('a');
  it.setClock('2026-11-22T12:01:00.000Z');
  await it.storeFacts('a');
  expect(codesOf(await it.reserve('a'))).toEqual(['STALE_PROPOSAL']);
});

test('all failures are told together', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 0, positionMicrosMax: usd(10), openExposureMicrosMax: usd(10) });
  expect(codesOf(await it.propose('a', { quantity: 100_000 }))).toEqual([
    'AT_RISK_REACHED',
    'DAILY_LOSS_REACHED',
    'DAILY_TRADES_REACHED',
    'EXPOSURE_REACHED',
    'INSUFFICIENT_BALANCE',
    'POSITION_TOO_LARGE',
  ]);
});

test('two runs of the same trade at once decide once', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a');
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => it.reserve('a')));
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  expect(codesOf(outcomes[0]!)).toEqual(['accepted']);
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ used: 0, held: 1 });
});

test('a proposal nobody received cannot be reserved', async () => {
  const it = under();
  await it.setUp();
  await expect(it.reserve('nobody')).rejects.toMatchObject({ name: 'NotInLedger' });
});
