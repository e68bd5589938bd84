/** The draw of faults: the same seed gives the same faults, in the share that was asked for. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DrawnFor } from '../../../simulator/frame/draw.ts';
import { drawFault } from '../../../simulator/frame/draw.ts';
import type { FaultPlan } from '../../../simulator/frame/fault-plan.ts';
import { everyFault, TRANSPORT_FAULTS } from '../../../simulator/frame/fault-plan.ts';
import { Faults } from '../../../simulator/frame/faults.ts';

const requestArbitrary: fc.Arbitrary<DrawnFor> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE'),
  endpoint: fc.constantFrom('createOrder', 'cancelOrder', 'fills'),
  identity: fc.string(),
  attempt: fc.integer({ min: 1, max: 50 }),
});

const posts = (count: number): DrawnFor[] =>
  Array.from({ length: count }, (_, n) => ({
    method: 'POST',
    endpoint: 'createOrder',
    identity: `order-${n}`,
    attempt: 1,
  }));

describe('a draw', () => {
  test('repeats with its seed and request', () => {
    fc.assert(
      fc.property(fc.string(), requestArbitrary, (seed, request) => {
        expect(drawFault(everyFault(seed, 0.5), request)).toEqual(
          drawFault(everyFault(seed, 0.5), { ...request }),
        );
      }),
    );
  });

  test('does not depend on what else was asked in between', () => {
    const share = 0.5;
    const script = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 });
    const drawsOf = (identities: readonly string[], only: string): unknown[] => {
      const faults = new Faults([]);
      faults.change({ plan: everyFault('1', share) });
      const request = { method: 'POST', endpoint: 'createOrder' };
      return identities.flatMap((identity) => {
        const drawn = faults.draw({ ...request, identity });
        return identity === only ? [drawn] : [];
      });
    };
    fc.assert(
      fc.property(script, (identities) => {
        const alone = identities.filter((identity) => identity === 'a');
        expect(drawsOf(identities, 'a')).toEqual(drawsOf(alone, 'a'));
      }),
    );
  });

  test.each([0.05, 0.2, 0.5])('comes in its share: %d', (share) => {
    const count = 4_000;
    const drawn = posts(count).filter((one) => drawFault(everyFault('7', share), one)).length;
    // Five standard deviations of a fair coin with that share.
    const slack = 5 * Math.sqrt(share * (1 - share) * count);
    expect(Math.abs(drawn - share * count)).toBeLessThan(slack);
  });

  test('never comes with a share of 0, always with 1', () => {
    fc.assert(
      fc.property(fc.string(), requestArbitrary, (seed, request) => {
        expect(drawFault(everyFault(seed, 0), request)).toBeUndefined();
        expect(drawFault(everyFault(seed, 1), request)).toBeDefined();
      }),
    );
  });

  test('depends on seed, identity, endpoint and attempt alike', () => {
    const plan = everyFault('1', 0.5);
    const text = (changed: (request: DrawnFor) => DrawnFor, of: FaultPlan = plan): string =>
      JSON.stringify(posts(200).map((one) => drawFault(of, changed(one)) ?? null));
    const texts = [
      text((one) => one),
      text((one) => one, everyFault('2', 0.5)),
      text((one) => ({ ...one, identity: `${one.identity}x` })),
      text((one) => ({ ...one, endpoint: 'cancelOrder' })),
      text((one) => ({ ...one, attempt: 2 })),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('weighs its kinds', () => {
    const plan: FaultPlan = {
      seed: '1',
      share: 1,
      kinds: [
        { kind: 'loseBefore', weight: 9 },
        { kind: 'loseAfter', weight: 1 },
      ],
    };
    const drawn = posts(2_000).map((one) => drawFault(plan, one)?.kind);
    const rare = drawn.filter((kind) => kind === 'loseAfter').length;
    expect(rare).toBeGreaterThan(130);
    expect(rare).toBeLessThan(270);
  });

  test('makes only reads stale and doubles only writes', () => {
    const plan: FaultPlan = {
      seed: '1',
      share: 1,
      kinds: [
        { kind: 'staleRead', weight: 1, ms: 1 },
        { kind: 'duplicate', weight: 1 },
      ],
    };
    fc.assert(
      fc.property(requestArbitrary, (request) => {
        const expected = request.method === 'GET' ? 'staleRead' : 'duplicate';
        expect(drawFault(plan, request)?.kind).toBe(expected);
      }),
    );
  });

  test('keeps to the endpoints of the plan and of the kind', () => {
    const kinds = [{ kind: 'error503', weight: 1, endpoints: ['fills', 'createOrder'] }];
    const plan: FaultPlan = {
      seed: '1',
      share: 1,
      kinds,
      endpoints: ['createOrder', 'cancelOrder'],
    };
    const drawnAt = (endpoint: string): string | undefined =>
      drawFault(plan, { method: 'POST', endpoint, identity: 'a', attempt: 1 })?.kind;
    expect(['createOrder', 'cancelOrder', 'fills'].map(drawnAt)).toEqual([
      'error503',
      undefined,
      undefined,
    ]);
  });
});

test('a plan with every fault leaves out only what a few venues send', () => {
  const planned = everyFault('1', 1).kinds.map(({ kind }) => kind);
  expect(Object.keys(TRANSPORT_FAULTS).filter((kind) => !planned.includes(kind))).toEqual([
    'status425',
  ]);
  expect(() => new Faults([]).change({ plan: everyFault('1', 1) })).not.toThrow();
});

describe('a wrong plan names its field', () => {
  const kinds = [{ kind: 'loseBefore', weight: 1 }];
  test.each([
    [{ plan: { seed: '1', share: 1.1, kinds } }, /^plan\.share: /],
    [{ plan: { seed: '', share: 1, kinds } }, /^plan\.seed: /],
    [{ plan: { seed: '1', share: 1, kinds: [] } }, /^plan\.kinds: /],
    [
      { plan: { seed: '1', share: 1, kinds: [{ kind: 'fire', weight: 1 }] } },
      /^plan\.kinds\.0\.kind: .*"loseBefore"/,
    ],
    [
      { plan: { seed: '1', share: 1, kinds: [{ kind: 'delay', weight: 1 }] } },
      /^plan\.kinds\.0: ms belongs to delay, late, staleRead/,
    ],
    [
      { next: [{ endpoint: 'fills', fault: { kind: 'loseBefore', ms: 5 } }] },
      /^next\.0\.fault: ms belongs/,
    ],
    [{ next: [{ endpoint: 'fills', fault: { kind: 'ghostFill' } }] }, /^next\.0\.fault\.kind: /],
    [{ nxt: [] }, /^body: .*"nxt"/],
    [7, /^body: /],
  ])('%j', (change, text) => {
    const faults = new Faults([]);
    expect(() => faults.change(change)).toThrow(text);
    expect(faults.view()).toEqual({ plan: null, next: [], counts: {} });
  });
});
