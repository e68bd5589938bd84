import { describe, expect, test } from '@jest/globals';
import type { OrderStateName } from '../../domain/order-machine.ts';
import { excessOf, isCarried, MEND_AGAIN_MS, nextStep, placingEnd } from '../../domain/placing.ts';
import { AT_MS, contracts, price, SPORTS_FEES, usd } from './builders.ts';
import type { StandingChanges } from './standing-builders.ts';
import { bought, KALSHI, live, POLYMARKET, sold, standingOf } from './standing-builders.ts';

const RESOLUTION = {
  id: 'r-1',
  action: 'complete',
  maxLossMicros: usd('5'),
  untilMs: AT_MS + 20_000,
} as const;

function stepOf(changes: StandingChanges, atMs = AT_MS) {
  return nextStep(standingOf(changes), atMs);
}

describe('the first order', () => {
  test("is the pair's Polymarket leg, which rests for a few seconds", () => {
    expect(stepOf({})).toEqual({
      kind: 'send',
      leg: POLYMARKET,
      attempt: 0,
      wish: {
        kind: 'entry',
        action: 'buy',
        quantity: contracts('50'),
        limitPrice: price('0.58'),
        timeInForce: 'gtd',
        restUntilMs: AT_MS + 3_000,
      },
    });
  });

  test.each([
    ['ioc', { timeInForce: 'ioc' }],
    ['fok', { timeInForce: 'fok' }],
    ['gtd', { timeInForce: 'gtd', restUntilMs: AT_MS + 10_000 }],
  ] as const)('of a single leg is sent as asked: %s', (timeInForce, terms) => {
    const step = stepOf({ single: true, entry: { timeInForce } });
    expect(step).toMatchObject({ kind: 'send', leg: KALSHI, attempt: 0, wish: terms });
  });

  test.each([
    'placing',
    'one_legged',
    'open',
    'settled',
    'closed',
    'unfilled',
    'not_sent',
  ] as const)('I15 is never sent for a trade that is %s', (status) => {
    expect(stepOf({ status })).toEqual({ kind: 'over' });
    expect(stepOf({ status, single: true })).toEqual({ kind: 'over' });
  });
});

describe('an order whose end is not known', () => {
  const wish = { kind: 'entry', limitPrice: price('0.58') };
  const expected: Record<OrderStateName, object> = {
    created: { kind: 'send', leg: POLYMARKET, attempt: 0, wish },
    sending: { kind: 'look', leg: POLYMARKET, inMs: 1_000 },
    unknown: { kind: 'look', leg: POLYMARKET, inMs: 1_000 },
    resting: { kind: 'cancel', leg: POLYMARKET, inMs: 1_700 },
    done: { kind: 'over' },
    rejected: { kind: 'over' },
    notSent: { kind: 'over' },
  };
  test.each(Object.entries(expected))('%s', (state, step) => {
    const order = live(state as OrderStateName, { restUntilMs: AT_MS + 1_700 });
    expect(stepOf({ polymarket: { orders: [order] } })).toMatchObject(step);
  });

  test('that has rested past its time is cancelled at once', () => {
    const order = live('resting', { restUntilMs: AT_MS - 1 });
    expect(stepOf({ polymarket: { orders: [order] } })).toMatchObject({ kind: 'cancel', inMs: 0 });
  });

  test.each(['placing', 'one_legged', 'open'] as const)(
    'comes before all else, though the legs differ and the trade is %s',
    (status) => {
      const step = stepOf({
        status,
        polymarket: { orders: [bought('50', '0.58')] },
        kalshi: { orders: [bought('20', '0.36'), live('unknown')] },
      });
      expect(step).toEqual({ kind: 'look', leg: KALSHI, inMs: 1_000 });
    },
  );
});

