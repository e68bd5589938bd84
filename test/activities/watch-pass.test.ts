/** One pass over a venue's lists: what is booked, and when the cursor moves. */
import { expect, test } from '@jest/globals';
import { readVenue } from '../../activities/watch-pass.ts';
import type { FactPage, Venue } from '../../venues/venue.ts';
import type { VenueRedemption } from '../../domain/market.ts';
import type { LedgerUnderTest } from '../ledger/harness.ts';
import { useLedger } from '../ledger/harness.ts';
import {
  AT,
  goToRehearsal,
  money,
  open,
  openAlerts,
  redemptionOf,
} from '../ledger/redeem-harness.ts';
import { scriptedVenue } from '../support/scripted-venue.ts';

const under = useLedger();
const M = 'will-it-rain';
const DAY_MS = 86_400_000;

/** A pass that reads fills and results up to now, and redemptions as they are told. */
function pass(
  it: LedgerUnderTest,
  redemptionsSince?: (sinceMs: number) => Promise<FactPage<VenueRedemption>>,
): Promise<number> {
  const { atMs } = it.reading();
  const none = () => Promise.resolve({ facts: [], cursorMs: atMs });
  const venue: Venue = {
    ...scriptedVenue({}),
    id: AT.venue,
    book: AT.book,
    fillsSince: none,
    settlementsSince: none,
    ...(redemptionsSince && { redemptionsSince }),
  };
  const clock = { read: () => Promise.resolve(it.reading()) };
  return readVenue({ ledger: it.ledger, clock, venue: () => venue }, AT.venue, AT.book);
}

const cursorOf = (it: LedgerUnderTest) => it.ledger.readCursor(AT.book, AT.venue);

async function won(it: LedgerUnderTest): Promise<void> {
  await goToRehearsal(it);
  await open(it, 'a', { market: M });
  await it.settle('a', 1);
}

test('books each redemption once, and moves the cursor no further than the list that lags', async () => {
  const it = under();
  await won(it);
  const facts = [redemptionOf(it, M, 60), redemptionOf(it, M, 40)];
  it.setClock('2026-11-22T13:00:00Z');
  const { atMs } = it.reading();
  const asked: number[] = [];
  const tell = (sinceMs: number) => {
    asked.push(sinceMs);
    return Promise.resolve({ facts, cursorMs: atMs - 120_000 });
  };
  expect(await pass(it, tell)).toBe(2);
  expect(await pass(it, tell)).toBe(0);
  expect(await money(it, M)).toEqual({ cash: 1_050, redeemable: 0, credit: 0 });
  expect(await cursorOf(it)).toBe(atMs - 120_000);
  expect(asked[1]).toBe(atMs - 120_000 - 600_000);
});

test('moves no cursor where redemptions could not be read, and reminds all the same', async () => {
  const it = under();
  await won(it);
  const before = await cursorOf(it);
  it.setClock(new Date(it.reading().atMs + DAY_MS).toISOString());
  const silent = () => Promise.reject(new Error('connect ECONNREFUSED'));
  await expect(pass(it, silent)).rejects.toThrow('ECONNREFUSED');
  expect(await cursorOf(it)).toBe(before);
  expect(await openAlerts(it)).toEqual(['REDEEMABLE_WAITING']);
  const facts = [redemptionOf(it, M, 100)];
  await pass(it, () => Promise.resolve({ facts, cursorMs: it.reading().atMs }));
  expect(await openAlerts(it)).toEqual([]);
});

test('a venue that pays cash by itself is read as before', async () => {
  const it = under();
  await goToRehearsal(it);
  it.setClock('2026-11-22T13:00:00Z');
  expect(await pass(it)).toBe(0);
  expect(await cursorOf(it)).toBe(it.reading().atMs);
});
