/** A desk without any key on Kalshi's public data: from a proposal to a settled trade, on paper. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { createKalshiSimulator } from '../../simulator/kalshi/kalshi-simulator.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { offer, proposalOn } from '../support/kalshi-desk.ts';
import { beyondPublicReads } from '../support/public-reads.ts';
import type { TestSimulator } from '../support/simulator.ts';
import { startTestSimulator } from '../support/simulator.ts';

let simulator: TestSimulator;
let desk: TestDesk;

beforeAll(async () => {
  simulator = await startTestSimulator((clock) => createKalshiSimulator({ clock, keys: [] }));
  desk = await startTestDesk({
    markets: { markets: [] },
    settings: {
      BALLAST_PAPER_QUOTES: 'venue',
      BALLAST_VENUES: 'kalshi',
      KALSHI_BASE_URL: `${simulator.url}/trade-api/v2`,
    },
  });
}, 120_000);
afterAll(async () => {
  await desk.close();
  await simulator.close();
});

const reaches = (id: string, status: string, withinMs?: number) =>
  eventually(
    `${id} ${status}`,
    async () => {
      const trade = await findTrade(desk.engine.ledger.db, id);
      return trade?.status === status ? trade : undefined;
    },
    withinMs,
  );

test('I10 paper on public data: proposal to settled trade, and no signed request', async () => {
  // Its result is expected already, so that it is asked for every ten seconds.
  const expected = { expected_expiration_time: new Date().toISOString() };
  await offer(simulator, 'KX-P', { more: { fields: expected } });
  expect(await desk.submit(proposalOn('KX-P'))).toMatchObject({ status: 202 });
  expect(await reaches('kx-p', 'open')).toMatchObject({ book: 'paper' });
  await simulator.admin('setResult', { ticker: 'KX-P', payout: '1' });
  // 10 × (1 − 0.50) less 0.07 × 10 × 0.50 × 0.50.
  expect(await reaches('kx-p', 'settled', 60_000)).toMatchObject({ realizedPnl: '4.825' });
  expect(await verifyBooks(desk.engine.ledger)).toMatchObject({ ok: true });
  const { orders, fills } = simulator.records() as Record<'orders' | 'fills', unknown[]>;
  expect([orders, fills]).toEqual([[], []]);
  expect(simulator.requests('market').length).toBeGreaterThan(0);
  expect(beyondPublicReads(simulator)).toEqual([]);
}, 120_000);
