/** What a market asks of an order, and what the refusal of another one says. */
import { expect, test } from '@jest/globals';
import { admit, failuresOf } from '../../../domain/risk/admission.ts';
import type { ViewChanges } from '../builders.ts';
import { fiftyAt58, usd } from '../builders.ts';

const judge = (changes: ViewChanges) => admit(fiftyAt58(changes));

test('what to use instead of a FOK buy on Polymarket is told; on Kalshi there is one', () => {
  const on = (venue: 'kalshi' | 'polymarket') =>
    judge({ leg: { venue }, proposal: { tif: 'fok' } });
  expect(failuresOf(on('polymarket').verdicts)[0]?.detail).toContain(
    'use tif ioc, with minQuantity',
  );
  expect(on('kalshi').accepted).toBe(true);
});

test('a buy of exactly the least cost passes, and the refusal of a smaller one names it', () => {
  expect(judge({ market: { minCostMicros: usd('29') } }).accepted).toBe(true);
  const [failure] = failuresOf(judge({ market: { minCostMicros: usd('29.01') } }).verdicts);
  expect(failure?.detail).toMatch(/at least 50\.02 are needed \(.* takes no buy below \$29\.01\)$/);
});
