/** The suite's rules about orders. */
import { expect } from '@jest/globals';
import type { OrderRequest } from '../../venues/venue.ts';
import type { Needs, Rule } from './conformance-rule.ts';
import { BOOK, BOOK_AND_TIME, fillsOf, isStandIn, NOTHING, orderAt } from './conformance-rule.ts';
import { accepted, contracts, price, send } from './venue-under-test.ts';

const OFFER = { yes: { asks: [['0.50', '10']] } } as const;
const ENDS_ITSELF: Needs = { ...BOOK_AND_TIME, nature: 'ends orders itself' };

/** What a send does. */
export function sendCases(rule: Rule): void {
  rule('an order sent twice has one effect and one answer', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    const prepared = await t.venue.prepare(orderAt(t));
    const first = accepted(await t.venue.place(prepared, () => true));
    const again = accepted(await t.venue.place(prepared, () => true));
    expect(again).toEqual(first);
    expect(await fillsOf(t)).toHaveLength(1);
  });

  rule('an identity used for another order is refused', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '100']] } });
    const request = orderAt(t);
    accepted(await send(t.venue, request));
    const outcome = await send(t.venue, { ...request, quantity: contracts(11) });
    expect(outcome.kind).toBe('rejected');
    expect(await fillsOf(t)).toHaveLength(1);
  });

  rule('prepare gives the same bytes for the same request', NOTHING, async (t) => {
    const request = orderAt(t);
    expect(await t.venue.prepare({ ...request })).toEqual(await t.venue.prepare(request));
  });

  rule('without the permit nothing is sent', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    const request = orderAt(t);
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
    await send(t.venue, orderAt(t), mayWrite);
    expect(asked).toBe(1);
  });

  rule('an aborted send writes nothing', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    const request = orderAt(t);
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
      const request = standIn ?? orderAt(t, changes);
      expect((await send(t.venue, request)).kind).toBe('rejected');
      expect(await fillsOf(t)).toEqual(before);
      expect(await t.venue.openOrders()).toEqual([]);
    });
  }
}

