/** Halt by signal, by update, through the API's ports and by the file HALT, on the paper exchange. */
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ActivityDeps } from '../../activities/deps.ts';
import { heedLatch, stopControl } from '../../bin/halt-control.ts';
import type { DeskRequest } from '../../domain/desk.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { latchPath, setLatch } from '../../worker/halt-latch.ts';
import type { DeskProgress } from '../../workflows/messages.ts';
import { haltUpdate } from '../../workflows/messages.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { interfere } from '../support/interfere.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';

/** One a trade: a second on the same leg is DUPLICATE_TRADE until the first has booked its end. */
const MARKETS = ['UPDATE', 'PART', 'ANY', 'SIGNAL', 'PORTS', 'THROWS', 'LATCHED'];
const PARTIAL = kalshiMarket('PART', {
  book: {
    yes: { asks: [['0.58', '4']], bids: [['0.50', '400']] },
    no: { asks: [['0.44', '400']], bids: [['0.42', '400']] },
  },
});

let desk: TestDesk;
/** Called with the permit in hand, right before the bytes leave. */
let atPermit: (() => void) | undefined;

beforeAll(async () => {
  const markets = MARKETS.map((id) => (id === 'PART' ? PARTIAL : kalshiMarket(id)));
  desk = await startTestDesk({
    markets: { markets },
    settings: {
      BALLAST_VENUES: 'kalshi',
      BALLAST_STRATEGY_EXECUTIONS_MAX: '50',
      LIVE_TRADING_MAX_DAILY_TRADES: '50',
    },
    interfere: (deps: ActivityDeps) =>
      interfere(deps, (point) => {
        if (point === 'after grantPermit') atPermit?.();
      }),
  });
});
afterAll(async () => {
  await desk.close();
});
afterEach(async () => {
  atPermit = undefined;
  const { state } = await readDeskView(desk.engine.ledger.db, 'main');
  if (state === 'halted') expect(await control().rearm(ASKED)).toEqual({ kind: 'resumed' });
});

const ASKED = { actor: 'ann', reason: 'a test' };
const BY = { by: 'bob', reason: 'orders nobody asked for' };
const control = () => stopControl(desk.engine, desk.dataDir, () => {});
const rollout = () => desk.engine.client.workflow.getHandle('rollout:main');

async function stands(state: string) {
  return eventually(`the desk to be ${state}`, async () => {
    const view = await readDeskView(desk.engine.ledger.db, 'main');
    return view.state === state ? view : undefined;
  });
}

async function reaches(id: string, status: string) {
  return eventually(`${id} to be ${status}`, async () => {
    const trade = await findTrade(desk.engine.ledger.db, id);
    return trade?.status === status ? trade : undefined;
  });
}

/** An order that rests below the market for an hour. @returns our identity for it */
async function rest(id: string, market: string, limitPrice = '0.57'): Promise<string> {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const proposal = singleLeg(id, market, { tif: 'gtd', limitPrice, expiresAt });
  expect(await desk.submit(proposal)).toMatchObject({ status: 202 });
  return eventually(`${id} to rest`, async () => {
    const { stored, orderId } = await desk.engine.ledger.readLegOrder(id, 0);
    return stored?.state === 'resting' ? orderId : undefined;
  });
}

/** Orders that have reached the exchange for a trade. */
async function arrived(id: string): Promise<number> {
  const { orderId } = await desk.engine.ledger.readLegOrder(id, 0);
  const { rows } = await desk.query(
    `SELECT 1 FROM paper_exchange.client_order WHERE client_order_id = '${orderId}'`,
  );
  return rows.length;
}

async function audited(action: string) {
  return desk.engine.ledger.db
    .selectFrom('audit')
    .select(['actor', 'verified', 'reason'])
    .where('action', '=', action)
    .orderBy('seq', 'desc')
    .executeTakeFirst();
}

const openOrders = () => desk.engine.venues[0]!.openOrders();

