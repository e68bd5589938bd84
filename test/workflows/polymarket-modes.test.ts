/** Places and times at which Polymarket takes no orders, with a whole desk in rehearsal on the simulator. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { verifyBooks } from '../../bin/verify.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { askStatuses } from '../../worker/venue-statuses.ts';
import { eventually } from '../support/desk.ts';
import {
  offer,
  POLYMARKET_COMPRESSED,
  proposalOn,
  startPolymarketDesk,
} from '../support/polymarket-desk.ts';
import { recordsWith } from '../support/polymarket-records.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { expiringIn, rehearsalTrades } from '../support/rehearsal-trades.ts';

const HOUR_MS = 3_600_000;

/** How far the desk's clock and the venue's are set off; both always by as much. */
let offsetMs = 0;
const clock = {
  read: () => Promise.resolve({ atMs: Date.now() + offsetMs, offsetMs }),
};

let desk: RehearsalDesk;
beforeAll(async () => {
  const settings = { LIVE_TRADING_MAX_DAILY_TRADES: '50', BALLAST_STRATEGY_EXECUTIONS_MAX: '50' };
  // Longer than an order that was held back waits for its next turn (5 s), no longer than a test.
  const liveTuning = { ...POLYMARKET_COMPRESSED, modeHoldMsMax: 8_000 };
  desk = await startPolymarketDesk({ settings, clock, liveTuning });
  await desk.goLive();
}, 120_000);
afterAll(async () => {
  await desk.close();
});

const { reaches, becomes, statusOf, orderOf, sentOf, heldBy } = rehearsalTrades(() => desk, {
  by: 'venueOrderId',
  field: 'id',
});

/** The desk is armed again in the ledger: by its command no account far from here in time is. */
async function letPass(ms: number): Promise<void> {
  offsetMs += ms;
  await desk.simulator.admin('clock', { offsetMs });
  const reading = await clock.read();
  const armed = { actor: 'ann', reason: 'later', untilMs: reading.atMs + HOUR_MS };
  await desk.engine.ledger.armDesk('main', armed, reading);
}

/** A proposal by the desk's clock, on a market of its own. */
async function submit(slug: string, changes: Parameters<typeof proposalOn>[1] = {}) {
  await offer(desk.simulator, slug);
  const { expiresAt } = expiringIn(60_000 + offsetMs);
  return desk.submit(proposalOn(slug, { expiresAt, ...changes }));
}

const accepted = async (slug: string, changes: Parameters<typeof proposalOn>[1] = {}) => {
  expect(await submit(slug, changes)).toMatchObject({ status: 202 });
};

/** Denied for the venue's own reason, and nothing was sent. */
async function denied(slug: string, words: string | RegExp): Promise<void> {
  const posts = desk.simulator.requests('createOrder').length;
  const { status, body } = await submit(slug);
  expect([status, body]).toMatchObject([422, { status: 'denied' }]);
  const { failures } = body as { failures: { code: string; detail: string }[] };
  const [failure] = failures.filter(({ code }) => code === 'VENUE_UNAVAILABLE');
  expect(failure?.detail).toMatch(words);
  expect(desk.simulator.requests('createOrder')).toHaveLength(posts);
}

/** Proposes until the venue is believed to trade again, each time on a market of its own. */
async function tradesAgain(slug: string): Promise<void> {
  let turn = 0;
  const opened = await eventually('trading to go on', async () => {
    turn += 1;
    const { status } = await submit(`${slug}-${turn}`);
    return status === 202 ? `${slug}-${turn}` : undefined;
  });
  await reaches(opened, 'open');
}

/** What `status` tells of the venue, asked as the process that hosts the desk asks. */
async function statusTells(): Promise<string> {
  const venues = desk.engine.venues.filter(({ book }) => book === 'rehearsal');
  const log = pino({ level: 'silent' });
  const statuses = askStatuses({ venues: () => Promise.resolve(venues), clock, log });
  const [told] = await eventually('the venue’s status', () => {
    const latest = statuses.latest();
    return Promise.resolve(latest.length > 0 ? latest : undefined);
  });
  await statuses.stop();
  return told!.trading ? 'trades' : told!.detail;
}

