/** Markets and proposals for tests, complete unless a test says otherwise. */
import type { z } from 'zod';
import type { paperFileSchema } from '../../contracts/paper-file.ts';
import type { ProposalInput } from '../../contracts/proposal.ts';

export type PaperFileInput = z.input<typeof paperFileSchema>;
export type PaperMarketInput = PaperFileInput['markets'][number];

/** A Kalshi market with 400 contracts on offer on both sides. */
export function kalshiMarket(id: string, rest: Partial<PaperMarketInput> = {}): PaperMarketInput {
  return {
    venue: 'kalshi',
    id,
    title: `${id}: yes wins`,
    book: {
      yes: { asks: [['0.58', '400']], bids: [['0.56', '400']] },
      no: { asks: [['0.44', '400']], bids: [['0.42', '400']] },
    },
    ...rest,
  };
}

/** A sound single-leg proposal: 10 contracts of yes at 0.58, believed to be worth 0.64. */
export function singleLeg(
  id: string,
  market: string,
  rest: Partial<ProposalInput> & { outcome?: string; limitPrice?: string } = {},
): ProposalInput {
  const { outcome = 'yes', limitPrice = '0.58', ...proposal } = rest;
  return {
    id,
    strategy: 'test',
    event: market,
    legs: [{ venue: 'kalshi', market, outcome, limitPrice }],
    fairPrice: '0.64',
    quantity: '10',
    ...proposal,
  };
}
