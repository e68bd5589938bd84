/** The suite every venue must pass: the behaviour `venues/venue.ts` writes down, nothing more. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OutcomeIndex } from '../../domain/venue-id.ts';
import type { OrderRequest } from '../../venues/venue.ts';
import type { Lever, Needs, Rule, StandIn } from './conformance-rule.ts';
import {
  ALL_LEVERS,
  BOOK,
  BOOK_AND_RESULT,
  BOOK_AND_TIME,
  isStandIn,
  NOTHING,
} from './conformance-rule.ts';
import type { VenueUnderTest } from './venue-under-test.ts';
import { accepted, contracts, orderOf, price, send } from './venue-under-test.ts';

/** How to make the venue. */
export interface ConformanceOptions {
  readonly name: string;
  readonly newVenue: () => Promise<VenueUnderTest>;
  /** What its test can do; absent: everything. Rules that need more are named and left out. */
  readonly levers?: readonly Lever[];
  /** Orders whose answers the venue has without a scripted book. */
  readonly orders?: Readonly<Partial<Record<StandIn, OrderRequest>>>;
}

const OFFER = { yes: { asks: [['0.50', '10']] } } as const;

/** Registers the suite with jest for one venue. */
export function runVenueConformance(options: ConformanceOptions): void {
  const levers = options.levers ?? ALL_LEVERS;
  const leftOut: string[] = [];
  let current: VenueUnderTest | undefined;
  const held = (): VenueUnderTest => {
    if (current === undefined) throw new Error('no venue: beforeEach did not run');
    return current;
  };
  const standInOf = ({ or }: Needs): OrderRequest | undefined =>
    or === undefined ? undefined : options.orders?.[or];
  const canShow = (needs: Needs): boolean => needs.levers.every((lever) => levers.includes(lever));
  const register = ([name, needs, run]: Parameters<Rule>): void => {
    // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- a suite's frame
    test(name, () => run(held(), standInOf(needs)));
  };

  describe(`${options.name} as a venue`, () => {
    beforeEach(async () => {
      current = await options.newVenue();
    });
    afterEach(async () => {
      await current?.close();
      current = undefined;
    });
    const groups: readonly (readonly [string, (rule: Rule) => void])[] = [
      ['sends', sendCases],
      ['time in force', timeInForceCases],
      ['look-ups and cancels', lookupCases],
      ['facts', factCases],
      ['markets', marketCases],
    ];
    for (const [name, cases] of groups) {
      const rules: Parameters<Rule>[] = [];
      cases((...one) => rules.push(one));
      const shown = rules.filter(([, needs]) => standInOf(needs) !== undefined || canShow(needs));
      leftOut.push(...rules.filter((one) => !shown.includes(one)).map(([rule]) => rule));
      // A group without a rule would be an error of jest's.
      if (shown.length === 0) continue;
      // oxlint-disable-next-line jest/valid-title -- the group's name
      describe(name, () => {
        for (const one of shown) register(one);
      });
    }
    if (leftOut.length > 0) {
      console.info(`${options.name} cannot show ${leftOut.length} rules: ${leftOut.join('; ')}`);
    }
  });
}

async function fillsOf({ venue }: VenueUnderTest) {
  return (await venue.fillsSince(0)).facts;
}

