/** STRATEGY_LIMIT: a strategy's own caps, exact however many of its proposals are decided at once. */
import { expect, test } from '@jest/globals';
import type { StrategyCaps } from '../../domain/caps.ts';
import { codesOf, useLedger, usd } from './harness.ts';
import type { LedgerUnderTest } from './harness.ts';
import { preparePair, registerPair } from './pair-wishes.ts';

const under = useLedger();

const cap = async (it: LedgerUnderTest, caps: StrategyCaps | null, name = 's') => {
  const asked = { actor: 'tester', atMs: it.reading().atMs, reason: 'a test' };
  await it.ledger.setStrategyCaps('paper', name, caps, asked);
};

const S = { strategy: 's' };

test.each<[string, StrategyCaps, number]>([
  ['trades a day', { dailyTradesMax: 3 }, 3],
  ['open dollars', { openMicrosMax: usd(160) }, 3],
])(
  'STRATEGY_LIMIT 30 at once against a cap on %s: exactly what fits',
  async (_name, caps, fits) => {
    const it = under();
    await it.setUp();
    await cap(it, caps);
    const ids = Array.from({ length: 30 }, (_, index) => `p${index}`);
    await Promise.all(ids.map((id) => it.prepare(id, S)));
    await Promise.all(
      ['o1', 'o2', 'o3', 'o4', 'o5'].map((id) => it.prepare(id, { strategy: 'other' })),
    );
    const outcomes = await Promise.all(ids.map((id) => it.reserve(id)));
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(fits);
    const denied = outcomes
      .filter(({ kind }) => kind === 'denied')
      .map((one) => codesOf(one).join());
    expect(new Set(denied)).toEqual(new Set(['STRATEGY_LIMIT']));
    // Another strategy's trades do not count.
    for (const id of ['o1', 'o2', 'o3', 'o4', 'o5']) {
      expect(codesOf(await it.reserve(id))).toEqual(['accepted']);
    }
  },
);

test('STRATEGY_LIMIT 20 pairs and singles at once against open dollars: never more', async () => {
  const it = under();
  await it.setUp();
  await cap(it, { openMicrosMax: usd(400) });
  const ids = Array.from({ length: 20 }, (_, index) => `p${index}`);
  for (const [index, id] of ids.entries()) {
    if (index % 2 === 0) {
      await registerPair(it, id);
      await preparePair(it, id, S);
    } else await it.prepare(id, S);
  }
  await Promise.all(ids.map((id) => it.reserve(id)));
  const open = await it.db
    .selectFrom('trade')
    .select((eb) => eb.fn.sum<bigint>('worst_case').as('sum'))
    .executeTakeFirstOrThrow();
  // A single ($50) would still fit into what is left, so less than that is.
  expect(Number(open.sum)).toBeGreaterThan(usd(350));
  expect(Number(open.sum)).toBeLessThanOrEqual(usd(400));
});

test('a trade of its own is capped, fees and both legs included', async () => {
  const it = under();
  await it.setUp();
  await cap(it, { perTradeMicrosMax: usd(49.99) });
  expect(await it.propose('a', S)).toMatchObject({
    failures: [{ code: 'STRATEGY_LIMIT', detail: 's: worst case 50.00 of 49.99 a trade' }],
  });
});

test('positions count as open at what they cost, a settlement frees it, and the day keeps its trades', async () => {
  const it = under();
  await it.setUp();
  await cap(it, { openMicrosMax: usd(100), dailyTradesMax: 3 });
  await it.open('a', S);
  await it.accept('b', S);
  expect(await it.propose('c', S)).toMatchObject({
    failures: [{ code: 'STRATEGY_LIMIT', numbers: { openUsd: '100.00', tradesToday: '2' } }],
  });
  await it.settle('a', 1);
  // Stopped before any POST it gives back its place and its dollars.
  await it.ledger.abandonTrade('b', it.reading());
  await it.accept('d', S);
  await it.accept('e', S);
  expect(await it.propose('f', { ...S, quantity: 1 })).toMatchObject({
    failures: [{ code: 'STRATEGY_LIMIT', numbers: { openUsd: '100.00', tradesToday: '3' } }],
  });
});

test('caps are audited, replaced as a whole, and taken away', async () => {
  const it = under();
  await it.setUp();
  await cap(it, { dailyTradesMax: 0 });
  expect(codesOf(await it.propose('a', S))).toEqual(['STRATEGY_LIMIT']);
  await cap(it, { openMicrosMax: usd(1_000) });
  await it.accept('b', S);
  await cap(it, null);
  await it.accept('c', S);
  const audit = await it.db
    .selectFrom('audit')
    .select('detail')
    .where('action', '=', 'strategy.limited')
    .execute();
  expect(audit.map(({ detail }) => JSON.parse(detail) as unknown)).toEqual([
    { book: 'paper', caps: { dailyTradesMax: 0 }, name: 's' },
    { book: 'paper', caps: { openMicrosMax: usd(1_000) }, name: 's' },
    { book: 'paper', caps: null, name: 's' },
  ]);
});

test('the list shows every strategy as admission would find it', async () => {
  const it = under();
  await it.setUp({ strategyExecutionsMax: 2 });
  await it.open('a', S);
  await it.accept('b', S);
  await it.accept('c', { strategy: 'another', quantity: 10 });
  await cap(it, { dailyTradesMax: 9 }, 'capped');
  const nothing = { caps: null, tradesToday: 0, openMicros: 0, executionsInWindow: 0 };
  const common = { book: 'paper', enabled: true, reason: 'never stopped' };
  expect(await it.ledger.listStrategies('paper', it.reading())).toEqual([
    {
      ...common,
      ...nothing,
      name: 'another',
      tradesToday: 1,
      openMicros: usd(5),
      executionsInWindow: 1,
    },
    { ...common, ...nothing, name: 'capped', caps: { dailyTradesMax: 9 } },
    {
      ...common,
      ...nothing,
      name: 's',
      tradesToday: 2,
      openMicros: usd(100),
      executionsInWindow: 2,
    },
  ]);
});
