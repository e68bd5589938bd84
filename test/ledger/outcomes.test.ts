import { describe, expect, test } from '@jest/globals';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { Answer, LedgerUnderTest } from './harness.ts';
import { contracts, NOON, usd, useLedger } from './harness.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);
const TRADES = `paper/trades/${DAY}`;

async function expectNothingHeld(it: LedgerUnderTest): Promise<void> {
  for (const id of ['paper/exposure', `paper/loss/${DAY}`]) {
    expect([id, await counterOf(it.db, id)]).toMatchObject([id, { used: 0, held: 0, overrun: 0 }]);
  }
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toEqual({ balance: usd(10_000), held: 0 });
}

/** A trade whose order has its permit and then these answers. */
async function sent(it: LedgerUnderTest, id: string, ...answers: Answer['event'][]): Promise<void> {
  await it.accept(id);
  await it.permit(id);
  for (const event of answers) await it.answer(id, { event });
}

const FINISHED = { event: 'order.finished', filled: 0 } as const;
const REFUSED = { event: 'order.refused' } as const;
const UNWRITTEN = { event: 'order.unwritten' } as const;
const ABSENT = { event: 'order.absent' } as const;

test.each([
  // before the last answer, last answer, order, trade, places kept
  { before: [], last: REFUSED, order: 'rejected', trade: 'rejected', kept: 1 },
  { before: [], last: FINISHED, order: 'done', trade: 'unfilled', kept: 1 },
  { before: [], last: UNWRITTEN, order: 'notSent', trade: 'not_sent', kept: 0 },
  { before: [], last: ABSENT, order: 'notSent', trade: 'not_sent', kept: 1 },
  { before: ['order.lost'], last: ABSENT, order: 'notSent', trade: 'not_sent', kept: 1 },
  { before: ['order.lost'], last: FINISHED, order: 'done', trade: 'unfilled', kept: 1 },
  { before: ['order.rested'], last: FINISHED, order: 'done', trade: 'unfilled', kept: 1 },
] as const)(
  'DAILY_TRADES_REACHED $before then $last.event: $trade gives everything back, places kept: $kept',
  async ({ before, last, order, trade, kept }) => {
    const it = under();
    await it.setUp();
    await sent(it, 'a', ...before);
    const standing = await it.answer('a', last);
    expect(standing).toMatchObject({ orderState: order, tradeStatus: trade });
    await expectNothingHeld(it);
    expect(await counterOf(it.db, TRADES)).toMatchObject({ used: kept, held: 0 });
    // A repeat, and whatever else comes late, changes nothing.
    for (const late of [last, { event: 'order.lost' }, FINISHED] as const) {
      expect(await it.answer('a', late)).toEqual(standing);
    }
    expect(await counterOf(it.db, TRADES)).toMatchObject({ used: kept, held: 0 });
  },
);

test('a gate that withholds an order before its permit gives everything back, with its reasons', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  const order = await it.ledger.readLegOrder('a', 0);
  await it.ledger.storeOrder(order, { request: {}, wire: '' }, it.reading());
  const failures = [{ code: 'PRICE_MOVED', passed: false, detail: 'gone', numbers: {} } as const];
  await it.ledger.bookOutcome(
    order.orderId,
    { event: { type: 'order.withheld' }, detail: 'gone', failures },
    it.reading(),
  );
  const trade = await it.db.selectFrom('trade').selectAll().executeTakeFirst();
  expect(trade).toMatchObject({ status: 'not_sent', failures });
  await expectNothingHeld(it);
  expect(await counterOf(it.db, TRADES)).toMatchObject({ used: 0, held: 0 });
});

test('a gate that refuses after another attempt got its permit changes nothing', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.permit('a');
  const standing = await it.answer('a', { event: 'order.withheld' });
  expect(standing).toMatchObject({ orderState: 'sending', tradeStatus: 'reserved' });
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: usd(50) });
  // The attempt that holds the permit goes on, and its answer is booked.
  await it.answer('a', { event: 'order.finished', filled: 100 });
  await it.fill('a', 100);
  expect((await it.ledger.readLegOrder('a', 0)).tradeStatus).toBe('open');
});

test.each(['order.lost', 'order.rested'] as const)(
  'I7 after %s everything stays held, and the place in the day is used',
  async (event) => {
    const it = under();
    await it.setUp();
    await sent(it, 'a', event, event);
    expect(await it.answer('a', { event })).toMatchObject({ tradeStatus: 'placing' });
    expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ used: 0, held: usd(50) });
    expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ held: usd(50) });
    expect(await balanceOf(it.db, 'paper/kalshi/cash')).toMatchObject({ held: usd(50) });
    expect(await counterOf(it.db, TRADES)).toMatchObject({ used: 1, held: 0 });
  },
);

