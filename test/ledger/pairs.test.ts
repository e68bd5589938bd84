/** The registry of pairs. */
import { sql } from 'kysely';
import { expect, test } from '@jest/globals';
import { rulesHash } from '../../ledger/identity.ts';
import type { PairAsked } from '../../ledger/verbs/pair-rows.ts';
import { readingAt, useLedger } from './harness.ts';
import { pairAsked, pairMarketOf } from './pair-wishes.ts';

const under = useLedger();

const auditOf = async (): Promise<unknown[]> => {
  const rows = await under().db.selectFrom('audit').select(['action', 'actor', 'reason']).execute();
  return rows.map(({ action, actor, reason }) => [action, actor, reason]);
};

test('a pair is added once, audited, and shown with what both venues say', async () => {
  const it = under();
  const outcome = await it.ledger.addPair(pairAsked('g'), it.reading());
  expect(outcome).toMatchObject({
    kind: 'added',
    pair: {
      id: 'g',
      kalshiMarket: 'K-g',
      polymarketMarket: 'P-g',
      polymarketOutcome: 1,
      kalshiTitle: 'g at kalshi',
      polymarketTitle: 'g at polymarket',
      polymarketLabel: 'Away',
      rulesHash: rulesHash({ kalshi: 'Home wins g.', polymarket: 'Home wins g.' }),
      rulesAbsent: [],
      addedBy: 'tester',
      addedAtMs: it.reading().atMs,
      reason: 'the same game',
      approvedBy: null,
      approvedAtMs: null,
    },
  });
  expect(await it.ledger.addPair(pairAsked('g'), it.reading())).toMatchObject({
    kind: 'unchanged',
  });
  expect(await it.ledger.listPairs()).toEqual([await it.ledger.findPair('g')]);
  expect(await it.ledger.findPair('nobody')).toBeUndefined();
  expect(await auditOf()).toEqual([['pair.added', 'tester', 'the same game']]);
});

test('the opposites are the same pair', async () => {
  const it = under();
  await it.ledger.addPair(pairAsked('g'), it.reading());
  const asked = pairAsked('g', 'g', { kalshiOutcome: 'no', polymarketOutcome: 'Home' });
  expect(await it.ledger.addPair(asked, it.reading())).toMatchObject({
    kind: 'unchanged',
    pair: { polymarketOutcome: 1, polymarketLabel: 'Away' },
  });
});

/** A request with one leg changed. */
function withLeg(index: 0 | 1, change: Partial<PairAsked['legs'][number]>): PairAsked {
  const asked = pairAsked('new', 'new');
  const legs = asked.legs.map((leg, place) => (place === index ? { ...leg, ...change } : leg));
  return { ...asked, legs };
}

const odd = { ...pairMarketOf('new', 'kalshi'), unsupported: 'three-way market' };

test.each<[string, PairAsked, string, RegExp]>([
  [
    'an unknown market',
    withLeg(0, { facts: null }),
    'legs.0.market',
    /kalshi has no market "K-new"/,
  ],
  ['a market of a refused kind', withLeg(0, { facts: odd }), 'legs.0.market', /three-way market/],
  [
    'an unknown outcome',
    withLeg(1, { outcome: 'Draw' }),
    'legs.1.outcome',
    /use yes, no, "Home" or "Away"/,
  ],
  ['two legs at one venue', withLeg(1, { venue: 'kalshi' }), 'legs', /one leg at Kalshi/],
  ['an id of other markets', { ...pairAsked('new', 'new'), id: 'g' }, 'id', /choose another id/],
  ['markets registered under another id', pairAsked('new', 'g'), 'legs', /registered as pair g/],
  [
    'outcomes that do not go together under a known id',
    pairAsked('g', 'g', { polymarketOutcome: 'Home' }),
    'legs.1.outcome',
    /pay together or not at all/,
  ],
])('%s is refused by name, and nothing is written', async (_name, asked, field, detail) => {
  const it = under();
  await it.ledger.addPair(pairAsked('g'), it.reading());
  const outcome = await it.ledger.addPair(asked, it.reading());
  expect(outcome).toMatchObject({ kind: 'refused', field });
  expect(outcome.kind === 'refused' && outcome.detail).toMatch(detail);
  expect(await it.ledger.listPairs()).toHaveLength(1);
  expect(await auditOf()).toHaveLength(1);
});

test('a rule text that a venue does not give is hashed as empty, and that is said', async () => {
  const it = under();
  const { rules: _, ...facts } = pairMarketOf('new', 'kalshi');
  const outcome = await it.ledger.addPair(withLeg(0, { facts }), it.reading());
  expect(outcome).toMatchObject({
    kind: 'added',
    pair: { rulesAbsent: ['kalshi'], rulesHash: rulesHash({ polymarket: 'Home wins new.' }) },
  });
});

test('the two rule texts cannot be mistaken for each other in the hash', () => {
  expect(rulesHash({ kalshi: 'a', polymarket: 'b' })).not.toBe(rulesHash({ kalshi: 'ab' }));
  expect(rulesHash({ kalshi: 'a' })).not.toBe(rulesHash({ polymarket: 'a' }));
});

test('a pair is approved once, by name', async () => {
  const it = under();
  await it.ledger.addPair(pairAsked('g'), it.reading());
  const asked = { id: 'g', actor: 'ada', reason: 'read both' };
  expect(await it.ledger.approvePair(asked, readingAt('2026-11-22T13:00:00Z'))).toBe(true);
  expect(await it.ledger.approvePair({ ...asked, actor: 'bob' }, it.reading())).toBe(false);
  expect(await it.ledger.findPair('g')).toMatchObject({
    approvedBy: 'ada',
    approvedAtMs: Date.parse('2026-11-22T13:00:00Z'),
  });
  expect(await auditOf()).toEqual([
    ['pair.added', 'tester', 'the same game'],
    ['pair.approved', 'ada', 'read both'],
  ]);
  const nobody = it.ledger.approvePair({ ...asked, id: 'nobody' }, it.reading());
  await expect(nobody).rejects.toMatchObject({ name: 'NotInLedger' });
});

test('rule texts that have changed are taken over and take the approval away', async () => {
  const it = under();
  await it.ledger.addPair(pairAsked('g'), it.reading());
  await it.ledger.approvePair({ id: 'g', actor: 'ada', reason: 'read both' }, it.reading());
  const asked = pairAsked('g', 'g', { rules: 'Overtime counts.' });
  expect(await it.ledger.addPair(asked, it.reading())).toMatchObject({
    kind: 'renewed',
    pair: { approvedBy: null, approvedAtMs: null },
  });
  expect(await auditOf()).toHaveLength(3);
});

test('many adding one pair at once: one adds it, the others find it there', async () => {
  const it = under();
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, () => it.ledger.addPair(pairAsked('g'), it.reading())),
  );
  expect(outcomes.filter(({ kind }) => kind === 'added')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'unchanged')).toHaveLength(7);
  const { rows } = await sql`SELECT 1 FROM pair`.execute(it.db);
  expect(rows).toHaveLength(1);
});
