import { describe, expect, test } from '@jest/globals';
import { readDesk } from '../../ledger/verbs/desk.ts';
import type { LedgerUnderTest } from './harness.ts';
import { useLedger } from './harness.ts';

const under = useLedger();
const ASKED = { actor: 'ann', reason: 'odd orders', verified: true };

async function standing(it: LedgerUnderTest) {
  const { state, cause, epoch, reason } = (await readDesk(it.db, 'main')).desk;
  return { state, cause, epoch, reason };
}

describe('a person halts a desk', () => {
  test('from every state, with a higher epoch; only a rearm lifts it', async () => {
    const it = under();
    await it.setUp();
    for (const before of ['nothing', 'a pause', 'a breach']) {
      const { epoch } = await standing(it);
      if (before === 'a pause') await it.ledger.pauseDesk('main', ASKED, it.reading());
      if (before === 'a breach') await it.ledger.breachDesk('main', ASKED, it.reading());
      const halted = await it.ledger.haltDesk('main', ASKED, it.reading());
      expect(halted).toMatchObject({ state: 'halted', changed: true });
      expect(halted.epoch).toBe(epoch + (before === 'nothing' ? 1 : 2));
      const paused = await it.ledger.pauseDesk('main', ASKED, it.reading());
      expect(paused).toMatchObject({ state: 'halted', changed: false });
      for (const action of ['resume', 'rearm'] as const) {
        const intent = { desk: 'main', action, actor: 'ann', role: 'admin', reason: 'x' } as const;
        const intentId = await it.ledger.writeIntent(intent);
        const ask = { requestId: `${before}-${action}`, actor: 'ann', reason: 'x', intentId };
        const outcome = await it.ledger.resumeDesk('main', ask, it.reading());
        expect([before, action, outcome.kind]).toEqual([
          before,
          action,
          action === 'rearm' ? 'resumed' : 'refused',
        ]);
      }
    }
  });

  test('pressed again it changes nothing; both are audited, with who proved a role', async () => {
    const it = under();
    await it.setUp();
    await it.ledger.haltDesk('main', ASKED, it.reading());
    const first = await standing(it);
    const second = { actor: 'bob', reason: 'me too', verified: false };
    expect(await it.ledger.haltDesk('main', second, it.reading())).toMatchObject({
      changed: false,
    });
    expect(await standing(it)).toEqual(first);
    const rows = await it.db.selectFrom('audit').selectAll().orderBy('seq').execute();
    expect(rows.slice(1).map((row) => [row.action, row.actor, row.verified])).toEqual([
      ['desk.halted', 'ann', true],
      ['desk.halted', 'bob', false],
    ]);
  });

  test('I3 after it no permit is granted, of whatever kind', async () => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    const order = await it.ledger.readLegOrder('a', 0);
    const prepared = { request: {}, wire: 'wire' };
    await it.ledger.storeOrder(order, prepared, it.reading());
    await it.ledger.haltDesk('main', ASKED, it.reading());
    for (const kind of ['entry', 'hedge', 'exit'] as const) {
      const asked = { orderId: order.orderId, desk: 'main', kind } as const;
      expect(await it.ledger.grantPermit(asked, it.reading())).toMatchObject({
        kind: 'forbidden',
        state: 'halted',
      });
    }
  });
});

describe('what a halt has to cancel', () => {
  test('orders that rest, are being sent or are lost; none that has ended or never left', async () => {
    const it = under();
    await it.setUp();
    for (const id of ['created', 'sending', 'lost', 'rests', 'done']) await it.accept(id);
    const created = await it.ledger.readLegOrder('created', 0);
    await it.ledger.storeOrder(created, { request: {}, wire: 'wire' }, it.reading());
    for (const id of ['sending', 'lost', 'rests', 'done']) await it.permit(id);
    await it.answer('lost', { event: 'order.lost' });
    await it.answer('rests', { event: 'order.rested' });
    await it.answer('done', { event: 'order.finished', filled: 0 });
    const orders = await it.ledger.ordersToCancel({ venue: 'kalshi', book: 'paper' });
    expect(orders.map(({ tradeId }) => tradeId).toSorted()).toEqual(['lost', 'rests', 'sending']);
    const rests = orders.find(({ tradeId }) => tradeId === 'rests');
    expect(rests).toMatchObject({
      clientOrderId: await it.orderIdOf('rests'),
      sentAtMs: it.reading().atMs,
    });
    expect(await it.ledger.ordersToCancel({ venue: 'polymarket', book: 'paper' })).toEqual([]);
  });

  test('the venues that are watched, and any other with such an order', async () => {
    const it = under();
    await it.setUp();
    expect(await it.ledger.booksToClear('main')).toEqual([]);
    const watch = { book: 'paper', venue: 'polymarket', cursorMs: 0 } as const;
    await it.ledger.writeCursor(watch, it.reading());
    await it.ledger.writeCursor({ ...watch, book: 'drill' }, it.reading());
    await it.accept('a');
    await it.permit('a');
    expect(await it.ledger.booksToClear('main')).toEqual([
      { venue: 'kalshi', book: 'paper' },
      { venue: 'polymarket', book: 'paper' },
    ]);
  });

  test('a trade whose order was cancelled is woken once, by its venue’s watch', async () => {
    const it = under();
    await it.setUp();
    const at = { venue: 'kalshi', book: 'paper' } as const;
    await it.ledger.wakeTrades(at, [], it.reading());
    await it.ledger.wakeTrades(at, ['a', 'b', 'a'], it.reading());
    const signals = await it.ledger.unsentSignals(at, 10);
    expect(signals.map(({ workflowId, signal }) => [workflowId, signal])).toEqual([
      ['trade:a', 'order-event'],
      ['trade:b', 'order-event'],
    ]);
  });
});