test('an unknown order is found resting, then finished', async () => {
  const it = under();
  await it.setUp();
  await sent(it, 'a', 'order.lost', 'order.rested');
  await it.fill('a', 40);
  const standing = await it.answer('a', { event: 'order.finished', filled: 40 });
  expect(standing).toEqual({
    orderState: 'done',
    tradeStatus: 'open',
    finalQuantity: contracts(40),
  });
});

test('the answer before the fills: placing until the last of them is booked', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.permit('a');
  const answered = await it.answer('a', { event: 'order.finished', filled: 100 });
  expect(answered.tradeStatus).toBe('placing');
  await it.fill('a', 60);
  expect((await it.ledger.readLegOrder('a', 0)).tradeStatus).toBe('placing');
  await it.fill('a', 40);
  expect((await it.ledger.readLegOrder('a', 0)).tradeStatus).toBe('open');
});

test('the fills before the answer: placing until the order is final', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a');
  await it.permit('a');
  await it.fill('a', 60);
  await it.fill('a', 40);
  expect((await it.ledger.readLegOrder('a', 0)).tradeStatus).toBe('reserved');
  const answered = await it.answer('a', { event: 'order.finished', filled: 100 });
  expect(answered.tradeStatus).toBe('open');
});

test('a partial fill at a better price releases what is unfilled and what was not spent', async () => {
  const it = under();
  await it.setUp();
  await it.accept('a', { event: 'e', market: 'M' });
  await it.permit('a');
  await it.fill('a', 30, 0.4);
  await it.answer('a', { event: 'order.finished', filled: 30 });
  const spent = { used: usd(12), held: 0 };
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject(spent);
  expect(await counterOf(it.db, 'paper/event/e')).toMatchObject(spent);
  expect(await counterOf(it.db, 'paper/market/kalshi/M')).toMatchObject(spent);
  // Nothing is lost yet: the position's cost is at risk.
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ used: 0, held: usd(12) });
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toEqual({ balance: usd(9_988), held: 0 });
  expect(await balanceOf(it.db, 'paper/kalshi/position/M/0')).toMatchObject({ balance: usd(12) });
});

test('abandoning gives everything back where nothing was sent, and only there', async () => {
  const it = under();
  await it.setUp();
  await it.accept('never-stored');
  await it.accept('stored');
  const order = await it.ledger.readLegOrder('stored', 0);
  await it.ledger.storeOrder(order, { request: {}, wire: '' }, it.reading());
  for (const id of ['never-stored', 'stored', 'stored']) {
    await it.ledger.abandonTrade(id, it.reading());
    expect((await it.ledger.readLegOrder(id, 0)).tradeStatus).toBe('not_sent');
  }
  await expectNothingHeld(it);
  expect(await counterOf(it.db, TRADES)).toMatchObject({ used: 0, held: 0 });
  await it.accept('permitted');
  await it.permit('permitted');
  await it.ledger.abandonTrade('permitted', it.reading());
  expect((await it.ledger.readLegOrder('permitted', 0)).tradeStatus).toBe('reserved');
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ held: usd(50) });
});

test('abandoning a trade that is open, or was never decided, changes nothing', async () => {
  const it = under();
  await it.setUp();
  await it.open('a');
  await it.receive('undecided');
  await it.ledger.abandonTrade('a', it.reading());
  await it.ledger.abandonTrade('undecided', it.reading());
  expect((await it.ledger.readLegOrder('a', 0)).tradeStatus).toBe('open');
});

test('an event whose name looks like another counter is counted as an event all the same', async () => {
  const it = under();
  await it.setUp();
  for (const event of ['odd/trades/event', 'odd/loss/event']) {
    await it.open(event.replaceAll('/', '-'), { event });
    expect([event, await counterOf(it.db, `paper/event/${event}`)]).toMatchObject([
      event,
      { used: usd(50), held: 0 },
    ]);
  }
  expect(await counterOf(it.db, TRADES)).toMatchObject({ used: 2, held: 0 });
});

