/** Malformed proposals: each is refused by the name of the field at fault; nothing is decided. */
import { expect, test } from '@jest/globals';
import { createServer } from '../../../client/http/server.ts';
import { asTrader, SINGLE_LEG, stubPorts } from './stub-ports.ts';

const [LEG] = SINGLE_LEG.legs;
const price = (limitPrice: unknown) => ({ ...SINGLE_LEG, legs: [{ ...LEG, limitPrice }] });
const with_ = (fields: object) => ({ ...SINGLE_LEG, ...fields });
const without = (name: string) =>
  Object.fromEntries(Object.entries(SINGLE_LEG).filter(([field]) => field !== name));

const rows: [what: string, proposal: unknown, field: string, says: RegExp][] = [
  ['a price as a number', price(0.41), 'legs.0.limitPrice', /decimal string/],
  ['a price of NaN', price('NaN'), 'legs.0.limitPrice', /was "NaN"/],
  ['a price of Infinity', price('Infinity'), 'legs.0.limitPrice', /decimal string/],
  ['a price with an exponent', price('1e-3'), 'legs.0.limitPrice', /was "1e-3"/],
  ['a numeric price with an exponent', price(1e3), 'legs.0.limitPrice', /decimal string/],
  ['a price in cents', price('41'), 'legs.0.limitPrice', /between 0 and 1/],
  ['a price of 0', price('0'), 'legs.0.limitPrice', /between 0 and 1/],
  ['a price of 1', price('1'), 'legs.0.limitPrice', /between 0 and 1/],
  ['a negative price', price('-0.41'), 'legs.0.limitPrice', /between 0 and 1/],
  ['a price with 7 digits', price('0.4100001'), 'legs.0.limitPrice', /at most 6 digits/],
  ['a price with a comma', price('0,41'), 'legs.0.limitPrice', /decimal string/],
  ['a price with a space', price(' 0.41'), 'legs.0.limitPrice', /decimal string/],
  ['a price of null', price(null), 'legs.0.limitPrice', /decimal string/],
  ['an unknown venue', with_({ legs: [{ ...LEG, venue: 'betfair' }] }), 'legs.0.venue', /kalshi/],
  ['no market', with_({ legs: [{ ...LEG, market: undefined }] }), 'legs.0.market', /is required/],
  ['an empty market', with_({ legs: [{ ...LEG, market: '' }] }), 'legs.0.market', /empty/],
  ['a control character', with_({ strategy: 'a\u001b[2J' }), 'strategy', /printable ASCII/],
  ['a misspelt limit', with_({ bugdet: '5' }), 'bugdet', /did you mean budget\?/],
  ['snake case', with_({ min_quantity: '5' }), 'min_quantity', /did you mean minQuantity\?/],
  ['an unknown field', with_({ leverage: '5' }), 'leverage', /is not a field$/],
  [
    'a misspelt field of a leg',
    with_({ legs: [{ ...LEG, limitprice: '0.4' }] }),
    'legs.0.limitprice',
    /did you mean limitPrice\?/,
  ],
  ['no legs', { ...without('fairPrice'), legs: [] }, 'legs', /one or two legs/],
  ['three legs', with_({ legs: [LEG, LEG, LEG] }), 'legs', /one or two legs/],
  ['legs that are no list', with_({ legs: LEG }), 'legs', /must be of type array, was object/],
  ['a single leg without fairPrice', without('fairPrice'), 'fairPrice', /single leg needs/],
  ['no strategy', without('strategy'), 'strategy', /^is required$/],
  ['no event', without('event'), 'event', /^is required$/],
  ['an id that starts with a dash', with_({ id: '-x' }), 'id', /starts with a letter/],
  ['an id with a slash', with_({ id: 'a/b' }), 'id', /1 to 64/],
  ['an id of 65 letters', with_({ id: 'x'.repeat(65) }), 'id', /1 to 64/],
  ['a number as id', with_({ id: 7 }), 'id', /type string, was number/],
  ['an expiry in words', with_({ expiresAt: 'tomorrow' }), 'expiresAt', /ISO 8601/],
  ['an expiry as a number', with_({ expiresAt: 1_795_391_000 }), 'expiresAt', /ISO 8601/],
  ['an expiry without a zone', with_({ expiresAt: '2026-11-22T23:41:17' }), 'expiresAt', /ISO/],
  ['a day that does not exist', with_({ expiresAt: '2026-02-30T00:00:00Z' }), 'expiresAt', /ISO/],
  ['a budget of 0', with_({ budget: '0' }), 'budget', /above zero/],
  ['a negative quantity', with_({ quantity: '-5' }), 'quantity', /above zero/],
  [
    'more at least than at most',
    with_({ quantity: '5', minQuantity: '6' }),
    'minQuantity',
    /not be above quantity/,
  ],
  ['an unknown tif', with_({ tif: 'day' }), 'tif', /ioc, fok, gtd/],
  ['a string', 'buy', 'proposal', /must be of type object, was string/],
  ['null', null, 'proposal', /must be of type object, was null/],
];

test.each(rows)('%s is refused by name', async (_what, proposal, field, says) => {
  const ports = stubPorts();
  const response = await createServer(ports).inject({
    method: 'POST',
    url: '/api/v1/trades',
    headers: { 'content-type': 'application/json', ...asTrader },
    payload: JSON.stringify(proposal),
  });
  expect(response.statusCode).toBe(422);
  const body = response.json<{ code: string; problems: { field: string; problem: string }[] }>();
  expect(body.code).toBe('INVALID_PROPOSAL');
  expect(body.problems).toEqual([{ field, problem: expect.stringMatching(says) }]);
  expect(ports.submitted).toEqual([]);
});

test('all mistakes are named at once', async () => {
  const response = await createServer(stubPorts()).inject({
    method: 'POST',
    url: '/api/v1/trades',
    headers: { 'content-type': 'application/json', ...asTrader },
    payload: { ...SINGLE_LEG, budget: 20, id: '?', legs: [{ ...LEG, venue: 'x' }], extra: 1 },
  });
  const { problems } = response.json<{ problems: { field: string }[] }>();
  expect(problems.map(({ field }) => field).toSorted()).toEqual([
    'budget',
    'extra',
    'id',
    'legs.0.venue',
  ]);
});
