/** The suite's rules about facts and markets. */
import { expect } from '@jest/globals';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { Needs, Rule } from './conformance-rule.ts';
import {
  BOOK,
  BOOK_AND_RESULT,
  BOOK_AND_TIME,
  BOOK_AND_TRADING,
  fillsOf,
  NOTHING,
  orderAt,
} from './conformance-rule.ts';
import type { VenueUnderTest } from './venue-under-test.ts';
import { accepted, contracts, price, send } from './venue-under-test.ts';

const OFFER = { yes: { asks: [['0.50', '10']] } } as const;

/** Fills, results and money. */
export function factCases(rule: Rule): void {
  rule('fills have ids of their own and sum to the filled quantity', BOOK, async (t) => {
    const asks = [
      ['0.47', '3'],
      ['0.48', '3'],
      ['0.50', '3'],
    ] as const;
    t.setBook('M1', { yes: { asks } });
    const request = orderAt(t);
    const order = accepted(await send(t.venue, request));
    const fills = await fillsOf(t);
    expect(new Set(fills.map(({ fillId }) => fillId)).size).toBe(3);
    expect(fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(order.filled);
    for (const fill of fills) {
      expect(fill).toMatchObject({
        venueOrderId: order.venueOrderId,
        marketId: 'M1',
        outcome: 0,
        action: 'buy',
      });
      expect(fill.feeMicros).toBeGreaterThanOrEqual(0);
    }
  });

  rule('cash falls by cost and fees of the fills', BOOK, async (t) => {
    t.setBook('M1', OFFER);
    const before = await t.venue.balance();
    accepted(await send(t.venue, orderAt(t)));
    const [fill] = await fillsOf(t);
    const after = await t.venue.balance();
    expect(before.cashMicros - after.cashMicros).toBe(5_000_000 + (fill?.feeMicros ?? Number.NaN));
  });

  rule('a page read again with overlap repeats the same facts', BOOK_AND_TIME, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    accepted(await send(t.venue, orderAt(t)));
    t.passMs(1000);
    const first = await t.venue.fillsSince(0);
    t.passMs(1000);
    accepted(await send(t.venue, orderAt(t)));
    const second = await t.venue.fillsSince(first.cursorMs - 600_000);
    expect(second.facts).toHaveLength(2);
    expect(second.facts[0]).toEqual(first.facts[0]);
    expect(second.cursorMs).toBeGreaterThanOrEqual(first.cursorMs);
  });

  rule(
    'a result appears once it is final, and stays as it was',
    { levers: ['book', 'result', 'time'] },
    async (t) => {
      t.setBook('M1', OFFER);
      accepted(await send(t.venue, orderAt(t)));
      expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
      t.setResult('M1', '1');
      const { facts } = await t.venue.settlementsSince(0);
      expect(facts).toHaveLength(1);
      expect(facts[0]).toMatchObject({ marketId: 'M1', payoutMicros: [1_000_000, 0] });
      t.passMs(60_000);
      expect((await t.reopen().settlementsSince(0)).facts).toEqual(facts);
    },
  );

  const payouts: readonly (readonly [OutcomeIndex, string, number])[] = [
    [0, '1', 10_000_000],
    [0, '0', 0],
    [1, '0', 10_000_000],
    [1, '0.5', 5_000_000],
  ];
  for (const [outcome, payout, paidMicros] of payouts) {
    const what = `10 contracts of outcome ${outcome} at a payout of ${payout}`;
    rule(`pays ${what} once`, BOOK_AND_RESULT, async (t) => {
      t.setBook('M1', { ...OFFER, no: { asks: [['0.50', '10']] } });
      accepted(await send(t.venue, orderAt(t, { outcome })));
      const before = await t.venue.balance();
      t.setResult('M1', payout);
      await expectPaid(t, before.cashMicros, paidMicros);
    });
  }
}

/**
 * Cash as the market settles; where shares are redeemed instead, none before that and all of it
 * after, told as one redemption.
 */
async function expectPaid(t: VenueUnderTest, before: number, paidMicros: number): Promise<void> {
  const paysAtOnce = t.redeem === undefined;
  for (const venue of [t.venue, t.reopen()]) {
    await venue.settlementsSince(0);
    const { cashMicros } = await venue.balance();
    expect(cashMicros - before).toBe(paysAtOnce ? paidMicros : 0);
  }
  t.redeem?.('M1');
  for (const venue of [t.venue, t.reopen()]) {
    const redeemed = (await venue.redemptionsSince?.(0))?.facts ?? [];
    const told = redeemed.map(({ marketId, amountMicros }) => ({ marketId, amountMicros }));
    expect(told).toEqual(paysAtOnce ? [] : [{ marketId: 'M1', amountMicros: paidMicros }]);
    expect((await venue.balance()).cashMicros - before).toBe(paidMicros);
  }
}

const levels = (...prices: string[]) => prices.map((at) => [at, '10'] as const);

/** Markets, quotes and whether the venue trades. */
export function marketCases(rule: Rule): void {
  rule('an unknown market is undefined, its quote refused', NOTHING, async (t) => {
    expect(await t.venue.market('nowhere')).toBeUndefined();
    await expect(t.venue.quote('nowhere', 0)).rejects.toMatchObject({ name: 'VenueRefused' });
  });

  rule('quotes both outcomes best level first, as old as their reading', BOOK, async (t) => {
    const level = (at: number) => ({ priceMicros: price(at), quantity: contracts(10) });
    const offers = { yes: { asks: levels('0.50', '0.52') }, no: { asks: levels('0.53') } };
    // One side of both books at a time: on one mirrored book an offer of YES is a bid for NO.
    t.setBook('M1', offers);
    const asOfMs = t.nowMs();
    const asks = [level(0.5), level(0.52)];
    expect(await t.venue.quote('M1', 0)).toMatchObject({
      marketId: 'M1',
      outcome: 0,
      asks,
      asOfMs,
    });
    expect(await t.venue.quote('M1', 1)).toMatchObject({ outcome: 1, asks: [level(0.53)] });
    t.setBook('M1', { yes: { bids: levels('0.47') }, no: { bids: levels('0.49', '0.45') } });
    expect((await t.venue.quote('M1', 0)).bids).toEqual([level(0.47)]);
    expect((await t.venue.quote('M1', 1)).bids).toEqual([level(0.49), level(0.45)]);
  });

  rule('a market with a result trades no longer', BOOK_AND_RESULT, async (t) => {
    t.setBook('M1', OFFER);
    expect(await t.venue.market('M1')).toMatchObject({ tradable: true });
    t.setResult('M1', '1');
    expect(await t.venue.market('M1')).toMatchObject({ tradable: false });
    expect((await send(t.venue, orderAt(t))).kind).toBe('rejected');
  });

  rule('a paused venue refuses orders, and says so from then on', BOOK_AND_TRADING, async (t) => {
    t.setBook('M1', OFFER);
    expect(await t.venue.status()).toMatchObject({ trading: true });
    t.setTrading(false);
    expect((await send(t.venue, orderAt(t))).kind).toBe('rejected');
    expect(await t.venue.status()).toMatchObject({ trading: false });
    expect(await fillsOf(t)).toEqual([]);
  });

  const tells: Needs = { ...BOOK_AND_TRADING, nature: 'tells when it trades' };
  rule('a paused venue says so before anybody tries', tells, async (t) => {
    t.setBook('M1', OFFER);
    expect(await t.venue.status()).toMatchObject({ trading: true });
    t.setTrading(false);
    expect(await t.venue.status()).toMatchObject({ trading: false });
  });
}
