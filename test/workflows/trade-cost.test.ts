/** History events and billed actions of a trade whose settlement comes later: the goals of DESIGN §11. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestDesk } from '../support/desk.ts';
import { startTestDesk } from '../support/desk.ts';
import { recordHistory } from '../support/histories.ts';
import { kalshiMarket, pairMarkets, pairProposal, singleLeg } from '../support/markets.ts';
import { proposePair, tradeIn } from '../support/pairs.ts';
import type { Cost } from '../support/web-ui.ts';
import { costOf } from '../support/web-ui.ts';

const WON = { result: { at: 0, payout: '1' } };

let desk: TestDesk;

beforeAll(async () => {
  desk = await startTestDesk({
    markets: { markets: [kalshiMarket('COLD'), kalshiMarket('FRESH'), ...pairMarkets('pair')] },
  });
});
afterAll(async () => desk.close());

/** Waits for the run's end, prints what it cost, and answers it. */
async function costAtEnd(id: string, what: string): Promise<Cost> {
  const workflowId = `trade:${id}`;
  const result = await desk.engine.client.workflow.getHandle(workflowId).result();
  expect(result).toMatchObject({ status: 'settled' });
  const cost = await costOf(desk.engine.client, workflowId);
  process.stdout.write(`${what}: ${cost.events} events, ${cost.actions} billed actions\n`);
  return cost;
}

test('a single leg takes at most 22 events and 7 actions where its facts are fresh', async () => {
  // A refusal leaves fresh facts behind.
  const dear = singleLeg('dear', 'FRESH', { fairPrice: '0.59' });
  expect((await desk.submit(dear)).status).toBe(422);
  await desk.submit(singleLeg('fresh', 'FRESH'));
  await desk.submit(singleLeg('cold', 'COLD'));
  await tradeIn(desk, 'fresh', ['open']);
  await tradeIn(desk, 'cold', ['open']);
  desk.publish({
    markets: [kalshiMarket('COLD', WON), kalshiMarket('FRESH', WON), ...pairMarkets('pair')],
  });
  const fresh = await costAtEnd('fresh', 'single leg');
  expect(fresh.events).toBeLessThanOrEqual(22);
  expect(fresh.actions).toBeLessThanOrEqual(7);
  // Reading the facts first is an activity, and the proposal is judged once more.
  const cold = await costAtEnd('cold', 'single leg whose facts are read first');
  expect(cold.events - fresh.events).toBeLessThanOrEqual(7);
  expect(cold.actions - fresh.actions).toBeLessThanOrEqual(2);
});

test('a pair takes at most 32 events; each venue’s result is a signal and a record', async () => {
  const leg = singleLeg('other', 'FRESH', { fairPrice: '0.01' });
  const [kalshi, polymarket] = pairProposal('unused', 'pair').legs;
  for (const [id, one] of Object.entries({ 'fresh-k': kalshi!, 'fresh-p': polymarket! })) {
    expect((await desk.submit({ ...leg, id, legs: [one] })).status).toBe(422);
  }
  await proposePair(desk, 'pair', 'pair');
  await tradeIn(desk, 'pair', ['open']);
  desk.publish({ markets: pairMarkets('pair', { both: WON }) });
  const cost = await costAtEnd('pair', 'pair');
  await recordHistory(desk.engine.client, 'trade:pair', 'pair-settled');
  expect(cost.events).toBeLessThanOrEqual(32);
  // Start, judging, two sends, one upsert and one timer; then two signals and two records at most.
  expect(cost.actions).toBeLessThanOrEqual(10);
});
