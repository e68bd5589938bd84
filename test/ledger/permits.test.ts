import { expect, test } from '@jest/globals';
import { allows } from '../../domain/desk.ts';
import { readDesk } from '../../ledger/verbs/desk.ts';
import { PERMIT_MS } from '../../ledger/verbs/orders.ts';
import { useLedger } from './harness.ts';

const under = useLedger();

async function permitsOf(it: ReturnType<typeof under>) {
  return it.db.selectFrom('permit').selectAll().orderBy('id').execute();
}

test('a permit moves its order to sending and ends 5 s later by the database', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  expect(await it.permit('a')).toMatchObject({ kind: 'granted' });
  const [permit] = await permitsOf(it);
  expect(permit).toMatchObject({ desk: 'main', kind: 'entry', epoch: 1n, closed_at: null });
  const lifeMs = permit!.deadline.getTime() - permit!.granted_at.getTime();
  expect(Math.abs(lifeMs - PERMIT_MS)).toBeLessThanOrEqual(1);
  const { stored } = await it.ledger.readLegOrder('a', 0);
  expect(stored).toMatchObject({ state: 'sending', permittedAtMs: it.reading().atMs });
});

test('I1 one permit an order whatever races: 20 at once', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => it.permit('a')));
  expect(outcomes.filter(({ kind }) => kind === 'granted')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'taken')).toHaveLength(19);
  expect(await permitsOf(it)).toHaveLength(1);
});

test('an order sent before, or ended, is taken', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  expect(await it.permit('a')).toEqual({ kind: 'taken', state: 'done' });
});

test('storing an order again keeps its first bytes', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  const order = await it.ledger.readLegOrder('a', 0);
  for (const wire of ['first', 'second']) {
    await it.ledger.storeOrder(order, { request: {}, wire }, it.reading());
  }
  expect((await it.ledger.readLegOrder('a', 0)).stored).toMatchObject({
    state: 'created',
    wire: 'first',
  });
});

test.each(['paused', 'halted'] as const)(
  'I3 a %s desk grants no entry, and the order stays created until it is active again',
  async (state) => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await (state === 'paused' ? it.pause() : it.setDesk('halted'));
    expect(await it.permit('a')).toEqual({ kind: 'forbidden', state, reason: 'a test' });
    expect((await it.ledger.readLegOrder('a', 0)).stored).toMatchObject({ state: 'created' });
    expect(await permitsOf(it)).toEqual([]);
    await it.setDesk('active');
    expect(await it.permit('a')).toMatchObject({ kind: 'granted' });
  },
);

test('the statement and the rule agree on which state allows which kind', async () => {
  const it = under();
  await it.setUp();
  for (const state of ['active', 'paused', 'halted'] as const) {
    for (const kind of ['entry', 'exit'] as const) {
      const id = `${state}-${kind}`;
      await it.setDesk('active');
      await it.accept(id);
      const order = await it.ledger.readLegOrder(id, 0);
      await it.ledger.storeOrder(order, { request: {}, wire: '' }, it.reading());
      if (state === 'paused') await it.pause();
      if (state === 'halted') await it.setDesk('halted');
      const asked = { orderId: order.orderId, desk: 'main', kind } as const;
      const outcome = await it.ledger.grantPermit(asked, it.reading());
      expect([id, outcome.kind === 'granted']).toEqual([id, allows(state, kind)]);
    }
  }
});

test('I3 a pause racing 30 grants: once it has committed, no entry is granted', async () => {
  const it = under();
  await it.setUp();
  const ids = Array.from({ length: 30 }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => it.accept(id)));
  const orders = await Promise.all(ids.map((id) => it.ledger.readLegOrder(id, 0)));
  for (const order of orders) {
    await it.ledger.storeOrder(order, { request: {}, wire: '' }, it.reading());
  }
  let grantedBefore: number | undefined;
  const grant = async ({ orderId }: { orderId: string }) => {
    const asked = { orderId, desk: 'main', kind: 'entry' } as const;
    return it.ledger.grantPermit(asked, it.reading());
  };
  const pausing = async (): Promise<void> => {
    await it.pause();
    grantedBefore = (await permitsOf(it)).length;
  };
  const early = orders.slice(0, 15).map(grant);
  const paused = pausing();
  const late = orders.slice(15).map(grant);
  const racing = await Promise.all([...early, ...late]);
  await paused;
  const after = await Promise.all(orders.map(grant));
  expect(after.filter(({ kind }) => kind === 'granted')).toEqual([]);
  const permits = await permitsOf(it);
  expect(permits).toHaveLength(grantedBefore!);
  expect(racing.filter(({ kind }) => kind === 'granted')).toHaveLength(permits.length);
  expect(permits.every(({ epoch }) => epoch === 1n)).toBe(true);
});

test('the epoch rises with every step away from active, and a halt is never weakened', async () => {
  const it = under();
  await it.setUp();
  const stands = async () => {
    const { desk } = await readDesk(it.db, 'main');
    return [desk.state, desk.epoch];
  };
  expect(await stands()).toEqual(['active', 1]);
  await it.pause();
  expect(await stands()).toEqual(['paused', 2]);
  await it.pause('again');
  expect(await stands()).toEqual(['paused', 2]);
  await it.setDesk('halted');
  expect(await stands()).toEqual(['halted', 3]);
  await it.pause();
  expect(await stands()).toEqual(['halted', 3]);
  await it.setDesk('active');
  expect(await stands()).toEqual(['active', 3]);
});

test('an answer closes the permit, no answer leaves it open', async () => {
  const it = under();
  await it.setUp();
  await it.accept('lost');
  await it.accept('refused');
  await it.permit('lost');
  await it.permit('refused');
  await it.answer('lost', { event: 'order.lost' });
  await it.answer('refused', { event: 'order.refused' });
  const [lost, refused] = await permitsOf(it);
  expect(lost).toMatchObject({ closed_at: null, outcome: null });
  expect(refused).toMatchObject({ outcome: 'rejected', closed_at: expect.any(Date) });
});

test('I15 a trade that was abandoned gets no permit, however late its sender comes', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  const order = await it.ledger.readLegOrder('a', 0);
  await it.ledger.abandonTrade('a', it.reading());
  await it.ledger.storeOrder(order, { request: {}, wire: '' }, it.reading());
  const asked = { orderId: order.orderId, desk: 'main', kind: 'entry' } as const;
  await it.ledger.grantPermit(asked, it.reading()).catch(() => undefined);
  expect(await permitsOf(it)).toEqual([]);
});

test('I15 abandoning races sending: either it is sent with its holds, or not sent at all', async () => {
  const it = under();
  await it.setUp();
  const ids = Array.from({ length: 20 }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => it.accept(id)));
  const sent = await Promise.all(
    ids.map(async (id) => {
      const [permit] = await Promise.all([
        it.permit(id).catch(() => ({ kind: 'gone' })),
        it.ledger.abandonTrade(id, it.reading()),
      ]);
      return { id, granted: permit.kind === 'granted' };
    }),
  );
  for (const { id, granted } of sent) {
    const { tradeStatus } = await it.ledger.readLegOrder(id, 0);
    expect([id, tradeStatus]).toEqual([id, granted ? 'reserved' : 'not_sent']);
  }
});
