/** The effective maximum of a single leg, alone and against what admission really lets pass. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Counter } from '../../../domain/counters.ts';
import type { Limits } from '../../../domain/limits.ts';
import { micros } from '../../../domain/money.ts';
import type { PairBound, Rooms, SingleLegBound } from '../../../domain/risk/effective.ts';
import {
  effectiveMax,
  PAIR_BOUNDS,
  pairRoomsAtBest,
  pairRoomsNow,
  SINGLE_LEG_BOUNDS,
  roomsAtBest,
  roomsNow,
} from '../../../domain/risk/effective.ts';
import {
  exposureLimits,
  freeCash,
  lossLimits,
  positionLimit,
} from '../../../domain/risk/limits.ts';
import type { LegPlan } from '../../../domain/trade-plan.ts';
import { PROPOSAL } from '../builders.ts';
import { PAIR_PROPOSAL } from '../pair-builders.ts';
import { limitsOf, usd } from '../../ledger/wishes.ts';

const counter = (cap: number, used = 0, held = 0): Counter => ({ cap, used, held, overrun: 0 });

/** The deployment checklist's values. */
const CHECKLIST: Limits = limitsOf({
  initialBalanceMicros: { kalshi: usd(500), polymarket: usd(500) },
  positionMicrosMax: usd(500),
  eventExposureMicrosMax: usd(500),
  dailyLossMicrosMax: usd(200),
  openExposureMicrosMax: usd(800),
});

describe('at best', () => {
  test('a loss limit of 200 binds where the position limit is 500', () => {
    expect(effectiveMax(roomsAtBest(CHECKLIST, 'kalshi'))).toEqual({
      maxMicros: usd(200),
      binds: ['day loss'],
    });
  });

  test.each([
    ['position', { positionMicrosMax: usd(150) }],
    ['event', { eventExposureMicrosMax: usd(150) }],
    ['day loss', { dailyLossMicrosMax: usd(150) }],
    ['exposure', { openExposureMicrosMax: usd(150) }],
    ['cash', { initialBalanceMicros: { kalshi: usd(150), polymarket: usd(850) } }],
  ] as const)('%s binds where it is the smallest', (bound, lower) => {
    expect(effectiveMax(roomsAtBest({ ...CHECKLIST, ...lower }, 'kalshi'))).toEqual({
      maxMicros: usd(150),
      binds: [bound],
    });
  });

  test('each venue has its own cash', () => {
    const limits = {
      ...CHECKLIST,
      initialBalanceMicros: { kalshi: usd(50), polymarket: usd(950) },
    };
    expect(effectiveMax(roomsAtBest(limits, 'kalshi')).binds).toEqual(['cash']);
    expect(effectiveMax(roomsAtBest(limits, 'polymarket')).binds).toEqual(['day loss']);
  });

  test('limits that are equal bind together', () => {
    const limits = { ...CHECKLIST, dailyLossMicrosMax: usd(500) };
    expect(effectiveMax(roomsAtBest(limits, 'kalshi'))).toEqual({
      maxMicros: usd(500),
      binds: ['position', 'event', 'day loss', 'cash'],
    });
  });
});

describe('now', () => {
  const fresh = { loss: counter(usd(200)), exposure: counter(usd(800)), cashFreeMicros: usd(500) };

  test.each([
    ['nothing taken', {}, 200, ['day loss']],
    ['losses and risk of today', { loss: counter(usd(200), usd(50), usd(30)) }, 120, ['day loss']],
    ['much open', { exposure: counter(usd(800), usd(700), usd(60)) }, 40, ['exposure']],
    ['little cash', { cashFreeMicros: usd(7) }, 7, ['cash']],
    ['a cap lowered below what is taken', { loss: counter(usd(20), usd(50)) }, 0, ['day loss']],
    ['cash overdrawn', { cashFreeMicros: -5 }, 0, ['cash']],
  ] as const)('with %s', (_name, standing, dollars, binds) => {
    const rooms = roomsNow(CHECKLIST, { ...fresh, ...standing });
    expect(effectiveMax(rooms)).toEqual({ maxMicros: usd(dollars), binds });
  });

  const amount = fc.integer({ min: 0, max: 2_000_000_000 });

  test('admission lets a worst case pass if and only if it is within the effective maximum', () => {
    fc.assert(
      fc.property(
        fc.record({
          caps: fc.tuple(amount, amount, amount, amount, amount),
          taken: fc.tuple(amount, amount, amount),
          worst: amount,
        }),
        ({ caps, taken, worst }) => {
          const limits = {
            ...CHECKLIST,
            positionMicrosMax: micros(caps[0]),
            eventExposureMicrosMax: micros(caps[1]),
          };
          const standing = {
            loss: counter(caps[2], taken[0], taken[1]),
            exposure: counter(caps[3], taken[2]),
            cashFreeMicros: caps[4],
          };
          const leg = { worstCaseMicros: worst, leg: PROPOSAL.legs[0] } as LegPlan;
          const worstCaseMicros = micros(worst);
          const plan = { legs: [leg], worstCaseMicros, riskMicros: worstCaseMicros };
          const verdicts = [
            positionLimit(plan, limits, [counter(caps[0])]),
            ...lossLimits(plan, standing.loss),
            exposureLimits(plan, { exposure: standing.exposure, event: counter(caps[1]) }),
            ...freeCash(
              {
                book: 'paper',
                proposal: PROPOSAL,
                legs: [{ ...standing, cashHeldMicros: 0, facts: {} }],
              },
              plan,
            ),
          ];
          const { maxMicros, binds } = effectiveMax(roomsNow(limits, standing));
          const passes = worst > 0 && verdicts.every(({ passed }) => passed);
          expect(binds.length).toBeGreaterThan(0);
          expect(passes).toBe(worst > 0 && worst <= maxMicros);
        },
      ),
    );
  });

  test('the effective maximum is one of the rooms', () => {
    const rooms: Rooms<SingleLegBound> = {
      position: 5,
      event: 4,
      'day loss': 3,
      exposure: 9,
      cash: 3,
    };
    expect(effectiveMax(rooms)).toEqual({ maxMicros: 3, binds: ['day loss', 'cash'] });
    expect(Object.keys(rooms)).toEqual([...SINGLE_LEG_BOUNDS]);
  });
});

