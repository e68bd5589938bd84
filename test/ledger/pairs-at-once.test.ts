/** Pairs and single legs at the same moment against one limit, from two pools as of two processes. */
import { afterEach, expect, test } from '@jest/globals';
import type { Ledger } from '../../ledger/ledger.ts';
import { openLedger } from '../../ledger/ledger.ts';
import type { ReserveOutcome } from '../../ledger/verbs/reserve.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import { chanceOf } from './chance.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, NOON, PATIENCE, usd, useLedger } from './harness.ts';
import type { PairWish } from './pair-wishes.ts';
import { preparePair, registerPair } from './pair-wishes.ts';
import type { Wish } from './wishes.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);

let second: Ledger | undefined;
afterEach(async () => {
  await second?.close();
  second = undefined;
});

/** What both sorts of trade may be asked for. */
type Shared = Pick<Wish & PairWish, 'event' | 'strategy' | 'quantity'>;

/** Prepares pairs ($94, $48 at risk) and single legs ($50), then decides all at once. */
async function mixed(
  it: LedgerUnderTest,
  count: number,
  shared: Shared = {},
): Promise<Map<string, ReserveOutcome>> {
  second = openLedger(it.database.url, () => undefined, PATIENCE);
  const ledgers = [it.ledger, second];
  const ids = Array.from({ length: count }, (_, index) => `${index % 2 === 0 ? 'p' : 's'}${index}`);
  for (const id of ids) {
    if (id.startsWith('p')) {
      await registerPair(it, id);
      // The markets in either order: locks are taken in one order all the same.
      await preparePair(it, id, { ...shared, polymarketFirst: id.endsWith('0') });
    } else {
      const venue = id.endsWith('1') ? 'polymarket' : 'kalshi';
      await it.prepare(id, { ...shared, venue });
    }
  }
  const reading = it.reading();
  const outcomes = await Promise.all(
    chanceOf(7)
      .shuffle(ids)
      .map(async (id, index) => {
        const ledger = ledgers[index % 2]!;
        return [id, await ledger.reserve(id, { mayFetch: false }, reading)] as const;
      }),
  );
  return new Map(outcomes);
}

const accepted = (outcomes: ReadonlyMap<string, ReserveOutcome>, kind: 'p' | 's'): number =>
  [...outcomes].filter(([id, { kind: what }]) => id.startsWith(kind) && what === 'accepted').length;

const denials = (outcomes: ReadonlyMap<string, ReserveOutcome>): Set<string> =>
  new Set(
    [...outcomes.values()]
      .filter(({ kind }) => kind === 'denied')
      .map((one) => codesOf(one).join()),
  );

test('AT_RISK_REACHED 40 at once: the dearer legs and the single legs together, exactly', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(500) });
  const outcomes = await mixed(it, 40);
  const held = accepted(outcomes, 'p') * usd(48) + accepted(outcomes, 's') * usd(50);
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ held, overrun: 0 });
  expect(held).toBeLessThanOrEqual(usd(500));
  // Not even the cheaper of the two would still have fitted when the last was denied.
  expect(held).toBeGreaterThan(usd(500 - 50));
  expect(denials(outcomes)).toEqual(new Set(['AT_RISK_REACHED']));
});

test('EXPOSURE_REACHED 40 at once on one event: both legs of each pair count', async () => {
  const it = under();
  await it.setUp({ eventExposureMicrosMax: usd(700) });
  const outcomes = await mixed(it, 40, { event: 'one' });
  const held = accepted(outcomes, 'p') * usd(94) + accepted(outcomes, 's') * usd(50);
  expect(await counterOf(it.db, 'paper/event/one')).toMatchObject({ held, overrun: 0 });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ held });
  expect(held).toBeLessThanOrEqual(usd(700));
  expect(held).toBeGreaterThan(usd(700 - 50));
  expect(denials(outcomes)).toEqual(new Set(['EXPOSURE_REACHED']));
});

test('DAILY_TRADES_REACHED 40 at once: a pair takes one place', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 9 });
  const outcomes = await mixed(it, 40);
  expect(accepted(outcomes, 'p') + accepted(outcomes, 's')).toBe(9);
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ used: 0, held: 9 });
  expect(denials(outcomes)).toEqual(new Set(['DAILY_TRADES_REACHED']));
});

test('INSUFFICIENT_BALANCE 40 at once: each venue’s cash is held for its own legs alone', async () => {
  const it = under();
  await it.setUp({ initialBalanceMicros: { kalshi: usd(500), polymarket: usd(300) } });
  await mixed(it, 40);
  const legs = await it.db
    .selectFrom('leg')
    .select(['venue', (eb) => eb.fn.sum<bigint>('worst_case').as('sum')])
    .groupBy('venue')
    .execute();
  for (const { venue, sum } of legs) {
    const { balance, held } = await balanceOf(it.db, `paper/${venue}/cash`);
    expect(held).toBe(Number(sum));
    expect(held).toBeLessThanOrEqual(balance);
    // Less is left than the dearest leg there takes.
    expect(balance - held).toBeLessThan(usd(50));
  }
});

test('DUPLICATE_TRADE 20 pairs on the same two markets at once: one accepted', async () => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'g');
  const ids = Array.from({ length: 20 }, (_, index) => `p${index}`);
  for (const [index, id] of ids.entries()) {
    await preparePair(it, id, { name: 'g', polymarketFirst: index % 2 === 0 });
  }
  const outcomes = await Promise.all(ids.map((id) => it.reserve(id)));
  expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  const codes = outcomes.filter(({ kind }) => kind === 'denied').map((one) => codesOf(one).join());
  expect(new Set(codes)).toEqual(new Set(['DUPLICATE_TRADE']));
});

test('pairs and single legs on shared markets, events and venues in any order: no deadlock', async () => {
  const it = under();
  await it.setUp();
  second = openLedger(it.database.url, () => undefined, PATIENCE);
  const chance = chanceOf(3);
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await registerPair(it, name);
  const ids = Array.from({ length: 80 }, (_, index) => `t${index}`);
  for (const [index, id] of ids.entries()) {
    const name = names[chance.below(names.length)]!;
    const event = `e${chance.below(3)}`;
    if (index % 2 === 0) {
      await preparePair(it, id, {
        name,
        event,
        quantity: 1 + index,
        polymarketFirst: index % 4 === 0,
      });
    } else {
      const venue = chance.below(2) === 0 ? 'kalshi' : 'polymarket';
      await it.prepare(id, { venue, event, market: `${venue === 'kalshi' ? 'K' : 'P'}-${name}` });
    }
  }
  const ledgers = [it.ledger, second];
  const reading = it.reading();
  const outcomes = await Promise.all(
    chance
      .shuffle(ids)
      .map((id, index) => ledgers[index % 2]!.reserve(id, { mayFetch: false }, reading)),
  );
  const codes = new Set(outcomes.flatMap((outcome) => codesOf(outcome)));
  // One trade a set of legs, and no two sides of one market.
  expect([...codes].toSorted()).toEqual(['DUPLICATE_TRADE', 'OPPOSITE_SIDE_HELD', 'accepted']);
});