describe('by update', () => {
  test('the answer names what was cancelled; the trade’s own run books its end', async () => {
    const order = await rest('u-1', 'UPDATE');
    const answer = await rollout().executeUpdate(haltUpdate, { args: [BY] });
    expect(answer).toMatchObject({ state: 'halted', epoch: expect.any(Number), unresolved: [] });
    expect(answer.venues).toEqual([
      {
        venue: 'kalshi',
        book: 'paper',
        cancelled: [order],
        unresolved: [],
        open: [],
        listed: true,
        detail: '',
      },
    ]);
    expect(await openOrders()).toEqual([]);
    await reaches('u-1', 'unfilled');
    expect(await audited('desk.halted')).toMatchObject({ actor: 'bob', verified: false });
    expect(await desk.submit(singleLeg('u-2', 'ANY'))).toMatchObject({
      status: 423,
      body: { code: 'DESK_HALTED' },
    });
  });

  test('failure case 8: what an order had filled before the cancel is booked', async () => {
    await rest('u-3', 'PART', '0.58');
    await rollout().executeUpdate(haltUpdate, { args: [BY] });
    expect(await openOrders()).toEqual([]);
    await reaches('u-3', 'open');
    const { rows } = await desk.query<{ filled: string }>(
      "SELECT filled::text FROM leg WHERE trade_id = 'u-3'",
    );
    expect(rows).toEqual([{ filled: '4000000' }]);
  });

  test('a malformed argument is refused and changes nothing', async () => {
    const malformed = [{ by: 'bob' }] as unknown as [DeskRequest];
    await expect(rollout().executeUpdate(haltUpdate, { args: malformed })).rejects.toMatchObject({
      cause: { message: expect.stringContaining('reason must be a text') },
    });
    await stands('active');
  });
});

describe('by signal', () => {
  test.each([[[]], [['a text']], [[{ by: 7 }]], [[null]], [[{ reason: 'x'.repeat(10_000) }]]])(
    'a malformed argument fails no task and still halts: %p',
    async (args) => {
      await rollout().signal('halt', ...args);
      expect(await stands('halted')).toMatchObject({ forbidden: ['entry', 'hedge', 'exit'] });
    },
  );

  test('cancels too, shows what is left, and only rearm lifts it', async () => {
    const order = await rest('s-1', 'SIGNAL');
    await rollout().signal('halt', BY);
    await stands('halted');
    const shown = await eventually('the workflow to show the halt', async () => {
      const progress = await rollout().query<DeskProgress>('status');
      const isNew = progress.halt?.venues[0]?.cancelled.includes(order) === true;
      return isNew && progress.standing?.state === 'halted' ? progress : undefined;
    });
    expect(shown.halt?.venues[0]).toMatchObject({ open: [], unresolved: [], listed: true });
    await rollout().signal('resume', { by: 'eve', reason: 'let me' });
    await eventually('the refusal to be audited', async () => audited('desk.resume-refused'));
    await stands('halted');
  });
});

describe('through the API’s ports', () => {
  test('halts, cancels and verifies; pressed again it holds the same stop', async () => {
    const order = await rest('a-1', 'PORTS');
    const view = await control().halt(ASKED);
    expect(view).toMatchObject({
      state: 'halted',
      latched: true,
      verified: true,
      problems: [],
      venues: [{ cancelled: [order], open: [], unresolved: [] }],
    });
    await reaches('a-1', 'unfilled');
    const again = await control().halt({ actor: 'carl', reason: 'to be sure' });
    expect(again).toMatchObject({ epoch: view.epoch, verified: true, venues: [{ cancelled: [] }] });
    // The first one's reason stays; each ask is audited.
    expect(await stands('halted')).toMatchObject({ changedBy: 'ann', reason: 'a test' });
    expect(await audited('desk.halted')).toMatchObject({ actor: 'carl', verified: true });
  });

  test('a paused desk and one that stopped by itself are halted too', async () => {
    const { ledger, clock } = desk.engine;
    await control().pause(ASKED);
    expect(await control().halt(ASKED)).toMatchObject({ state: 'halted', verified: true });
    await control().rearm(ASKED);
    await ledger.breachDesk('main', { actor: 'ledger', reason: 'odd' }, await clock.read());
    const breached = await readDeskView(ledger.db, 'main');
    const halted = await control().halt(ASKED);
    expect(halted).toMatchObject({ state: 'halted', epoch: breached.epoch + 1 });
    // A pause weakens nothing.
    expect(await control().pause(ASKED)).toMatchObject({ state: 'halted' });
  });

  test('failure case 7: a report that throws comes after everything is done', async () => {
    // There is something to report: the file cannot be written there.
    const throwing = stopControl(desk.engine, '/dev/null', () => {
      throw new Error('the log is full');
    });
    const order = await rest('a-2', 'THROWS');
    expect(await throwing.halt(ASKED)).toMatchObject({
      latched: false,
      verified: true,
      venues: [{ cancelled: [order] }],
    });
  });
});

