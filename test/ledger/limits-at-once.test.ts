/** Many proposals at the same moment against one limit: the sum of what is held never exceeds it. */
import { expect, test } from '@jest/globals';
import type { ReserveOutcome } from '../../ledger/verbs/reserve.ts';
import { balanceOf, counterOf } from './books-in-sql.ts';
import type { LedgerUnderTest } from './harness.ts';
import { codesOf, NOON, usd, useLedger } from './harness.ts';
import type { Wish } from './wishes.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);

/** Prepares `count` proposals, then decides them all at once. */
async function atOnce(
  it: LedgerUnderTest,
  count: number,
  wishOf: (index: number) => Wish = () => ({}),
): Promise<ReserveOutcome[]> {
  const ids = Array.from({ length: count }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id, index) => it.prepare(id, wishOf(index))));
  return Promise.all(ids.map((id) => it.reserve(id)));
}

function acceptedOf(outcomes: readonly ReserveOutcome[]): number {
  return outcomes.filter(({ kind }) => kind === 'accepted').length;
}

/** The distinct lists of codes with which proposals were denied. */
function denialsOf(outcomes: readonly ReserveOutcome[]): string[] {
  const denied = outcomes.filter(({ kind }) => kind === 'denied');
  return [...new Set(denied.map((outcome) => codesOf(outcome).join(' ')))];
}

test('DAILY_TRADES_REACHED 50 at once with one trade left: 1 accepted, 49 denied with the numbers', async () => {
  const it = under();
  await it.setUp({ dailyTradesMax: 3 });
  await it.open('sent');
  await it.accept('reserved');
  const outcomes = await atOnce(it, 50);
  expect(acceptedOf(outcomes)).toBe(1);
  const denied = outcomes.filter((outcome) => outcome.kind === 'denied');
  expect(denied).toHaveLength(49);
  for (const { failures } of denied) {
    expect(failures).toEqual([
      {
        code: 'DAILY_TRADES_REACHED',
        passed: false,
        detail: '3 of 3 trades taken today',
        numbers: { sentToday: '1', reservedToday: '2', limit: '3' },
      },
    ]);
  }
});

test('INSUFFICIENT_BALANCE 40 at once against cash for 7, while the other venue is untouched', async () => {
  const it = under();
  await it.setUp({ initialBalanceMicros: { kalshi: usd(375), polymarket: usd(100) } });
  const outcomes = await atOnce(it, 40);
  expect(acceptedOf(outcomes)).toBe(7);
  expect(denialsOf(outcomes)).toEqual(['INSUFFICIENT_BALANCE']);
  expect(await balanceOf(it.db, 'paper/kalshi/cash')).toEqual({
    balance: usd(375),
    held: usd(350),
  });
  // No netting between venues.
  await it.accept('elsewhere', { venue: 'polymarket' });
});

test('AT_RISK_REACHED 40 at once against the loss limit', async () => {
  const it = under();
  await it.setUp({ dailyLossMicrosMax: usd(499) });
  const outcomes = await atOnce(it, 40);
  expect(acceptedOf(outcomes)).toBe(9);
  expect(denialsOf(outcomes)).toEqual(['AT_RISK_REACHED']);
  expect(await counterOf(it.db, `paper/loss/${DAY}`)).toMatchObject({ used: 0, held: usd(450) });
});

test('EXPOSURE_REACHED 40 at once against everything open', async () => {
  const it = under();
  await it.setUp({ openExposureMicrosMax: usd(600) });
  const outcomes = await atOnce(it, 40);
  expect(acceptedOf(outcomes)).toBe(12);
  expect(denialsOf(outcomes)).toEqual(['EXPOSURE_REACHED']);
  expect(await counterOf(it.db, 'paper/exposure')).toMatchObject({ held: usd(600), overrun: 0 });
});

test('EXPOSURE_REACHED 40 at once against one new event whose counter nobody has made', async () => {
  const it = under();
  await it.setUp({ eventExposureMicrosMax: usd(120) });
  const outcomes = await atOnce(it, 40, () => ({ event: 'one' }));
  expect(acceptedOf(outcomes)).toBe(2);
  expect(denialsOf(outcomes)).toEqual(['EXPOSURE_REACHED']);
});

test('DUPLICATE_TRADE many on the same leg at once: one accepted', async () => {
  const it = under();
  await it.setUp();
  const outcomes = await atOnce(it, 20, () => ({ market: 'SAME' }));
  expect(acceptedOf(outcomes)).toBe(1);
  expect(denialsOf(outcomes)).toEqual(['DUPLICATE_TRADE']);
});

test('OPPOSITE_SIDE_HELD both sides of one market at once: one accepted', async () => {
  const it = under();
  await it.setUp();
  const outcomes = await atOnce(it, 20, (index) => ({
    market: 'SAME',
    outcome: index % 2 === 0 ? 'yes' : 'no',
  }));
  expect(acceptedOf(outcomes)).toBe(1);
  expect(denialsOf(outcomes).toSorted()).toEqual(['DUPLICATE_TRADE', 'OPPOSITE_SIDE_HELD']);
});

test('POSITION_TOO_LARGE a market counts what is open on it at one venue only', async () => {
  const it = under();
  await it.setUp({ positionMicrosMax: usd(60) });
  await it.accept('a', { market: 'SAME', venue: 'kalshi' });
  await it.accept('b', { market: 'SAME', venue: 'polymarket' });
  expect(codesOf(await it.propose('c', { market: 'SAME', venue: 'kalshi' }))).toEqual([
    'DUPLICATE_TRADE',
    'POSITION_TOO_LARGE',
  ]);
});
