/** A fill that fails before the ledger has heard of it, as after a crash of worker and watch. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import type { ActivityDeps } from '../../activities/deps.ts';
import { verifyBooks } from '../../bin/verify.ts';
import { listAlerts } from '../../ledger/read/alerts.ts';
import { readDeskView } from '../../ledger/read/desk.ts';
import type { Venue } from '../../venues/venue.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { pairMarkets } from '../support/markets.ts';
import { proposePair, tradeIn } from '../support/pairs.ts';

let desk: TestDesk;
/** Until then no watch gets to read a fill. */
let watchReads = false;

function watchingLate(deps: ActivityDeps): ActivityDeps {
  const late = (venue: Venue): Venue => ({
    ...venue,
    fillsSince: (sinceMs, signal) => {
      const { workflowId } = Context.current().info.workflowExecution!;
      if (watchReads || !workflowId.startsWith('venue-watch:')) {
        return venue.fillsSince(sinceMs, signal);
      }
      return Promise.resolve({ facts: [], cursorMs: sinceMs });
    },
  });
  return { ...deps, venue: (venue, book) => late(deps.venue(venue, book)) };
}

beforeAll(async () => {
  desk = await startTestDesk({
    markets: {
      markets: pairMarkets('unseen', {
        polymarket: {
          script: [
            { order: 0, effect: 'loseAnswer', afterSeconds: 0.5 },
            { order: 0, effect: 'revert', afterSeconds: 0.2 },
          ],
        },
      }),
    },
    interfere: watchingLate,
  });
});
afterAll(async () => desk.close());

test('I5 a fill that failed before it was booked is booked with its failure, and nothing pauses', async () => {
  const { ledger } = desk.engine;
  await proposePair(desk, 'unseen', 'unseen');
  await tradeIn(desk, 'unseen', ['unfilled']);
  watchReads = true;
  await eventually('the fill and its failure to be booked', async () => {
    const { rows } = await desk.query('SELECT FROM fill');
    return rows.length === 2 || undefined;
  });
  const alerts = await listAlerts(ledger.db, { limit: 10, all: true });
  expect(alerts.filter(({ code }) => code === 'DISCREPANCY')).toEqual([]);
  expect((await readDeskView(ledger.db, 'main')).state).toBe('active');
  const { rows } = await desk.query('SELECT filled::int FROM leg ORDER BY leg');
  expect(rows).toEqual([{ filled: 0 }, { filled: 0 }]);
  expect(await verifyBooks(ledger)).toMatchObject({ ok: true });
});
