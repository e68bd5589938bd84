/** 300 single legs against the simulated Kalshi, under faults and deaths. */
import type { ProposalInput } from '../../contracts/proposal.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { COMPRESSED } from '../support/rehearsal-desk.ts';
import { describeFaultRun } from '../support/fault-run.ts';
import { proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';
import { pnlTwice, recordsWith } from '../support/kalshi-records.ts';

/** Every kind of order there is, on a market of its own. */
async function offer({ simulator }: RehearsalDesk, index: number): Promise<ProposalInput> {
  const ticker = `KX-${index}`;
  // The house does not trade with itself: NO is offered at 0.50 as well.
  const side = { asks: [['0.50', '1000']], bids: [['0.50', '1000']] };
  await simulator.admin('openMarket', { ticker });
  await simulator.admin('setBook', { ticker, yes: side, no: {} });
  const outcome = index % 3 === 0 ? 'no' : 'yes';
  const tif = (['ioc', 'gtd', 'fok', 'gtd'] as const)[index % 4]!;
  // Some of those that rest are offered too little, and wait for their end.
  const limitPrice = index % 8 === 3 ? '0.49' : '0.50';
  const inMs = tif === 'gtd' ? 8_000 : 60_000;
  return proposalOn(ticker, {
    legs: [{ venue: 'kalshi', market: ticker, outcome, limitPrice }],
    quantity: String(5 + (index % 7)),
    tif,
    expiresAt: new Date(Date.now() + inMs).toISOString(),
  });
}

describeFaultRun({
  venue: 'kalshi',
  start: async (settings) => {
    const desk = await startKalshiDesk({ workers: false, settings });
    await desk.simulator.admin('deposit', { amount: '99000' });
    return desk;
  },
  tuning: COMPRESSED,
  venueFaults: [
    { kind: 'hideEffect', weight: 4, ms: 2000, endpoints: ['createOrder'] },
    { kind: 'partialFill', weight: 4, endpoints: ['createOrder'] },
    { kind: 'pauseTrading', weight: 1, ms: 500, endpoints: ['createOrder'] },
    { kind: 'ghostFill', weight: 8, ms: 2000, endpoints: ['cancelOrder'] },
  ],
  offer,
  settle: async ({ simulator }, ticker, index) => {
    const payout = index % 5 === 0 ? '0.45' : index % 2 === 0 ? '1' : '0';
    await simulator.admin('setResult', { ticker, payout });
  },
  recordsOf: recordsWith,
  pnlTwice: (desk) => pnlTwice(desk, desk.simulator),
});