describe('a place from which orders are refused', () => {
  test('is asked at the start, and proposals are denied with its name', async () => {
    await desk.simulator.admin('setGeoblock', { blocked: true, country: 'US', region: 'NY' });
    expect(await statusTells()).toBe('orders are refused from here (US NY)');
    await denied('blocked-at-start', /refused from here \(US NY\)/);
    expect(desk.simulator.requests('createOrder')).toEqual([]);
  });

  test('is asked again after an hour, and trading goes on', async () => {
    await desk.simulator.admin('setGeoblock', { blocked: false });
    await letPass(HOUR_MS);
    expect(await statusTells()).toBe('trades');
    await accepted('allowed');
    await reaches('allowed', 'open');
  });

  test('refused meanwhile an order is rejected once, and what was heard holds', async () => {
    await desk.simulator.admin('setGeoblock', { blocked: true, country: 'SG', region: 'SIN' });
    await accepted('moved');
    await reaches('moved', 'rejected');
    expect(await sentOf('moved')).toMatchObject({ posts: 1, effects: 0, atVenue: 0 });
    expect(await heldBy('moved')).toEqual([]);
    await denied('moved-too', /orders are refused from this place/);
  });

  test('found an hour later it is what is told', async () => {
    await letPass(HOUR_MS + 1_000);
    expect(await statusTells()).toBe('orders are refused from here (SG SIN)');
    await denied('blocked-later', /refused from here \(SG SIN\)/);
    await desk.simulator.admin('setGeoblock', { blocked: false });
    await letPass(HOUR_MS + 1_000);
    await tradesAgain('back');
  });
});

describe('closed-only', () => {
  test('an entry is rejected, the next one denied, until the account may open again', async () => {
    await desk.simulator.admin('setAccount', { closedOnly: true });
    await accepted('closed-only');
    await reaches('closed-only', 'rejected');
    expect(await heldBy('closed-only')).toEqual([]);
    await denied('closed-only-too', /may only close positions/);
    await desk.simulator.admin('setAccount', { closedOnly: false });
    await tradesAgain('opened');
  });
});

describe('a restart', () => {
  test('425: nothing is lost; status says so, proposals are denied, and what rests goes on', async () => {
    const legs = [{ venue: 'polymarket', market: 'rests', outcome: 'yes', limitPrice: '0.49' }];
    const until = expiringIn(25_000 + offsetMs);
    await accepted('rests', { legs: legs as never, tif: 'gtd', ...until });
    await becomes('rests', 'resting');
    await desk.simulator.admin('restart', { forMs: 8_000, postOnlyMs: 2_000 });
    await accepted('caught');
    await becomes('caught', 'unknown');
    expect(await heldBy('caught')).not.toEqual([]);
    expect(await statusTells()).toMatch(/matching engine restarts|only orders that rest/);
    await denied('meanwhile', /matching engine restarts|only orders that rest/);
    // Past the horizon and after the restart: cancelled by its hash, and absent for good.
    const status = await eventually('the caught one to end', async () => {
      const now = await statusOf('caught');
      return now === 'open' || now === 'not_sent' ? now : undefined;
    });
    const sent = await sentOf('caught');
    expect(sent).toMatchObject({ differing: 1, effects: status === 'open' ? 1 : 0 });
    expect(await heldBy('caught')).toHaveLength(status === 'open' ? 1 : 0);
    const { name } = await orderOf('caught');
    expect(desk.simulator.requests('cancelOrder', name)).not.toEqual([]);
    await reaches('rests', 'unfilled');
    expect(await sentOf('rests')).toMatchObject({ posts: 1, effects: 1 });
    await tradesAgain('restarted');
  }, 120_000);

  test('post-only: told by the answer to an order, which is held back with everything released', async () => {
    await desk.simulator.admin('setMode', { mode: 'post_only' });
    await accepted('takes');
    await reaches('takes', 'not_sent');
    expect(await sentOf('takes')).toMatchObject({ posts: 1, effects: 0, atVenue: 0 });
    expect(await heldBy('takes')).toEqual([]);
    const withheld = JSON.stringify(await findTrade(desk.engine.ledger.db, 'takes'));
    expect(withheld).toContain('only orders that rest are taken');
    await desk.simulator.admin('setMode', { mode: 'normal' });
    await tradesAgain('taking');
  }, 90_000);
});

test('I1 I5 I6 I7 ledger and venue agree after all of them', async () => {
  const readRecords = recordsWith(desk.simulator);
  const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
});
