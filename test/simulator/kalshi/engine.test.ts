/** Properties of the simulated Kalshi's engine. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MicroContracts, PriceMicros } from '../../../domain/money.ts';
import { onGrid } from '../../../simulator/engine/grid.ts';
import type { BookSide, Resting } from '../../../simulator/engine/matching.ts';
import { planMatch, reaches } from '../../../simulator/engine/matching.ts';
import { Timeline } from '../../../simulator/engine/timeline.ts';
import { addKey, deposit, setUser } from '../../../simulator/kalshi/accounts.ts';
import { cancelAll, cancelOrder } from '../../../simulator/kalshi/cancelling.ts';
import { netOf } from '../../../simulator/kalshi/holdings.ts';
import { KalshiRefusal } from '../../../simulator/kalshi/errors.ts';
import { advance, setResult } from '../../../simulator/kalshi/lifecycle.ts';
import { listMarket, setHouseBook } from '../../../simulator/kalshi/listing.ts';
import type { CreateRequest } from '../../../simulator/kalshi/order-request.ts';
import { placeOrder } from '../../../simulator/kalshi/placing.ts';
import type { Order } from '../../../simulator/kalshi/records.ts';
import type { ExchangeState } from '../../../simulator/kalshi/state.ts';
import { newExchange } from '../../../simulator/kalshi/state.ts';

const CENT = 10_000;
const side = fc.constantFrom<BookSide>('bid', 'ask');
/** Tenths of a cent, so that roundings of fees occur. */
const price = fc.integer({ min: 1, max: 999 }).map((step) => (step * 1000) as PriceMicros);
const quantity = fc.integer({ min: 1, max: 3000 }).map((step) => (step * CENT) as MicroContracts);
const user = fc.constantFrom('user-1', 'user-2', 'user-3');

describe('a match', () => {
  const resting: fc.Arbitrary<Resting[]> = fc
    .array(fc.record({ userId: fc.option(user, { nil: undefined }), side, price, quantity }))
    .map((list) =>
      list.map(({ userId, quantity: remaining, ...rest }, at) => ({
        ...rest,
        ...(userId === undefined ? {} : { userId }),
        remaining,
        id: String(at),
        sequence: at,
      })),
    );
  const incoming = fc.record({
    userId: user,
    side,
    limit: price,
    quantity,
    selfTrade: fc.constantFrom('taker_at_cross' as const, 'maker' as const),
  });

  test('is never worse than the limit, never with oneself, never more than there is', () => {
    fc.assert(
      fc.property(resting, incoming, (rests, order) => {
        const plan = planMatch(rests, order);
        const of = (id: string) => rests.find((one) => one.id === id)!;
        for (const { restingId, price: at, quantity: matched } of plan.executions) {
          const maker = of(restingId);
          expect(reaches(order.side, order.limit, at)).toBe(true);
          expect(at).toBe(maker.price);
          expect(maker.userId === order.userId || maker.side === order.side).toBe(false);
          expect(matched <= maker.remaining && matched > 0).toBe(true);
        }
        const sum = plan.executions.reduce((total, one) => total + one.quantity, 0);
        expect(sum).toBe(plan.filled);
        expect(plan.filled <= order.quantity).toBe(true);
        for (const id of plan.cancelled) expect(of(id).userId).toBe(order.userId);
      }),
    );
  });

  test('keeps price and then time, and leaves nothing better behind', () => {
    fc.assert(
      fc.property(resting, incoming, (rests, order) => {
        const taken = planMatch(rests, order).executions;
        const rank = ({ price: at, sequence }: Resting) =>
          at * (order.side === 'bid' ? 1000 : -1000) + sequence;
        const ranks = taken.map(({ restingId }) =>
          rank(rests.find((one) => one.id === restingId)!),
        );
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
        const last = taken.at(-1);
        const behind = rests.filter(
          (one) =>
            one.side !== order.side &&
            one.userId !== order.userId &&
            !taken.some(({ restingId }) => restingId === one.id),
        );
        if (last === undefined) return;
        for (const one of behind) expect(rank(one)).toBeGreaterThan(ranks.at(-1)!);
      }),
    );
  });
});

test('prices outside every range are off the grid, bounds and steps are on it', () => {
  const ranges = [
    { startMicros: 0, endMicros: 100_000, stepMicros: 1000 },
    { startMicros: 100_000, endMicros: 1_000_000, stepMicros: CENT },
  ];
  const on = [1000, 99_000, 100_000, 110_000, 990_000].map((one) => onGrid(ranges, one));
  const off = [0, 500, 101_000, 105_000, 1_000_000].map((one) => onGrid(ranges, one));
  expect([...new Set(on), ...new Set(off)]).toEqual([true, false]);
});

test('a history tells the last version shown, in the order they were made', () => {
  const history = new Timeline<string>();
  history.push('made', 10);
  history.push('hidden', 50);
  history.push('after', 20);
  expect([9, 10, 49, 50, 99].map((at) => history.at(at))).toEqual([
    undefined,
    'made',
    'made',
    'after',
    'after',
  ]);
});

type Step =
  | { kind: 'place'; userId: string; request: Omit<CreateRequest, 'ticker'> }
  | { kind: 'house'; asks: [PriceMicros, MicroContracts][]; bids: [PriceMicros, MicroContracts][] }
  | { kind: 'cancel'; userId: string; pick: number }
  | { kind: 'cancelAll'; userId: string }
  | { kind: 'pass'; ms: number };