function sendCases(rule: Rule): void {
  rule('an order sent twice has one effect and one answer', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    const prepared = await t.venue.prepare(orderOf());
    const first = accepted(await t.venue.place(prepared, () => true));
    const again = accepted(await t.venue.place(prepared, () => true));
    expect(again).toEqual(first);
    expect(await fillsOf(t)).toHaveLength(1);
  });

  rule('an identity used for another order is refused', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    const request = orderOf();
    accepted(await send(t.venue, request));
    const outcome = await send(t.venue, { ...request, quantity: contracts(11) });
    expect(outcome.kind).toBe('rejected');
    expect(await fillsOf(t)).toHaveLength(1);
  });

  rule('prepare gives the same bytes for the same request', NOTHING, async (t) => {
    const request = orderOf();
    expect(await t.venue.prepare({ ...request })).toEqual(await t.venue.prepare(request));
  });

  rule('without the permit nothing is sent', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    const request = orderOf();
    const [before, fills] = [await t.venue.balance(), await fillsOf(t)];
    const outcome = await send(t.venue, request, () => false);
    expect(outcome.kind).toBe('notSent');
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
    expect(await t.venue.balance()).toEqual(before);
    expect(await fillsOf(t)).toEqual(fills);
  });

  rule('the permit is asked once a send', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    let asked = 0;
    const mayWrite = () => {
      asked += 1;
      return true;
    };
    await send(t.venue, orderOf(), mayWrite);
    expect(asked).toBe(1);
  });

  rule('an aborted send writes nothing', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    const request = orderOf();
    const prepared = await t.venue.prepare(request);
    const outcome = await t.venue.place(prepared, () => true, AbortSignal.abort());
    expect(outcome.kind).toBe('notSent');
    expect(await t.venue.lookup(request)).toEqual({ kind: 'absent' });
  });

  const refusals: readonly (readonly [string, Partial<OrderRequest>])[] = [
    ['an unknown market', { marketId: 'nowhere' }],
    ['a price off the tick', { limitPrice: price(0.505) }],
    ['a quantity off the lot', { quantity: contracts(10.001) }],
    ['more than the cash', { quantity: contracts(100_000_000) }],
    ['a sale of what is not held', { action: 'sell' }],
  ];
  for (const [what, changes] of refusals) {
    const needs = isStandIn(what) ? { ...BOOK, or: what } : BOOK;
    rule(`refuses ${what} without an effect`, needs, async (t, standIn) => {
      t.setBook('M1', OFFER);
      const before = await fillsOf(t);
      const request = standIn ?? orderOf(changes);
      expect((await send(t.venue, request)).kind).toBe('rejected');
      expect(await fillsOf(t)).toEqual(before);
      expect(await t.venue.openOrders()).toEqual([]);
    });
  }
}

function timeInForceCases(rule: Rule): void {
  rule('fok fills whole across levels or not at all', BOOK, async (t) => {
    const asks = [
      ['0.40', '6'],
      ['0.50', '6'],
    ] as const;
    t.setBook('M1', { yes: { asks } });
    const killed = await send(t.venue, orderOf({ timeInForce: 'fok', quantity: contracts(13) }));
    expect(accepted(killed)).toMatchObject({ status: 'final', filled: 0 });
    const filled = await send(t.venue, orderOf({ timeInForce: 'fok', quantity: contracts(12) }));
    expect(accepted(filled)).toMatchObject({
      status: 'final',
      filled: contracts(12),
      averagePriceMicros: price(0.45),
    });
  });

  rule('ioc takes what is there at its limit and ends', BOOK, async (t) => {
    const asks = [
      ['0.48', '3'],
      ['0.50', '4'],
      ['0.51', '50'],
    ] as const;
    t.setBook('M1', { yes: { asks } });
    const order = accepted(await send(t.venue, orderOf()));
    expect(order).toMatchObject({ status: 'final', filled: contracts(7) });
    const prices = (await fillsOf(t)).map(({ priceMicros }) => priceMicros);
    expect(prices).toEqual([price(0.48), price(0.5)]);
  });

  rule('gtd rests, fills when the book comes to it, and is final when filled', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '4']] } });
    const restUntilMs = t.nowMs() + 60_000;
    const request = orderOf({ timeInForce: 'gtd', restUntilMs });
    const order = accepted(await send(t.venue, request));
    expect(order).toMatchObject({ status: 'resting', filled: contracts(4) });
    expect(await t.venue.openOrders()).toHaveLength(1);
    t.setBook('M1', { yes: { asks: [['0.49', '20']] } });
    expect(await t.venue.lookup(request)).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: contracts(10), venueOrderId: order.venueOrderId },
    });
    expect(await t.venue.openOrders()).toEqual([]);
  });

  rule('gtd rests no longer than it said', BOOK_AND_TIME, async (t) => {
    t.setBook('M1', {});
    const request = orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 });
    accepted(await send(t.venue, request));
    t.passMs(60_001);
    t.setBook('M1', OFFER);
    expect(await t.venue.lookup(request)).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: 0 },
    });
    expect(await fillsOf(t)).toEqual([]);
  });

  rule('a sell takes bids at its limit or better', BOOK, async (t) => {
    const bids = [
      ['0.45', '4'],
      ['0.44', '4'],
      ['0.40', '9'],
    ] as const;
    t.setBook('M1', { yes: { asks: [['0.50', '10']], bids } });
    accepted(await send(t.venue, orderOf()));
    const sale = await send(t.venue, orderOf({ action: 'sell', limitPrice: price(0.44) }));
    expect(accepted(sale)).toMatchObject({ status: 'final', filled: contracts(8) });
  });
}

