/** Failure cases 13 and 14 of reference/peers.md §7: results and winnings on the simulated venue. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PolymarketVenue } from '../../../venues/polymarket/polymarket-venue.ts';
import { accepted, orderOf, send } from '../venue-under-test.ts';
import type { PolymarketOnSimulator } from './simulated.ts';
import { newPolymarketOnSimulator } from './simulated.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

let t: PolymarketOnSimulator;
let venue: PolymarketVenue;
beforeEach(async () => {
  t = await newPolymarketOnSimulator();
  ({ venue } = t);
  t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
  accepted(await send(venue, orderOf({ decidedAtMs: t.nowMs() })));
  t.passMs(MINUTE_MS);
});
afterEach(() => t.close());

const admin = (verb: string, body: object = {}) => t.simulator.admin(verb, { slug: 'M1', ...body });
const settlements = async (of = venue) => (await of.settlementsSince(0)).facts;
const redemptions = async (sinceMs = 0) => venue.redemptionsSince(sinceMs);
const cash = async () => (await venue.balance()).cashMicros;

describe('failure case 13', () => {
  const payouts = [
    ['1', [1_000_000, 0]],
    ['0', [0, 1_000_000]],
    ['0.5', [500_000, 500_000]],
  ] as const;
  test.each(payouts)('a result of %s is told exactly, and once', async (payout, payoutMicros) => {
    t.setResult('M1', payout);
    const facts = await settlements();
    expect(facts).toMatchObject([{ marketId: 'M1', payoutMicros }]);
    t.passMs(HOUR_MS);
    expect(await settlements()).toEqual(facts);
    expect(await settlements(t.reopen())).toEqual(facts);
  });

  test('closed without a winner is no result, however sure the price', async () => {
    t.setBook('M1', { yes: { bids: [['0.98', '100']], asks: [['0.99', '100']] } });
    await admin('close');
    expect(await settlements()).toEqual([]);
    await admin('setMarket', { fields: { outcomePrices: '["0.9995", "0.0005"]' } });
    expect(await settlements()).toEqual([]);
  });

  test('a proposal is none before its two hours are over', async () => {
    await admin('close');
    await admin('propose', { payout: '1' });
    t.passMs(2 * HOUR_MS - 1);
    expect(await settlements()).toEqual([]);
    t.passMs(1);
    expect(await settlements()).toMatchObject([{ payoutMicros: [1_000_000, 0] }]);
  });

  test('disputed, it waits for the vote, in both sources', async () => {
    await admin('close');
    await admin('propose', { payout: '1' });
    await admin('dispute');
    t.passMs(48 * HOUR_MS);
    expect(await settlements()).toEqual([]);
    await admin('propose', { payout: '1' });
    await admin('dispute');
    t.passMs(95 * HOUR_MS);
    expect(await settlements()).toEqual([]);
    await admin('resolve', { payout: '0' });
    expect(await settlements()).toMatchObject([{ payoutMicros: [0, 1_000_000] }]);
  });

  test('amended, it is a record of its own, and the first one is told no more', async () => {
    t.setResult('M1', '1');
    const [first] = await settlements();
    await admin('amend', { payout: '0' });
    const [second, ...more] = await settlements();
    expect(more).toEqual([]);
    expect(second).toMatchObject({ marketId: 'M1', payoutMicros: [0, 1_000_000] });
    expect(second?.settlementId).not.toBe(first?.settlementId);
    expect(await settlements(t.reopen())).toEqual([second]);
    await admin('amend', { payout: '1' });
    expect(await settlements()).toEqual([first]);
  });

  test('sources that contradict each other are none', async () => {
    t.setResult('M1', '1');
    await admin('setMarket', { fields: { outcomePrices: '["0", "1"]' } });
    expect(await settlements()).toEqual([]);
  });
});

describe('failure case 18 of results', () => {
  const prices = ['["100", "0"]', '["47", "53"]', '[1]', '["1", ""]', 'null', '{}'];
  test.each(prices)('outcome prices of %s are never a payout', async (outcomePrices) => {
    await admin('close');
    await admin('setMarket', { fields: { outcomePrices, umaResolutionStatus: 'resolved' } });
    expect(await settlements()).toEqual([]);
  });
});

describe('failure case 14', () => {
  test('winnings are no cash, no redemption and no position that can be sold until redeemed', async () => {
    const before = await cash();
    t.setResult('M1', '1');
    await settlements();
    expect((await redemptions()).facts).toEqual([]);
    expect(await cash()).toBe(before);
    t.redeem('M1');
    expect((await redemptions()).facts).toMatchObject([
      { marketId: 'M1', amountMicros: 10_000_000, redeemedAtMs: t.nowMs() },
    ]);
    expect(await cash()).toBe(before + 10_000_000);
  });

  test('a row without its cash is told as what it is: the balance shows none', async () => {
    t.setResult('M1', '1');
    const before = await cash();
    t.redeem('M1');
    // It went to another address, or the transaction was reverted.
    await t.simulator.admin('deposit', { amount: '-10' });
    expect((await redemptions()).facts).toMatchObject([{ amountMicros: 10_000_000 }]);
    expect(await cash()).toBe(before);
  });

  test('a row that comes minutes after its cash is not missed, and keeps its id', async () => {
    await t.simulator.admin('setLag', { ms: 0, dataMs: 3 * MINUTE_MS });
    t.setResult('M1', '1');
    t.redeem('M1');
    const early = await redemptions();
    expect(early.facts).toEqual([]);
    t.passMs(3 * MINUTE_MS);
    const late = await redemptions(early.cursorMs);
    expect(late.facts).toHaveLength(1);
    t.passMs(MINUTE_MS);
    expect((await redemptions(late.cursorMs)).facts).toEqual(late.facts);
    expect((await t.reopen().redemptionsSince(0)).facts).toEqual(late.facts);
  });

  test('a second redemption finds nothing left, and is no second row', async () => {
    t.setResult('M1', '0.5');
    t.redeem('M1');
    t.redeem('M1');
    expect((await redemptions()).facts).toMatchObject([{ amountMicros: 5_000_000 }]);
  });
});