describe('the second leg', () => {
  test('is sized to what the first was filled, at what the pair may still cost', () => {
    expect(stepOf({ polymarket: { orders: [bought('31.5', '0.571')] } })).toEqual({
      kind: 'send',
      leg: KALSHI,
      attempt: 0,
      wish: {
        kind: 'hedge',
        action: 'buy',
        quantity: contracts('31.5'),
        // 0.945 - 0.571 = 0.374, down to the tick: above the leg's own limit of 0.36.
        limitPrice: price('0.37'),
        timeInForce: 'ioc',
      },
    });
  });

  test('costs no more than its holds and the room beside them can pay', () => {
    const step = stepOf({
      polymarket: { orders: [bought('50', '0.50')] },
      kalshi: { spendable: '20.49' },
    });
    expect(step).toMatchObject({ wish: { limitPrice: price('0.40') } });
  });

  test.each([
    ['the first leg took all that the pair may cost', '0.945', '1000'],
    ['the first leg took all but less than a tick', '0.936', '1000'],
    ['nothing can be paid', '0.58', '0.49'],
  ])('is left to mending where %s', (_what, at, spendable) => {
    const step = stepOf({
      polymarket: { orders: [bought('50', at)] },
      kalshi: { spendable },
    });
    expect(step).toEqual({ kind: 'mend', inMs: 0 });
  });

  test('on Polymarket rests, where Kalshi was first', () => {
    const trade = standingOf({ kalshi: { orders: [bought('50', '0.36')] } });
    expect(nextStep({ ...trade, plan: { ...trade.plan, first: KALSHI } }, AT_MS)).toMatchObject({
      leg: POLYMARKET,
      wish: { kind: 'hedge', timeInForce: 'gtd', restUntilMs: AT_MS + 3_000 },
    });
  });
});

describe('legs that differ after both were tried', () => {
  const first = { polymarket: { orders: [bought('50', '0.58')] } };
  test.each([
    ['the hedge came to nothing', [bought('0', '0')], 0],
    ['the hedge came to less', [bought('20', '0.36')], 0],
    ['the hedge was refused', [live('rejected')], 0],
    ['the hedge was withheld', [live('notSent')], 0],
    ['it is tried again and again', [bought('0', '0'), bought('0', '0')], MEND_AGAIN_MS],
  ])('are mended: %s', (_what, orders, inMs) => {
    expect(stepOf({ ...first, kalshi: { orders } })).toEqual({ kind: 'mend', inMs });
  });

  test('are mended the other way round too: the hedge has more than is left of the first', () => {
    const step = stepOf({
      polymarket: { orders: [bought('0', '0')] },
      kalshi: { orders: [bought('50', '0.36')] },
    });
    expect(step).toEqual({ kind: 'mend', inMs: 0 });
  });

  test('and match again once the rest is sold', () => {
    const step = stepOf({
      polymarket: { orders: [bought('50', '0.58'), sold('30', '0.55')] },
      kalshi: { orders: [bought('20', '0.36')] },
    });
    expect(step).toEqual({ kind: 'over' });
  });

  test.each([
    ['open, as a person holds it', { status: 'open' }, { kind: 'over' }],
    ['one_legged and nobody has ordered anything', { status: 'one_legged' }, { kind: 'over' }],
    [
      'one_legged and a person ordered something',
      { status: 'one_legged', resolution: RESOLUTION },
      { kind: 'mend', inMs: 0 },
    ],
    // The driver asks, the mending gives it to a person.
    ['on a halted desk', { deskState: 'halted' }, { kind: 'mend', inMs: 0 }],
  ] as const)('stay so or not while the trade is %s', (_what, changes, step) => {
    expect(stepOf({ ...first, kalshi: { orders: [bought('0', '0')] }, ...changes })).toEqual(step);
  });

  test("a person's order to complete is no first hedge: it has a loss of its own", () => {
    const step = stepOf({ ...first, status: 'one_legged', resolution: RESOLUTION });
    expect(step).toEqual({ kind: 'mend', inMs: 0 });
  });
});

