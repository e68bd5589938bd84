/** Failure cases of reference/peers.md §7 about results and redemptions on the simulated Polymarket. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { listAlerts } from '../../ledger/read/alerts.ts';
import { readCash } from '../../ledger/read/cash.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { eventually } from '../support/desk.ts';
import { offer, proposalOn, startPolymarketDesk } from '../support/polymarket-desk.ts';
import { confirmed, recordsWith, worthOf } from '../support/polymarket-records.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { rehearsalTrades } from '../support/rehearsal-trades.ts';
import { resumeAfterBreach } from '../support/resume.ts';

let desk: RehearsalDesk;
beforeAll(async () => {
  const settings = { LIVE_TRADING_MAX_DAILY_TRADES: '50', BALLAST_STRATEGY_EXECUTIONS_MAX: '50' };
  desk = await startPolymarketDesk({ settings });
  await desk.goLive();
}, 120_000);
afterAll(async () => {
  await desk.close();
});

const { reaches, statusOf, orderOf } = rehearsalTrades(() => desk, {
  by: 'venueOrderId',
  field: 'id',
});

/** A position of ten at 0.50, without fees, on a market of its own. */
async function holding(slug: string, changes: Parameters<typeof proposalOn>[1] = {}) {
  await offer(desk.simulator, slug, { more: { feeRate: null } });
  expect(await desk.submit(proposalOn(slug, changes))).toMatchObject({ status: 202 });
  await reaches(slug, 'open');
}

const tell = (verb: string, slug: string, payout?: string) =>
  desk.simulator.admin(verb, { slug, ...(payout === undefined ? {} : { payout }) });

/** Until the venue was asked for results a few times more: whatever it tells was heard. */
async function askedAgain(): Promise<void> {
  const asked = () => desk.simulator.requests('gammaMarkets').length;
  const before = asked();
  await eventually('results to be asked for', () =>
    Promise.resolve(asked() >= before + 6 ? true : undefined),
  );
}

const openAlerts = async () => {
  const alerts = await listAlerts(desk.engine.ledger.db, { limit: 100, all: false });
  return alerts.map(({ code, detail }) => ({ code, detail }));
};

/** What is owed for one market by the ledger; undefined where nothing is. */
const owedFor = async (slug: string) => {
  const { redeemable } = await readCash(desk.engine.ledger.db, { book: 'rehearsal', limit: 1 });
  return redeemable.find(({ market }) => market === slug)?.amount;
};
const cashOf = async () => {
  const { venues } = await readCash(desk.engine.ledger.db, { book: 'rehearsal', limit: 1 });
  return venues[0]!.cash;
};

describe('failure case 13: a result that is no plain win', () => {
  test('50/50 pays exactly half a contract each, and is neither lost nor stuck', async () => {
    await holding('half', { quantity: '7' });
    await tell('setResult', 'half', '0.5');
    await reaches('half', 'settled');
    expect(await findTrade(desk.engine.ledger.db, 'half')).toMatchObject({
      payout: '3.50',
      realizedPnl: '0.00',
    });
    expect(await owedFor('half')).toBe('3.50');
    await confirmed(desk.simulator, 'half');
    expect(worthOf(desk.simulator).redeemable).toBe(3_500_000n);
  }, 90_000);

  test('closed without a winner stays open; the result pays when it is told', async () => {
    await holding('no-winner');
    await tell('close', 'no-winner');
    await askedAgain();
    expect(await statusOf('no-winner')).toBe('open');
    await tell('resolve', 'no-winner', '0');
    await reaches('no-winner', 'settled');
    expect(await findTrade(desk.engine.ledger.db, 'no-winner')).toMatchObject({
      payout: '0.00',
      realizedPnl: '-5.00',
    });
    expect(await owedFor('no-winner')).toBeUndefined();
  }, 90_000);

  test('disputed, twice, it waits for the vote', async () => {
    await holding('disputed');
    await tell('close', 'disputed');
    for (const round of [1, 2]) {
      await tell('propose', 'disputed', '1');
      await tell('dispute', 'disputed');
      await askedAgain();
      expect([round, await statusOf('disputed')]).toEqual([round, 'open']);
    }
    await tell('resolve', 'disputed', '0');
    await reaches('disputed', 'settled');
    expect(await findTrade(desk.engine.ledger.db, 'disputed')).toMatchObject({ payout: '0.00' });
  }, 90_000);
});

