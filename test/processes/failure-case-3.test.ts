import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkI2, checkI6, checkI7 } from '../../domain/invariants/books.ts';
import { readBooks } from '../../ledger/read/books.ts';
import type { SubmissionAnswer } from '../../contracts/http.ts';
import type { TestDesk } from '../support/desk.ts';
import { eventually, startTestDesk } from '../support/desk.ts';
import { kalshiMarket, singleLeg } from '../support/markets.ts';
import type { BallastProcess } from '../support/process.ts';
import { runBallast } from '../support/process.ts';

const PROPOSALS = 50;
const ids = Array.from({ length: PROPOSALS }, (_, index) => `race-${index}`);

let desk: TestDesk;
let workers: BallastProcess[] = [];

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: ids.map((id) => kalshiMarket(`M-${id}`)) },
    settings: {
      LIVE_TRADING_MAX_DAILY_TRADES: '1',
      BALLAST_STRATEGY_EXECUTIONS_MAX: '100',
    },
    workers: false,
  });
  workers = [1, 2].map(() =>
    runBallast(['worker'], {
      environment: {
        ...desk.environment,
        DATABASE_URL: desk.databaseUrl,
        TEMPORAL_ADDRESS: desk.temporalAddress,
      },
    }),
  );
  await Promise.all(workers.map((worker) => worker.printed('worker ready')));
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await desk.close();
});

/** On a loaded machine ten seconds may pass without a decision: a repeat answers what it came to. */
function decided(id: string): Promise<SubmissionAnswer> {
  return eventually(`${id} to be decided`, async () => {
    const answer = await desk.submit(singleLeg(id, `M-${id}`));
    return 'status' in answer.body && answer.body.status === 'pending' ? undefined : answer;
  });
}

test('failure case 3: 50 concurrent proposals with 1 slot left and two workers: 1 accepted, 49 coded denials', async () => {
  const answers = await Promise.all(ids.map((id) => decided(id)));

  const accepted = answers.filter(({ body }) => 'status' in body && body.status === 'accepted');
  const denied = answers.filter(({ body }) => 'status' in body && body.status === 'denied');
  expect([accepted.length, denied.length]).toEqual([1, PROPOSALS - 1]);
  for (const { body } of denied) {
    expect(body).toMatchObject({
      status: 'denied',
      failures: [{ code: 'DAILY_TRADES_REACHED', numbers: { limit: '1' } }],
    });
  }

  const { db } = desk.engine.ledger;
  const trades = await db.selectFrom('trade').select('id').execute();
  expect(trades).toHaveLength(1);
  const decisions = await db.selectFrom('decision').select('trade_id').execute();
  expect(decisions).toHaveLength(PROPOSALS);
  const rows = await readBooks(db);
  expect(checkI2(rows.counters, rows.holds)).toEqual([]);
  expect(checkI6(rows.accounts, rows.transfers)).toEqual([]);
  expect(checkI7(rows.holds)).toEqual([]);
});

test('both workers took part', async () => {
  const identities = new Set<string>();
  for (const id of ids) {
    const { events } = await desk.engine.client.workflow.getHandle(`trade:${id}`).fetchHistory();
    for (const event of events ?? []) {
      const identity = event.workflowTaskCompletedEventAttributes?.identity;
      if (identity != null && identity !== '') identities.add(identity);
    }
  }
  expect(identities.size).toBe(2);
});
