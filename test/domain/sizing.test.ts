import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { VenueMarket } from '../../domain/market.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { microContracts, micros } from '../../domain/money.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { quantityMinAt, quantityWithin, sizeTrade, worstCaseCost } from '../../domain/sizing.ts';
import {
  anyFees,
  anyQuantity,
  anyTenthOfCent,
  contracts,
  KALSHI_FEES,
  MARKET,
  NO_FEES,
  price,
  PROPOSAL,
  SPORTS_FEES,
  usd,
} from './builders.ts';

const FREE: VenueMarket = { ...MARKET, fees: NO_FEES };
const HALF = price('0.5');

/** One leg at a price. */
const leg = (market: VenueMarket, priceMaxMicros: PriceMicros) => [{ market, priceMaxMicros }];

describe('the worst case of a leg', () => {
  test.each([
    ['without fees', NO_FEES, '100', '0.50', '50'],
    ['with the highest sports fee', SPORTS_FEES, '100', '0.50', '51.2505'],
    ['with the highest Kalshi fee', KALSHI_FEES, '100', '0.50', '51.755'],
    ['with the fee of a better price', KALSHI_FEES, '100', '0.90', '91.755'],
  ])('%s', (_name, fees, quantity, limit, cost) => {
    expect(worstCaseCost({ ...MARKET, fees }, contracts(quantity), price(limit))).toBe(usd(cost));
  });
});

describe('the least a market takes in a buy', () => {
  const FIVE = { ...FREE, minQuantity: contracts('5'), minCostMicros: usd('1') };
  test.each([
    ['its least size', FIVE, '0.50', '5'],
    ['its least cost to the cent', FIVE, '0.20', '5'],
    ['its least cost in whole lots', FIVE, '0.19', '5.27'],
    ['its least cost at a tiny price', FIVE, '0.001', '1000'],
    ['no least cost', { ...FIVE, minCostMicros: undefined }, '0.001', '5'],
  ])('%s', (_name, { minCostMicros, ...market }, at, quantity) => {
    const known = minCostMicros === undefined ? market : { ...market, minCostMicros };
    expect(quantityMinAt(known, price(at))).toBe(contracts(quantity));
  });
});

describe('quantityWithin', () => {
  test.each([
    ['a budget that fits to the cent', FREE, '50', '100'],
    ['a cent less', FREE, '49.99', '99.98'],
    ['a micro-dollar less than a lot', FREE, '0.004999', '0'],
    ['exactly one lot', FREE, '0.005', '0.01'],
    ['nothing', FREE, '0', '0'],
    ['whole contracts only', { ...FREE, lotMicroContracts: 1_000_000 }, '50.49', '100'],
    ['a budget below every fee', { ...FREE, fees: KALSHI_FEES }, '0.009', '0'],
  ])('%s', (_name, market, budget, quantity) => {
    expect(quantityWithin(leg(market, HALF), usd(budget))).toBe(contracts(quantity));
  });

  test('is the largest multiple of the lot whose worst case fits', () => {
    // A lot of a millionth only with small budgets: the bound on lots is not what is tested.
    const cases = fc.oneof(
      fc.tuple(fc.constantFrom(1, 10_000, 5_000_000), fc.integer({ min: 0, max: 200_000 })),
      fc.tuple(fc.constantFrom(10_000, 1_000_000), fc.integer({ min: 0, max: 10_000_000_000 })),
    );
    fc.assert(
      fc.property(anyFees, cases, anyTenthOfCent, (fees, [lotMicroContracts, most], limit) => {
        const market = { ...MARKET, fees, lotMicroContracts };
        const quantity = quantityWithin(leg(market, limit), micros(most));
        const next = microContracts(quantity + lotMicroContracts);
        expect(quantity % lotMicroContracts).toBe(0);
        expect(quantity === 0 || worstCaseCost(market, quantity, limit) <= most).toBe(true);
        expect(worstCaseCost(market, next, limit)).toBeGreaterThan(most);
      }),
    );
  });

  test('grows with the budget and shrinks with the price', () => {
    const budgets = fc.integer({ min: 0, max: 1_000_000_000 }).map(micros);
    fc.assert(
      fc.property(anyFees, budgets, budgets, anyTenthOfCent, anyTenthOfCent, (fees, a, b, p, q) => {
        const market = { ...MARKET, fees };
        const [less, more] = a < b ? [a, b] : [b, a];
        const [cheap, dear] = p < q ? [p, q] : [q, p];
        const base = quantityWithin(leg(market, cheap), less);
        expect(quantityWithin(leg(market, cheap), more)).toBeGreaterThanOrEqual(base);
        expect(quantityWithin(leg(market, dear), less)).toBeLessThanOrEqual(base);
      }),
    );
  });
});

describe('the quantity of a single leg', () => {
  test.each([
    ['neither is given: the bet amount', {}, '100'],
    ['quantity alone, past the bet amount', { quantity: contracts('300') }, '300'],
    ['quantity alone, off the grid', { quantity: contracts('3.149999') }, '3.14'],
    ['quantity alone, below a lot', { quantity: contracts('0.009') }, '0'],
    ['budget alone, past the bet amount', { budget: usd('75') }, '150'],
    ['budget alone, below a lot', { budget: usd('0.004') }, '0'],
    ['both, quantity smaller', { quantity: contracts('30'), budget: usd('75') }, '30'],
    ['both, budget smaller', { quantity: contracts('300'), budget: usd('75') }, '150'],
    ['both, equal', { quantity: contracts('150'), budget: usd('75') }, '150'],
  ])('%s', (_name, asked: Partial<Proposal>, quantity) => {
    const { budget: _, ...bare } = PROPOSAL;
    expect(sizeTrade({ ...bare, ...asked }, leg(FREE, HALF), usd('50'))).toBe(contracts(quantity));
  });

  test('both given is the smaller of each given alone', () => {
    const budgets = fc.integer({ min: 1, max: 10_000_000_000 }).map(micros);
    fc.assert(
      fc.property(
        anyFees,
        anyQuantity,
        budgets,
        anyTenthOfCent,
        (fees, quantity, budget, limit) => {
          const { budget: _, ...bare } = PROPOSAL;
          const market = { ...MARKET, fees };
          const size = (asked: Partial<Proposal>) =>
            sizeTrade({ ...bare, ...asked }, leg(market, limit), usd('50'));
          expect(size({ quantity, budget })).toBe(Math.min(size({ quantity }), size({ budget })));
        },
      ),
    );
  });
});
