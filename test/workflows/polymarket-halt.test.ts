/** Stopping a desk on the simulated Polymarket: a halt while orders rest, and a wind-down that is owed money. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { heedLatch, stopControl } from '../../bin/halt-control.ts';
import { arm } from '../../bin/live-operator.ts';
import { verifyBooks } from '../../bin/verify.ts';
import { readCash } from '../../ledger/read/cash.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { eventually } from '../support/desk.ts';
import type { DeskProcess } from '../support/desk-process.ts';
import { startDeskProcess } from '../support/desk-process.ts';
import {
  offer,
  POLYMARKET_COMPRESSED,
  proposalOn,
  startPolymarketDesk,
} from '../support/polymarket-desk.ts';
import { confirmed, recordsWith } from '../support/polymarket-records.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { expiringIn, rehearsalTrades } from '../support/rehearsal-trades.ts';

const SLUGS = ['raced', 'quiet', 'third'] as const;
const ASKED = { actor: 'ann', reason: 'orders nobody asked for' };

let desk: RehearsalDesk;
let running: DeskProcess;
/** The hash of each order that rests. */
const hashes = new Map<string, string>();

beforeAll(async () => {
  const settings = { BALLAST_STRATEGY_EXECUTIONS_MAX: '100' };
  desk = await startPolymarketDesk({ workers: false, settings });
  await desk.goLive();
  running = await startDeskProcess(desk, {}, POLYMARKET_COMPRESSED);
  for (const slug of SLUGS) hashes.set(slug, await rest(slug));
}, 240_000);
afterAll(async () => {
  await running.stop();
  await desk.close();
});

const { reaches, becomes, orderOf } = rehearsalTrades(() => desk, {
  by: 'venueOrderId',
  field: 'id',
});
const control = () => stopControl(running.engine, desk.dataDir, () => {});
const atVenue = () => running.engine.venues.find(({ book }) => book === 'rehearsal')!.openOrders();
const posts = () => desk.simulator.requests('createOrder').length;

/** An order that rests below the market for ten minutes. @returns its hash */
async function rest(slug: string): Promise<string> {
  await offer(desk.simulator, slug);
  const legs = [{ venue: 'polymarket', market: slug, outcome: 'yes', limitPrice: '0.49' }] as const;
  const proposal = proposalOn(slug, { legs: [...legs], tif: 'gtd', ...expiringIn(600_000) });
  expect(await running.submit(proposal)).toMatchObject({ status: 202 });
  await becomes(slug, 'resting');
  return (await orderOf(slug)).name;
}

describe('failure case 8: a halt while orders rest and a fill races the cancel', () => {
  test('they are cancelled by their hashes, none is left, and the faster fill is booked', async () => {
    const raced = hashes.get('raced')!;
    const fault = { kind: 'fillBeforeCancel' } as const;
    await desk.simulator.failNext('cancelOrder', fault, { identity: raced });
    const view = await control().halt(ASKED);
    expect(view).toMatchObject({ state: 'halted', latched: true, verified: true, problems: [] });
    expect(await atVenue()).toEqual([]);
    const asked = desk.simulator.requests('cancelOrder').map(({ identity }) => identity);
    expect([...new Set(asked)].toSorted()).toEqual([...hashes.values()].toSorted());
    expect(desk.simulator.requests('cancelAllOrders')).toEqual([]);
    await reaches('raced', 'open');
    expect(await findTrade(desk.engine.ledger.db, 'raced')).toMatchObject({
      book: 'rehearsal',
      legs: [{ filledQuantity: '10' }],
    });
    await reaches('quiet', 'unfilled');
    await reaches('third', 'unfilled');
  }, 90_000);

  test('pressed again it is the same halt, and asks the venue to cancel nothing', async () => {
    const before = desk.simulator.requests('cancelOrder').length;
    const first = await readDeskView(desk.engine.ledger.db, 'main');
    const again = await control().halt({ actor: 'carl', reason: 'to be sure' });
    expect(again).toMatchObject({ epoch: first.epoch, verified: true });
    expect(desk.simulator.requests('cancelOrder')).toHaveLength(before);
  });

  test('I3 restarted it is still halted, and no order is sent', async () => {
    await running.stop();
    running = await startDeskProcess(desk, {}, POLYMARKET_COMPRESSED);
    expect(await heedLatch(desk.dataDir, running.engine)).toContain('halted by carl');
    await offer(desk.simulator, 'after');
    const sent = posts();
    expect(await running.submit(proposalOn('after'))).toMatchObject({
      status: 423,
      body: { code: 'DESK_HALTED' },
    });
    expect(posts()).toBe(sent);
    expect(await control().rearm({ actor: 'ann', reason: 'looked at it' })).toEqual({
      kind: 'resumed',
    });
  }, 60_000);
});

describe('started without LIVE_TRADING=true', () => {
  const cashOf = async () => {
    const { venues } = await readCash(desk.engine.ledger.db, { book: 'rehearsal', limit: 1 });
    return { cash: venues[0]!.cash, redeemable: venues[0]!.redeemable };
  };

  test('what is open settles, and no order is sent', async () => {
    await arm(desk.config, 'one more');
    await offer(desk.simulator, 'held');
    expect(await running.submit(proposalOn('held'))).toMatchObject({ status: 202 });
    await reaches('held', 'open');
    await confirmed(desk.simulator, 'held');
    await confirmed(desk.simulator, 'raced');
    const sent = posts();
    await running.stop();
    running = await startDeskProcess(desk, { LIVE_TRADING: 'false' }, POLYMARKET_COMPRESSED);
    expect(await running.engine.startLine()).toBe(
      'LIVE_TRADING=false: 2 live positions open, wind-down only',
    );
    for (const slug of ['held', 'raced']) {
      await desk.simulator.admin('setResult', { slug, payout: '1' });
      await reaches(slug, 'settled');
    }
    expect(await cashOf()).toMatchObject({ redeemable: '20.00' });
    expect(posts()).toBe(sent);
  }, 120_000);

  test('and what it won is seen when it is redeemed, in this process and after a restart', async () => {
    const sent = posts();
    const before = Number((await cashOf()).cash);
    await desk.simulator.admin('redeem', { slug: 'held' });
    await eventually('half of it', async () =>
      (await cashOf()).redeemable === '10.00' ? true : undefined,
    );
    await running.stop();
    running = await startDeskProcess(desk, { LIVE_TRADING: 'false' }, POLYMARKET_COMPRESSED);
    await desk.simulator.admin('redeem', { slug: 'raced' });
    await eventually('all of it', async () =>
      (await cashOf()).redeemable === '0.00' ? true : undefined,
    );
    expect(Number((await cashOf()).cash)).toBeCloseTo(before + 20, 6);
    expect(posts()).toBe(sent);
  }, 120_000);
});

test('I1 I5 I6 I7 afterwards ledger and venue agree', async () => {
  const readRecords = recordsWith(desk.simulator);
  const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
});