describe('an even pair', () => {
  test('under a loss limit of 200 a pair of 400 fits: only one leg can be lost', () => {
    expect(effectiveMax(pairRoomsAtBest(CHECKLIST))).toEqual({
      maxMicros: usd(400),
      binds: ['day loss'],
    });
  });

  test.each([
    ['position', { positionMicrosMax: usd(150) }, 150],
    ['event', { eventExposureMicrosMax: usd(150) }, 150],
    ['day loss', { dailyLossMicrosMax: usd(75) }, 150],
    ['exposure', { openExposureMicrosMax: usd(150) }, 150],
    ['cash at kalshi', { initialBalanceMicros: { kalshi: usd(75), polymarket: usd(925) } }, 150],
    [
      'cash at polymarket',
      { initialBalanceMicros: { kalshi: usd(925), polymarket: usd(75) } },
      150,
    ],
  ] as const)('%s binds where it is the smallest', (bound, lower, dollars) => {
    expect(effectiveMax(pairRoomsAtBest({ ...CHECKLIST, ...lower }))).toEqual({
      maxMicros: usd(dollars),
      binds: [bound],
    });
  });

  const amount = fc.integer({ min: 0, max: 2_000_000_000 });

  test('admission lets an even pair pass if and only if it is within the effective maximum', () => {
    fc.assert(
      fc.property(
        fc.record({
          caps: fc.tuple(amount, amount, amount, amount),
          taken: fc.tuple(amount, amount, amount),
          cash: fc.tuple(amount, amount),
          half: amount,
        }),
        ({ caps, taken, cash, half }) => {
          const limits = {
            ...CHECKLIST,
            positionMicrosMax: micros(caps[0]),
            eventExposureMicrosMax: micros(caps[1]),
          };
          const standing = {
            loss: counter(caps[2], taken[0], taken[1]),
            exposure: counter(caps[3], taken[2]),
          };
          const legs = PAIR_PROPOSAL.legs.map((leg) => ({ worstCaseMicros: half, leg }) as LegPlan);
          const plan = { legs, worstCaseMicros: micros(2 * half), riskMicros: micros(half) };
          const verdicts = [
            positionLimit(plan, limits, [counter(caps[0]), counter(caps[0])]),
            ...lossLimits(plan, standing.loss),
            exposureLimits(plan, { exposure: standing.exposure, event: counter(caps[1]) }),
            ...freeCash(
              {
                book: 'paper',
                proposal: PAIR_PROPOSAL,
                legs: cash.map((cashFreeMicros) => ({
                  cashFreeMicros,
                  cashHeldMicros: 0,
                  facts: {},
                })),
              },
              plan,
            ),
          ];
          const cashFreeMicros = { kalshi: cash[0], polymarket: cash[1] };
          const rooms = pairRoomsNow(limits, { ...standing, cashFreeMicros });
          const { maxMicros, binds } = effectiveMax(rooms);
          expect(binds.length).toBeGreaterThan(0);
          const passes = half > 0 && verdicts.every(({ passed }) => passed);
          expect(passes).toBe(half > 0 && 2 * half <= maxMicros);
        },
      ),
    );
  });

  test('its bounds are told in one order', () => {
    const rooms: Rooms<PairBound> = pairRoomsAtBest(CHECKLIST);
    expect(Object.keys(rooms)).toEqual([...PAIR_BOUNDS]);
  });
});
