import { expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle.ts';
import { cacheDir } from '../../worker/embedded/locations.ts';
import { silenceTemporal } from '../support/desk.ts';
import { recordedHistories } from '../support/histories.ts';

type Recorded = ReturnType<typeof recordedHistories>[number];

async function replay(recorded: readonly Recorded[]): Promise<Record<string, string | undefined>> {
  silenceTemporal();
  const results: Record<string, string | undefined> = {};
  const bundle = { codePath: await workflowBundle(cacheDir()) };
  for await (const result of Worker.runReplayHistories({ workflowBundle: bundle }, recorded)) {
    results[result.workflowId] = result.error?.name;
  }
  return results;
}

test('today’s workflows replay every recorded history', async () => {
  const recorded = recordedHistories();
  expect(recorded.map(({ workflowId }) => workflowId)).toEqual([
    'daily-reset',
    'pair-one-legged-resolved',
    'pair-open',
    'pair-reverted',
    'pair-settled',
    'rollout',
    'sweep',
    'trade-approved',
    'trade-denied',
    'trade-driven-again',
    'trade-open',
    'trade-settled',
    'trade-unfilled',
    'venue-watch',
  ]);
  const results = await replay(recorded);
  expect(Object.values(results)).toEqual(recorded.map(() => undefined));
});

test('a history in another order is caught', async () => {
  const settled = recordedHistories().find(({ workflowId }) => workflowId === 'trade-settled')!;
  const changed = JSON.parse(
    JSON.stringify(settled).replaceAll('"sendOrder"', '"sendSomethingElse"'),
  ) as Recorded;
  const results = await replay([changed]);
  expect(results['trade-settled']).toBe('DeterminismViolationError');
});
