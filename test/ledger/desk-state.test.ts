import { describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { readDesk } from '../../ledger/verbs/desk.ts';
import type { LedgerUnderTest } from './harness.ts';
import { useLedger } from './harness.ts';

const under = useLedger();
const ASKED = { actor: 'ann', reason: 'looks odd', verified: true };

let asks = 0;
/** An ask of its own: no other has its request id. */
function ask<Rest extends object>(rest: Rest): Rest & { requestId: string } {
  asks += 1;
  return { ...rest, requestId: `ask-${asks}` };
}

async function standing(it: LedgerUnderTest) {
  const { state, cause, epoch } = (await readDesk(it.db, 'main')).desk;
  return { state, cause, epoch };
}

/** Actions and who asked, oldest first, without the desk's set-up. */
async function audited(it: LedgerUnderTest) {
  const rows = await it.db.selectFrom('audit').selectAll().orderBy('seq').execute();
  return rows.slice(1).map(({ action, actor, verified }) => [action, actor, verified]);
}

/** Makes the permits of the desk as old as if they had been granted `seconds` earlier. */
async function age(it: LedgerUnderTest, seconds: number): Promise<void> {
  await sql`UPDATE permit SET deadline = deadline - ${seconds} * interval '1 second'`.execute(
    it.db,
  );
}

/** A foreign discrepancy: what the ledger itself stops for. */
async function breach(it: LedgerUnderTest): Promise<void> {
  await it.fill('a', 1, 0.5, { fillId: 'foreign', clientOrderId: 'x', venueOrderId: 'y' });
}

describe('I3 a stop is acknowledged only when it holds', () => {
  test('at once where no permit is open', async () => {
    const it = under();
    await it.setUp();
    await it.open('a');
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    const answer = await it.ledger.acknowledgeStop('main');
    expect(answer).toEqual({ state: 'paused', epoch: 2, unresolved: [] });
  });

  test('only after an open permit is closed by its answer', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    let acknowledged = false;
    const answer = it.ledger.acknowledgeStop('main').then((stop) => {
      acknowledged = true;
      return stop;
    });
    await it.fill('a', 100);
    expect(acknowledged).toBe(false);
    await it.answer('a', { event: 'order.finished', filled: 100 });
    expect(await answer).toEqual({ state: 'paused', epoch: 2, unresolved: [] });
  });

  test('with the order listed where no answer came until 2 s past the deadline', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    await age(it, 6.5);
    const beganMs = performance.now();
    const answer = await it.ledger.acknowledgeStop('main');
    // 5 s of life, 2 s of grace, 6.5 s gone.
    expect(performance.now() - beganMs).toBeGreaterThan(250);
    expect(answer).toEqual({ state: 'paused', epoch: 2, unresolved: [await it.orderIdOf('a')] });
  });

  test('a lost order is listed though its permit is long over', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    await it.answer('a', { event: 'order.lost' });
    await age(it, 60);
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    const { unresolved } = await it.ledger.acknowledgeStop('main');
    expect(unresolved).toEqual([await it.orderIdOf('a')]);
  });

  test('a pause repeated while permits are open waits for them too', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    await age(it, 6.5);
    const { epoch, unresolved } = await it.ledger.acknowledgeStop('main');
    expect([epoch, unresolved.length]).toEqual([2, 1]);
  });

  test('a desk resumed meanwhile says so', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    const answer = it.ledger.acknowledgeStop('main');
    await it.ledger.resumeDesk('main', ask({ actor: 'ann', reason: 'fine' }), it.reading());
    expect(await answer).toMatchObject({ state: 'active' });
  });

  test('a pause does not wait for reservations under way', async () => {
    const it = under();
    await it.setUp();
    await it.db.transaction().execute(async (tx) => {
      await readDesk(tx, 'main', { keepLimits: true });
      await it.ledger.pauseDesk('main', ASKED, it.reading());
    });
    expect((await standing(it)).state).toBe('paused');
  });
});

