/** The whole walk on the real adapter: a desk goes to its rehearsal book, trades, settles, goes back. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { findTrade } from '../../ledger/read/trades.ts';
import { pnlTwice, recordsWith } from '../support/kalshi-records.ts';
import { eventually } from '../support/desk.ts';
import type { RehearsalDesk } from '../support/rehearsal-desk.ts';
import { offer, proposalOn, startKalshiDesk } from '../support/kalshi-desk.ts';

let desk: RehearsalDesk;
beforeAll(async () => {
  desk = await startKalshiDesk();
}, 120_000);
afterAll(async () => {
  await desk.close();
});

const statusOf = async (id: string) => (await findTrade(desk.engine.ledger.db, id))?.status;
const reaches = (id: string, status: string) =>
  eventually(`${id} ${status}`, async () => ((await statusOf(id)) === status ? true : undefined));

describe('a rehearsal', () => {
  test('I10 in phase paper no signed request and no order reaches the venue', async () => {
    await offer(desk.simulator, 'KX-PAPER');
    const journal = desk.simulator.journal();
    expect(journal.filter(({ path }) => path.includes('/portfolio'))).toEqual([]);
  });

  test('goes live, trades, and settles to the venue’s own numbers', async () => {
    await desk.goLive();
    await offer(desk.simulator, 'KX-A');
    const answer = await desk.submit(proposalOn('KX-A'));
    expect(answer).toMatchObject({ status: 202 });
    await reaches('kx-a', 'open');
    await desk.simulator.admin('setResult', { ticker: 'KX-A', payout: '1' });
    await reaches('kx-a', 'settled');
    const view = await findTrade(desk.engine.ledger.db, 'kx-a');
    expect(view).toMatchObject({ realizedPnl: '4.825', status: 'settled' });
    const readRecords = recordsWith(desk.simulator);
    const { invariants } = await verifyBooks(desk.engine.ledger, { readRecords });
    expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
    const pnl = await pnlTwice(desk, desk.simulator);
    expect(pnl).toEqual({ venue: 4_825_000n, ledger: 4_825_000n });
  });
});
