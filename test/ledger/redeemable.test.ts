/** Winnings that a venue keeps until they are redeemed: owed, then cash. */
import { describe, expect, test } from '@jest/globals';
import { dailyReportSchema } from '../../contracts/daily-report.ts';
import { dailyReportText } from '../../contracts/daily-report-text.ts';
import { readCash } from '../../ledger/read/cash.ts';
import { readStatus } from '../../ledger/read/status.ts';
import { balanceOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, useLedger } from './harness.ts';
import {
  answer,
  balances,
  ENTRY,
  fillAt,
  HEDGE,
  KALSHI,
  POLYMARKET,
  send,
} from './pair-harness.ts';
import { pairMarketOf, pairProposalOf, registerPair } from './pair-wishes.ts';
import {
  AT,
  bookPaid,
  goToRehearsal,
  money,
  open,
  openAlerts,
  propose,
  redeem,
  redemptionOf,
} from './redeem-harness.ts';
import { contracts, settlementOf } from './wishes.ts';

const under = useLedger();
const M = 'will-it-rain';

describe('what is won', () => {
  test('is owed and no cash until it is redeemed, once', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    expect(await it.settle('a', 1)).toMatchObject({ kind: 'recorded', pnlMicros: 50_000_000 });
    expect(await money(it, M)).toEqual({ cash: 950, redeemable: 100, credit: 0 });
    const { balance } = await balanceOf(it.db, 'rehearsal/polymarket/pnl');
    expect(balance).toBe(-50_000_000);
    const fact = redemptionOf(it, M, 100);
    expect(await bookPaid(it, fact)).toBe(true);
    expect(await bookPaid(it, fact)).toBe(false);
    expect(await money(it, M)).toEqual({ cash: 1_050, redeemable: 0, credit: 0 });
    expect(await openAlerts(it)).toEqual([]);
  });

  test.each([
    ['less than is owed: the rest stays', [40], { cash: 990, redeemable: 60, credit: 0 }, []],
    ['in parts', [40, 60], { cash: 1_050, redeemable: 0, credit: 0 }, []],
    [
      'more than is owed: the rest is the venue’s credit, reported',
      [40, 90],
      { cash: 1_080, redeemable: 0, credit: 30 },
      ['VENUE_CREDIT'],
    ],
    ['nothing', [0], { cash: 950, redeemable: 100, credit: 0 }, []],
  ])('is redeemed for %s', async (_what, amounts, expected, alerts) => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    for (const amount of amounts) expect(await redeem(it, M, amount)).toBe(true);
    expect(await money(it, M)).toEqual(expected);
    expect(await openAlerts(it)).toEqual(alerts);
  });

  test('and redeemed before the result was recorded is cash when it is', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    await open(it, 'b', { market: M, quantity: 20, price: 0.4 });
    await redeem(it, M, 120);
    expect(await money(it, M)).toEqual({ cash: 1_062, redeemable: 0, credit: 20 });
    expect(await openAlerts(it)).toEqual(['VENUE_CREDIT']);
    expect(await it.record('b')).toMatchObject({ kind: 'recorded', payoutMicros: 20_000_000 });
    expect(await money(it, M)).toEqual({ cash: 1_062, redeemable: 0, credit: 0 });
    expect(await openAlerts(it)).toEqual([]);
  });

  test('a losing position is owed nothing', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 0);
    await redeem(it, M, 0);
    expect(await money(it, M)).toEqual({ cash: 950, redeemable: 0, credit: 0 });
  });

  test('of another market is not what pays', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    await redeem(it, 'another', 100);
    expect(await money(it, M)).toMatchObject({ cash: 1_050, redeemable: 100 });
    expect(await money(it, 'another')).toMatchObject({ redeemable: 0, credit: 100 });
  });

  test('before the book began is in its opening cash', async () => {
    const it = under();
    await goToRehearsal(it);
    const redeemedAtMs = it.reading().atMs - 60_000;
    expect(await redeem(it, M, 70, { redeemedAtMs })).toBe(true);
    expect(await money(it, M)).toEqual({ cash: 1_000, redeemable: 0, credit: 0 });
    expect(await openAlerts(it)).toEqual([]);
  });

  test('is booked once by many readers while it is recorded', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.result('a', 1);
    const fact = redemptionOf(it, M, 100);
    const booked = await Promise.all([
      ...Array.from({ length: 6 }, () => bookPaid(it, fact)),
      ...Array.from({ length: 3 }, async () => (await it.record('a')).kind === 'waiting'),
    ]);
    expect(booked.filter(Boolean)).toHaveLength(1);
    expect(await money(it, M)).toEqual({ cash: 1_050, redeemable: 0, credit: 0 });
  });

  test('keeps its live book open, so that its venue is read until the cash is seen', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    const held = await it.ledger.openInLiveBooks();
    await it.settle('a', 1);
    const at = { book: 'rehearsal', venues: ['polymarket'], isUnhedged: false };
    const claim = { id: `redeemable/${M}`, ...at };
    expect(held).toEqual([{ id: 'a', ...at }]);
    expect(await it.ledger.openInLiveBooks()).toEqual([claim]);
    await redeem(it, M, 100);
    expect(await it.ledger.openInLiveBooks()).toEqual([]);
  });

  test('INSUFFICIENT_BALANCE is no cash to spend before it is redeemed', async () => {
    const it = under();
    await goToRehearsal(it, 60);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    expect(codesOf(await propose(it, 'b'))).toEqual(['INSUFFICIENT_BALANCE']);
    await redeem(it, M, 100);
    expect(codesOf(await propose(it, 'c'))).toEqual(['accepted']);
  });

  test('on paper is cash at once', async () => {
    const it = under();
    await it.setUp();
    await it.open('a', { venue: 'polymarket', market: M });
    await it.settle('a', 1);
    expect((await balanceOf(it.db, 'paper/polymarket/cash')).balance).toBe(10_050_000_000);
    expect((await balanceOf(it.db, `paper/polymarket/redeemable/${M}`)).balance).toBe(0);
  });
});

