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

/** What a test changes of a pair's markets: of both, then of each. */
export interface PairChanges {
  readonly both?: Partial<PaperMarketInput>;
  readonly kalshi?: Partial<PaperMarketInput>;
  readonly polymarket?: Partial<PaperMarketInput>;
}

/** What the markets of the pair `name` are called on their venues. */
export function pairIds(name: string): { readonly kalshi: string; readonly polymarket: string } {
  return { kalshi: `KX-${name}`, polymarket: `${name}-slug` };
}

/**
 * One event on both venues, as `[kalshi, polymarket]`: Kalshi's yes at 0.48 and Polymarket's
 * second outcome (`Away`) at 0.46 together pay 1. Each of the four sides has 400 contracts to buy
 * and, a cent below, 400 to sell to; both markets have rule texts.
 */
export function pairMarkets(
  name: string,
  changes: PairChanges = {},
): [PaperMarketInput, PaperMarketInput] {
  const ids = pairIds(name);
  return [
    {
      venue: 'kalshi',
      id: ids.kalshi,
      title: `${name}: home wins`,
      rules: `If home wins ${name}, the market resolves to Yes.`,
      book: {
        yes: { asks: [['0.48', '400']], bids: [['0.47', '400']] },
        no: { asks: [['0.53', '400']], bids: [['0.52', '400']] },
      },
      ...changes.both,
      ...changes.kalshi,
    },
    {
      venue: 'polymarket',
      id: ids.polymarket,
      title: `${name}: home or away`,
      rules: `This market resolves to Home or Away, whichever wins ${name}.`,
      outcomes: ['Home', 'Away'],
      tokenIds: [`${name}-home-token`, `${name}-away-token`],
      book: {
        yes: { asks: [['0.55', '400']], bids: [['0.54', '400']] },
        no: { asks: [['0.46', '400']], bids: [['0.45', '400']] },
      },
      ...changes.both,
      ...changes.polymarket,
    },
  ];
}

/** A sound proposal for the pair of `pairMarkets(name)`: 10 contracts a leg at 0.48 and 0.46. */
export function pairProposal(
  id: string,
  name: string,
  rest: Partial<ProposalInput> = {},
): ProposalInput {
  const ids = pairIds(name);
  return {
    id,
    strategy: 'test',
    event: name,
    pair: name,
    legs: [
      { venue: 'kalshi', market: ids.kalshi, outcome: 'yes', limitPrice: '0.48' },
      { venue: 'polymarket', market: ids.polymarket, outcome: 'Away', limitPrice: '0.46' },
    ],
    quantity: '10',
    ...rest,
  };
}
