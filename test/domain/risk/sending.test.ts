import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { failuresOf } from '../../../domain/risk/admission.ts';
import { factsToFetch } from '../../../domain/risk/facts.ts';
import type { SendingView } from '../../../domain/risk/sending.ts';
import { judgeSending } from '../../../domain/risk/sending.ts';
import type { LegFacts } from '../../../domain/risk/view.ts';
import { AT_MS, contracts, fact, MARKET, price, QUOTE, STATUS, usd } from '../builders.ts';

/** 50 at 0.58 or better, with 100 on offer. */
const VIEW: SendingView = {
  atMs: AT_MS,
  expiresAtMs: AT_MS + 1,
  limitPrice: price('0.58'),
  quantity: contracts('50'),
  minQuantity: contracts('10'),
  timeInForce: 'ioc',
  market: MARKET,
  quote: QUOTE,
  status: STATUS,
};
const offering = (...asks: [string, string][]) => ({
  quote: {
    ...QUOTE,
    asks: asks.map(([at, count]) => ({ priceMicros: price(at), quantity: contracts(count) })),
  },
});

describe('judgeSending lets an order go', () => {
  const passing: [string, Partial<SendingView>][] = [
    ['that is still valid, priced and open', {}],
    ['ioc with exactly its minimum on offer', offering(['0.58', '10'])],
    [
      'ioc without a minimum with a speck on offer',
      { minQuantity: contracts('0'), ...offering(['0.58', '0.000001']) },
    ],
    [
      'fok with exactly all on offer',
      { timeInForce: 'fok', ...offering(['0.50', '20'], ['0.58', '30']) },
    ],
    ['gtd with nothing on offer: it waits for its price', { timeInForce: 'gtd', ...offering() }],
    ['gtd with only worse prices on offer', { timeInForce: 'gtd', ...offering(['0.59', '500']) }],
    ['a millisecond before the market closes', { market: { ...MARKET, closesAtMs: AT_MS + 1 } }],
  ];
  test.each(passing)('%s', (_name, changes) => {
    expect(failuresOf(judgeSending({ ...VIEW, ...changes }))).toEqual([]);
  });

  test('with each rule on record', () => {
    expect(judgeSending(VIEW).map(({ code }) => code)).toEqual([
      'STALE_PROPOSAL',
      'VENUE_UNAVAILABLE',
      'PRICE_MOVED',
      'MARKET_CLOSED',
      'MARKET_NOT_SUPPORTED',
    ]);
  });
});

