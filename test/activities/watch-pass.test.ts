/** One pass over a venue's lists: what is booked, and when the cursor moves. */
import { expect, test } from '@jest/globals';
import { readVenue } from '../../activities/watch-pass.ts';
import type { FactPage, Venue } from '../../venues/venue.ts';
import { VenueUnreachable } from '../../venues/venue.ts';
import type { VenueRedemption } from '../../domain/market.ts';
import type { LedgerUnderTest } from '../ledger/harness.ts';
import { usd, useLedger } from '../ledger/harness.ts';
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

interface Told {
  readonly redemptionsSince?: (sinceMs: number) => Promise<FactPage<VenueRedemption>>;
  /** Dollars at the venue; enough for everything unless told. */
  readonly dollars?: () => Promise<number>;
}

/** A pass that reads fills and results up to now, and redemptions as they are told. */
function pass(it: LedgerUnderTest, { redemptionsSince, dollars }: Told = {}): Promise<number> {
  const { atMs } = it.reading();
  const none = () => Promise.resolve({ facts: [], cursorMs: atMs });
  const balance = async () => ({ cashMicros: usd((await dollars?.()) ?? 1_000_000) });
  const venue: Venue = {
    ...scriptedVenue({}),
    id: AT.venue,
    book: AT.book,
    fillsSince: none,
    settlementsSince: none,
    // What the venue remembers is old: only looked up anew it is right.
    balance: () => Promise.resolve({ cashMicros: usd(0) }),
    balanceNow: balance,
    ...(redemptionsSince && { redemptionsSince }),
  };
  const clock = { read: () => Promise.resolve(it.reading()) };
  return readVenue({ ledger: it.ledger, clock, venue: () => venue }, AT.venue, AT.book);
}

/** Tells these redemptions, read up to now. */
const telling = (it: LedgerUnderTest, facts: readonly VenueRedemption[]) => () =>
  Promise.resolve({ facts, cursorMs: it.reading().atMs });

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
  // Told first, booked by the next pass: the cash is read before.
  expect(await pass(it, { redemptionsSince: tell })).toBe(0);
  expect(await pass(it, { redemptionsSince: tell })).toBe(2);
  expect(await pass(it, { redemptionsSince: tell })).toBe(0);
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
  await expect(pass(it, { redemptionsSince: silent })).rejects.toThrow('ECONNREFUSED');
  expect(await cursorOf(it)).toBe(before);
  expect(await openAlerts(it)).toEqual(['REDEEMABLE_WAITING']);
  const facts = [redemptionOf(it, M, 100)];
  const redemptionsSince = telling(it, facts);
  await pass(it, { redemptionsSince });
  await pass(it, { redemptionsSince });
  expect(await openAlerts(it)).toEqual([]);
});

test('failure case 14: a redemption without its cash is not booked, tried again, and alarmed', async () => {
  const it = under();
  await won(it);
  const redemptionsSince = telling(it, [redemptionOf(it, M, 100)]);
  const tell = (cash: number) =>
    pass(it, { redemptionsSince, dollars: () => Promise.resolve(cash) });
  // The ledger has $950. All of it but two cents is not the cash; a cent may be rounded fees.
  for (const cash of [950, 1_049.98]) expect([await tell(cash), await tell(cash)]).toEqual([0, 0]);
  expect(await money(it, M)).toEqual({ cash: 950, redeemable: 100, credit: 0 });
  it.setClock('2026-11-22T12:09:59.999Z');
  await tell(950);
  expect(await openAlerts(it)).toEqual([]);
  it.setClock('2026-11-22T12:10:00.000Z');
  await tell(950);
  await tell(950);
  const alert = await it.db.selectFrom('alert').selectAll().executeTakeFirstOrThrow();
  expect(alert).toMatchObject({ code: 'REDEMPTION_UNPAID', level: 'critical', times: 1 });
  expect(alert.detail).toContain(`of ${M} is to have paid $100.00`);
  expect(await tell(1_049.99)).toBe(1);
  expect(await money(it, M)).toEqual({ cash: 1_050, redeemable: 0, credit: 0 });
  expect(await openAlerts(it)).toEqual([]);
  expect(await tell(1_049.99)).toBe(0);
});

test('failure case 14: of two redemptions with the cash of one, one is booked', async () => {
  const it = under();
  await won(it);
  await open(it, 'b', { market: 'another', quantity: 100, price: 0.5 });
  await it.settle('b', 1);
  const facts = [redemptionOf(it, M, 100), redemptionOf(it, 'another', 100)];
  const redemptionsSince = telling(it, facts);
  const tell = () => pass(it, { redemptionsSince, dollars: () => Promise.resolve(1_000) });
  expect([await tell(), await tell(), await tell()]).toEqual([0, 1, 0]);
  expect(await money(it, M)).toMatchObject({ cash: 1_000, redeemable: 0 });
  expect(await money(it, 'another')).toMatchObject({ cash: 1_000, redeemable: 100 });
});

test('a venue that does not tell its cash holds no list up, and nothing is booked', async () => {
  const it = under();
  await won(it);
  const redemptionsSince = telling(it, [redemptionOf(it, M, 100)]);
  it.setClock('2026-11-22T12:05:00Z');
  const dollars = () =>
    Promise.reject(new VenueUnreachable({ venue: AT.venue, detail: 'connect ECONNREFUSED' }));
  expect([
    await pass(it, { redemptionsSince, dollars }),
    await pass(it, { redemptionsSince, dollars }),
  ]).toEqual([0, 0]);
  expect(await cursorOf(it)).toBe(it.reading().atMs);
  expect(await money(it, M)).toEqual({ cash: 950, redeemable: 100, credit: 0 });
});

test('a redemption that is told in parts is booked whole', async () => {
  const it = under();
  await won(it);
  const fact = redemptionOf(it, M, 40);
  await pass(it, { redemptionsSince: telling(it, [fact]), dollars: () => Promise.resolve(950) });
  const whole = { ...fact, amountMicros: usd(100) };
  const redemptionsSince = telling(it, [whole]);
  await pass(it, { redemptionsSince, dollars: () => Promise.resolve(950) });
  expect(await pass(it, { redemptionsSince })).toBe(1);
  expect(await money(it, M)).toEqual({ cash: 1_050, redeemable: 0, credit: 0 });
});

test('a venue that pays cash by itself is read as before', async () => {
  const it = under();
  await goToRehearsal(it);
  it.setClock('2026-11-22T13:00:00Z');
  expect(await pass(it)).toBe(0);
  expect(await cursorOf(it)).toBe(it.reading().atMs);
});
