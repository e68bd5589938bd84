/** Every verb at once on rows they share: no deadlock, no lost update, and the books still agree. */
import { expect, test } from '@jest/globals';
import { counterOf } from './books-in-sql.ts';
import { chanceOf, inParallel } from './chance.ts';
import type { Chance } from './chance.ts';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, usd, useLedger } from './harness.ts';
import type { Wish } from './wishes.ts';

const under = useLedger();

const DAY = NOON.slice(0, 10);
const CLIENTS = 8;

/** Few events, many markets, both venues: every trade shares some row with most others. */
function wishOf(index: number, chance: Chance): Wish {
  return {
    venue: chance.below(2) === 0 ? 'kalshi' : 'polymarket',
    event: `e${chance.below(4)}`,
    market: `m${index}-${chance.below(1_000)}`,
    outcome: chance.below(2) === 0 ? 'yes' : 'no',
    quantity: 10 + chance.below(20),
  };
}

function wishesOf(prefix: string, count: number, chance: Chance): [string, Wish][] {
  return Array.from({ length: count }, (_, index) => [`${prefix}${index}`, wishOf(index, chance)]);
}

/** A trade's way from its permit to one of four ends. */
async function sendAndAnswer(it: LedgerUnderTest, id: string, wish: Wish, way: number) {
  await it.permit(id);
  const quantity = wish.quantity ?? 100;
  switch (way) {
    case 0:
      return it.answer(id, { event: 'order.refused' });
    case 1:
      await it.answer(id, { event: 'order.lost' });
      return it.answer(id, { event: 'order.absent' });
    case 2:
      await it.answer(id, { event: 'order.finished', filled: quantity });
      return it.fill(id, quantity);
    default:
      await it.fill(id, quantity / 2);
      return it.answer(id, { event: 'order.finished', filled: quantity / 2 });
  }
}

async function statusesOf(it: LedgerUnderTest): Promise<Record<string, number>> {
  const { fn } = it.db;
  const rows = await it.db
    .selectFrom('trade')
    .select(['status', fn.countAll<bigint>().as('count')])
    .groupBy('status')
    .execute();
  return Object.fromEntries(rows.map(({ status, count }) => [status, Number(count)]));
}

test('reserving on differing markets, events and venues in any order', async () => {
  const it = under();
  const chance = chanceOf(1);
  await it.setUp();
  const wishes = wishesOf('p', 120, chance);
  await inParallel(
    CLIENTS,
    wishes.map(
      ([id, wish]) =>
        () =>
          it.prepare(id, wish),
    ),
  );
  await inParallel(
    CLIENTS,
    chance.shuffle(wishes).map(
      ([id]) =>
        () =>
          it.reserve(id),
    ),
  );
  expect(await statusesOf(it)).toEqual({ reserved: 120 });
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ used: 0, held: 120 });
});

test('reserving, sending, filling, settling and abandoning at once', async () => {
  const it = under();
  const chance = chanceOf(2);
  await it.setUp();
  const fresh = wishesOf('new', 60, chance);
  const reserved = wishesOf('reserved', 60, chance);
  const open = wishesOf('open', 30, chance);
  await inParallel(CLIENTS, [
    ...fresh.map(
      ([id, wish]) =>
        () =>
          it.prepare(id, wish),
    ),
    ...reserved.map(
      ([id, wish]) =>
        () =>
          it.accept(id, wish),
    ),
    ...open.map(
      ([id, wish]) =>
        () =>
          it.open(id, wish),
    ),
  ]);
  await inParallel(
    CLIENTS,
    chance.shuffle([
      ...fresh.map(
        ([id]) =>
          () =>
            it.reserve(id),
      ),
      ...reserved.slice(0, 48).map(
        ([id, wish], index) =>
          () =>
            sendAndAnswer(it, id, wish, index % 4),
      ),
      ...reserved.slice(48).map(
        ([id]) =>
          () =>
            it.ledger.abandonTrade(id, it.reading()),
      ),
      ...open.map(
        ([id]) =>
          () =>
            it.settle(id, chance.below(2)),
      ),
    ]),
  );
  expect(await statusesOf(it)).toEqual({
    reserved: 60,
    rejected: 12,
    not_sent: 12 + 12,
    open: 24,
    settled: 30,
  });
  // Kept by all that were sent: 48 of the reserved, 30 opened before.
  expect(await counterOf(it.db, `paper/trades/${DAY}`)).toMatchObject({ used: 78, held: 60 });
});

test('an answer that gives its place back or keeps it, while others reserve', async () => {
  const it = under();
  const chance = chanceOf(3);
  await it.setUp();
  const shared = { event: 'one', quantity: 10 };
  const ids = Array.from({ length: 60 }, (_, index) => `p${index}`);
  const sent = ids.slice(0, 30);
  await inParallel(
    CLIENTS,
    ids.map((id) => () => it.prepare(id, shared)),
  );
  await inParallel(
    CLIENTS,
    sent.map((id) => () => it.reserve(id)),
  );
  for (const id of sent) await it.permit(id);
  await inParallel(
    CLIENTS,
    chance.shuffle([
      ...sent.map((id) => () => it.answer(id, { event: 'order.refused' })),
      ...ids.slice(30).map((id) => () => it.reserve(id)),
    ]),
  );
  expect(await statusesOf(it)).toEqual({ reserved: 30, rejected: 30 });
});

test('I14 limits applied while others reserve: no deadlock, and no counter keeps an old cap', async () => {
  const it = under();
  await it.setUp();
  const ids = Array.from({ length: 60 }, (_, index) => `p${index}`);
  await inParallel(
    CLIENTS,
    ids.map((id) => () => it.prepare(id, { quantity: 1 })),
  );
  const eventExposureMicrosMax = usd(77);
  await Promise.all([
    inParallel(
      CLIENTS,
      ids.map((id) => () => it.reserve(id)),
    ),
    (async () => {
      for (const dailyTradesMax of [500, 400, 300]) {
        await it.applyLimits({ dailyTradesMax, eventExposureMicrosMax });
      }
    })(),
  ]);
  const counters = await it.db.selectFrom('counter').select(['id', 'kind', 'cap']).execute();
  expect(counters.filter(({ kind }) => kind === 'event')).toHaveLength(60);
  const caps = counters.filter(({ kind }) => kind === 'event' || kind === 'trades');
  const stale = caps.filter(
    ({ kind, cap }) => Number(cap) !== (kind === 'event' ? eventExposureMicrosMax : 300),
  );
  expect(stale).toEqual([]);
});

test('facts of the same markets stored at once', async () => {
  const it = under();
  await it.setUp();
  const tasks = Array.from(
    { length: 80 },
    (_, index) => () =>
      it.storeFacts('x', {
        market: `m${index % 3}`,
        outcome: index % 2 === 0 ? 'yes' : 'no',
      }),
  );
  await inParallel(CLIENTS, tasks);
  const facts = await it.db.selectFrom('fact').select('kind').orderBy('kind').execute();
  const kinds = facts.map(({ kind }) => kind);
  const markets = ['market', 'market', 'market'];
  const quotes = Array.from({ length: 6 }, () => 'quote');
  const statuses = ['status', 'status', 'status'];
  expect(kinds).toEqual([...markets, ...quotes, ...statuses]);
});
