/** Properties of the simulated Polymarket's engine: nothing is made, nothing is lost. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MicroContracts, PriceMicros } from '../../../domain/money.ts';
import { addAccount } from '../../../simulator/polymarket/accounts.ts';
import { cancelWhere } from '../../../simulator/polymarket/cancelling.ts';
import { PolymarketRefusal } from '../../../simulator/polymarket/errors.ts';
import { advance } from '../../../simulator/polymarket/lifecycle.ts';
import { pageOf } from '../../../simulator/polymarket/lists.ts';
import { listMarket, setHouseBook } from '../../../simulator/polymarket/listing.ts';
import type { OrderPayload } from '../../../simulator/polymarket/order-request.ts';
import { placeOrder } from '../../../simulator/polymarket/placing.ts';
import type { Account, Fate, Market, TokenIndex } from '../../../simulator/polymarket/records.ts';
import { payoutsOf, redeem, resolve } from '../../../simulator/polymarket/resolution.ts';
import type { ExchangeState } from '../../../simulator/polymarket/state.ts';
import {
  HOUSE,
  moveCash,
  newExchange,
  tokensOf,
  worth,
} from '../../../simulator/polymarket/state.ts';

const CENT = 10_000;
const CASH = 40_000_000;
const OWNERS = ['a', 'b', 'c'] as const;
const ZERO = `0x${'0'.repeat(64)}`;
const addressOf = (owner: string): string => `0x${owner.repeat(40)}`;

const price = fc.integer({ min: 1, max: 99 }).map((cents) => cents * CENT);
const shares = fc.integer({ min: 500, max: 6000 }).map((step) => step * CENT);
const levels = fc.array(fc.tuple(price, shares), { maxLength: 4 });

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('place' as const),
      owner: fc.constantFrom(...OWNERS),
      token: fc.constantFrom<TokenIndex>(0, 1),
      side: fc.constantFrom('BUY' as const, 'SELL' as const),
      price,
      shares,
      type: fc.constantFrom('GTC' as const, 'GTD' as const, 'FOK' as const, 'FAK' as const),
      fate: fc.constantFrom<Fate>('confirm', 'confirm', 'retry', 'fail'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('house' as const),
      yes: levels,
      no: levels,
      asks: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('cancel' as const), owner: fc.constantFrom(...OWNERS) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(6000) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

interface Course {
  readonly state: ExchangeState;
  readonly market: Market;
  orders: number;
}

function newCourse(): Course {
  const state = newExchange('property', 1_795_000_000_000);
  for (const owner of OWNERS) {
    addAccount(state, {
      privateKeyAddress: addressOf(owner),
      signatureType: 0,
      apiKey: owner,
      secret: '',
      passphrase: '',
    });
    moveCash(state, owner, CASH - 1_000_000_000);
  }
  return { state, market: listMarket(state, { slug: 'M1' }), orders: 0 };
}

function payloadOf(course: Course, one: Extract<Step, { kind: 'place' }>): OrderPayload {
  const { owner, side, token, type } = one;
  course.orders += 1;
  // A FOK or FAK buy spends whole cents; any other order's dollars are exact.
  const exact = worth(one.shares, one.price);
  const takes = type === 'FOK' || type === 'FAK';
  const dollars = takes && side === 'BUY' ? exact - (exact % CENT) : exact;
  const [maker, taker] = side === 'BUY' ? [dollars, one.shares] : [one.shares, dollars];
  const expiration = type === 'GTD' ? Math.floor(course.state.nowMs / 1000) + 181 : 0;
  return {
    owner,
    orderType: type,
    order: {
      salt: course.orders,
      maker: addressOf(owner),
      signer: addressOf(owner),
      tokenId: course.market.tokenIds[token],
      makerAmount: String(maker),
      takerAmount: String(taker),
      side,
      signatureType: 0,
      timestamp: String(course.state.nowMs),
      expiration: String(expiration),
      metadata: ZERO,
      builder: ZERO,
      signature: '0x',
    },
  };
}

function run(course: Course, one: Step): void {
  const { state, market } = course;
  const quotes = (list: [number, number][]) =>
    list.map(([at, count]) => ({ price: at as PriceMicros, quantity: count as MicroContracts }));
  if (one.kind === 'pass') advance(state, state.nowMs + one.ms);
  else if (one.kind === 'cancel') cancelWhere(state, state.accounts.get(one.owner)!, () => true);
  else if (one.kind === 'house') {
    const side = one.asks ? 'asks' : 'bids';
    setHouseBook(state, market, {
      yes: { [side]: quotes(one.yes) },
      no: { [side]: quotes(one.no) },
    });
  } else {
    const account: Account = state.accounts.get(one.owner)!;
    state.switches.fateNext = { count: 1, fate: one.fate };
    try {
      const payload = payloadOf(course, one);
      placeOrder(state, account, { payload, signer: account.address });
    } catch (error) {
      if (!(error instanceof PolymarketRefusal)) throw error;
    }
  }
}

/** Tokens of one outcome that anybody has. */
function tokensOut({ state, market }: Course, token: TokenIndex): number {
  return [...state.wallets.values()].reduce((sum, wallet) => {
    const { held, pending } = tokensOf(wallet, market.tokenIds[token]);
    return sum + held + pending;
  }, 0);
}