describe('judgeSending stops an order', () => {
  const nothing = { availableContracts: '0', bestAskUsd: 'none' };
  const stopped: [string, string, Partial<SendingView>, Record<string, string>][] = [
    [
      'PRICE_MOVED',
      'ioc with less than its minimum',
      offering(['0.58', '9.999999'], ['0.59', '500']),
      {
        availableContracts: '9.999999',
        neededContracts: '10',
        limitPriceUsd: '0.58',
        bestAskUsd: '0.58',
      },
    ],
    [
      'PRICE_MOVED',
      'ioc with only worse prices',
      offering(['0.59', '500']),
      { availableContracts: '0', bestAskUsd: '0.59' },
    ],
    [
      'PRICE_MOVED',
      'ioc without a minimum, nothing on offer',
      { minQuantity: contracts('0'), ...offering() },
      nothing,
    ],
    [
      'PRICE_MOVED',
      'fok a speck short',
      { timeInForce: 'fok', ...offering(['0.58', '49.999999']) },
      { availableContracts: '49.999999', neededContracts: '50' },
    ],
    [
      'STALE_PROPOSAL',
      'at its very expiry',
      { expiresAtMs: AT_MS },
      { expires: '2026-11-22T23:45:00.000Z' },
    ],
    [
      'VENUE_UNAVAILABLE',
      'the venue stopped',
      { status: { trading: false, detail: 'maintenance' } },
      {},
    ],
    [
      'MARKET_CLOSED',
      'the market stopped',
      { market: { ...MARKET, tradable: false } },
      { market: MARKET.marketId },
    ],
    [
      'MARKET_CLOSED',
      'at its very close',
      { market: { ...MARKET, closesAtMs: AT_MS } },
      { closes: '2026-11-22T23:45:00.000Z' },
    ],
    ['MARKET_CLOSED', 'the market is gone', { market: null }, {}],
    [
      'MARKET_NOT_SUPPORTED',
      'the market turned out to be a bucket',
      { market: { ...MARKET, unsupported: 'bucket' } },
      {},
    ],
  ];
  test.each(stopped)('%s: %s', (code, _why, changes, numbers) => {
    const failures = failuresOf(judgeSending({ ...VIEW, ...changes }));
    expect(failures.map((failure) => failure.code)).toEqual([code]);
    expect(failures[0]?.numbers).toMatchObject(numbers);
  });

  test('for every reason at once', () => {
    const failures = failuresOf(
      judgeSending({
        ...VIEW,
        ...offering(),
        expiresAtMs: 0,
        status: { trading: false, detail: 'maintenance' },
        market: null,
      }),
    );
    expect(failures.map(({ code }) => code)).toEqual([
      'STALE_PROPOSAL',
      'VENUE_UNAVAILABLE',
      'PRICE_MOVED',
      'MARKET_CLOSED',
    ]);
  });

  test('PRICE_MOVED exactly where less is on offer at the limit than the order needs', () => {
    const level = fc.record({
      priceMicros: fc.integer({ min: 50, max: 66 }).map((cents) => price(`0.${cents}`)),
      quantity: fc.nat(60).map((count) => contracts(String(count))),
    });
    const tifs = fc.constantFrom<SendingView['timeInForce'][]>('ioc', 'fok', 'gtd');
    fc.assert(
      fc.property(fc.array(level, { maxLength: 6 }), tifs, (asks, timeInForce) => {
        const quote = { ...QUOTE, asks };
        const failures = failuresOf(judgeSending({ ...VIEW, timeInForce, quote }));
        const offered = asks.filter((ask) => ask.priceMicros <= VIEW.limitPrice);
        const depth = offered.reduce((sum, ask) => sum + ask.quantity, 0);
        const needed = { ioc: VIEW.minQuantity, fok: VIEW.quantity, gtd: 0 }[timeInForce];
        expect(failures.map(({ code }) => code)).toEqual(depth < needed ? ['PRICE_MOVED'] : []);
      }),
    );
  });
});

describe('STALE_FACTS: what is fetched before admission', () => {
  const fresh = { market: fact(MARKET), quote: fact(QUOTE), status: fact(STATUS) };
  const rows: [string, LegFacts, boolean][] = [
    ['everything is fresh', fresh, false],
    ['a quote exactly half as old as allowed', { ...fresh, quote: fact(QUOTE, 2_500) }, false],
    ['a quote a millisecond older', { ...fresh, quote: fact(QUOTE, 2_501) }, true],
    ['a market a millisecond older', { ...fresh, market: fact(MARKET, 2_501) }, true],
    ['a status a millisecond older', { ...fresh, status: fact(STATUS, 2_501) }, true],
    ['a quote from the future', { ...fresh, quote: fact(QUOTE, -2_001) }, true],
    ['no quote', { market: fresh.market, status: fresh.status }, true],
    ['no market', { quote: fresh.quote, status: fresh.status }, true],
    ['no status', { market: fresh.market, quote: fresh.quote }, true],
    ['nothing', {}, true],
  ];
  test.each(rows)('%s', (_name, facts, fetched) => {
    expect(factsToFetch(facts, { book: 'paper', atMs: AT_MS, ageMsMax: 5_000 })).toBe(fetched);
  });

  test.each([
    ['no balance', undefined, true],
    ['a fresh balance', 2_500, false],
    ['a balance a millisecond older', 2_501, true],
  ] as const)('where orders reach an exchange: %s', (_name, ageMs, fetched) => {
    const balance = ageMs === undefined ? undefined : fact({ cashMicros: usd('1') }, ageMs);
    const asked = { book: 'rehearsal', atMs: AT_MS, ageMsMax: 5_000 } as const;
    expect(factsToFetch({ ...fresh, balance }, asked)).toBe(fetched);
  });
});