/** How long an order lives. */
export function timeInForceCases(rule: Rule): void {
  const allOrNothing: Needs = { ...BOOK, nature: 'buys all or nothing' };
  rule('fok fills whole across levels or not at all', allOrNothing, async (t) => {
    const asks = [
      ['0.40', '6'],
      ['0.50', '6'],
    ] as const;
    t.setBook('M1', { yes: { asks } });
    const killed = await send(t.venue, orderAt(t, { timeInForce: 'fok', quantity: contracts(13) }));
    expect(accepted(killed)).toMatchObject({ status: 'final', filled: 0 });
    const filled = await send(t.venue, orderAt(t, { timeInForce: 'fok', quantity: contracts(12) }));
    expect(accepted(filled)).toMatchObject({
      status: 'final',
      filled: contracts(12),
      averagePriceMicros: price(0.45),
    });
  });

  rule('a sale by fok fills whole across levels or not at all', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '20']] } });
    accepted(await send(t.venue, orderAt(t, { quantity: contracts(20) })));
    const bids = [
      ['0.48', '6'],
      ['0.47', '6'],
    ] as const;
    t.setBook('M1', { yes: { bids } });
    const sale = { action: 'sell', timeInForce: 'fok', limitPrice: price(0.47) } as const;
    const killed = orderAt(t, { ...sale, quantity: contracts(13) });
    await send(t.venue, killed);
    expect(await t.venue.lookup(killed)).toMatchObject({
      kind: 'found',
      order: { status: 'final', filled: 0 },
    });
    const filled = await send(t.venue, orderAt(t, { ...sale, quantity: contracts(12) }));
    expect(accepted(filled)).toMatchObject({
      status: 'final',
      filled: contracts(12),
      averagePriceMicros: price(0.475),
    });
  });

  const ends: Needs = { ...BOOK, nature: 'ends orders itself' };
  rule('ioc ends with what it took', ends, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '7']] } });
    const order = accepted(await send(t.venue, orderAt(t)));
    expect(order).toMatchObject({ status: 'final', filled: contracts(7) });
  });

  rule(
    'ioc takes what is there at its limit, and is over once it is cancelled',
    BOOK,
    async (t) => {
      const asks = [
        ['0.48', '3'],
        ['0.50', '4'],
        ['0.51', '50'],
      ] as const;
      t.setBook('M1', { yes: { asks } });
      const request = orderAt(t);
      expect(accepted(await send(t.venue, request)).filled).toBe(contracts(7));
      expect(await t.venue.cancel(request)).toMatchObject({
        kind: 'found',
        order: { status: 'final', filled: contracts(7) },
      });
      t.setBook('M1', { yes: { asks: [['0.50', '50']] } });
      expect(await t.venue.lookup(request)).toMatchObject({ order: { filled: contracts(7) } });
      const prices = (await fillsOf(t)).map(({ priceMicros }) => priceMicros);
      expect(prices).toEqual([price(0.48), price(0.5)]);
    },
  );

  rule('gtd rests, fills when the book comes to it, and is final when filled', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '4']] } });
    const restUntilMs = t.nowMs() + 60_000;
    const request = orderAt(t, { timeInForce: 'gtd', restUntilMs });
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

  const restings: readonly (readonly [string, Needs, number])[] = [
    ['gtd rests no longer than it said', ENDS_ITSELF, 60_001],
    ['gtd that nobody ends is over within minutes', BOOK_AND_TIME, 600_000],
  ];
  for (const [name, needs, passedMs] of restings) {
    rule(name, needs, async (t) => {
      t.setBook('M1', {});
      const request = orderAt(t, { timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 });
      accepted(await send(t.venue, request));
      t.passMs(passedMs);
      t.setBook('M1', OFFER);
      expect(await t.venue.lookup(request)).toMatchObject({
        kind: 'found',
        order: { status: 'final', filled: 0 },
      });
      expect(await fillsOf(t)).toEqual([]);
    });
  }

  rule('a sell takes bids at its limit or better', BOOK, async (t) => {
    const bids = [
      ['0.45', '4'],
      ['0.44', '4'],
      ['0.40', '9'],
    ] as const;
    t.setBook('M1', { yes: { asks: [['0.50', '10']], bids } });
    accepted(await send(t.venue, orderAt(t)));
    const sale = await send(t.venue, orderAt(t, { action: 'sell', limitPrice: price(0.44) }));
    expect(accepted(sale)).toMatchObject({ status: 'final', filled: contracts(8) });
  });
}

/** What becomes of an order that was sent, or never was. */
export function lookupCases(rule: Rule): void {
  rule('an order never sent is absent, to look up and to cancel', NOTHING, async (t) => {
    t.setBook('M1', OFFER);
    const neverSent = orderAt(t);
    expect(await t.venue.lookup(neverSent)).toEqual({ kind: 'absent' });
    expect(await t.venue.cancel(neverSent)).toEqual({ kind: 'absent' });
  });

  rule(
    'a look-up tells what the send told, from any client',
    { ...BOOK, or: 'an order that fills' },
    async (t, standIn) => {
      t.setBook('M1', OFFER);
      const request = standIn ?? orderAt(t);
      const order = accepted(await send(t.venue, request));
      expect(await t.reopen().lookup(request)).toEqual({ kind: 'found', order });
    },
  );

  rule('cancel ends the rest, keeps the fills, and can be repeated', BOOK, async (t) => {
    t.setBook('M1', { yes: { asks: [['0.50', '4']] } });
    const request = orderAt(t, { timeInForce: 'gtd', restUntilMs: t.nowMs() + 60_000 });
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
      accepted(await send(t.venue, orderAt(t, { ...rest, marketId })));
    }
    expect(await t.venue.cancelAll()).toBe(3);
    expect(await t.venue.openOrders()).toEqual([]);
    expect(await t.venue.cancelAll()).toBe(0);
  });
}
