/** 300 single legs against the simulated Polymarket, under faults and deaths. */
import { expect, test } from '@jest/globals';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { describeFaultRun } from '../support/fault-run.ts';
import { eventually } from '../support/desk.ts';
import {
  POLYMARKET_COMPRESSED,
  proposalOn,
  startPolymarketDesk,
} from '../support/polymarket-desk.ts';
import { pnlTwice, recordsWith, worthOf } from '../support/polymarket-records.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';

/** What the wallet has: the simulator's $1,000 and the deposit. */
const GIVEN_MICROS = 100_000_000_000n;

let desk: RehearsalDesk;

/** Every kind of order there is, on a market of its own. */
async function offer({ simulator }: RehearsalDesk, index: number): Promise<ProposalInput> {
  const slug = `market-${index}`;
  const feeRate = index % 4 === 0 ? null : '0.05';
  await simulator.admin('openMarket', { slug, feeRate, negRisk: index % 5 === 1 });
  const side = { asks: [['0.50', '1000']], bids: [['0.50', '1000']] };
  await simulator.admin('setBook', { slug, yes: side, no: {} });
  const outcome = index % 3 === 0 ? 'no' : 'yes';
  const tif = index % 2 === 0 ? 'ioc' : 'gtd';
  // Some of those that rest are offered too little, and wait for their end.
  const limitPrice = index % 8 === 3 ? '0.49' : '0.50';
  const inMs = tif === 'gtd' ? 8_000 : 60_000;
  return proposalOn(slug, {
    legs: [{ venue: 'polymarket', market: slug, outcome, limitPrice }],
    quantity: String(5 + (index % 7)),
    tif,
    expiresAt: new Date(Date.now() + inMs).toISOString(),
  });
}

describeFaultRun({
  venue: 'polymarket',
  start: async (settings) => {
    desk = await startPolymarketDesk({ workers: false, settings });
    await desk.simulator.admin('deposit', { amount: '99000' });
    // Fees are estimated from above.
    await desk.simulator.admin('setFeeRounding', { feeRounding: 'up' });
    return desk;
  },
  tuning: POLYMARKET_COMPRESSED,
  venueFaults: [
    { kind: 'status425', weight: 1, endpoints: ['createOrder', 'cancelOrder'] },
    { kind: 'ghostFill', weight: 4, endpoints: ['createOrder'] },
    { kind: 'retryTrade', weight: 4, endpoints: ['createOrder'] },
    { kind: 'partialFill', weight: 4, endpoints: ['createOrder'] },
    { kind: 'delayedOrder', weight: 4, ms: 1500, endpoints: ['createOrder'] },
    { kind: 'hideEffect', weight: 4, ms: 2000, endpoints: ['createOrder'] },
    { kind: 'tickChange', weight: 2, endpoints: ['createOrder'] },
    { kind: 'fillBeforeCancel', weight: 4, endpoints: ['cancelOrder'] },
  ],
  offer,
  settle: async ({ simulator }, slug, index) => {
    const payout = index % 5 === 0 ? '0.5' : index % 2 === 0 ? '1' : '0';
    await simulator.admin('setResult', { slug, payout });
    // A person redeems some of it meanwhile.
    if (index % 4 === 0) await simulator.admin('redeem', { slug });
  },
  recordsOf: recordsWith,
  pnlTwice: (under) => pnlTwice(under, GIVEN_MICROS),
});

test('what was redeemed is cash, and the rest is owed, as at the venue', async () => {
  const { cash, redeemable } = worthOf(desk.simulator);
  expect(redeemable).toBeGreaterThan(0n);
  await eventually('cash and receivable as at the venue', async () => {
    const { rows } = await desk.query<{ id: string; balance: string }>(
      `SELECT id, (debits - credits)::text AS balance FROM account WHERE id LIKE 'rehearsal/polymarket/%'`,
    );
    const sumOf = (kind: string) =>
      rows
        .filter(({ id }) => id.split('/')[2] === kind)
        .reduce((sum, { balance }) => sum + BigInt(balance), 0n);
    return sumOf('cash') === cash && sumOf('redeemable') === redeemable ? true : undefined;
  });
});
