/** What the venue itself adds: events that make the watch look sooner, and the fuse on its side. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setUpVenue } from '../../bin/live-operator.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { eventually } from '../support/desk.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { COMPRESSED } from '../support/rehearsal-desk.ts';
import { offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';

/** Longer than the watch takes to start, much longer than a fill takes through the stream. */
const POLL_MS = 30_000;
const MOMENT_MS = 6_000;
const UNDER_WAY = ['received', 'reserved', 'placing'];

let desk: RehearsalDesk;
beforeAll(async () => {
  desk = await startKalshiDesk({
    liveTuning: { ...COMPRESSED, pollIntervalMs: POLL_MS },
    settings: { BALLAST_STRATEGY_EXECUTIONS_MAX: '100', LIVE_TRADING_MAX_DAILY_TRADES: '100' },
  });
  await desk.goLive();
}, 180_000);
afterAll(async () => {
  await desk.close();
});

const requests = (endpoint: string) => desk.simulator.requests(endpoint);
const connected = () => requests('socket').filter(({ answer }) => answer?.status === 101).length;

async function rest(ticker: string): Promise<string> {
  await offer(desk.simulator, ticker);
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  const legs = [{ venue: 'kalshi', market: ticker, outcome: 'yes', limitPrice: '0.49' }] as const;
  const proposal = proposalOn(ticker, { legs: [...legs], tif: 'gtd', expiresAt });
  expect(await desk.submit(proposal)).toMatchObject({ status: 202 });
  return eventually(`${ticker} to rest`, async () => {
    const { stored, orderId } = await desk.engine.ledger.readLegOrder(ticker.toLowerCase(), 0);
    return stored?.state === 'resting' ? orderId : undefined;
  });
}

/** A counterparty takes what rests. */
async function fill(ticker: string): Promise<void> {
  const yes = { asks: [['0.49', '1000']], bids: [] };
  await desk.simulator.admin('setBook', { ticker, yes, no: {} });
}

async function booked(orderId: string, withinMs: number): Promise<number> {
  const beganMs = performance.now();
  await eventually(
    'the fill to be booked',
    async () => {
      const { rows } = await desk.query(`SELECT 1 FROM fill WHERE order_id = '${orderId}' LIMIT 1`);
      return rows.length > 0 ? true : undefined;
    },
    withinMs,
  );
  return performance.now() - beganMs;
}

describe('the stream', () => {
  test('a fill is booked within a moment, however far away the next look is', async () => {
    await eventually('a connection', async () => (connected() > 0 ? true : undefined));
    const order = await rest('KX-FAST');
    await fill('KX-FAST');
    expect(await booked(order, MOMENT_MS)).toBeLessThan(POLL_MS);
  });

  test('I5 muted, the next look finds it all the same, and books it once', async () => {
    const order = await rest('KX-MUTED');
    await desk.simulator.admin('muteSockets', { muted: true });
    await fill('KX-MUTED');
    await booked(order, POLL_MS + MOMENT_MS);
    await desk.simulator.admin('muteSockets', { muted: false });
    const { rows } = await desk.query(`SELECT 1 FROM fill WHERE order_id = '${order}'`);
    expect(rows).toHaveLength(1);
  });

  test('dropped, it comes back by itself, and the look at its return finds what it missed', async () => {
    const order = await rest('KX-DROPPED');
    const before = connected();
    await desk.simulator.admin('dropSockets');
    await fill('KX-DROPPED');
    await eventually('a new connection', async () => (connected() > before ? true : undefined));
    expect(await booked(order, MOMENT_MS)).toBeLessThan(POLL_MS);
  });

  test('a flood of events makes few looks', async () => {
    await rest('KX-FLOOD');
    const before = requests('fills').length;
    const beganMs = performance.now();
    for (let n = 0; n < 200; n += 1) {
      await desk.simulator.admin('setMarket', {
        ticker: 'KX-FLOOD',
        fields: { volume_fp: `${n}` },
      });
    }
    await desk.simulator.admin('setMarket', { ticker: 'KX-FAST', fields: {} });
    const seconds = (performance.now() - beganMs) / 1000;
    expect(requests('fills').length - before).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 1);
  });
});

describe('the fuse', () => {
  const groupOf = async (ticker: string): Promise<unknown> => {
    await offer(desk.simulator, ticker);
    expect(await desk.submit(proposalOn(ticker))).toMatchObject({ status: 202 });
    return eventually(`${ticker} to be sent`, async () => {
      const sent = requests('createOrder').find(
        ({ body }) => (body as { ticker?: string }).ticker === ticker,
      );
      return sent && { group: (sent.body as { order_group_id?: string }).order_group_id };
    });
  };
  const setUp = async () => {
    const found = await setUpVenue(desk.config, { venue: 'kalshi', reason: 'the fuse' });
    if (found.fuse.kind !== 'orderGroup') throw new Error('no order group');
    return { ...found, fuse: found.fuse };
  };

  test('`venue setup` while the desk runs binds new orders to its group within a second', async () => {
    const first = await setUp();
    expect(first).toMatchObject({ binding: 'known', fuse: { armed: 'reset' } });
    expect(await groupOf('KX-G1')).toEqual({ group: first.fuse.id });
    // Somebody removed the group at the venue: the next set-up makes another.
    await desk.query(`UPDATE venue_binding SET fuse_id = 'gone' WHERE venue = 'kalshi'`);
    const second = await setUp();
    expect(second).toMatchObject({ fuse: { armed: 'new' } });
    expect(second.fuse.id).not.toBe(first.fuse.id);
    await eventually('orders to join it', async () => {
      const joined = await groupOf(`KX-G2-${Math.round(performance.now())}`);
      return (joined as { group: string }).group === second.fuse.id ? true : undefined;
    });
  });

  test('tripped, it refuses orders: the trade ends rejected, nothing is sent again; a set-up resets it', async () => {
    const { fuse } = await setUp();
    const venue = desk.engine.venues.find(({ book }) => book === 'rehearsal')!;
    await (venue as unknown as { triggerOrderGroup(id: string): Promise<void> }).triggerOrderGroup(
      fuse.id,
    );
    await offer(desk.simulator, 'KX-TRIP');
    expect(await desk.submit(proposalOn('KX-TRIP'))).toMatchObject({ status: 202 });
    const ended = await eventually('the trade to end', async () => {
      const trade = await findTrade(desk.engine.ledger.db, 'kx-trip');
      return trade === undefined || UNDER_WAY.includes(trade.status) ? undefined : trade;
    });
    expect(ended).toMatchObject({ status: 'rejected' });
    const sent = requests('createOrder').filter(
      ({ body }) => (body as { ticker?: string }).ticker === 'KX-TRIP',
    );
    expect(sent).toHaveLength(1);
    const { rows } = await desk.query(
      `SELECT 1 FROM hold WHERE trade_id = 'kx-trip' AND captured + released < amount`,
    );
    expect(rows).toEqual([]);
    expect(await setUp()).toMatchObject({ fuse: { id: fuse.id, armed: 'reset' } });
    await groupOf('KX-AGAIN');
    await eventually('a trade to open', async () => {
      const trade = await findTrade(desk.engine.ledger.db, 'kx-again');
      return trade?.status === 'open' ? true : undefined;
    });
  });
});
