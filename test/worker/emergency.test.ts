/** A halt step by step: each is tried whatever became of the others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { clearVenue } from '../../activities/clear-venue.ts';
import type { ClearedBook } from '../../domain/halt.ts';
import type { HaltParts } from '../../worker/emergency.ts';
import { haltEverything } from '../../worker/emergency.ts';
import { isLatched, readLatch } from '../../worker/halt-latch.ts';
import type { CancelScript, ScriptedVenue } from '../support/scripted-venue.ts';
import { scriptedVenue } from '../support/scripted-venue.ts';
import { testDirectory } from '../support/servers.ts';

const KALSHI = { venue: 'kalshi', book: 'paper', ifMissing: 'no client here' } as const;
const HELD = { state: 'halted', epoch: 4, unresolved: ['late'] } as const;

function partsOf(venue: ScriptedVenue, rest: Partial<HaltParts> = {}): HaltParts {
  return {
    dataDir: testDirectory('emergency'),
    asked: { actor: 'ann', reason: 'odd orders' },
    at: '2026-11-23T05:00:00.000Z',
    stopDesk: () => Promise.resolve(HELD),
    books: () => [KALSHI],
    openVenues: () => Promise.resolve([venue]),
    clearing: () => undefined,
    tell: () => {},
    ...rest,
  };
}

describe('halting', () => {
  test('latches first, then stops the ledger, then cancels by id, then verifies', async () => {
    const venue = scriptedVenue({ a: { ends: 0 }, b: { ends: 3_000_000 } });
    const seen: unknown[] = [];
    const parts = partsOf(venue, {
      stopDesk: () => {
        seen.push(['latched', isLatched(parts.dataDir)], ['cancels', venue.cancels.length]);
        return Promise.resolve(HELD);
      },
    });
    const view = await haltEverything(parts);
    expect(seen).toEqual([
      ['latched', true],
      ['cancels', 0],
    ]);
    expect(view).toEqual({
      state: 'halted',
      epoch: 4,
      unresolved: ['late'],
      latched: true,
      verified: true,
      problems: [],
      venues: [
        {
          venue: 'kalshi',
          book: 'paper',
          cancelled: ['a', 'b'],
          unresolved: [],
          open: [],
          listed: true,
          detail: '',
        },
      ],
    });
    expect(readLatch(parts.dataDir)).toEqual({
      by: 'ann',
      reason: 'odd orders',
      at: '2026-11-23T05:00:00.000Z',
    });
    // The last word is the venue's list, after the last cancel.
    expect(venue.lists).toBe(2);
  });

  test('pressed again it finds nothing to do and says so', async () => {
    const venue = scriptedVenue({ a: { ends: 0 } });
    const parts = partsOf(venue);
    await haltEverything(parts);
    const again = await haltEverything(parts);
    expect(again).toMatchObject({ verified: true, venues: [{ cancelled: [] }] });
    expect(venue.cancels).toEqual(['a']);
  });

  test('failure case 7: who is told throws each time, and everything is done', async () => {
    const venue = scriptedVenue({ a: { ends: 0 } });
    const tell = (): void => {
      throw new Error('the notifier is down');
    };
    const view = await haltEverything(partsOf(venue, { tell }));
    expect(view).toMatchObject({ latched: true, epoch: 4, verified: true, problems: [] });
    expect(venue.cancels).toEqual(['a']);
  });

  test('without a ledger the file alone halts, and what left before has time to arrive', async () => {
    const venue = scriptedVenue({ a: { ends: 0 }, late: { ends: 0 } }, { unlisted: ['late'] });
    const stopDesk = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const halting = haltEverything(partsOf(venue, { stopDesk }));
    setTimeout(() => venue.arrive('late'), 2_000);
    const view = await halting;
    expect(view).toMatchObject({
      state: 'halted',
      epoch: null,
      latched: true,
      verified: true,
      venues: [{ cancelled: ['a', 'late'] }],
      problems: ['the ledger did not take the halt: connect ECONNREFUSED'],
    });
  }, 20_000);

  test('a latch that cannot be written does not keep the ledger and the venues from it', async () => {
    const dataDir = join(testDirectory('emergency'), 'file');
    writeFileSync(dataDir, '');
    const venue = scriptedVenue({ a: { ends: 0 } });
    const view = await haltEverything(partsOf(venue, { dataDir }));
    expect(view).toMatchObject({ latched: false, epoch: 4, verified: true });
    expect(view.problems[0]).toContain('HALT could not be written');
  });

  test('with neither latch nor ledger it is no halt, whatever was cancelled', async () => {
    const dataDir = join(testDirectory('emergency'), 'file');
    writeFileSync(dataDir, '');
    const venue = scriptedVenue({ a: { ends: 0 } });
    const stopDesk = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const view = await haltEverything(partsOf(venue, { dataDir, stopDesk }));
    expect(view).toMatchObject({ state: 'active', epoch: null, latched: false, verified: false });
    expect(venue.cancels).toEqual(['a']);
  }, 20_000);

  test('a venue without a client, and clients that cannot be opened, are named', async () => {
    const venue = scriptedVenue({});
    const missing = { ...KALSHI, venue: 'polymarket' } as const;
    const one = await haltEverything(partsOf(venue, { books: () => [KALSHI, missing] }));
    expect(one.verified).toBe(false);
    expect(one.venues).toMatchObject([
      { venue: 'kalshi', listed: true },
      { venue: 'polymarket', listed: false, detail: 'no client here' },
    ]);
    const openVenues = () => Promise.reject(new Error('no key'));
    const none = await haltEverything(partsOf(venue, { openVenues }));
    expect(none).toMatchObject({ verified: false, venues: [{ listed: false }] });
    expect(none.problems).toEqual(['the venues were not opened: no key']);
  });

  test('a ledger that breaks off after the stop does not hold up the cancels', async () => {
    const venue = scriptedVenue({ a: { ends: 0 } });
    const broken = () => Promise.reject(new Error('Connection terminated'));
    const clearing = () => ({
      ledger: { ordersToCancel: broken, wakeTrades: broken },
      clock: { read: broken },
    });
    const view = await haltEverything(partsOf(venue, { clearing }));
    expect(view).toMatchObject({ verified: true, venues: [{ cancelled: ['a'] }] });
  });
});

describe('clearing a venue', () => {
  const rows: [
    name: string,
    script: CancelScript,
    expected: { cancelled?: string[]; open?: string[] },
  ][] = [
    ['failure case 8: a fill was faster than the cancel', { ends: 10 }, { cancelled: ['a'] }],
    ['its answer is lost, its effect is not', 'loses the answer', { cancelled: ['a'] }],
    ['the venue does not cancel it', 'keeps it open', { open: ['a'] }],
    ['the cancel fails', 'throws', { open: ['a'] }],
    ['the venue lists it but does not know it', 'does not know it', { open: ['a'] }],
    ['the cancel never answers', 'hangs', { open: ['a'] }],
  ];
  // Side by side: each that leaves something takes all of its time.
  let results: readonly { readonly cleared: ClearedBook; readonly tookMs: number }[];
  beforeAll(async () => {
    results = await Promise.all(
      rows.map(async ([, script]) => {
        const venue = scriptedVenue({ a: script, other: { ends: 0 } });
        const beganMs = performance.now();
        const cleared = await clearVenue(venue, [{ clientOrderId: 'a', marketId: 'M' }]);
        return { cleared, tookMs: performance.now() - beganMs };
      }),
    );
  }, 30_000);

  test.each(rows.map(([name, , expected], index) => ({ name, index, ...expected })))(
    'a listed order: $name',
    ({ index, cancelled = [], open = [] }) => {
      const { cleared, tookMs } = results[index]!;
      expect(tookMs).toBeLessThan(10_000);
      expect(cleared.cancelled.toSorted()).toEqual([...cancelled, 'other'].toSorted());
      expect(cleared.open.map(({ id }) => id)).toEqual(open);
      expect([cleared.listed, cleared.unresolved]).toEqual([true, []]);
      // Each order that is left says why.
      expect(cleared.open.every(({ why }) => why !== '')).toBe(true);
    },
  );

  test.each([
    ['does not know it', 'does not know it, or not yet'],
    ['loses the answer', 'the answer was lost'],
    ['throws', 'socket hang up'],
  ] as const)(
    'an order that only the ledger knows, where the venue %s, stays unresolved and is named',
    async (script, why) => {
      const venue = scriptedVenue({ a: script }, { unlisted: ['a'] });
      const cleared = await clearVenue(venue, [{ clientOrderId: 'a', marketId: 'M' }]);
      expect(cleared).toMatchObject({ cancelled: [], open: [], listed: true });
      expect(cleared.unresolved).toEqual([{ id: 'a', why: expect.stringContaining(why) }]);
      expect(venue.cancels).toEqual(['a', 'a', 'a']);
    },
  );

  test('a list that fails is asked again; one that goes on failing says nothing is known', async () => {
    const once = await clearVenue(scriptedVenue({ a: { ends: 0 } }, { listFails: 2 }), []);
    expect(once).toMatchObject({ cancelled: ['a'], listed: true, detail: '' });
    const gone = await clearVenue(scriptedVenue({ a: { ends: 0 } }, { listFails: 1_000 }), []);
    expect(gone).toMatchObject({ cancelled: [], listed: false, detail: 'connect ECONNREFUSED' });
  }, 20_000);

  test('a full book is cleared in time', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`o${index}`, { ends: 0 } as const]),
    );
    const cleared = await clearVenue(scriptedVenue(many), []);
    expect([cleared.cancelled.length, cleared.open.length]).toEqual([200, 0]);
  });
});
