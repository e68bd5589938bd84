/** Admission of two legs: what is written, what is held, and which pair is one thing. */
import { expect, test } from '@jest/globals';
import type { Verdict } from '../../domain/risk/codes.ts';
import { tradePlanOf } from '../../domain/trade-plan.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, contracts, NOON, usd, useLedger } from './harness.ts';
import type { PairWish } from './pair-wishes.ts';
import { proposePair, registerPair } from './pair-wishes.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);

async function accepted(it: LedgerUnderTest, id: string, wish: PairWish = {}) {
  await registerPair(it, wish.name ?? id);
  const outcome = await proposePair(it, id, wish);
  expect(codesOf(outcome)).toEqual(['accepted']);
  return outcome.kind === 'accepted' ? outcome.trade.plan : undefined;
}

test('an accepted pair has its decision, trade, two legs and their holds, in one commit', async () => {
  const it = under();
  await it.setUp();
  const plan = await accepted(it, 'a', {
    event: 'e',
    settlesAt: { kalshi: '2026-11-23T01:00:00Z', polymarket: '2026-11-23T02:00:00Z' },
  });
  expect(plan).toMatchObject({
    first: 1,
    worstCaseMicros: usd(94),
    riskMicros: usd(48),
    maxPairCostMicros: 940_000,
    legs: [
      { outcome: 0, quantity: contracts(100), priceMaxMicros: 480_000, worstCaseMicros: usd(48) },
      { outcome: 1, quantity: contracts(100), priceMaxMicros: 460_000, worstCaseMicros: usd(46) },
    ],
  });
  // Long, and judged already.
  for (const { market } of plan!.legs) expect(market).not.toHaveProperty('rules');
  const trade = await it.db.selectFrom('trade').selectAll().executeTakeFirstOrThrow();
  expect(trade).toMatchObject({ id: 'a', status: 'reserved', day: DAY, event: 'e' });
  expect(Number(trade.worst_case)).toBe(usd(94));
  // The later of the two.
  expect(Number(trade.settles_at_ms)).toBe(Date.parse('2026-11-23T02:00:00Z'));
  const legs = await it.db.selectFrom('leg').selectAll().orderBy('leg').execute();
  expect(
    legs.map((leg) => [leg.leg, leg.venue, leg.market, leg.outcome, leg.outcome_label]),
  ).toEqual([
    [0, 'kalshi', 'K-a', 0, 'Home'],
    [1, 'polymarket', 'P-a', 1, 'Away'],
  ]);
  expect(legs.map((leg) => Number(leg.worst_case))).toEqual([usd(48), usd(46)]);
  const holds = await it.db
    .selectFrom('hold')
    .selectAll()
    .orderBy('leg')
    .orderBy('target')
    .execute();
  expect(holds.map(({ leg, target, amount }) => [leg, target, Number(amount)])).toEqual([
    [0, 'paper/event/e', usd(48)],
    [0, 'paper/exposure', usd(48)],
    [0, 'paper/kalshi/cash', usd(48)],
    [0, `paper/loss/${DAY}`, usd(48)],
    [0, 'paper/market/kalshi/K-a', usd(48)],
    [0, `paper/trades/${DAY}`, 1],
    [1, 'paper/event/e', usd(46)],
    [1, 'paper/exposure', usd(46)],
    [1, 'paper/market/polymarket/P-a', usd(46)],
    [1, 'paper/polymarket/cash', usd(46)],
  ]);
  const stored = await it.db.selectFrom('decision').select('plan').executeTakeFirstOrThrow();
  expect(tradePlanOf(stored.plan)).toEqual(plan);
});

test('I2 two legs that hold from one row are both held there', async () => {
  const it = under();
  await it.setUp();
  await accepted(it, 'a', { event: 'e' });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: usd(94) });
  expect(await counterOf(it.db, 'paper/event/e')).toMatchObject({ used: 0, held: usd(94) });
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ used: 0, held: usd(48) });
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ used: 0, held: 1 });
  expect(await counterOf(it.db, 'paper/market/kalshi/K-a')).toMatchObject({ held: usd(48) });
  expect((await balanceOf(it.db, 'paper/kalshi/cash')).held).toBe(usd(48));
  expect((await balanceOf(it.db, 'paper/polymarket/cash')).held).toBe(usd(46));
});

test('an unknown settlement of one leg leaves the trade without an expected one', async () => {
  const it = under();
  await it.setUp();
  await accepted(it, 'a', { settlesAt: { kalshi: '2026-11-23T01:00:00Z' } });
  const { settles_at_ms } = await it.db
    .selectFrom('trade')
    .select('settles_at_ms')
    .executeTakeFirstOrThrow();
  expect(settles_at_ms).toBeNull();
});

test('a repeat answers the stored plan, and one from before there were pairs as a plan of one leg', async () => {
  const it = under();
  await it.setUp();
  const outcome = await it.propose('old');
  expect(await it.reserve('old')).toEqual(outcome);
  if (outcome.kind !== 'accepted') throw new Error('not accepted');
  const { legs, roi } = outcome.trade.plan;
  const { priceMaxMicros: _, ...before } = legs[0]!;
  // As version 0.2 stored it: the leg alone, with its ROI.
  expect(tradePlanOf({ ...before, roi })).toEqual(outcome.trade.plan);
});

const opposite = { kalshiOutcome: 'no', polymarketOutcome: 'Home' } as const;
const verdictOf = async (it: LedgerUnderTest, id: string): Promise<Verdict> => {
  const row = await it.db
    .selectFrom('decision')
    .select('verdicts')
    .where('trade_id', '=', id)
    .executeTakeFirstOrThrow();
  return (row.verdicts as Verdict[]).find(({ code }) => code === 'PAIR_NOT_COMPLEMENTARY')!;
};

