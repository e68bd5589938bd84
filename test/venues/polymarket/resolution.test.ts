/** When a closed market has a result, by the CLOB's flags and Gamma's state of the oracle. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ClobWord, GammaWord } from '../../../domain/polymarket-resolution.ts';
import { polymarketResolution } from '../../../domain/polymarket-resolution.ts';

const [WIN, LOSS, HALF] = [1_000_000, 0, 500_000];

const clob = (
  prices: readonly (number | undefined)[],
  changes: Partial<ClobWord> & { readonly winners?: readonly boolean[] } = {},
): ClobWord => ({
  closed: true,
  isFiftyFifty: false,
  tokens: prices.map((price, index) => ({
    priceMicros: price,
    winner: changes.winners?.[index] ?? false,
  })),
  ...changes,
});
const won = (index: 0 | 1, changes: Partial<ClobWord> = {}): ClobWord => {
  const winners = [index === 0, index === 1];
  return clob(index === 0 ? [WIN, LOSS] : [LOSS, WIN], { winners, ...changes });
};
const gamma = (
  pricesMicros: readonly (number | undefined)[],
  umaStatus?: string,
  closed = true,
): GammaWord => ({ closed, umaStatus, pricesMicros });

describe('a market that is closed', () => {
  test.each<[string, Parameters<typeof polymarketResolution>[0], readonly [number, number]]>([
    ['with the first token as winner', { clob: won(0) }, [WIN, LOSS]],
    ['with the second as winner', { clob: won(1) }, [LOSS, WIN]],
    [
      'failure case 13 as 50/50 at halves',
      { clob: clob([HALF, HALF], { isFiftyFifty: true }) },
      [HALF, HALF],
    ],
    ['resolved by the oracle', { gamma: gamma([LOSS, WIN], 'resolved') }, [LOSS, WIN]],
    ['resolved at halves', { gamma: gamma([HALF, HALF], 'resolved') }, [HALF, HALF]],
    ['resolved at 0.999', { gamma: gamma([999_000, 1_000], 'resolved') }, [WIN, LOSS]],
    [
      'with a winner Gamma has not heard of',
      { clob: won(0), gamma: gamma([LOSS, LOSS]) },
      [WIN, LOSS],
    ],
    [
      'with a winner and a settled oracle',
      { clob: won(1), gamma: gamma([LOSS, WIN], 'settled') },
      [LOSS, WIN],
    ],
    [
      'resolved, while the CLOB shows prices and no flag yet',
      { clob: clob([WIN, LOSS]), gamma: gamma([WIN, LOSS], 'resolved') },
      [WIN, LOSS],
    ],
  ])('%s has a result', (_name, heard, payoutMicros) => {
    expect(polymarketResolution(heard)).toEqual({ kind: 'resolved', payoutMicros });
  });
});

describe('no result', () => {
  test.each<[string, Parameters<typeof polymarketResolution>[0], RegExp]>([
    ['nobody was heard', {}, /not closed/],
    ['it is open with a winner', { clob: won(0, { closed: false }) }, /not closed/],
    [
      'the CLOB is behind',
      { clob: won(0, { closed: false }), gamma: gamma([WIN, LOSS], 'resolved') },
      /CLOB says/,
    ],
    [
      'Gamma is behind',
      { clob: won(0), gamma: gamma([WIN, LOSS], undefined, false) },
      /Gamma says/,
    ],
    ['closed at 1 and 0 without a winner', { clob: clob([WIN, LOSS]) }, /nobody says/],
    ['closed at 0.9995 without a winner', { clob: clob([999_500, 500]) }, /nobody says/],
    ['closed at 0 and 0', { clob: clob([LOSS, LOSS]) }, /without a winner/],
    ['closed at halves without the flag', { clob: clob([HALF, HALF]) }, /without a winner/],
    ['halves in Gamma without a state', { gamma: gamma([HALF, HALF]) }, /without a winner/],
    ['prices in Gamma without a state', { gamma: gamma([WIN, LOSS]) }, /nobody says/],
    ['settled is not resolved', { gamma: gamma([WIN, LOSS], 'settled') }, /nobody says/],
    ['prices in cents', { gamma: gamma([100 * WIN, LOSS], 'resolved') }, /without a winner/],
    ['a price below zero', { gamma: gamma([WIN, -1], 'resolved') }, /without a winner/],
    ['proposed', { clob: won(0), gamma: gamma([WIN, LOSS], 'proposed') }, /proposed/],
    ['a state nobody knows', { clob: won(0), gamma: gamma([WIN, LOSS], 'appealed') }, /not known/],
    ['sources that differ', { clob: won(0), gamma: gamma([LOSS, WIN], 'resolved') }, /different/],
    [
      'a winner, and halves by the oracle',
      { clob: won(0), gamma: gamma([HALF, HALF], 'resolved') },
      /different/,
    ],
    ['two winners', { clob: clob([WIN, WIN], { winners: [true, true] }) }, /two winners/],
    [
      'a winner at 0.97',
      { clob: clob([970_000, 30_000], { winners: [true, false] }) },
      /contradict/,
    ],
    [
      'a winner at a price nobody can read',
      { clob: clob([undefined, LOSS], { winners: [true, false] }) },
      /contradict/,
    ],
    [
      'a winner that lost by its price',
      { clob: clob([LOSS, WIN], { winners: [true, false] }) },
      /contradict/,
    ],
    ['a winner of a 50/50', { clob: won(0, { isFiftyFifty: true }) }, /contradict/],
    ['a 50/50 at 1 and 0', { clob: clob([WIN, LOSS], { isFiftyFifty: true }) }, /50\/50/],
    [
      'three outcomes',
      { clob: clob([WIN, LOSS, LOSS], { winners: [true, false, false] }) },
      /3 outcomes/,
    ],
    ['three prices', { clob: won(0), gamma: gamma([WIN, LOSS, LOSS], 'resolved') }, /3 outcomes/],
  ])('%s', (_name, heard, words) => {
    expect(polymarketResolution(heard)).toEqual({
      kind: 'unresolved',
      why: expect.stringMatching(words),
    });
  });

  test('a dispute waits, whatever else is said', () => {
    const heard = { clob: won(0), gamma: gamma([WIN, LOSS], 'disputed') };
    expect(polymarketResolution(heard).kind).toBe('disputed');
  });
});

const anyPrice = fc.option(
  fc.oneof(fc.constantFrom(WIN, LOSS, HALF, 999_000, 1_000), fc.integer({ min: 0, max: WIN })),
  { nil: undefined },
);
const anyClob = fc.record({
  closed: fc.boolean(),
  isFiftyFifty: fc.boolean(),
  tokens: fc.array(fc.record({ winner: fc.boolean(), priceMicros: anyPrice }), { maxLength: 3 }),
});
const anyGamma = fc.record({
  closed: fc.boolean(),
  umaStatus: fc.constantFrom(undefined, 'requested', 'proposed', 'disputed', 'settled', 'resolved'),
  pricesMicros: fc.array(anyPrice, { maxLength: 3 }),
});
const anyHeard = fc.record({
  clob: fc.option(anyClob, { nil: undefined }),
  gamma: fc.option(anyGamma, { nil: undefined }),
});

test('a result pays one dollar in all, and only a closed market with a final word has one', () => {
  fc.assert(
    fc.property(anyHeard, (heard) => {
      const told = polymarketResolution(heard);
      if (told.kind !== 'resolved') return;
      const [first, second] = told.payoutMicros;
      expect(first + second).toBe(WIN);
      expect([LOSS, HALF, WIN]).toContain(first);
      expect([heard.clob?.closed ?? true, heard.gamma?.closed ?? true]).toEqual([true, true]);
      const { tokens = [], isFiftyFifty = false } = heard.clob ?? {};
      const flagged = isFiftyFifty || tokens.some(({ winner }) => winner);
      expect(flagged || heard.gamma?.umaStatus === 'resolved').toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('the outcomes turned around turn the result around', () => {
  fc.assert(
    fc.property(anyHeard, ({ clob: c, gamma: g }) => {
      const told = polymarketResolution({ clob: c, gamma: g });
      const turned = polymarketResolution({
        clob: c && { ...c, tokens: c.tokens.toReversed() },
        gamma: g && { ...g, pricesMicros: g.pricesMicros.toReversed() },
      });
      const payoutsOf = (one: typeof told): readonly number[] =>
        one.kind === 'resolved' ? one.payoutMicros : [];
      expect(turned.kind).toBe(told.kind);
      expect(payoutsOf(turned)).toEqual(payoutsOf(told).toReversed());
    }),
    { numRuns: 1000 },
  );
});