test.each(['order.absent', 'order.refused'] as const)(
  'I5 an order with a fill is not over because a look-up says %s: it stays unknown',
  async (event) => {
    const it = under();
    await it.setUp();
    await it.accept('a');
    await it.permit('a');
    await it.fill('a', 40);
    expect(await it.answer('a', { event })).toMatchObject({
      orderState: 'unknown',
      tradeStatus: 'placing',
    });
    expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({
      used: usd(20),
      held: usd(30),
    });
    const found = await it.answer('a', { event: 'order.finished', filled: 40 });
    expect(found.tradeStatus).toBe('open');
  },
);

describe('I1 an order that the venue never received', () => {
  test('is sent again under its identity, with a permit of its own, and counts once', async () => {
    const it = under();
    await it.setUp();
    await sent(it, 'a', 'order.lost');
    expect(await it.answer('a', { event: 'order.returned' })).toMatchObject({
      orderState: 'created',
      tradeStatus: 'placing',
    });
    expect(await counterOf(it.db, TRADES)).toMatchObject({ used: 1, held: 0 });
    expect(await it.permit('a')).toMatchObject({ kind: 'granted' });
    const permits = await it.db.selectFrom('permit').select('outcome').orderBy('id').execute();
    expect(permits).toEqual([{ outcome: 'created' }, { outcome: null }]);
    await it.fill('a', 100);
    expect(await it.answer('a', { event: 'order.finished', filled: 100 })).toMatchObject({
      tradeStatus: 'open',
    });
    expect(await counterOf(it.db, TRADES)).toMatchObject({ used: 1, held: 0 });
  });

  test('and is not sent again ends with everything given back', async () => {
    const it = under();
    await it.setUp();
    await sent(it, 'a', 'order.lost', 'order.returned');
    expect(await it.answer('a', { event: 'order.withheld' })).toMatchObject({
      orderState: 'notSent',
      tradeStatus: 'not_sent',
    });
    await expectNothingHeld(it);
  });

  test.each(['order.withheld', 'order.absent'] as const)(
    'I5 but has a fill by now is looked up again when %s says it has none',
    async (event) => {
      const it = under();
      await it.setUp();
      await sent(it, 'a', 'order.lost', 'order.returned');
      await it.fill('a', 40);
      expect(await it.answer('a', { event })).toMatchObject({ orderState: 'unknown' });
    },
  );
});

describe('ORDER_UNKNOWN', () => {
  const openAlerts = (it: LedgerUnderTest) =>
    it.db
      .selectFrom('alert')
      .select(['trade_id', 'times'])
      .where('code', '=', 'ORDER_UNKNOWN')
      .where('resolved_at_ms', 'is', null)
      .execute();

  test('alerts once when nobody can tell for 15 s what became of an order', async () => {
    const it = under();
    await it.setUp();
    await sent(it, 'a', 'order.lost');
    it.setClock('2026-11-22T12:00:14.999Z');
    await it.answer('a', { event: 'order.lost' });
    expect(await openAlerts(it)).toEqual([]);
    it.setClock('2026-11-22T12:00:15.000Z');
    await it.answer('a', { event: 'order.lost' });
    await it.answer('a', { event: 'order.lost' });
    expect(await openAlerts(it)).toEqual([{ trade_id: 'a', times: 1 }]);
  });

  test.each(['order.finished', 'order.absent', 'order.rested', 'order.returned'] as const)(
    '%s ends the alert',
    async (event) => {
      const it = under();
      await it.setUp();
      await sent(it, 'a', 'order.lost');
      it.setClock('2026-11-22T12:00:15.000Z');
      await it.answer('a', { event: 'order.lost' });
      await it.answer('a', { event, filled: 0 });
      expect(await openAlerts(it)).toEqual([]);
    },
  );
});

test.each(['order.lost', 'order.rested'] as const)(
  'I12 a final word below what is booked (after %s) is a read that lags: it is asked again',
  async (before) => {
    const it = under();
    await it.setUp();
    await sent(it, 'a', before);
    await it.fill('a', 100);
    expect(await it.answer('a', { event: 'order.finished', filled: 0 })).toMatchObject({
      orderState: 'unknown',
      tradeStatus: 'placing',
    });
    expect(await it.answer('a', { event: 'order.finished', filled: 100 })).toMatchObject({
      orderState: 'done',
      tradeStatus: 'open',
    });
  },
);

test('an order of nobody cannot be answered', async () => {
  const it = under();
  await it.setUp();
  const outcome = { event: { type: 'order.lost' }, detail: '' } as const;
  await expect(it.ledger.bookOutcome('nobody', outcome, it.reading())).rejects.toMatchObject({
    name: 'NotInLedger',
  });
});