const levels = fc.array(fc.tuple(price, quantity), { maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      userId: user,
      request: fc.record({
        side,
        count: quantity,
        price,
        timeInForce: fc.constantFrom(
          'fill_or_kill' as const,
          'good_till_canceled' as const,
          'immediate_or_cancel' as const,
        ),
        postOnly: fc.constant(false),
        selfTrade: fc.constantFrom('taker_at_cross' as const, 'maker' as const),
        cancelOnPause: fc.boolean(),
        reduceOnly: fc.constant(false),
        subaccount: fc.constant(0),
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('house' as const), asks: levels, bids: levels }),
  },
  fc.record({ kind: fc.constant('cancel' as const), userId: user, pick: fc.nat(20) }),
  fc.record({ kind: fc.constant('cancelAll' as const), userId: user }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(90_000) }),
);

const CASH = 15_000_000;

function newMarket(): ExchangeState {
  const state = newExchange('property', 1_700_000_000_000);
  for (const userId of ['user-1', 'user-2', 'user-3']) {
    setUser(state, userId, {});
    deposit(state, { userId, amount: '-985' });
  }
  const ranges = [{ startMicros: 0, endMicros: 1_000_000, stepMicros: 1000 }];
  listMarket(state, { ticker: 'M1', ranges, feeType: 'quadratic_with_maker_fees' });
  return state;
}

function run(state: ExchangeState, one: Step): Order | undefined {
  const market = state.markets.get('M1')!;
  const quotes = (list: [PriceMicros, MicroContracts][]) =>
    list.map(([at, count]) => ({ price: at, quantity: count }));
  try {
    if (one.kind === 'place')
      return placeOrder(state, one.userId, { ...one.request, ticker: 'M1' });
    if (one.kind === 'house') {
      setHouseBook(state, market, { yes: { asks: quotes(one.asks), bids: quotes(one.bids) } });
    } else if (one.kind === 'cancel') {
      const orderId = [...state.orders.keys()][one.pick] ?? '';
      cancelOrder(state, { userId: one.userId, orderId, subaccount: 0 });
    } else if (one.kind === 'cancelAll') cancelAll(state, one.userId, 0);
    else advance(state, state.nowMs + one.ms);
  } catch (error) {
    if (!(error instanceof KalshiRefusal)) throw error;
  }
  return undefined;
}

/** All cash, what all pairs of YES and NO are worth, and all fees: what was there at first. */
function worth(state: ExchangeState): number {
  const wallets = [...state.wallets.values()];
  const cash = wallets.reduce((sum, { cash: shards }) => sum + (shards.get(0) ?? 0), 0);
  const nets = wallets.map(({ holdings }) => {
    const holding = holdings.get('M1');
    return holding === undefined ? 0 : netOf(holding);
  });
  expect(nets.reduce((sum, net) => sum + net, 0)).toBe(0);
  const pairs = nets.reduce((sum, net) => sum + Math.max(0, net), 0);
  const fees = state.fills.reduce((sum, { feeMicros }) => sum + feeMicros, 0);
  return cash + pairs + fees;
}

describe('any course of orders', () => {
  const course = fc.array(step, { minLength: 1, maxLength: 40 });

  test('conserves money and contracts, and settles to what each holds', () => {
    fc.assert(
      fc.property(course, fc.integer({ min: 0, max: 100 }), (steps, payoutCents) => {
        const state = newMarket();
        for (const one of steps) {
          run(state, one);
          expect(worth(state)).toBe(3 * CASH);
        }
        setResult(state, state.markets.get('M1')!, payoutCents * CENT);
        const cash = [...state.wallets.values()].reduce(
          (sum, wallet) => sum + (wallet.cash.get(0) ?? 0),
          0,
        );
        const fees = state.fills.reduce((sum, { feeMicros }) => sum + feeMicros, 0);
        // Payouts are floored to the cent: at most one a wallet is missing, none is made.
        const floored = 3 * CASH - cash - fees;
        expect(floored >= 0 && floored < state.wallets.size * CENT).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  test('never spends more than a wallet has, but for the dust of fees that rest', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const state = newMarket();
        for (const one of steps) run(state, one);
        for (const { userId, cash } of state.wallets.values()) {
          if (userId === 'house') continue;
          const dust = state.fills.filter((fill) => fill.userId === userId).length * 100;
          expect(cash.get(0)!).toBeGreaterThanOrEqual(-dust);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('fills add up to their orders, FOK whole or nothing, no price worse than the limit', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const state = newMarket();
        for (const one of steps) run(state, one);
        for (const { order } of state.orders.values()) {
          const fills = state.fills.filter(({ orderId }) => orderId === order.orderId);
          const filled = fills.reduce((sum, fill) => sum + fill.quantity, 0);
          expect(filled).toBe(order.filled);
          for (const fill of fills) expect(reaches(order.side, order.price, fill.price)).toBe(true);
          const fees = fills.reduce((sum, { feeMicros }) => sum + feeMicros, 0);
          expect(fees).toBe(order.takerFees + order.makerFees);
          const whole = order.timeInForce === 'fill_or_kill';
          expect(whole ? [0, order.initial] : [filled]).toContain(filled);
          const rests = state.markets.get('M1')!.book.get(order.orderId)?.remaining ?? 0;
          expect(rests).toBe(order.remaining);
          expect(order.status === 'resting').toBe(rests > 0);
        }
      }),
      { numRuns: 150 },
    );
  });
});

test('a key that is no public key is refused with a clear text', () => {
  const state = newExchange('keys', 0);
  expect(() => addKey(state, { keyId: 'k', publicKeyPem: 'nonsense' })).toThrow('key k');
  expect(state.keys.size).toBe(0);
});
