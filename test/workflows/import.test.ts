/** Imported trades on a running desk: driven like any other, sent never. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { verifyBooks } from '../../bin/verify.ts';
import { exportPredecessor } from '../../ledger/read/export.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import type { PaperFileInput, PaperMarketInput } from '../support/markets.ts';
import { tradeIn } from '../support/pairs.ts';
import { betText, fileText, sound } from '../support/predecessor.ts';

const TRADE = 'import-nhl-2025-12-06-CBJ-FLA';

/** The bet's markets, with the result that `won` names, or still open. */
function file(won?: 'CBJ' | 'FLA'): PaperFileInput {
  const ended = (payout: '0' | '1'): Partial<PaperMarketInput> =>
    won === undefined ? {} : { result: { at: 0, payout } };
  return {
    markets: [
      {
        venue: 'kalshi',
        id: 'KXNHLGAME-25DEC06CBJFLA-FLA',
        title: 'Blue Jackets at Panthers: Panthers win',
        book: { yes: {}, no: {} },
        ...ended(won === 'FLA' ? '1' : '0'),
      },
      {
        venue: 'polymarket',
        id: 'nhl-cbj-fla-2025-12-06',
        title: 'Blue Jackets vs. Panthers',
        outcomes: ['Blue Jackets', 'Panthers'],
        book: { yes: {}, no: {} },
        ...ended(won === 'CBJ' ? '1' : '0'),
      },
    ],
  };
}

let desk: TestDesk;
beforeAll(async () => {
  desk = await startTestDesk({ markets: file() });
});
afterAll(async () => {
  await desk.close();
});

test('an imported pair gets a run, waits for its results and is settled; no order is ever sent', async () => {
  const { ledger, clock, activities } = desk.engine;
  const asked = { source: 'x', actor: 'tester', reason: 'a test', dryRun: false };
  const outcome = await ledger.importPredecessor(
    { file: sound(fileText([betText()])), ...asked },
    await clock.read(),
  );
  expect(outcome.kind).toBe('done');
  await eventually('the trade to be driven', async () => {
    const driven = await activities.sweepTrades();
    return driven.includes(TRADE) ? true : undefined;
  });
  desk.publish(file('FLA'));
  expect(await tradeIn(desk, TRADE, ['settled'])).toMatchObject({
    payout: '5.00',
    realizedPnl: '1.244375',
  });
  const { bets } = await exportPredecessor(ledger.db, 'main', await clock.read());
  expect(bets).toEqual([
    betText({ status: 'settled', settled_amount: 5, realized_profit: 1.244375 }),
  ]);
  const { rows } = await desk.query('SELECT id FROM venue_order');
  expect(rows).toEqual([]);
  const { invariants } = await verifyBooks(ledger);
  expect(invariants.flatMap(({ findings }) => findings)).toEqual([]);
});