/** A pair in the drill book, both legs filled: $46 at Polymarket, $48 at Kalshi. */
async function openPairInDrill(it: LedgerUnderTest): Promise<void> {
  await it.setUp({}, 'drill');
  await registerPair(it, 'p');
  const proposal = pairProposalOf('p');
  await it.ledger.receiveProposal({ id: 'p', desk: 'drill', proposal }, it.reading());
  const asOfMs = it.reading().atMs;
  for (const { venue, market: marketId, limitPrice: priceMicros } of proposal.legs) {
    const outcome = venue === 'kalshi' ? 0 : 1;
    const asks = [{ priceMicros, quantity: contracts(1_000) }];
    await it.ledger.storeFacts('drill', {
      venue,
      marketId,
      market: pairMarketOf('p', venue),
      quote: { marketId, outcome, asks, bids: [], asOfMs },
      status: { trading: true, detail: 'open' },
      asOfMs,
    });
  }
  expect(codesOf(await it.reserve('p'))).toEqual(['accepted']);
  for (const order of [ENTRY, HEDGE]) {
    await send(it, 'p', order);
    const { venue, fill } = await fillAt(it, 'p', order, 100);
    await it.ledger.bookFill('drill', venue, fill, it.reading());
    await answer(it, 'p', order, 100);
  }
}

