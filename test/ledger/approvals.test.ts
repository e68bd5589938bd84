/** IMPLAUSIBLE_ROI: what fails nothing else waits, undecided and without a hold, for an admin's word. */
import { sql } from 'kysely';
import { expect, test } from '@jest/globals';
import { readDecision } from '../../ledger/read/decisions.ts';
import { tradesUnderWay } from '../../ledger/verbs/under-way.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, NOON, useLedger } from './harness.ts';
import { proposePair, registerPair, storePairFacts } from './pair-wishes.ts';

const under = useLedger();

const UNTIL = '2026-11-22T12:10:00.000Z';
/** Believed to be worth 0.20 more than it costs. */
const TOO_GOOD = { fairPrice: 0.7 };
const IMPLAUSIBLE = [{ code: 'IMPLAUSIBLE_ROI', passed: false }];
const ASKED = { actor: 'ada', reason: 'an injury the market has not seen' };

const approve = (it: LedgerUnderTest, id = 'a') =>
  it.ledger.approveProposal({ id, ...ASKED }, it.reading());

const statusOf = async (it: LedgerUnderTest, id = 'a') =>
  it.db
    .selectFrom('proposal')
    .select(['status', 'expires_at_ms'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();

test('a proposal that fails this rule alone waits ten minutes, undecided and without a hold', async () => {
  const it = under();
  await it.setUp();
  expect(await it.propose('a', TOO_GOOD)).toEqual({
    kind: 'awaitingApproval',
    untilMs: Date.parse(UNTIL),
    remainingMs: 600_000,
  });
  expect((await statusOf(it)).status).toBe('awaiting_approval');
  const { rows } = await sql`
    SELECT trade_id FROM decision UNION ALL SELECT id FROM trade UNION ALL SELECT trade_id FROM hold`.execute(
    it.db,
  );
  expect(rows).toEqual([]);
  expect(await readDecision(it.db, 'a')).toMatchObject({
    kind: 'awaiting',
    untilMs: Date.parse(UNTIL),
    failures: IMPLAUSIBLE,
  });
  const alerts = await it.db.selectFrom('alert').selectAll().execute();
  expect(alerts).toMatchObject([{ code: 'APPROVAL_WAITING', key: 'approval/a', level: 'info' }]);
  // A repeat changes nothing, and the time that is left runs.
  it.setClock('2026-11-22T12:04:00.000Z');
  expect(await it.reserve('a')).toMatchObject({ remainingMs: 360_000, untilMs: Date.parse(UNTIL) });
  expect(await it.receive('a', TOO_GOOD)).toEqual({ kind: 'awaiting' });
});

test('a pair above the maximum ROI waits too', async () => {
  const it = under();
  await it.setUp();
  await registerPair(it, 'a');
  // 1 / 0.90 is 11.1 %, the limit 10 %.
  const outcome = await proposePair(it, 'a', { kalshiPrice: 0.44 });
  expect(codesOf(outcome)).toEqual(['awaitingApproval']);
  await approve(it);
  await storePairFacts(it, 'a', { kalshiPrice: 0.44 });
  expect(codesOf(await it.reserve('a'))).toEqual(['accepted']);
});

test('what fails another rule too is denied at once', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 0 });
  expect(codesOf(await it.propose('a', TOO_GOOD))).toEqual([
    'DAILY_TRADES_REACHED',
    'IMPLAUSIBLE_ROI',
  ]);
  expect(await approve(it)).toEqual({ kind: 'notWaiting', is: 'denied' });
});

test('approved, it has a fresh life, its workflow is told, and it is judged anew', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  it.setClock('2026-11-22T12:05:00.000Z');
  const expiresAtMs = Date.parse('2026-11-22T12:06:00.000Z');
  expect(await approve(it)).toEqual({ kind: 'approved', expiresAtMs });
  expect(await approve(it)).toEqual({ kind: 'approved', expiresAtMs });
  expect(Number((await statusOf(it)).expires_at_ms)).toBe(expiresAtMs);
  const signals = await it.ledger.unsentSignals({ book: 'paper', venue: 'kalshi' }, 10);
  expect(signals).toMatchObject([{ workflowId: 'trade:a', signal: 'approved' }]);
  const audit = await it.db
    .selectFrom('audit')
    .select(['action', 'actor', 'reason'])
    .where('action', '=', 'proposal.approved')
    .execute();
  expect(audit).toEqual([{ action: 'proposal.approved', ...ASKED }]);
  expect(await it.db.selectFrom('alert').select('resolved_at_ms').execute()).toEqual([
    { resolved_at_ms: BigInt(it.reading().atMs) },
  ]);
  expect(await readDecision(it.db, 'a')).toBeUndefined();
  // Quoted again: what was read five minutes ago is too old.
  const asked = await it.ledger.reserve('a', { mayFetch: true }, it.reading());
  expect(asked.kind).toBe('factsNeeded');
  await it.storeFacts('a', TOO_GOOD);
  expect(codesOf(await it.reserve('a'))).toEqual(['accepted']);
  expect((await statusOf(it)).status).toBe('decided');
  const { verdicts } = await it.db
    .selectFrom('decision')
    .select('verdicts')
    .executeTakeFirstOrThrow();
  expect(verdicts).toContainEqual({
    code: 'IMPLAUSIBLE_ROI',
    passed: true,
    detail:
      'fair price is 0.2 above the limit, at most 0.15 is believed; approved by ada: an injury the market has not seen',
    numbers: { edgeUsd: '0.2', edgeUsdMax: '0.15', approvedBy: 'ada' },
  });
  expect(await approve(it)).toEqual({ kind: 'notWaiting', is: 'accepted' });
});

