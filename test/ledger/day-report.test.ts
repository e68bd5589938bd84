import { expect, test } from '@jest/globals';
import type { DailyReport } from '../../contracts/daily-report.ts';
import { dailyReportSchema } from '../../contracts/daily-report.ts';
import type { LedgerUnderTest } from './harness.ts';
import { readingAt, usd, useLedger } from './harness.ts';
import { fillOf } from './wishes.ts';

const under = useLedger();

const [TODAY, TOMORROW] = ['2026-11-22', '2026-11-23'] as const;

async function closeAt(it: LedgerUnderTest, before: string, at: string): Promise<DailyReport[]> {
  const dates = await it.ledger.closeDays({ book: 'paper', before }, readingAt(at));
  const rows = await it.db.selectFrom('daily_report').selectAll().orderBy('date').execute();
  return rows
    .filter(({ date }) => dates.includes(date))
    .map(({ body }) => dailyReportSchema.parse(body));
}

/** A win, a loss, a void, a trade that stays open, one in doubt, one refused, two denied. */
async function walkADay(it: LedgerUnderTest): Promise<void> {
  await it.setUp({
    dailyTradesMax: 7,
    dailyLossMicrosMax: usd(1_000),
    positionMicrosMax: usd(400),
  });
  await it.open('win', { quantity: 100, venue: 'polymarket' });
  await it.settle('win', 1);
  await it.open('loss', { quantity: 60 });
  await it.settle('loss', 0);
  await it.open('stays', { quantity: 40, settlesAt: '2026-11-25T18:00:00Z' });
  await it.open('at-risk', { quantity: 20 });
  await it.accept('in-doubt', { quantity: 10 });
  await it.permit('in-doubt');
  await it.answer('in-doubt', { event: 'order.lost' });
  await it.accept('refused', { quantity: 10 });
  await it.permit('refused');
  await it.answer('refused', { event: 'order.refused' });
  await it.propose('too-big', { quantity: 900 });
  await it.propose('bad-price', { quantity: 900, price: 0.499 });
}

test('a report has what the day came to', async () => {
  const it = under();
  await walkADay(it);
  const stranger = { orderId: 'not-ours', tradeId: 'x', market: 'M', outcome: 0 } as const;
  const fill = fillOf(stranger, { number: 99, quantity: 1, price: 0.5, atMs: it.reading().atMs });
  await it.ledger.bookFill('paper', 'kalshi', { ...fill, fillId: 'foreign' }, it.reading());
  const before = await it.db.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow();
  const [report] = await closeAt(it, TOMORROW, `${TOMORROW}T00:00:02Z`);
  expect(report).toEqual({
    book: 'paper',
    date: TODAY,
    revision: 1,
    openedAt: `${TODAY}T12:00:00.000Z`,
    closedAt: `${TOMORROW}T00:00:02.000Z`,
    desk: {
      id: 'main',
      phase: 'paper',
      state: 'paused',
      reason: expect.stringContaining('foreign'),
    },
    proposals: {
      accepted: 6,
      denied: 2,
      denials: { INVALID_PROPOSAL: 1, POSITION_TOO_LARGE: 1 },
    },
    trades: {
      used: 6,
      cap: 7,
      sent: 6,
      byStatus: { open: 2, placing: 1, rejected: 1, settled: 2 },
    },
    settled: [
      expect.objectContaining({ id: 'loss', payout: '0.00', realizedPnl: '-30.00' }),
      {
        id: 'win',
        status: 'settled',
        legs: [legOf('win', 'polymarket', '100', '50.00')],
        payout: '100.00',
        realizedPnl: '50.00',
      },
    ],
    realized: { pnl: '20.00', gains: '50.00', losses: '30.00' },
    fees: '0.00',
    loss: { used: '30.00', cap: '1000.00' },
    open: [
      {
        id: 'at-risk',
        legs: [legOf('at-risk', 'kalshi', '20', '10.00')],
        status: 'open',
        worstLoss: '10.00',
        expectedSettlement: null,
      },
      {
        id: 'in-doubt',
        legs: [legOf('in-doubt', 'kalshi', '0', '0.00')],
        status: 'placing',
        worstLoss: '5.00',
        expectedSettlement: null,
      },
      {
        id: 'stays',
        legs: [legOf('stays', 'kalshi', '40', '20.00')],
        status: 'open',
        worstLoss: '20.00',
        expectedSettlement: '2026-11-25T18:00:00.000Z',
      },
    ],
    carried: { into: TOMORROW, trades: 2, risk: '15.00' },
    cash: [
      { venue: 'kalshi', cash: '9940.00', redeemable: '0.00' },
      { venue: 'polymarket', cash: '10050.00', redeemable: '0.00' },
    ],
    unknownOrders: [await it.orderIdOf('in-doubt')],
    discrepancies: [
      {
        venue: 'kalshi',
        detail: expect.stringContaining('foreign'),
        recordedAt: `${TODAY}T12:00:00.000Z`,
      },
    ],
    auditHead: { seq: Number(before.seq), hash: before.hash },
    seal: {
      trades: 6,
      // Two deposits, four purchases, the win's cost and gain, the loss.
      transfers: 9,
      transferMicros: String(usd(20_000 + 50 + 30 + 20 + 10 + 50 + 50 + 30)),
      realisedLossMicros: String(usd(30)),
    },
  });
});

/** The only leg of a trade of the harness. */
function legOf(id: string, venue: string, quantity: string, cost: string) {
  const market = `MARKET-${id}`;
  const title = `Title of ${market}`;
  return { venue, market, title, outcome: 'Home', quantity, cost, fees: '0.00' };
}

test('a day closed late reports its own end, not what came after', async () => {
  const it = under();
  await walkADay(it);
  it.setClock('2026-11-24T09:00:00Z');
  await it.settle('stays', 0);
  await it.fill('in-doubt', 10);
  await it.answer('in-doubt', { event: 'order.finished', filled: 10 });
  await it.open('newer', { quantity: 10 });
  const [report] = await closeAt(it, '2026-11-24', '2026-11-24T10:00:00Z');
  expect(report).toMatchObject({
    date: TODAY,
    closedAt: '2026-11-24T10:00:00.000Z',
    realized: { pnl: '20.00' },
    trades: { used: 6 },
    carried: { into: '2026-11-24', trades: 2, risk: '15.00' },
    cash: [
      { venue: 'kalshi', cash: '9940.00', redeemable: '0.00' },
      { venue: 'polymarket', cash: '10050.00', redeemable: '0.00' },
    ],
    seal: { transfers: 9 },
  });
  expect(report!.open).toMatchObject([
    { id: 'at-risk', legs: [{ cost: '10.00' }] },
    { id: 'in-doubt', status: 'open', legs: [{ quantity: '0', cost: '0.00' }], worstLoss: '5.00' },
    { id: 'stays', status: 'settled', legs: [{ quantity: '40', cost: '20.00' }] },
  ]);
});

test('an empty day has a report of nothing', async () => {
  const it = under();
  await it.setUp();
  await it.propose('denied', { quantity: 1_000_000 });
  const [report] = await closeAt(it, TOMORROW, `${TOMORROW}T00:00:00Z`);
  expect(report).toMatchObject({
    settled: [],
    open: [],
    carried: { into: TOMORROW, trades: 0, risk: '0.00' },
    seal: { trades: 0, transfers: 2, realisedLossMicros: '0' },
  });
});