function feesOf({ state }: Course): number {
  return [...state.trades.values()].reduce(
    (sum, { now }) => sum + (now.status === 'FAILED' ? 0 : now.feeMicros),
    0,
  );
}

/** All cash, a dollar for each pair of tokens, and the fees: what was there at first. */
function total(course: Course): number {
  const cash = [...course.state.wallets.values()].reduce((sum, one) => sum + one.cash, 0);
  return cash + tokensOut(course, 0) + feesOf(course);
}

describe('any course of orders, trades that fail among them', () => {
  const course = fc.array(step, { minLength: 1, maxLength: 40 });

  test('conserves pUSD and mints and merges tokens in pairs', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const run1 = newCourse();
        for (const one of steps) {
          run(run1, one);
          expect(tokensOut(run1, 0)).toBe(tokensOut(run1, 1));
          expect(total(run1)).toBe(OWNERS.length * CASH);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('never spends pUSD or tokens a client does not have', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const run1 = newCourse();
        for (const one of steps) run(run1, one);
        for (const [owner, wallet] of run1.state.wallets) {
          if (owner === HOUSE) continue;
          expect(wallet.cash).toBeGreaterThanOrEqual(0);
          for (const { held, pending } of wallet.tokens.values()) {
            expect(held).toBeGreaterThanOrEqual(0);
            expect(pending).toBeGreaterThanOrEqual(0);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('fills are no worse than the limit and add up to their orders; FOK whole or nothing', () => {
    fc.assert(
      fc.property(course, (steps) => {
        const run1 = newCourse();
        for (const one of steps) run(run1, one);
        const trades = [...run1.state.trades.values()].map(({ now }) => now);
        for (const { now: order } of run1.state.orders.values()) {
          const legs = trades
            .flatMap(({ taker, makers }) => [taker, ...makers])
            .filter(({ orderId }) => orderId === order.orderId);
          expect(legs.reduce((sum, leg) => sum + leg.quantity, 0)).toBe(order.matched);
          for (const leg of legs) {
            const better =
              order.side === 'BUY' ? leg.price <= order.price : leg.price >= order.price;
            expect(better).toBe(true);
          }
          const spent = legs.reduce((sum, leg) => sum + worth(leg.quantity, leg.price), 0);
          const { budgetMicros, size, matched, orderType } = order;
          expect(spent).toBeLessThanOrEqual(budgetMicros ?? Infinity);
          expect(budgetMicros ?? size >= matched).toBeTruthy();
          const whole = orderType === 'FOK' && budgetMicros === undefined;
          expect(whole ? [0, size] : [matched]).toContain(matched);
          const rests = run1.market.book.get(order.orderId)?.remaining ?? 0;
          const open = order.status === 'LIVE' || order.status === 'UNMATCHED';
          expect(rests).toBe(open ? order.size - order.matched : 0);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('pays a dollar for every pair, whatever the result', () => {
    const result = fc.constantFrom(0, 500_000, 1_000_000);
    fc.assert(
      fc.property(course, result, (steps, first) => {
        const run1 = newCourse();
        for (const one of steps) run(run1, one);
        const { state, market } = run1;
        advance(state, state.nowMs + 60_000);
        resolve(state, market, payoutsOf(first));
        for (const owner of OWNERS) redeem(state, state.accounts.get(owner)!, market);
        const house = state.wallets.get(HOUSE);
        const [yes, no] = market.tokenIds.map((id) => (house ? tokensOf(house, id).held : 0));
        const houseWorth = worth(yes!, first) + worth(no!, 1_000_000 - first);
        const cash = [...state.wallets.values()].reduce((sum, one) => sum + one.cash, 0);
        expect(cash + houseWorth + feesOf(run1)).toBe(OWNERS.length * CASH);
      }),
      { numRuns: 100 },
    );
  });
});

test('a page after another begins where that ended, and the last one says so', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 7 }), (rows, limit) => {
      const read: number[] = [];
      let cursor: string | undefined = 'MA==';
      while (cursor !== 'LTE=') {
        const page: ReturnType<typeof pageOf<number>> = pageOf(rows, cursor, limit);
        read.push(...page.data);
        cursor = page.next_cursor;
      }
      expect(read).toEqual(rows);
    }),
  );
});