describe('resume', () => {
  test('by a word alone undoes a pause, audited as unverified', async () => {
    const it = under();
    await it.setUp();
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    const outcome = await it.ledger.resumeDesk(
      'main',
      ask({ actor: 'bob', reason: 'ok' }),
      it.reading(),
    );
    expect(outcome).toMatchObject({ kind: 'resumed', standing: { state: 'active', epoch: 2 } });
    expect(await audited(it)).toEqual([
      ['desk.paused', 'ann', true],
      ['desk.resumed', 'bob', false],
    ]);
  });

  test('by a word or an operator never lifts a breach; an admin’s intent does, once', async () => {
    const it = under();
    await it.setUp();
    await it.open('a');
    await breach(it);
    expect(await standing(it)).toMatchObject({ state: 'paused', cause: 'breach' });
    const intent = (role: 'operator' | 'admin') =>
      it.ledger.writeIntent({ desk: 'main', action: 'resume', actor: role, role, reason: 'seen' });
    const resume = (intentId?: string) =>
      it.ledger.resumeDesk(
        'main',
        ask({ actor: 'eve', reason: 'x', ...(intentId === undefined ? {} : { intentId }) }),
        it.reading(),
      );
    expect(await resume()).toMatchObject({ kind: 'refused' });
    expect(await resume(await intent('operator'))).toMatchObject({ kind: 'refused' });
    expect(await resume('no-such-intent')).toMatchObject({ kind: 'refused' });
    const admins = await intent('admin');
    expect(await resume(admins)).toMatchObject({ kind: 'resumed' });
    await breach2(it);
    expect(await resume(admins)).toMatchObject({ kind: 'refused' });
    expect(await audited(it)).toEqual([
      ['desk.breached', 'ledger', true],
      ['desk.resume-refused', 'eve', false],
      ['desk.resume-refused', 'operator', true],
      ['desk.resume-refused', 'eve', false],
      ['desk.resumed', 'admin', true],
      ['desk.breached', 'ledger', true],
      ['desk.resume-refused', 'eve', false],
    ]);
  });

  test('an intent that is late, or another desk’s, is worth nothing', async () => {
    const it = under();
    await it.setUp();
    await it.setUp({}, 'drill');
    const written = { action: 'resume', actor: 'ann', role: 'admin', reason: 'r' } as const;
    const drills = await it.ledger.writeIntent({ ...written, desk: 'drill' });
    const late = await it.ledger.writeIntent({ ...written, desk: 'main' });
    await sql`UPDATE intent SET expires_at = clock_timestamp() WHERE id = ${late}`.execute(it.db);
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    for (const intentId of [drills, late]) {
      const asked = { actor: 'eve', reason: 'x', intentId };
      const outcome = await it.ledger.resumeDesk('main', ask(asked), it.reading());
      expect(outcome).toMatchObject({ kind: 'refused' });
    }
    expect((await standing(it)).state).toBe('paused');
  });

  test('a halt is lifted by nothing here', async () => {
    const it = under();
    await it.setUp();
    await it.setDesk('halted');
    const intent = { desk: 'main', action: 'resume', actor: 'ann', reason: 'r' } as const;
    const intentId = await it.ledger.writeIntent({ ...intent, role: 'admin' });
    const asked = { actor: 'ann', reason: 'r', intentId };
    const outcome = await it.ledger.resumeDesk('main', ask(asked), it.reading());
    expect(outcome).toMatchObject({ kind: 'refused', detail: expect.stringContaining('halted') });
  });

  test('the same ask again gets the same answer, and does not undo a later pause', async () => {
    const it = under();
    await it.setUp();
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    const same = ask({ actor: 'bob', reason: 'ok' });
    const first = await it.ledger.resumeDesk('main', same, it.reading());
    await it.ledger.pauseDesk('main', ASKED, it.reading());
    expect(await it.ledger.resumeDesk('main', same, it.reading())).toEqual(first);
    expect((await standing(it)).state).toBe('paused');
    expect(await audited(it)).toHaveLength(3);
  });

  test('20 resumes with one intent at once: it is used once', async () => {
    const it = under();
    await it.setUp();
    await it.open('a');
    await breach(it);
    const intent = { desk: 'main', action: 'resume', actor: 'ann', reason: 'r' } as const;
    const intentId = await it.ledger.writeIntent({ ...intent, role: 'admin' });
    const asked = { actor: 'ann', reason: 'r', intentId };
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => it.ledger.resumeDesk('main', ask(asked), it.reading())),
    );
    expect(outcomes.filter(({ kind }) => kind === 'resumed')).toHaveLength(1);
  });
});

test('a pause leaves a breach what it is, and a breach worsens a pause', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await it.ledger.pauseDesk('main', ASKED, it.reading());
  await breach(it);
  expect(await standing(it)).toEqual({ state: 'paused', cause: 'breach', epoch: 2 });
  await it.ledger.pauseDesk('main', ASKED, it.reading());
  expect(await standing(it)).toEqual({ state: 'paused', cause: 'breach', epoch: 2 });
});

test('a breach tells the desk’s workflow through the outbox', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await breach(it);
  const watch = { book: 'paper', venue: 'kalshi' } as const;
  expect(await it.ledger.unsentSignals(watch, 10)).toMatchObject([
    { workflowId: 'rollout:main', signal: 'desk-changed' },
  ]);
});

async function breach2(it: LedgerUnderTest): Promise<void> {
  await it.fill('a', 1, 0.5, { fillId: 'foreign-2', clientOrderId: 'x', venueOrderId: 'y' });
}
