/** A trade that stands on one leg: how it is given to a person, and what a person may order. */
import { describe, expect, test } from '@jest/globals';
import type { ResolveAsk, ResolveOutcome } from '../../ledger/verbs/resolutions.ts';
import type { LedgerUnderTest } from './harness.ts';
import { NOON, usd, useLedger } from './harness.ts';
import type { Sent } from './pair-harness.ts';
import {
  acceptPair,
  amounts,
  answer,
  ENTRY,
  HEDGE,
  nakedPair,
  openPair,
  permit,
  POLYMARKET,
  rowOf,
  send,
  store,
  strand,
  trade,
} from './pair-harness.ts';

const under = useLedger();
const DAY = NOON.slice(0, 10);
const EXIT: Sent = { kind: 'exit', leg: POLYMARKET, quantity: 100, price: 0.44, attempt: 1 };

function resolve(it: LedgerUnderTest, asked: Partial<ResolveAsk>): Promise<ResolveOutcome> {
  return it.ledger.resolveTrade(
    {
      tradeId: 'a',
      action: 'unwind',
      maxLossMicros: usd(5),
      actor: 'ada',
      reason: 'looked at both books',
      ...asked,
    },
    it.reading(),
  );
}

async function taken(it: LedgerUnderTest, asked: Partial<ResolveAsk> = {}): Promise<string> {
  const outcome = await resolve(it, asked);
  expect(outcome.kind).toBe('taken');
  return outcome.kind === 'taken' ? outcome.resolutionId : '';
}

async function stranded(it: LedgerUnderTest, hedged = 0): Promise<void> {
  await it.setUp();
  await nakedPair(it, 'a', hedged);
  await strand(it, 'a');
}

async function audited(it: LedgerUnderTest, action: string): Promise<unknown[]> {
  return it.db.selectFrom('audit').selectAll().where('action', '=', action).execute();
}

async function alerts(it: LedgerUnderTest) {
  return it.db.selectFrom('alert').select(['code', 'level', 'times', 'resolved_at_ms']).execute();
}

async function desk(it: LedgerUnderTest) {
  return it.db.selectFrom('desk').select(['state', 'cause', 'epoch']).executeTakeFirstOrThrow();
}

describe('strandTrade', () => {
  test('halts the desk once and raises one critical alert, however often it is told', async () => {
    const it = under();
    await stranded(it);
    const halted = await desk(it);
    expect(halted).toMatchObject({ state: 'halted', cause: 'breach' });
    await strand(it, 'a');
    await Promise.all(Array.from({ length: 5 }, () => strand(it, 'a')));
    expect(await desk(it)).toEqual(halted);
    expect(await audited(it, 'desk.halted')).toHaveLength(1);
    expect(await alerts(it)).toEqual([
      { code: 'ONE_LEGGED', level: 'critical', times: 1, resolved_at_ms: null },
    ]);
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'one_legged' });
  });

  test('changes nothing about a trade that matches, is reserved, or is over', async () => {
    const it = under();
    await it.setUp();
    await openPair(it, 'open');
    await acceptPair(it, 'reserved');
    await acceptPair(it, 'unfilled');
    await trade(it, 'unfilled', ENTRY, { filled: 0 });
    for (const id of ['open', 'reserved', 'unfilled']) {
      await strand(it, id);
      expect(await rowOf(it, id)).toMatchObject({ status: id });
    }
    expect(await desk(it)).toMatchObject({ state: 'active' });
    expect(await alerts(it)).toEqual([]);
  });

  test('of a second trade finds the desk halted already, and has an alert of its own', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    await nakedPair(it, 'b');
    await strand(it, 'a');
    await strand(it, 'b');
    expect(await audited(it, 'desk.halted')).toHaveLength(1);
    expect(await alerts(it)).toHaveLength(2);
  });
});

describe('resolveTrade refuses', () => {
  test.each([
    ['a trade there is not', { tradeId: 'nobody' }, 'there is no trade nobody'],
    [
      'to complete without a loss',
      { action: 'complete', maxLossMicros: undefined },
      'complete needs the loss it may make',
    ],
    ['to unwind without a loss', { maxLossMicros: undefined }, 'unwind needs the loss it may make'],
  ] as const)('%s', async (_what, asked, detail) => {
    const it = under();
    await stranded(it);
    expect(await resolve(it, asked as Partial<ResolveAsk>)).toEqual({ kind: 'refused', detail });
    expect(await it.db.selectFrom('resolution').selectAll().execute()).toEqual([]);
  });

  test('a trade that is not one-legged', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'a');
    expect(await resolve(it, {})).toEqual({
      kind: 'refused',
      detail: 'trade a is placing, not one_legged',
    });
  });

  test('while an order is under way, or a fill of one', async () => {
    const it = under();
    await stranded(it);
    const detail = 'an order or a fill of a is still under way';
    const resolutionId = await taken(it);
    await send(it, 'a', { ...EXIT, resolutionId });
    expect(await resolve(it, {})).toEqual({ kind: 'refused', detail });
    await answer(it, 'a', EXIT, 50);
    expect(await resolve(it, { action: 'hold' })).toEqual({ kind: 'refused', detail });
  });
});

