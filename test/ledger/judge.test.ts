/** The dry run: what admission would say, with nothing written. */
import { sql } from 'kysely';
import { expect, test } from '@jest/globals';
import { failuresOf } from '../../domain/risk/admission.ts';
import type { LedgerUnderTest } from './harness.ts';
import { useLedger, usd } from './harness.ts';
import { pairProposalOf, proposePair, registerPair, storePairFacts } from './pair-wishes.ts';
import type { Wish } from './wishes.ts';
import { proposalOf } from './wishes.ts';

const under = useLedger();

async function judge(it: LedgerUnderTest, id: string, wish: Wish = {}) {
  await it.storeFacts(id, wish);
  const asked = { desk: 'main', proposal: proposalOf(id, wish) } as const;
  return it.ledger.judgeProposal(asked, it.reading());
}

/** How many rows every table has, but for the facts, which the caller stores. */
async function rowsOf(it: LedgerUnderTest): Promise<unknown> {
  const { rows } = await sql<{ name: string }>`
    SELECT table_name AS name FROM information_schema.tables
    WHERE table_schema = 'public' AND table_name <> 'fact' ORDER BY 1`.execute(it.db);
  const counts: Record<string, string> = {};
  for (const { name } of rows) {
    const found = await sql<{ rows: string }>`
      SELECT coalesce(jsonb_agg(t ORDER BY t::text), '[]')::text AS rows FROM ${sql.table(name)} t`.execute(
      it.db,
    );
    counts[name] = found.rows[0]!.rows;
  }
  return counts;
}

test('it says what admission would decide, and writes nothing: no day, no counter, no proposal', async () => {
  const it = under();
  await it.setUp();
  const before = await rowsOf(it);
  const judged = await judge(it, 'a');
  expect(judged).toMatchObject({
    outcome: 'accepted',
    book: 'paper',
    day: '2026-11-22',
    plan: { worstCaseMicros: usd(50) },
  });
  expect(judged.ladder.map(({ stoppedBy }) => stoppedBy)).toEqual([null, null, null, null, null]);
  expect(await rowsOf(it)).toEqual(before);
  // Admission has the same verdicts.
  await it.accept('a');
  const { verdicts } = await it.db
    .selectFrom('decision')
    .select('verdicts')
    .executeTakeFirstOrThrow();
  expect(verdicts).toEqual(judged.verdicts);
});

test('what is taken counts, and the ladder tells the size that is left', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(100) });
  await it.open('a');
  await it.accept('b', { quantity: 60 });
  const before = await rowsOf(it);
  const judged = await judge(it, 'c');
  expect(judged.outcome).toBe('denied');
  expect(failuresOf(judged.verdicts)).toMatchObject([
    { code: 'AT_RISK_REACHED', numbers: { othersAtRiskUsd: '80.00' } },
  ]);
  // A plan all the same, so that people see what was asked for.
  expect(judged.plan).toMatchObject({ worstCaseMicros: usd(50) });
  const rungs = judged.ladder.map(({ quantity, largest, stoppedBy }) => [
    quantity / 1_000_000,
    largest,
    stoppedBy,
  ]);
  expect(rungs).toEqual([
    [5, false, null],
    [10, false, null],
    [25, false, null],
    [40, true, null],
    [50, false, 'AT_RISK_REACHED'],
  ]);
  expect(await rowsOf(it)).toEqual(before);
});

test('a pair, its duplicate, and what an admin would have to approve', async () => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'g');
  const judged = async (id: string, wish = {}) => {
    await storePairFacts(it, id, { name: 'g', ...wish });
    const proposal = pairProposalOf(id, { name: 'g', ...wish });
    return it.ledger.judgeProposal({ desk: 'main', proposal }, it.reading());
  };
  expect(await judged('a')).toMatchObject({ outcome: 'accepted', plan: { riskMicros: usd(48) } });
  expect((await judged('b', { kalshiPrice: 0.44 })).outcome).toBe('awaitingApproval');
  await proposePair(it, 'a', { name: 'g' });
  expect(failuresOf((await judged('c')).verdicts)).toMatchObject([{ code: 'DUPLICATE_TRADE' }]);
});

test('STALE_FACTS facts that nobody fetched are told, and there is no ladder', async () => {
  const it = under();
  await it.setUp();
  const proposal = proposalOf('nobody', {});
  const judged = await it.ledger.judgeProposal({ desk: 'main', proposal }, it.reading());
  expect(judged).toMatchObject({ outcome: 'denied', ladder: [] });
  expect(judged).not.toHaveProperty('plan');
  expect(failuresOf(judged.verdicts)).toMatchObject([{ code: 'STALE_FACTS' }]);
});

test('a strategy past its executions is told so and not stopped by looking', async () => {
  const it = under();
  await it.setUp({ strategyExecutionsMax: 1 });
  await it.open('a', { strategy: 's' });
  const before = await rowsOf(it);
  const judged = await judge(it, 'b', { strategy: 's' });
  expect(failuresOf(judged.verdicts)).toMatchObject([{ code: 'REPEATED_EXECUTION' }]);
  expect(await rowsOf(it)).toEqual(before);
});