describe('the file HALT', () => {
  test('I3 a process with a permit in hand writes nothing once it is there', async () => {
    atPermit = () => setLatch(desk.dataDir, { by: 'ann', reason: 'now', at: 'now' });
    expect(await desk.submit(singleLeg('l-1', 'LATCHED'))).toMatchObject({ status: 202 });
    await reaches('l-1', 'not_sent');
    expect(await arrived('l-1')).toBe(0);
    rmSync(latchPath(desk.dataDir));
    atPermit = undefined;
    expect(await desk.submit(singleLeg('l-2', 'LATCHED'))).toMatchObject({ status: 202 });
    await reaches('l-2', 'open');
    expect(await arrived('l-2')).toBe(1);
  });

  test('written while the ledger was away it halts the ledger at the next sweep', async () => {
    setLatch(desk.dataDir, { by: 'ann', reason: 'ledger was down', at: 'now' });
    await desk.engine.activities.sweepTrades();
    expect(await stands('halted')).toMatchObject({ changedBy: 'sweep' });
    expect(await audited('desk.halted')).toMatchObject({ verified: false });
  });

  test('a start that finds it halts the desk before anything else, and says so', async () => {
    setLatch(desk.dataDir, { by: 'ann', reason: 'all was down', at: '2026-11-23' });
    expect(await heedLatch(desk.dataDir, desk.engine)).toContain('halted by ann at 2026-11-23');
    expect(await stands('halted')).toMatchObject({ changedBy: 'ann', reason: 'all was down' });
    // A second start adds nothing.
    const before = await audited('desk.halted');
    await heedLatch(desk.dataDir, desk.engine);
    expect(await audited('desk.halted')).toEqual(before);
  });

  test('made by hand it needs a rearm like any other, which removes it', async () => {
    writeFileSync(latchPath(desk.dataDir), '');
    expect(await control().rearm(ASKED)).toEqual({ kind: 'resumed' });
    expect(await heedLatch(desk.dataDir, desk.engine)).toBeUndefined();
    await stands('active');
    expect(await audited('desk.resumed')).toMatchObject({ actor: 'ann', verified: true });
  });

  test('a rearm that the ledger refuses leaves it', async () => {
    await control().halt(ASKED);
    const { client } = desk.engine;
    const away = { withDeadline: () => Promise.reject(new Error('unreached')) };
    const engine = {
      ...desk.engine,
      client: Object.assign(Object.create(client) as typeof client, away),
    };
    const cut = stopControl(engine, desk.dataDir, () => {});
    await expect(cut.rearm(ASKED)).rejects.toThrow('unreached');
    expect(await heedLatch(desk.dataDir, desk.engine)).toContain('halted by ann');
  });
});

test('a venue that nobody serves is reported, and the halt holds', async () => {
  const { ledger, clock } = desk.engine;
  const watch = { book: 'paper', venue: 'polymarket', cursorMs: 0 } as const;
  await ledger.writeCursor(watch, await clock.read());
  const answer = await rollout().executeUpdate(haltUpdate, { args: [BY] });
  expect(answer.state).toBe('halted');
  expect(answer.venues).toMatchObject([
    { venue: 'kalshi', listed: true },
    { venue: 'polymarket', listed: false, detail: expect.stringContaining('no worker cancelled') },
  ]);
}, 60_000);
