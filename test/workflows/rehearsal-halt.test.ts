/** Failure case 8 on a real exchange's protocol: a halt while orders rest and a fill races the cancel. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { heedLatch, stopControl } from '../../bin/halt-control.ts';
import { verifyBooks } from '../../bin/verify.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { eventually } from '../support/desk.ts';
import type { DeskProcess } from '../support/desk-process.ts';
import { startDeskProcess } from '../support/desk-process.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { COMPRESSED } from '../support/rehearsal-desk.ts';
import { offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import { recordsWith } from '../support/kalshi-records.ts';

/** The venue's reads show the filled order resting for this long after the cancel. */
const HIDDEN_MS = 1_500;
const TICKERS = ['KX-RACED', 'KX-QUIET', 'KX-THIRD'] as const;
const ASKED = { actor: 'ann', reason: 'orders nobody asked for' };

let desk: RehearsalDesk;
let running: DeskProcess;
const orders = new Map<string, string>();

beforeAll(async () => {
  desk = await startKalshiDesk({
    workers: false,
    settings: { BALLAST_STRATEGY_EXECUTIONS_MAX: '100' },
  });
  await desk.goLive();
  running = await startDeskProcess(desk, {}, COMPRESSED);
  for (const ticker of TICKERS) orders.set(ticker, await rest(ticker));
}, 240_000);
afterAll(async () => {
  await running.stop();
  await desk.close();
});

const control = () => stopControl(running.engine, desk.dataDir, () => {});
const statusOf = async (id: string) => (await findTrade(desk.engine.ledger.db, id))?.status;
const reaches = (id: string, status: string) =>
  eventually(`${id} ${status}`, async () => ((await statusOf(id)) === status ? true : undefined));
const atVenue = () => running.engine.venues.find(({ book }) => book === 'rehearsal')!.openOrders();

/** An order that rests below the market for ten minutes. @returns our identity for it */
async function rest(ticker: string): Promise<string> {
  await offer(desk.simulator, ticker);
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  const legs = [{ venue: 'kalshi', market: ticker, outcome: 'yes', limitPrice: '0.49' }] as const;
  const proposal = proposalOn(ticker, { legs: [...legs], tif: 'gtd', expiresAt });
  expect(await running.submit(proposal)).toMatchObject({ status: 202 });
  return eventually(`${ticker} to rest`, async () => {
    const { stored, orderId } = await desk.engine.ledger.readLegOrder(ticker.toLowerCase(), 0);
    return stored?.state === 'resting' ? orderId : undefined;
  });
}

async function venueOrderId(ticker: string): Promise<string> {
  const { stored } = await desk.engine.ledger.readLegOrder(ticker.toLowerCase(), 0);
  return stored!.venueOrderId!;
}

test('failure case 8: halted, the orders are cancelled by id, and the fill that was faster is booked', async () => {
  const raced = await venueOrderId('KX-RACED');
  await desk.simulator.failNext(
    'cancelOrder',
    { kind: 'ghostFill', ms: HIDDEN_MS },
    { identity: raced },
  );
  const view = await control().halt(ASKED);
  expect(view).toMatchObject({ state: 'halted', latched: true, verified: true, problems: [] });
  const cleared = view.venues.find(({ book }) => book === 'rehearsal')!;
  expect(cleared.cancelled.toSorted()).toEqual([...orders.values()].toSorted());
  expect(await atVenue()).toEqual([]);
  const paths = desk.simulator.requests('cancelOrder').map(({ path }) => path);
  for (const ticker of TICKERS) {
    expect(paths.join()).toContain(await venueOrderId(ticker));
  }
  expect(desk.simulator.requests('cancelAllOrders')).toEqual([]);
  // The fill nobody had heard of when it was cancelled: a position like any other.
  await reaches('kx-raced', 'open');
  expect(await findTrade(desk.engine.ledger.db, 'kx-raced')).toMatchObject({
    book: 'rehearsal',
    legs: [{ filledQuantity: '10' }],
  });
  await reaches('kx-quiet', 'unfilled');
  await reaches('kx-third', 'unfilled');
});

test('pressed again it is the same halt, and asks the venue to cancel nothing', async () => {
  const before = desk.simulator.requests('cancelOrder').length;
  const first = await readDeskView(desk.engine.ledger.db, 'main');
  const again = await control().halt({ actor: 'carl', reason: 'to be sure' });
  expect(again).toMatchObject({ epoch: first.epoch, verified: true });
  expect(again.venues.map(({ cancelled }) => cancelled)).toEqual(again.venues.map(() => []));
  expect(desk.simulator.requests('cancelOrder')).toHaveLength(before);
});

test('I3 restarted it is still halted: the same book, and no order is sent', async () => {
  await running.stop();
  running = await startDeskProcess(desk, {}, COMPRESSED);
  expect(await heedLatch(desk.dataDir, running.engine)).toContain('halted by carl');
  const view = await readDeskView(desk.engine.ledger.db, 'main');
  expect(view).toMatchObject({ state: 'halted', phase: 'live', liveBook: 'rehearsal' });
  await offer(desk.simulator, 'KX-AFTER');
  const sent = desk.simulator.requests('createOrder').length;
  expect(await running.submit(proposalOn('KX-AFTER'))).toMatchObject({
    status: 423,
    body: { code: 'DESK_HALTED' },
  });
  expect(desk.simulator.requests('createOrder')).toHaveLength(sent);
  expect(await control().rearm({ actor: 'ann', reason: 'looked at it' })).toEqual({
    kind: 'resumed',
  });
});

test('I5 I6 afterwards ledger and venue agree', async () => {
  await desk.simulator.admin('setResult', { ticker: 'KX-RACED', payout: '1' });
  await reaches('kx-raced', 'settled');
  const readRecords = recordsWith(desk.simulator);
  const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
});
