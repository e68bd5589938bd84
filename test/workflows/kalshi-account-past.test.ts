/** An account that traded before the desk came to it: what it did then is not the desk's. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { machineClock } from '../../bin/clock.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { createKalshiVenue } from '../../venues/kalshi/kalshi-venue.ts';
import { Secret } from '../../venues/secret.ts';
import { eventually } from '../support/desk.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { KEY_ID, offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import { accepted, orderOf, send } from '../venues/venue-under-test.ts';

/** How far the desk's day lies behind what was done before it. */
const LATER_MS = 3_600_000;
let desk: RehearsalDesk;
beforeAll(async () => {
  desk = await startKalshiDesk({
    clock: machineClock(LATER_MS),
    settings: { BALLAST_CLOCK: String(LATER_MS / 1000) },
  });
}, 120_000);
afterAll(async () => {
  await desk.close();
});

test('fills of before the book began are neither booked nor a discrepancy', async () => {
  const { simulator, config } = desk;
  const pem = readFileSync(config.environment.KALSHI_PRIVATE_KEY_PATH!, 'utf8');
  const before = createKalshiVenue({
    book: 'rehearsal',
    baseUrl: config.environment.KALSHI_BASE_URL,
    credentials: { keyId: KEY_ID, privateKeyPem: new Secret(pem) },
    clock: { read: () => Promise.resolve({ atMs: Date.now(), offsetMs: 0 }) },
  });
  await offer(simulator, 'KX-PAST');
  accepted(await send(before, orderOf({ marketId: 'KX-PAST' })));
  await simulator.admin('setResult', { ticker: 'KX-PAST', payout: '1' });
  simulator.clock.setOffset(LATER_MS);
  await desk.goLive();
  await eventually('the watch to have read', async () => {
    const { rows } = await desk.query(`SELECT FROM watch WHERE book = 'rehearsal' AND cursor_ms > 0
      AND read_at_ms > (SELECT max(at_ms) FROM audit WHERE action = 'desk.armed')`);
    return rows.length > 0 ? true : undefined;
  });
  const { rows } = await desk.query(`SELECT fill_id FROM fill WHERE book = 'rehearsal'`);
  expect(rows).toEqual([]);
  await offer(simulator, 'KX-NOW');
  expect(await desk.submit(proposalOn('KX-NOW'))).toMatchObject({ status: 202 });
  await eventually('kx-now open', async () =>
    (await findTrade(desk.engine.ledger.db, 'kx-now'))?.status === 'open' ? true : undefined,
  );
}, 120_000);
