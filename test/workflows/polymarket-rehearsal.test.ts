/** The plain walk on the real adapter: proposed, filled, confirmed, settled, owed, redeemed, cash. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { readCash } from '../../ledger/read/cash.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { eventually } from '../support/desk.ts';
import { offer, proposalOn, startPolymarketDesk } from '../support/polymarket-desk.ts';
import { confirmed, pnlTwice, recordsWith, worthOf } from '../support/polymarket-records.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { rehearsalTrades } from '../support/rehearsal-trades.ts';

const GIVEN_MICROS = 1_000_000_000n;

let desk: RehearsalDesk;
beforeAll(async () => {
  // What is proposed before it goes live is traded on paper, at the simulator's public prices.
  desk = await startPolymarketDesk({ settings: { BALLAST_PAPER_QUOTES: 'venue' } });
}, 120_000);
afterAll(async () => {
  await desk.close();
});

const { reaches, sentOf } = rehearsalTrades(() => desk, { by: 'venueOrderId', field: 'id' });

/** What the ledger has at the venue, in dollars, and the markets that owe. */
async function moneyOf() {
  const { db } = desk.engine.ledger;
  const { venues, redeemable } = await readCash(db, { book: 'rehearsal', limit: 1 });
  const [at] = venues;
  return { cash: at!.cash, owed: at!.redeemable, by: redeemable.map(({ market }) => market) };
}

describe('a rehearsal', () => {
  test('I10 a trade on paper at the venue’s prices sends no order and nothing signed', async () => {
    await offer(desk.simulator, 'on-paper');
    expect(await desk.submit(proposalOn('on-paper'))).toMatchObject({ status: 202 });
    await reaches('on-paper', 'open');
    const { book } = (await findTrade(desk.engine.ledger.db, 'on-paper'))!;
    expect(book).toBe('paper');
    const journal = desk.simulator.journal();
    expect(journal.some(({ endpoint }) => endpoint === 'book')).toBe(true);
    const isSigned = (names: readonly string[]) => names.some((name) => /^poly_/i.test(name));
    const revealing = journal.filter(
      ({ method, headerNames }) => method !== 'GET' || isSigned(headerNames),
    );
    expect(revealing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test('goes live, buys, and what it won is owed and no cash', async () => {
    await desk.goLive();
    await offer(desk.simulator, 'walk', { more: { feeRate: '0.05' } });
    expect(await desk.submit(proposalOn('walk'))).toMatchObject({ status: 202 });
    await reaches('walk', 'open');
    expect(await sentOf('walk')).toEqual({ posts: 1, differing: 1, effects: 1, atVenue: 1 });
    await confirmed(desk.simulator, 'walk');
    await desk.simulator.admin('setResult', { slug: 'walk', payout: '1' });
    await reaches('walk', 'settled');
    // 10 at 0.50, and 10 x 0.05 x 0.5 x 0.5 of fee.
    expect(await findTrade(desk.engine.ledger.db, 'walk')).toMatchObject({
      book: 'rehearsal',
      realizedPnl: '4.875',
    });
    expect(await moneyOf()).toEqual({ cash: '994.875', owed: '10.00', by: ['walk'] });
    expect(worthOf(desk.simulator)).toEqual({ cash: 994_875_000n, redeemable: 10_000_000n });
  }, 90_000);

  test('redeemed it is cash, in the ledger as at the venue', async () => {
    await desk.simulator.admin('redeem', { slug: 'walk' });
    const money = await eventually('the cash', async () => {
      const now = await moneyOf();
      return now.owed === '0.00' ? now : undefined;
    });
    expect(money).toEqual({ cash: '1004.875', owed: '0.00', by: [] });
    expect(worthOf(desk.simulator)).toEqual({ cash: 1_004_875_000n, redeemable: 0n });
  }, 60_000);

  test('I1 I5 I6 I7 the books are the venue’s', async () => {
    const readRecords = recordsWith(desk.simulator);
    const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
    expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
    const pnl = await pnlTwice(desk, GIVEN_MICROS);
    expect(pnl).toEqual({ venue: 4_875_000n, ledger: 4_875_000n });
  });
});
