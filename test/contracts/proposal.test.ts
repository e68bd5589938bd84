/** Proposals at the edge: which fields go with one leg, which with two. */
import { expect, test } from '@jest/globals';
import type { ProposalInput } from '../../contracts/proposal.ts';
import { fieldProblems, proposalSchema } from '../../contracts/proposal.ts';
import { pairProposal, singleLeg } from '../support/markets.ts';

/** The fields at fault, with what is said of each. */
function problemsOf(input: ProposalInput): [string, string][] {
  const parsed = proposalSchema.safeParse(input);
  return parsed.success
    ? []
    : fieldProblems(parsed.error).map(({ field, problem }) => [field, problem]);
}

const single = (rest: Partial<ProposalInput> = {}) => singleLeg('s', 'M', rest);
const pair = (rest: Partial<ProposalInput> = {}) => pairProposal('p', 'g', rest);

test.each<[string, ProposalInput]>([
  ['a single leg', single()],
  ['a single leg that rests', single({ tif: 'gtd' })],
  ['a single leg all or nothing', single({ tif: 'fok' })],
  ['a pair', pair()],
  [
    'a pair with a cost, a budget and a least quantity',
    pair({ maxPairCost: '0.95', budget: '50' }),
  ],
  ['a pair that names the default', pair({ tif: 'ioc' })],
])('%s is taken', (_name, input) => {
  expect(problemsOf(input)).toEqual([]);
});

test.each<[string, ProposalInput, string, RegExp]>([
  [
    'a single leg without fairPrice',
    single({ fairPrice: undefined }),
    'fairPrice',
    /needs fairPrice/,
  ],
  ['a single leg with maxPairCost', single({ maxPairCost: '0.9' }), 'maxPairCost', /limitPrice/],
  ['a single leg with a pair', single({ pair: 'g' }), 'pair', /leave it out/],
  ['a pair with fairPrice', pair({ fairPrice: '0.9' }), 'fairPrice', /pays 1 per contract/],
  ['a pair all or nothing', pair({ tif: 'fok' }), 'tif', /BALLAST_LEG_SECONDS/],
  ['a pair that rests', pair({ tif: 'gtd' }), 'tif', /leave tif out/],
  [
    'more at least than at most',
    pair({ quantity: '5', minQuantity: '6' }),
    'minQuantity',
    /not be above quantity/,
  ],
])('INVALID_PROPOSAL %s is refused by name', (_name, input, field, problem) => {
  expect(problemsOf(input)).toEqual([[field, expect.stringMatching(problem)]]);
});

test('every misfit is told at once', () => {
  const fields = problemsOf(pair({ fairPrice: '0.9', tif: 'fok' })).map(([field]) => field);
  expect(fields).toEqual(['fairPrice', 'tif']);
});