test('a pair’s leg is owed while the other is not final, and cash for what each venue pays', async () => {
  const it = under();
  await openPairInDrill(it);
  const store = async (leg: number) => {
    const { venue, market } = await it.ledger.readLegOrder('p', leg);
    const fact = settlementOf(market, 0, it.reading().atMs);
    await it.ledger.storeSettlement({ book: 'drill', venue }, fact, it.reading());
  };
  const shown = async () =>
    Object.fromEntries(
      Object.entries(await balances(it)).filter(([id]) => /redeemable|unsettled|cash|pnl/.test(id)),
    );
  await store(POLYMARKET);
  expect(await it.record('p')).toEqual({ kind: 'waiting' });
  expect(await shown()).toEqual({
    'kalshi/cash': 10_000 - 48,
    'polymarket/cash': 10_000 - 46,
    'polymarket/redeemable/P-p': 100,
    'polymarket/unsettled/p': -54,
  });
  await store(KALSHI);
  expect(await it.record('p')).toMatchObject({ kind: 'recorded', pnlMicros: 6_000_000 });
  expect(await shown()).toEqual({
    'kalshi/cash': 10_000 - 48,
    'kalshi/pnl': 48,
    'polymarket/cash': 10_000 - 46,
    'polymarket/redeemable/P-p': 100,
    'polymarket/pnl': -54,
  });
});

describe('people are shown what is redeemable', () => {
  test('in cash with its age, in the status, and in the day’s report', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    await redeem(it, M, 40);
    const cash = await readCash(it.db, { book: AT.book, limit: 10 });
    expect(cash).toMatchObject({
      venues: [{ venue: 'polymarket', cash: '990.00', redeemable: '60.00', venueCredit: '0.00' }],
      redeemable: [
        { venue: 'polymarket', market: M, amount: '60.00', since: '2026-11-22T12:00:00.000Z' },
      ],
    });
    const status = await readStatus(it.db, 'main', ['polymarket'], it.reading());
    expect(status.venues).toMatchObject([{ cash: '990.00', redeemable: '60.00' }]);

    it.setClock('2026-11-23T00:00:02.000Z');
    await it.ledger.closeDays({ book: AT.book, before: '2026-11-23' }, it.reading());
    await redeem(it, M, 60);
    const stored = await it.db.selectFrom('daily_report').select('body').executeTakeFirstOrThrow();
    const report = dailyReportSchema.parse(stored.body);
    expect(report.cash).toEqual([{ venue: 'polymarket', cash: '990.00', redeemable: '60.00' }]);
    expect(dailyReportText(report)).toContain('polymarket $990.00 and $60.00 to be redeemed');
  });

  test('and reminded of it after a day, once, until its cash is seen', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    const remind = () => it.ledger.remindRedeemable(AT, it.reading());
    it.setClock('2026-11-23T11:59:59.999Z');
    await remind();
    expect(await openAlerts(it)).toEqual([]);
    it.setClock('2026-11-23T12:00:00.000Z');
    await remind();
    await remind();
    const alert = await it.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow();
    expect(alert).toMatchObject({ code: 'REDEEMABLE_WAITING', level: 'warning', times: 1 });
    expect(alert.detail).toBe(
      `$100.00 won on polymarket ${M} has not been redeemed since 2026-11-22T12:00:00.000Z`,
    );
    await redeem(it, M, 99);
    await remind();
    await remind();
    expect(await openAlerts(it)).toEqual(['REDEEMABLE_WAITING']);
    expect(await it.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow()).toMatchObject({
      times: 2,
      detail: expect.stringContaining('$1.00 won on polymarket'),
    });
    await redeem(it, M, 1);
    await remind();
    expect(await openAlerts(it)).toEqual([]);
  });

  test('the oldest part is redeemed first: what is won later is not overdue by it', async () => {
    const it = under();
    await goToRehearsal(it);
    await open(it, 'a', { market: M });
    await it.settle('a', 1);
    await open(it, 'b', { market: M, quantity: 20, price: 0.4 });
    it.setClock('2026-11-23T11:00:00.000Z');
    await it.record('b');
    await redeem(it, M, 100);
    it.setClock('2026-11-23T13:00:00.000Z');
    await it.ledger.remindRedeemable(AT, it.reading());
    expect(await openAlerts(it)).toEqual([]);
  });
});