describe("a person's order", () => {
  test('is written down with its end, audited, and told to the run', async () => {
    const it = under();
    await stranded(it);
    const id = await taken(it);
    expect(await it.ledger.readStanding('a')).toMatchObject({
      resolution: {
        id,
        action: 'unwind',
        maxLossMicros: usd(5),
        untilMs: Date.parse(NOON) + 20_000,
      },
    });
    expect(await audited(it, 'trade.resolve')).toMatchObject([
      { actor: 'ada', verified: true, reason: 'looked at both books' },
    ]);
    const rows = await it.db.selectFrom('outbox').selectAll().execute();
    expect(rows.filter(({ workflow_id }) => workflow_id === 'trade:a')).toHaveLength(1);
  });

  test('takes the place of one that is under way', async () => {
    const it = under();
    await stranded(it);
    const first = await taken(it);
    const second = await taken(it, { action: 'complete' });
    const rows = await it.db.selectFrom('resolution').selectAll().orderBy('asked_at_ms').execute();
    expect(Object.fromEntries(rows.map(({ id, outcome }) => [id, outcome]))).toEqual({
      [first]: 'replaced',
      [second]: null,
    });
  });

  test('I3 lets its own order through a halt, and nothing else', async () => {
    const it = under();
    await stranded(it);
    const resolutionId = await taken(it);
    expect(await store(it, 'a', EXIT)).toMatchObject({ kind: 'refused' });
    const byPerson = { ...EXIT, resolutionId };
    expect(await store(it, 'a', byPerson)).toEqual({ kind: 'stored' });
    expect(await permit(it, 'a', EXIT)).toMatchObject({ kind: 'forbidden', state: 'halted' });
    expect(await permit(it, 'a', { ...EXIT, resolutionId: 'made-up' })).toMatchObject({
      kind: 'forbidden',
    });
    expect(await permit(it, 'a', byPerson)).toMatchObject({ kind: 'granted' });
    const permits = await it.db.selectFrom('permit').selectAll().execute();
    expect(permits.at(-1)).toMatchObject({ kind: 'exit', resolution_id: resolutionId });
  });

  test('I3 lets no order of another trade through a halt', async () => {
    const it = under();
    await it.setUp();
    await nakedPair(it, 'other');
    await store(it, 'other', EXIT);
    await nakedPair(it, 'a');
    await strand(it, 'a');
    const resolutionId = await taken(it);
    expect(await permit(it, 'other', { ...EXIT, resolutionId })).toMatchObject({
      kind: 'forbidden',
    });
  });

  test('I3 that has ended lets nothing through a halt', async () => {
    const it = under();
    await stranded(it);
    const resolutionId = await taken(it);
    const byPerson = { ...EXIT, resolutionId };
    await store(it, 'a', byPerson);
    await it.ledger.endResolution(resolutionId, 'in vain', it.reading());
    await it.ledger.endResolution(resolutionId, 'again', it.reading());
    expect(await permit(it, 'a', byPerson)).toMatchObject({ kind: 'forbidden' });
    const row = await it.db.selectFrom('resolution').select('outcome').executeTakeFirst();
    expect(row).toEqual({ outcome: 'in vain' });
  });

  test.each([
    ['unwind', { ...EXIT }, 'closed', { exposure: [0, 0], loss: [2, 0] }],
    ['complete', { ...HEDGE, attempt: 1 }, 'open', { exposure: [94, 0], loss: [0, 0] }],
  ] as const)(
    'to %s ends with its order, and so does the alert',
    async (action, order, end, after) => {
      const it = under();
      await stranded(it);
      const resolutionId = await taken(it, { action });
      const standing = await trade(it, 'a', { ...order, resolutionId });
      expect(standing).toMatchObject({ tradeStatus: end });
      expect(await amounts(it, 'a', DAY)).toMatchObject(after);
      const row = await it.db.selectFrom('resolution').select('outcome').executeTakeFirst();
      expect(row).toEqual({ outcome: end });
      expect((await alerts(it))[0]!.resolved_at_ms).not.toBeNull();
      // What it halted stays halted: an admin rearms.
      expect(await desk(it)).toMatchObject({ state: 'halted' });
    },
  );

  test('that fills in part leaves the rest one-legged, and can be given again', async () => {
    const it = under();
    await stranded(it);
    const resolutionId = await taken(it);
    const part = { ...EXIT, resolutionId };
    expect(await trade(it, 'a', part, { filled: 30 })).toMatchObject({ tradeStatus: 'one_legged' });
    await it.ledger.endResolution(resolutionId, 'in vain', it.reading());
    const again = await taken(it);
    const rest = { ...EXIT, attempt: 2, quantity: 70, resolutionId: again };
    expect(await trade(it, 'a', rest)).toMatchObject({ tradeStatus: 'closed' });
  });

  test('to hold opens the trade at once, with its rest at risk and nothing else held', async () => {
    const it = under();
    await stranded(it, 40);
    await taken(it, { action: 'hold', maxLossMicros: undefined as never });
    expect(await rowOf(it, 'a')).toMatchObject({ status: 'open' });
    expect(await amounts(it, 'a', DAY)).toMatchObject({
      exposure: [65.2, 0],
      kalshi: [19.2, 0],
      polymarket: [46, 0],
      // 60 at 0.46; the 40 that match pay more than they cost.
      loss: [0, 27.6],
      kalshiCash: [-19.2, 0],
      polymarketCash: [-46, 0],
    });
    expect((await alerts(it))[0]!.resolved_at_ms).not.toBeNull();
    expect(await resolve(it, {})).toMatchObject({ kind: 'refused' });
    expect(await store(it, 'a', { ...EXIT, quantity: 60 })).toMatchObject({ kind: 'refused' });
  });
});
