import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { deskControl } from '../../bin/desk-control.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import type { DeskProgress } from '../../workflows/messages.ts';
import { pauseUpdate, resumeUpdate } from '../../workflows/messages.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { recordHistory } from '../support/histories.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

let desk: TestDesk;

beforeAll(async () => {
  desk = await startTestDesk({ markets: { markets: [kalshiMarket('ANY')] } });
});
afterAll(async () => {
  await desk.close();
});

const rollout = () => desk.engine.client.workflow.getHandle('rollout:main');

async function stands(state: string, by?: string) {
  return eventually(`the desk to be ${state}`, async () => {
    const view = await readDeskView(desk.engine.ledger.db, 'main');
    return view.state === state && (by === undefined || view.changedBy === by) ? view : undefined;
  });
}

async function lastAudit() {
  return desk.engine.ledger.db
    .selectFrom('audit')
    .select(['action', 'actor', 'verified', 'reason'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
}

/** A discrepancy of the ledger's own finding. */
async function breach(): Promise<void> {
  const { ledger, clock } = desk.engine;
  await ledger.bookFill(
    'paper',
    'kalshi',
    {
      fillId: `foreign-${Math.random()}`,
      venueOrderId: 'nobody',
      marketId: 'ANY',
      outcome: 0,
      action: 'buy',
      quantity: 1_000_000,
      priceMicros: 500_000,
      feeMicros: 0,
      filledAtMs: Date.now(),
      recordedAtMs: Date.now(),
    } as unknown as Parameters<typeof ledger.bookFill>[2],
    await clock.read(),
  );
}

describe('by signal', () => {
  test('pause stops entries, resume lets them go on, both audited as unverified', async () => {
    await rollout().signal('pause', { by: 'ann', reason: 'from the Web UI' });
    await stands('paused', 'ann');
    expect(await lastAudit()).toMatchObject({ action: 'desk.paused', verified: false });
    expect(await desk.submit(singleLeg('closed', 'ANY'))).toMatchObject({ status: 423 });
    await rollout().signal('resume', { by: 'ann', reason: 'seen' });
    await stands('active', 'ann');
    expect(await lastAudit()).toMatchObject({ action: 'desk.resumed', verified: false });
  });

  test.each([[[]], [['a text']], [[{ by: 7 }]], [[null]], [[{ reason: 'x'.repeat(10_000) }]]])(
    'a malformed argument fails no task and still pauses: %p',
    async (args) => {
      await rollout().signal('pause', ...args);
      expect(await stands('paused')).toMatchObject({ cause: 'operator' });
      await rollout().signal('resume', ...args);
      expect(await stands('active')).toMatchObject({ forbidden: [] });
    },
  );
});

describe('by update', () => {
  test('pause answers when it holds, with its epoch', async () => {
    const args = [{ by: 'bob', reason: 'drill' }] as [{ by: string; reason: string }];
    const answer = await rollout().executeUpdate(pauseUpdate, { args });
    expect(answer).toEqual({ state: 'paused', epoch: expect.any(Number), unresolved: [] });
    expect(await rollout().executeUpdate(resumeUpdate, { args })).toEqual({ kind: 'resumed' });
    await stands('active', 'bob');
  });

  test('a malformed argument is refused with what is wrong, and changes nothing', async () => {
    const malformed = [{ by: 'bob' }] as unknown as [{ by: string; reason: string }];
    const refused = rollout().executeUpdate(pauseUpdate, { args: malformed });
    await expect(refused).rejects.toMatchObject({
      cause: { message: expect.stringContaining('reason must be a text') },
    });
    await stands('active');
  });
});

describe('after a breach', () => {
  test('no signal and no update without an intent lets entries go on; the admin’s way does', async () => {
    await breach();
    await stands('paused', 'ledger');
    await rollout().signal('resume', { by: 'eve', reason: 'let me' });
    await eventually('the refusal to be audited', async () =>
      (await lastAudit()).action === 'desk.resume-refused' ? true : undefined,
    );
    const args = [{ by: 'eve', reason: 'let me', intentId: 'made-up' }] as [
      { by: string; reason: string; intentId: string },
    ];
    expect(await rollout().executeUpdate(resumeUpdate, { args })).toMatchObject({
      kind: 'refused',
    });
    const control = deskControl(desk.engine, () => {});
    const asked = { actor: 'ann', reason: 'counted by hand' };
    expect(await control.resume({ ...asked, role: 'operator' })).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining('admin'),
    });
    expect((await stands('paused')).cause).toBe('breach');
    expect(await control.resume({ ...asked, role: 'admin' })).toEqual({ kind: 'resumed' });
    expect(await lastAudit()).toMatchObject({
      action: 'desk.resumed',
      actor: 'ann',
      verified: true,
    });
    await stands('active', 'ann');
  });

  test('the Web UI shows it without being asked: the query answers the breach', async () => {
    await breach();
    const progress = await eventually('the workflow to show the breach', async () => {
      const shown = await rollout().query<DeskProgress>('status');
      return shown.standing?.cause === 'breach' && shown.standing.state === 'paused'
        ? shown
        : undefined;
    });
    expect(progress.standing?.reason).toContain('belongs to no order of ours');
    const control = deskControl(desk.engine, () => {});
    await control.resume({ actor: 'ann', reason: 'test over', role: 'admin' });
  });
});

test('a reset from outside plays no old resume against a later pause', async () => {
  const control = deskControl(desk.engine, () => {});
  const { client, namespace } = desk.engine;
  await rollout().signal('pause', { by: 'dora', reason: 'first' });
  await stands('paused', 'dora');
  await rollout().signal('resume', { by: 'dora', reason: 'over' });
  await stands('active', 'dora');
  await control.pause({ actor: 'bob', reason: 'not before the reset' });
  const history = await rollout().fetchHistory();
  const first = history.events!.find((event) => event.workflowTaskCompletedEventAttributes);
  const { runId } = await rollout().describe();
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: { workflowId: 'rollout:main' },
    reason: 'a test',
    requestId: `reset-${runId}`,
    workflowTaskFinishEventId: first!.eventId!,
  });
  await eventually('the new run to have played everything', async () => {
    const shown = await rollout()
      .query<DeskProgress>('status')
      .catch(() => undefined);
    const isNew = (await rollout().describe()).runId !== runId;
    return isNew && shown?.standing?.state === 'paused' ? true : undefined;
  });
  expect(await stands('paused')).toMatchObject({ reason: 'not before the reset' });
  // And what is asked of the new run is new.
  await rollout().signal('resume', { by: 'carl', reason: 'now' });
  await stands('active', 'carl');
});

test('a desk terminated in Temporal is there again after the next sweep, as the ledger has it', async () => {
  const control = deskControl(desk.engine, () => {});
  await control.pause({ actor: 'ann', reason: 'before the end' });
  await recordHistory(desk.engine.client, 'rollout:main', 'rollout');
  await rollout().terminate('a test');
  // Pause needs no workflow; the desk's own run comes back.
  expect((await control.pause({ actor: 'ann', reason: 'again' })).state).toBe('paused');
  await desk.engine.activities.sweepTrades();
  const progress = await eventually('the desk’s new run', async () => {
    const shown = await rollout()
      .query<DeskProgress>('status')
      .catch(() => undefined);
    return shown?.standing ?? undefined;
  });
  expect(progress).toMatchObject({ state: 'paused', reason: 'before the end' });
  await control.resume({ actor: 'ann', reason: 'test over', role: 'operator' });
  await stands('active');
});