describe('failure case 14: a redemption whose cash does not come', () => {
  const looks = () => desk.simulator.requests('updateBalanceAllowance').length;

  test('is not booked, is looked for again and again, and alarmed', async () => {
    await holding('paid-elsewhere');
    await confirmed(desk.simulator, 'paid-elsewhere');
    await tell('setResult', 'paid-elsewhere', '1');
    await reaches('paid-elsewhere', 'settled');
    const cash = await cashOf();
    // The transaction succeeds and pays ten dollars, and so much is missing from the wallet.
    await desk.simulator.admin('deposit', { amount: '-10' });
    expect(await desk.simulator.admin('redeem', { slug: 'paid-elsewhere' })).toEqual({
      redeemedMicros: 10_000_000,
    });
    const before = looks();
    await eventually('the cash to be looked for', () =>
      Promise.resolve(looks() >= before + 3 ? true : undefined),
    );
    expect([await cashOf(), await owedFor('paid-elsewhere')]).toEqual([cash, '10.00']);
    expect(await openAlerts()).toEqual([]);
    // Ten minutes later.
    await desk.query(`UPDATE redemption_unpaid SET seen_at_ms = seen_at_ms - 600000`);
    const [alert] = await eventually('the alert', async () => {
      const found = await openAlerts();
      return found.length > 0 ? found : undefined;
    });
    expect(alert).toMatchObject({ code: 'REDEMPTION_UNPAID' });
    expect(alert!.detail).toContain('of paid-elsewhere is to have paid $10.00');
  }, 90_000);

  test('is booked once, as soon as its cash is there', async () => {
    const cash = Number(await cashOf());
    await desk.simulator.admin('deposit', { amount: '10' });
    await eventually('the cash', async () =>
      (await owedFor('paid-elsewhere')) === undefined ? true : undefined,
    );
    expect(Number(await cashOf())).toBe(cash + 10);
    await eventually('the alert to go', async () =>
      (await openAlerts()).length === 0 ? true : undefined,
    );
    const { rows } = await desk.query(`SELECT market, booked::int FROM redemption`);
    expect(rows).toEqual([{ market: 'paid-elsewhere', booked: 10_000_000 }]);
  }, 60_000);
});

test('I1 I5 I6 I7 ledger and venue agree after all of them, cash and claims too', async () => {
  const readRecords = recordsWith(desk.simulator);
  const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
  const { venues } = await readCash(desk.engine.ledger.db, { book: 'rehearsal', limit: 1 });
  const { cash, redeemable } = worthOf(desk.simulator);
  const inDollars = (text: string) => BigInt(Math.round(Number(text) * 1_000_000));
  expect([inDollars(venues[0]!.cash), inDollars(venues[0]!.redeemable)]).toEqual([
    cash,
    redeemable,
  ]);
});

test('failure case 9: a fill that fails after its result was booked: cash in suspense, and the desk stops', async () => {
  await desk.simulator.admin('setSettlement', { minedMs: 600_000, confirmedMs: 600_000 });
  await holding('failed-late');
  await tell('setResult', 'failed-late', '1');
  await reaches('failed-late', 'settled');
  const cash = Number(await cashOf());
  const { name } = await orderOf('failed-late');
  await desk.simulator.admin('failTrades', { id: name });
  const [alert] = await eventually('the alert', async () => {
    const found = (await openAlerts()).filter(({ code }) => code === 'DISCREPANCY');
    return found.length > 0 ? found : undefined;
  });
  expect(alert!.detail).toContain('failed-late failed after its contracts were gone');
  expect(await readDeskView(desk.engine.ledger.db, 'main')).toMatchObject({ state: 'paused' });
  const { venues } = await readCash(desk.engine.ledger.db, { book: 'rehearsal', limit: 1 });
  expect(venues[0]).toMatchObject({ suspense: '-5.00' });
  expect(Number(await cashOf())).toBe(cash + 5);
  expect(desk.simulator.requests('createOrder', name)).toHaveLength(1);
  const { invariants } = await verifyBooks(desk.engine.ledger, {
    readRecords: recordsWith(desk.simulator),
  });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
  await desk.simulator.admin('setSettlement', { minedMs: 500, confirmedMs: 1_000 });
  await resumeAfterBreach(desk, 'after-failed-late');
}, 90_000);

test('failure case 13: amended after it was recorded: an alert and a stop, and nothing is posted', async () => {
  await holding('amended');
  await tell('setResult', 'amended', '1');
  await reaches('amended', 'settled');
  const before = [await cashOf(), await owedFor('amended')];
  await tell('amend', 'amended', '0');
  const [alert] = await eventually('the alert', async () => {
    const found = (await openAlerts()).filter(({ code }) => code === 'RESULT_AMENDED');
    return found.length > 0 ? found : undefined;
  });
  expect(alert!.detail).toContain(
    'trade amended was paid $10.00, would be paid $0.00; nothing is posted',
  );
  expect(await readDeskView(desk.engine.ledger.db, 'main')).toMatchObject({ state: 'paused' });
  expect(await findTrade(desk.engine.ledger.db, 'amended')).toMatchObject({
    realizedPnl: '5.00',
  });
  expect([await cashOf(), await owedFor('amended')]).toEqual(before);
  await resumeAfterBreach(desk, 'after-amended');
  await askedAgain();
  expect(await openAlerts()).toEqual([]);
  expect(await readDeskView(desk.engine.ledger.db, 'main')).toMatchObject({ state: 'active' });
}, 90_000);