describe('a rest too small to trade', () => {
  const differing = (excess: string, changes: StandingChanges = {}): StandingChanges => ({
    ...changes,
    polymarket: { orders: [bought('50', '0.58')], ...changes.polymarket },
    kalshi: {
      orders: [bought(String(50 - Number(excess)), '0.36')],
      market: { minQuantity: contracts('5') },
      ...changes.kalshi,
    },
  });
  test.each([
    ['less than the least both markets take', differing('4.99'), true],
    ['the least both markets take', differing('5'), false],
    [
      'less than a lot',
      differing('0.004', { kalshi: { orders: [bought('49.996', '0.36')] } }),
      true,
    ],
    [
      'what one market takes',
      differing('4.99', { kalshi: { market: {}, orders: [bought('45.01', '0.36')] } }),
      false,
    ],
    // 4 × 0.58 = $2.32.
    [
      'worth as much as mending may lose',
      { ...differing('4'), terms: { unwindLossMicrosMax: usd('2.32') } },
      true,
    ],
    [
      'worth more than mending may lose',
      { ...differing('4'), terms: { unwindLossMicrosMax: usd('2.319999') } },
      false,
    ],
  ])('%s', (_what, changes, carried) => {
    const trade = standingOf(changes);
    expect(isCarried(trade, excessOf(trade)!)).toBe(carried);
    expect(nextStep(trade, AT_MS).kind).toBe(carried ? 'over' : 'mend');
    expect(placingEnd(trade)).toBe(carried ? 'open' : 'unmatched');
  });

  test('a hedge that would cost less than its market takes is not sent', () => {
    const hedged = (minCost: string) =>
      nextStep(
        standingOf({
          kalshi: { orders: [bought('5', '0.36')] },
          polymarket: { market: { minCostMicros: usd(minCost) } },
        }),
        AT_MS,
      );
    // 5 at 0.58, what the pair may still cost.
    expect(hedged('2.90')).toMatchObject({ kind: 'send', wish: { kind: 'hedge' } });
    expect(hedged('2.95')).toMatchObject({ kind: 'mend' });
  });

  test('counts the fee of buying it', () => {
    const changes = { ...differing('4'), terms: { unwindLossMicrosMax: usd('2.32') } };
    const polymarket = { ...changes.polymarket, fees: SPORTS_FEES };
    const trade = standingOf({ ...changes, polymarket });
    expect(isCarried(trade, excessOf(trade)!)).toBe(false);
  });
});

describe('how placing ends', () => {
  test.each([
    ['nothing was sent', {}, 'not_sent'],
    ['an order is live', { polymarket: { orders: [live('sending')] } }, undefined],
    ['one is withheld', { polymarket: { orders: [live('notSent')] } }, 'not_sent'],
    ['one is refused', { polymarket: { orders: [live('rejected')] } }, 'rejected'],
    ['one fills nothing', { polymarket: { orders: [bought('0', '0')] } }, 'unfilled'],
    [
      'one fills and its fills are not booked',
      { polymarket: { orders: [bought('50', '0.58')], allBooked: false } },
      undefined,
    ],
    ['one leg alone', { polymarket: { orders: [bought('50', '0.58')] } }, 'unmatched'],
    [
      'both fill alike',
      {
        polymarket: { orders: [bought('50', '0.58')] },
        kalshi: { orders: [bought('50', '0.36')] },
      },
      'open',
    ],
    [
      'both fill alike, and one is not booked',
      {
        polymarket: { orders: [bought('50', '0.58')] },
        kalshi: { orders: [bought('50', '0.36')], allBooked: false },
      },
      undefined,
    ],
    [
      'all of it is sold again',
      { polymarket: { orders: [bought('50', '0.58'), sold('50', '0.5')] } },
      'closed',
    ],
    [
      'all fills failed: nothing was sold',
      { polymarket: { orders: [bought('0', '0')] }, kalshi: { orders: [bought('0', '0')] } },
      'unfilled',
    ],
    ['a single leg fills', { single: true, kalshi: { orders: [bought('50', '0.36')] } }, 'open'],
    [
      'a single leg fills nothing',
      { single: true, kalshi: { orders: [bought('0', '0')] } },
      'unfilled',
    ],
  ] as const)('%s', (_what, changes, end) => {
    expect(placingEnd(standingOf(changes))).toBe(end);
  });
});