test.each<[string, PairWish, string | RegExp]>([
  ['named', { pair: 'g' }, 'pair g, not approved: paper only'],
  ['found by its markets', {}, 'pair g, not approved: paper only'],
  ['with both opposites', opposite, 'pair g, not approved: paper only'],
  ['with Polymarket first', { polymarketFirst: true }, 'pair g, not approved: paper only'],
])('PAIR_NOT_COMPLEMENTARY passes a registered pair %s', async (_name, wish, detail) => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'g');
  expect(codesOf(await proposePair(it, 'a', { ...wish, name: 'g' }))).toEqual(['accepted']);
  expect(await verdictOf(it, 'a')).toMatchObject({ passed: true, detail });
});

test.each<[string, PairWish, RegExp]>([
  ['nobody registered', { name: 'other' }, /no pair has these markets/],
  ['named but not registered', { name: 'g', pair: 'nobody' }, /pair nobody is not registered/],
  ['of other markets', { name: 'other', pair: 'g' }, /pair g is kalshi K-g with polymarket P-g/],
  ['whose outcomes pay together', { name: 'g', polymarketOutcome: 'Home' }, /pay together/],
  ['with one opposite', { name: 'g', kalshiOutcome: 'no' }, /pay together/],
])('PAIR_NOT_COMPLEMENTARY denies a pair %s', async (_name, wish, detail) => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'g');
  const outcome = await proposePair(it, 'a', wish);
  expect(outcome).toMatchObject({
    kind: 'denied',
    failures: [{ code: 'PAIR_NOT_COMPLEMENTARY', detail: expect.stringMatching(detail) }],
  });
});

test('PAIR_NOT_COMPLEMENTARY says that the rule texts have changed, which paper lets pass', async () => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'g');
  await it.ledger.approvePair({ id: 'g', actor: 'ada', reason: 'read both' }, it.reading());
  await proposePair(it, 'same', { name: 'g' });
  expect((await verdictOf(it, 'same')).detail).toBe('pair g, approved by ada');
  await proposePair(it, 'changed', { name: 'g', rules: 'Overtime does not count.', ...opposite });
  expect((await verdictOf(it, 'changed')).detail).toBe(
    'pair g, the rule texts have changed: paper only',
  );
});

test('DUPLICATE_TRADE denies the same two legs in any order; one that shares a leg is another trade', async () => {
  const it = under();
  await it.setUp();
  await accepted(it, 'a', { name: 'g' });
  const again = await proposePair(it, 'b', { name: 'g', polymarketFirst: true });
  expect(codesOf(again)).toEqual(['DUPLICATE_TRADE']);
  await it.accept('single', { market: 'K-g', outcome: 'yes' });
  expect(codesOf(await it.propose('twice', { market: 'K-g', outcome: 'yes' }))).toEqual([
    'DUPLICATE_TRADE',
  ]);
});

test('OPPOSITE_SIDE_HELD names the leg whose other side is held', async () => {
  const it = under();
  await it.setUp();
  await it.accept('single', { venue: 'polymarket', market: 'P-g', outcome: 'yes' });
  await registerPair(it, 'g');
  const outcome = await proposePair(it, 'a', { name: 'g' });
  expect(outcome).toMatchObject({
    kind: 'denied',
    failures: [
      {
        code: 'OPPOSITE_SIDE_HELD',
        detail: 'legs.1 (polymarket): open on the other side: single',
      },
    ],
  });
});

test('INSUFFICIENT_BALANCE names the venue whose cash does not cover its own leg', async () => {
  const it = under();
  await it.setUp({ initialBalanceMicros: { kalshi: usd(10_000), polymarket: usd(45) } });
  await registerPair(it, 'a');
  expect(await proposePair(it, 'a')).toMatchObject({
    kind: 'denied',
    failures: [
      {
        code: 'INSUFFICIENT_BALANCE',
        detail: 'legs.1 (polymarket): worst case 46.00, free cash at polymarket 45.00',
        numbers: { 'legs.0.freeCashUsd': '10000.00', 'legs.1.freeCashUsd': '45.00' },
      },
    ],
  });
});

test('STALE_FACTS of one leg deny the pair, and both legs are asked for', async () => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'a');
  await proposePair(it, 'first', { name: 'a', quantity: 1 });
  it.setClock('2026-11-22T12:00:06.000Z');
  const asked = await it.ledger.reserve('first', { mayFetch: true }, it.reading());
  expect(asked.kind).toBe('accepted');
  const received = await it.ledger.receiveProposal(
    { id: 'b', desk: 'main', proposal: { ...(await bodyOf(it, 'first')), event: 'other' } },
    it.reading(),
  );
  expect(received).toEqual({ kind: 'received' });
  expect(await it.ledger.reserve('b', { mayFetch: true }, it.reading())).toMatchObject({
    kind: 'factsNeeded',
    legs: [{ venue: 'kalshi' }, { venue: 'polymarket' }],
  });
  const denied = await it.reserve('b');
  expect(codesOf(denied)).toEqual(['DUPLICATE_TRADE', 'STALE_FACTS']);
});

async function bodyOf(it: LedgerUnderTest, id: string) {
  const row = await it.db
    .selectFrom('proposal')
    .select('body')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return row.body as Parameters<typeof it.ledger.receiveProposal>[0]['proposal'];
}