function lookupCases(rule: Rule): void {
  rule('an order never sent is absent, to look up and to cancel', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    const neverSent = orderOf();
    expect(await t.venue.lookup(neverSent)).toEqual({ kind: 'absent' });
    expect(await t.venue.cancel(neverSent)).toEqual({ kind: 'absent' });
  });

  rule(
    'a look-up tells what the send told, from any client',
    { ...BOOK, or: 'an order that fills' },
    async (t, standIn) => {
      t.setBook('M1', OFFER);
      const request = standIn ?? orderOf();
      const order = accepted(await send(t.venue, request));
      expect(await t.reopen().lookup(request)).toEqual({ kind: 'found', order });
    },
  );

  rule('cancel ends the rest, keeps the fills, and can be repeated', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '4']] } });
    const request = orderOf({ timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 });
    accepted(await send(t.venue, request));
    const first = await t.venue.cancel(request);
    expect(first).toMatchObject({ kind: 'found', order: { status: 'final' } });
    expect(first).toMatchObject({ order: { filled: contracts(4) } });
    expect(await t.venue.cancel(request)).toEqual(first);
    t.setBook('M1', OFFER);
    expect(await t.venue.lookup(request)).toEqual(first);
  });

  rule('cancelAll leaves no open order', BOOK, async (t) => {
    t.setBook('M1', {});
    t.setBook('M2', {});
    const rest = { timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 } as const;
    for (const marketId of ['M1', 'M2', 'M2']) {
      accepted(await send(t.venue, orderOf({ ...rest, marketId })));
    }
    expect(await t.venue.cancelAll()).toBe(3);
    expect(await t.venue.openOrders()).toEqual([]);
    expect(await t.venue.cancelAll()).toBe(0);
  });
}

function factCases(rule: Rule): void {
  rule('fills have ids of their own and sum to the filled quantity', BOOK, async (t) => {
    const asks = [
      ['0.47', '3'],
      ['0.48', '3'],
      ['0.50', '3'],
    ] as const;
    t.setBook('M1', { yes: { asks } });
    const request = orderOf();
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
    accepted(await send(t.venue, orderOf()));
    const [fill] = await fillsOf(t);
    const after = await t.venue.balance();
    expect(before.cashMicros - after.cashMicros).toBe(5_000_000 + (fill?.feeMicros ?? Number.NaN));
  });

  rule('a page read again with overlap repeats the same facts', BOOK_AND_TIME, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    accepted(await send(t.venue, orderOf()));
    t.passMs(1000);
    const first = await t.venue.fillsSince(0);
    t.passMs(1000);
    accepted(await send(t.venue, orderOf()));
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
      accepted(await send(t.venue, orderOf()));
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
      accepted(await send(t.venue, orderOf({ outcome })));
      const before = await t.venue.balance();
      t.setResult('M1', payout);
      for (const venue of [t.venue, t.reopen()]) {
        await venue.settlementsSince(0);
        const { cashMicros } = await venue.balance();
        expect(cashMicros - before.cashMicros).toBe(paidMicros);
      }
    });
  }
}

const levels = (...prices: string[]) => prices.map((at) => [at, '10'] as const);

function marketCases(rule: Rule): void {
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
    expect((await send(t.venue, orderOf())).kind).toBe('rejected');
  });

  rule('a paused venue says so and refuses orders', { levers: ['book', 'trading'] }, async (t) => {
    t.setBook('M1', OFFER);
    expect(await t.venue.status()).toMatchObject({ trading: true });
    t.setTrading(false);
    expect(await t.venue.status()).toMatchObject({ trading: false });
    expect((await send(t.venue, orderOf())).kind).toBe('rejected');
  });
}
