import { expect, test } from '@jest/globals';
import { summaryOf } from '../../client/start-trade.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { proposalSchema } from '../../contracts/proposal.ts';

const CBJ = {
  venue: 'kalshi',
  market: 'KXNHLGAME-26NOV22CBJFLA-CBJ',
  outcome: 'yes',
  limitPrice: '0.36',
} as const;
const FLA = {
  venue: 'polymarket',
  market: 'nhl-cbj-fla-2026-11-22',
  outcome: 'Panthers',
  limitPrice: '0.58',
} as const;
const PAIR: ProposalInput = {
  strategy: 'arbitrage',
  event: 'Blue Jackets @ Panthers',
  legs: [CBJ, FLA],
};

test.each<[ProposalInput, string]>([
  [
    { ...PAIR, quantity: '50' },
    'Blue Jackets @ Panthers · 50 × Kalshi CBJ yes 0.36 + Polymarket Panthers 0.58',
  ],
  [
    { ...PAIR, budget: '47.5' },
    'Blue Jackets @ Panthers · $47.50 of Kalshi CBJ yes 0.36 + Polymarket Panthers 0.58',
  ],
  [{ ...PAIR, legs: [CBJ], fairPrice: '0.40' }, 'Blue Jackets @ Panthers · Kalshi CBJ yes 0.36'],
])('a trade’s summary names event, size and legs: %#', (input, summary) => {
  expect(summaryOf(proposalSchema.parse(input))).toBe(summary);
});
