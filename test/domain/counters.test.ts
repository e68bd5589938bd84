import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CounterScope } from '../../domain/counters.ts';
import { capOf, counterId, roomIn } from '../../domain/counters.ts';
import { counter, LIMITS, usd } from './builders.ts';

describe('counter rows', () => {
  const scopes: [CounterScope, string][] = [
    [{ kind: 'trades', day: '2026-11-22' }, 'paper/trades/2026-11-22'],
    [{ kind: 'loss', day: '2026-11-22' }, 'paper/loss/2026-11-22'],
    [{ kind: 'exposure' }, 'paper/exposure'],
    [{ kind: 'event', event: 'nhl:2026-11-22:CBJ@FLA' }, 'paper/event/nhl:2026-11-22:CBJ@FLA'],
    [{ kind: 'market', venue: 'kalshi', market: 'M1' }, 'paper/market/kalshi/M1'],
  ];
  test.each(scopes)('%j is counted in %s', (scope, id) => {
    expect(counterId('paper', scope)).toBe(id);
  });

  test('another book, day, event, venue or market is another row', () => {
    const others: [Parameters<typeof counterId>[0], CounterScope][] = [
      ...scopes.map(([scope]): [Parameters<typeof counterId>[0], CounterScope] => ['live', scope]),
      ...scopes.map(([scope]): [Parameters<typeof counterId>[0], CounterScope] => ['paper', scope]),
      ['paper', { kind: 'trades', day: '2026-11-23' }],
      ['paper', { kind: 'loss', day: '2026-11-23' }],
      ['paper', { kind: 'event', event: 'exposure' }],
      ['paper', { kind: 'market', venue: 'polymarket', market: 'M1' }],
      ['paper', { kind: 'market', venue: 'kalshi', market: 'M2' }],
    ];
    const ids = others.map(([book, scope]) => counterId(book, scope));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([
    ['trades', 5],
    ['loss', usd('200')],
    ['exposure', usd('800')],
    ['event', usd('500')],
    ['market', usd('500')],
  ] as const)('the cap on %s is %p', (kind, cap) => {
    const distinct = { ...LIMITS, eventExposureMicrosMax: usd('499') };
    expect(capOf(kind, LIMITS)).toBe(cap);
    expect(capOf(kind, distinct)).toBe(kind === 'event' ? usd('499') : cap);
  });
});

describe('roomIn', () => {
  test.each([
    ['an empty counter', counter(100), 100],
    ['used and held', counter(100, { used: 30, held: 20 }), 50],
    ['full', counter(100, { used: 70, held: 30 }), 0],
    ['overrun', counter(100, { used: 120, overrun: 20 }), 0],
    [
      'an overrun that has gone back gives no room beyond the cap',
      counter(100, { used: 90, overrun: 20 }),
      10,
    ],
    ['a cap of nothing', counter(0), 0],
  ])('%s', (_name, row, room) => {
    expect(roomIn(row)).toBe(room);
  });

  test('is never negative, and I2 holds after all of it is taken', () => {
    const amount = fc.nat(10 ** 9);
    fc.assert(
      fc.property(amount, amount, amount, amount, (cap, used, held, more) => {
        const overrun = Math.max(0, used + held - cap) + more;
        const room = roomIn({ cap, used, held, overrun });
        expect(room).toBeGreaterThanOrEqual(0);
        expect(used + held + room).toBeLessThanOrEqual(cap + overrun);
      }),
    );
  });
});
