/** What Polymarket tells without a key of markets, their terms and their books. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { VenueUnreachable } from '../../../venues/venue.ts';
import { json } from '../kalshi/raw-server.ts';
import { contracts, price } from '../venue-under-test.ts';
import { idsOf, NOW_MS, PolymarketStub } from './stub.ts';

const SLUG = 'nhl-cbj-fla-2026-11-22';
const IDS = idsOf(SLUG);
const BOOK_404 = json({ error: 'No orderbook exists for the requested token id' }, 404);

let stub: PolymarketStub;
beforeEach(async () => {
  stub = await PolymarketStub.start();
  stub.market(SLUG);
});
afterEach(() => stub.close());

describe('a market', () => {
  test('is described with its words, tick, minimum, fees and times', async () => {
    const fees = { rate: 0.05, exponent: 1, takerOnly: true, rebateRate: 0.15 };
    stub.gamma(SLUG, {
      question: 'Blue Jackets vs. Panthers\u202e',
      outcomes: '["Blue Jackets", "Panthers"]',
      endDate: '2026-11-22T00:00:00Z',
      gameStartTime: '2026-11-23 00:30:00+00',
      feesEnabled: true,
      feeSchedule: fees,
    });
    stub.details(SLUG, {
      t: IDS.tokenIds.map((t, index) => ({ t, o: index === 0 ? 'Blue Jackets' : 'Panthers' })),
      mts: 0.001,
      mos: 5,
      fd: { r: 0.05, e: 1, to: true },
      sd: 3,
    });
    expect(await stub.open().market(SLUG)).toEqual({
      marketId: SLUG,
      title: 'Blue Jackets vs. Panthers?',
      rules: 'By the resolution source.',
      outcomes: ['Blue Jackets', 'Panthers'],
      tokenIds: IDS.tokenIds,
      tickMicros: 1_000,
      lotMicroContracts: 10_000,
      minQuantity: contracts(5),
      minCostMicros: 1_000_000,
      fees: { kind: 'polymarket', rateMillionths: 50_000 },
      tradable: true,
      // The later one: the end date is the day before the game, and no closing time at all.
      settlesAtMs: Date.parse('2026-11-23T00:30:00Z'),
    });
  });

  test.each([0.1, 0.01, 0.005, 0.0025, 0.001, 0.0001])('has the tick %d', async (mts) => {
    stub.details(SLUG, { mts });
    const market = await stub.open().market(SLUG);
    expect(market).toMatchObject({ tickMicros: price(mts), tradable: true });
    expect(market).not.toHaveProperty('unsupported');
  });

  // An id of the newer protocol: bits 40 to 103 are zero. @source reference §1.2
  const position = ((1n << 200n) | 7n).toString();
  test.each<[string, object, object, RegExp]>([
    ['one outcome', { outcomes: '["Yes"]' }, {}, /1 outcomes/],
    ['three outcomes', { outcomes: '["A","B","Draw"]' }, {}, /3 outcomes/],
    ['the same word twice', { outcomes: '["Over", "over "]' }, {}, /not told apart/],
    ['No before Yes', { outcomes: '["No", "Yes"]' }, {}, /not the one called Yes/],
    ['no order book', { enableOrderBook: false }, {}, /no order book/],
    ['version v2', { version: 'v2' }, {}, /V3 positions/],
    ['position ids', { positionIds: `["${position}"]` }, {}, /V3 positions/],
    [
      'an asset that is a position',
      { clobTokenIds: `["${position}", "${IDS.tokenIds[1]}"]` },
      {},
      /V3 positions/,
    ],
    ['an unknown tick', {}, { mts: 0.04 }, /tick 0.04/],
    ['no minimum size', {}, { mos: null }, /minimum size/],
    ['two words on neg-risk', { negRisk: true }, {}, /neg-risk/],
    ['no word on neg-risk', { negRisk: null }, { nr: null }, /neg-risk/],
    ['fees and no schedule', { feesEnabled: true }, {}, /no fee schedule/],
    ['no word on fees', { feesEnabled: null }, {}, /does not say whether/],
    ['maker fees', { feesEnabled: true }, { fd: { r: 0.05, e: 1, to: false } }, /makers pay/],
    ['fees in parts', { feesEnabled: true }, { fd: { r: 0.05, to: true } }, /exponent/],
    [
      'two fee schedules',
      { feesEnabled: true, feeSchedule: { rate: 0.03, exponent: 1, takerOnly: true } },
      { fd: { r: 0.05, e: 1, to: true } },
      /Gamma says/,
    ],
    ['other words in the CLOB', { outcomes: '["Up", "Down"]' }, {}, /different outcomes/],
    [
      'tokens the other way round',
      { clobTokenIds: JSON.stringify(IDS.tokenIds.toReversed()) },
      {},
      /different outcomes/,
    ],
  ])('with %s is unsupported and not tradable', async (_name, gamma, details, words) => {
    stub.gamma(SLUG, { ...gamma });
    stub.details(SLUG, { ...details });
    const market = await stub.open().market(SLUG);
    expect(market).toMatchObject({ tradable: false, unsupported: expect.stringMatching(words) });
  });

  test.each<[string, object, object]>([
    ['closed, though it is active and accepts orders', { closed: true }, {}],
    ['of which nobody says whether it is closed', { closed: null }, {}],
    ['not active', { active: false }, {}],
    ['archived', { archived: true }, {}],
    ['that Gamma says takes no orders', { acceptingOrders: false }, {}],
    ['that the CLOB says takes no orders', {}, { ao: false }],
    ['of which nobody says whether it takes orders', { acceptingOrders: null }, { ao: null }],
  ])('%s is not tradable', async (_name, gamma, details) => {
    stub.gamma(SLUG, { ...gamma });
    stub.details(SLUG, { ...details });
    expect(await stub.open().market(SLUG)).toMatchObject({ tradable: false });
  });

  test('nobody knows is undefined; another one in the answer is no answer', async () => {
    expect(await stub.open().market('nowhere')).toBeUndefined();
    stub.answers.set('/gamma/markets', json([stub.market(SLUG).gamma]));
    await expect(stub.open().market('nowhere')).rejects.toThrow(/another market/);
    stub.answers.delete('/gamma/markets');
    stub.details(SLUG, { c: idsOf('other').conditionId });
    await expect(stub.open().market(SLUG)).rejects.toBeInstanceOf(VenueUnreachable);
  });

  test('asked for by its condition id is refused, naming its slug', async () => {
    const market = await stub.open().market(IDS.conditionId);
    expect(market).toMatchObject({ marketId: IDS.conditionId, tradable: false });
    expect(market?.unsupported).toContain(SLUG);
    expect(await stub.open().market(idsOf('nowhere').conditionId)).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['html', '<html>'],
    ['an object', { data: [] }],
    ['a market without a slug', [{ question: 'x' }]],
    ['closed as a word', [{ slug: SLUG, closed: 'false' }]],
    ['outcomes that are no list', [{ slug: SLUG, outcomes: '{"a":1}' }]],
  ])('failure case 18 %s is no answer, never a default', async (_name, body) => {
    stub.answers.set('/gamma/markets', json(body));
    await expect(stub.open().market(SLUG)).rejects.toBeInstanceOf(VenueUnreachable);
  });

  test('failure case 18 a tick or a minimum that is missing is no answer', async () => {
    stub.details(SLUG, { mts: undefined });
    await expect(stub.open().market(SLUG)).rejects.toThrow(/mts: the tick/);
    stub.details(SLUG, { mts: '0.01' });
    await expect(stub.open().market(SLUG)).rejects.toThrow(/mts: the tick/);
  });
});

describe('pitfall 10 a market that Gamma shows before the CLOB has it', () => {
  test.each<[string, () => void, RegExp]>([
    ['is not listed', () => (stub.market(SLUG).details = undefined), /does not list it/],
    [
      'has empty token ids',
      () => stub.details(SLUG, { t: ['Yes', 'No'].map((o) => ({ t: '', o })) }),
      /tokens are not there/,
    ],
    ['has none in Gamma', () => stub.gamma(SLUG, { clobTokenIds: '["", ""]' }), /tokens are not/],
    ['has no condition yet', () => stub.gamma(SLUG, { conditionId: '' }), /does not list it/],
  ])('where it %s, is not tradable, with the reason', async (_name, change, words) => {
    change();
    const market = await stub.open().market(SLUG);
    expect(market).toMatchObject({ tradable: false, unsupported: expect.stringMatching(words) });
  });

  test('has no book, which is told as an empty one', async () => {
    stub.market(SLUG).details = undefined;
    const empty = { asks: [], bids: [], marketId: SLUG, outcome: 0, asOfMs: NOW_MS };
    expect(await stub.open().quote(SLUG, 0)).toEqual(empty);
    stub.gamma(SLUG, { clobTokenIds: '["", ""]' });
    expect(await stub.open().quote(SLUG, 0)).toEqual(empty);
    expect(await stub.open().terms(SLUG)).toBeUndefined();
  });

  test('trades as soon as it is there', async () => {
    const venue = stub.open();
    const { details } = stub.market(SLUG);
    stub.market(SLUG).details = undefined;
    expect(await venue.terms(SLUG)).toMatchObject({ tradable: false });
    stub.market(SLUG).details = details;
    expect(await venue.market(SLUG)).toMatchObject({ tradable: true });
    expect(await venue.terms(SLUG)).toMatchObject({ tradable: true });
  });
});

describe('quotes', () => {
  test('best first, though the venue lists the best last; sizes exact', async () => {
    stub.market(SLUG).books = [
      {
        asks: [
          ['0.52', '7.77'],
          ['0.53', '20'],
        ],
        bids: [
          ['0.50', '0.01'],
          ['0.49', '100'],
        ],
      },
      {},
    ];
    expect(await stub.open().quote(SLUG, 0)).toEqual({
      marketId: SLUG,
      outcome: 0,
      asks: [
        { priceMicros: price(0.52), quantity: contracts(7.77) },
        { priceMicros: price(0.53), quantity: contracts(20) },
      ],
      bids: [
        { priceMicros: price(0.5), quantity: contracts(0.01) },
        { priceMicros: price(0.49), quantity: contracts(100) },
      ],
      asOfMs: NOW_MS,
    });
    expect(stub.seen.at(-1)?.query.get('token_id')).toBe(IDS.tokenIds[0]);
  });

  test('of one market ask Gamma once: ids do not change', async () => {
    const venue = stub.open();
    for (const outcome of [0, 1, 0] as const) await venue.quote(SLUG, outcome);
    expect(stub.paths).toEqual(['/gamma/markets', '/book', '/book', '/book']);
  });

  const book = { market: IDS.conditionId, asset_id: IDS.tokenIds[0], bids: [], asks: [] };
  test.each<[string, unknown]>([
    ['the other outcome’s book', { ...book, asset_id: IDS.tokenIds[1] }],
    ['another market’s book', { ...book, market: idsOf('other').conditionId }],
    ['a size below zero', { ...book, asks: [{ price: '0.5', size: '-1' }] }],
    ['a price in cents', { ...book, asks: [{ price: '52', size: '1' }] }],
    ['a price as a number', { ...book, asks: [{ price: 0.52, size: '1' }] }],
    ['no asks', { ...book, asks: undefined }],
  ])('%s is no quote', async (_name, body) => {
    stub.answers.set('/book', json(body));
    await expect(stub.open().quote(SLUG, 0)).rejects.toBeInstanceOf(VenueUnreachable);
  });

  test('of a market that is over are empty, of an unknown one refused', async () => {
    stub.answers.set('/book', BOOK_404);
    expect(await stub.open().quote(SLUG, 1)).toMatchObject({ asks: [], bids: [] });
    for (const id of ['nowhere', IDS.conditionId]) {
      await expect(stub.open().quote(id, 0)).rejects.toMatchObject({ code: 'market_not_found' });
    }
  });

  test('failure case 16 a silent or garbled CLOB is no empty book', async () => {
    const venue = stub.open();
    await venue.quote(SLUG, 0);
    for (const answer of [undefined, { status: 404, body: '<html>' }, json({}, 502)]) {
      stub.answers.set('/book', answer);
      await expect(venue.quote(SLUG, 0)).rejects.toBeInstanceOf(VenueUnreachable);
    }
  });
});

describe('terms', () => {
  test('carry what an order is made from; the tick and the minimum are fresh each time', async () => {
    const venue = stub.open();
    stub.gamma(SLUG, { negRisk: true });
    stub.details(SLUG, { nr: true, sd: 3 });
    expect(await venue.terms(SLUG)).toEqual({
      marketId: SLUG,
      ...IDS,
      outcomes: ['Yes', 'No'],
      negRisk: true,
      tickMicros: 10_000,
      minQuantity: contracts(0.01),
      fees: { kind: 'polymarket', rateMillionths: 0 },
      tradable: true,
      delaySeconds: 3,
    });
    stub.details(SLUG, { mts: 0.001, mos: 15 });
    expect(await venue.terms(SLUG)).toMatchObject({
      tickMicros: 1_000,
      minQuantity: contracts(15),
    });
    expect(stub.paths.filter((path) => path === '/gamma/markets')).toHaveLength(1);
  });

  test('stay known of a market the CLOB has dropped, which trades no more', async () => {
    stub.market(SLUG).details = undefined;
    stub.gamma(SLUG, { closed: true, orderPriceMinTickSize: 0.001, orderMinSize: 5 });
    expect(await stub.open().terms(SLUG)).toMatchObject({
      ...IDS,
      tradable: false,
      tickMicros: 1_000,
    });
    expect(await stub.open().terms('nowhere')).toBeUndefined();
  });

  test('a slug is found by its condition id, open or closed, and asked for once', async () => {
    const venue = stub.open();
    stub.resolve('over', [1, 0]);
    expect(await venue.slugOf(idsOf('over').conditionId)).toBe('over');
    expect(await venue.slugOf(IDS.conditionId.toUpperCase().replace('0X', '0x'))).toBe(SLUG);
    const asked = stub.seen.length;
    expect(await venue.slugOf(IDS.conditionId)).toBe(SLUG);
    expect(stub.seen).toHaveLength(asked);
    expect(await venue.slugOf(idsOf('nowhere').conditionId)).toBeUndefined();
  });
});

test('I10 nothing of it is signed, and everything is a GET', async () => {
  const venue = stub.open();
  await venue.market(SLUG);
  await venue.quote(SLUG, 0);
  await venue.status();
  await venue.results([SLUG]);
  expect(stub.seen.length).toBeGreaterThan(5);
  const names = stub.seen.flatMap(({ headers }) => Object.keys(headers));
  expect(names.filter((name) => /poly|auth|cookie/i.test(name))).toEqual([]);
  expect(new Set(stub.seen.map(({ method }) => method))).toEqual(new Set(['GET']));
});