test('approved, every other rule still denies', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  await approve(it);
  await it.applyLimits({ dailyTradesMax: 0 });
  expect(codesOf(await it.reserve('a'))).toEqual(['DAILY_TRADES_REACHED']);
});

test('approved and not judged within its fresh life it is stale', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  await approve(it);
  it.setClock('2026-11-22T12:01:00.000Z');
  await it.storeFacts('a', TOO_GOOD);
  expect(codesOf(await it.reserve('a'))).toEqual(['STALE_PROPOSAL']);
});

test('nobody approved it in time: denied by this rule, and approving is too late', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  it.setClock(UNTIL);
  expect(await approve(it)).toEqual({ kind: 'tooLate', untilMs: Date.parse(UNTIL) });
  const outcome = await it.reserve('a');
  const detail = expect.stringMatching(/nobody approved it/);
  expect(outcome).toMatchObject({ kind: 'denied', failures: [{ ...IMPLAUSIBLE[0], detail }] });
  expect(await it.reserve('a')).toEqual(outcome);
  expect(await readDecision(it.db, 'a')).toMatchObject({ kind: 'denied', failures: IMPLAUSIBLE });
  const { rows } = await sql`SELECT 1 FROM alert WHERE resolved_at_ms IS NULL`.execute(it.db);
  expect(rows).toEqual([]);
  expect(await approve(it)).toEqual({ kind: 'notWaiting', is: 'denied' });
});

test('declined, it is denied by this rule at once, its workflow is told and its alert is over', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  it.setClock('2026-11-22T12:00:05.000Z');
  const decline = () => it.ledger.declineProposal({ id: 'a', ...ASKED }, it.reading());
  expect(await decline()).toEqual({ kind: 'declined' });
  expect(await decline()).toEqual({ kind: 'declined' });
  expect(await approve(it)).toMatchObject({ kind: 'tooLate' });
  const signals = await it.ledger.unsentSignals({ book: 'paper', venue: 'kalshi' }, 10);
  expect(signals).toMatchObject([{ workflowId: 'trade:a', signal: 'approved' }]);
  const audit = await it.db.selectFrom('audit').select(['action', 'actor']).execute();
  expect(audit).toContainEqual({ action: 'proposal.declined', actor: 'ada' });
  const alerts = await it.db.selectFrom('alert').select('resolved_at_ms').execute();
  expect(alerts).toEqual([{ resolved_at_ms: BigInt(it.reading().atMs) }]);
  expect(codesOf(await it.reserve('a'))).toEqual(['IMPLAUSIBLE_ROI']);
  expect(await decline()).toEqual({ kind: 'notWaiting', is: 'denied' });
});

test('an approved one cannot be declined any more', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  await approve(it);
  const declined = await it.ledger.declineProposal({ id: 'a', ...ASKED }, it.reading());
  expect(declined).toEqual({ kind: 'notWaiting', is: 'approved' });
  expect(codesOf(await it.reserve('a'))).toEqual(['accepted']);
});

test('what was never received, or is not judged yet, cannot be approved', async () => {
  const it = under();
  await it.setUp();
  await expect(approve(it, 'nobody')).rejects.toMatchObject({ name: 'NotInLedger' });
  await it.receive('a', TOO_GOOD);
  expect(await approve(it)).toEqual({ kind: 'notWaiting', is: 'received' });
});

test('the sweep goes on driving what waits', async () => {
  const it = under();
  await it.setUp();
  await it.propose('a', TOO_GOOD);
  const undecidedBeforeMs = Date.parse(NOON) + 1;
  expect(await tradesUnderWay(it.db, { undecidedBeforeMs })).toMatchObject([{ id: 'a' }]);
});

test('approving while its run decides that it is too late: one of the two holds', async () => {
  const it = under();
  await it.setUp();
  for (let round = 0; round < 10; round += 1) {
    const id = `a${round}`;
    it.setClock(NOON);
    await it.propose(id, TOO_GOOD);
    it.setClock(new Date(Date.parse(UNTIL) - 1).toISOString());
    await it.storeFacts(id, TOO_GOOD);
    const early = it.reading();
    it.setClock(UNTIL);
    const [answer, outcome] = await Promise.all([
      it.ledger.approveProposal({ id, ...ASKED }, early),
      it.reserve(id),
    ]);
    // Who came first to the row decides; the run is told of an approval by signal and asks again.
    const first = answer.kind === 'approved' ? 'accepted' : 'IMPLAUSIBLE_ROI';
    expect(codesOf(outcome)).toEqual([first]);
  }
});

test('many runs of one proposal at once let it wait once', async () => {
  const it = under();
  await it.setUp();
  await it.prepare('a', TOO_GOOD);
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => it.reserve('a')));
  for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  const { rows } = await sql<{ times: number }>`SELECT times FROM alert`.execute(it.db);
  expect(rows).toEqual([{ times: 1 }]);
});
