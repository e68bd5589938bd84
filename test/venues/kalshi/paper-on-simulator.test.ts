/** Paper trading on Kalshi's public data, as its adapter reads it from the simulated exchange. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createKalshiPublic } from '../../../venues/kalshi/public.ts';
import { createPaperVenue } from '../../../venues/paper/paper-venue.ts';
import { publicSource } from '../../../venues/paper/public-source.ts';
import { beyondPublicReads } from '../../support/public-reads.ts';
import { runVenueConformance } from '../conformance.ts';
import { INITIAL_CASH_MICROS, PaperDatabase } from '../paper-harness.ts';
import { NO_PACE } from '../public-harness.ts';
import type { VenueUnderTest } from '../venue-under-test.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { SimulatedKalshi } from './simulated.ts';
import { startSimulated } from './simulated.ts';

let database: PaperDatabase;
let exchange: SimulatedKalshi | undefined;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());

/** An empty paper exchange on an exchange of its own. */
async function newPaperOnSimulator(): Promise<VenueUnderTest> {
  await database.empty();
  const started = await startSimulated();
  const { clock, baseUrl } = started;
  exchange = started;
  const open = () =>
    createPaperVenue({
      pool: database.pool,
      venue: 'kalshi',
      book: 'paper',
      clock,
      source: publicSource({
        data: createKalshiPublic({ baseUrl, clock, readTokensPerSecond: 100_000 }),
        clock,
        pace: NO_PACE,
      }),
      initialCashMicros: INITIAL_CASH_MICROS,
    });
  started.setBook('M1', {});
  return { ...started, venue: open(), reopen: open, close: () => Promise.resolve() };
}

// I10 holds after each rule of the suite.
afterEach(async () => {
  const reached = exchange === undefined ? [] : beyondPublicReads(exchange.simulator);
  await exchange?.close();
  exchange = undefined;
  expect(reached).toEqual([]);
});

runVenueConformance({
  name: "paper on the simulated Kalshi's public data",
  newVenue: newPaperOnSimulator,
});

test('an order that fills here takes nothing from the venue’s book', async () => {
  const t = await newPaperOnSimulator();
  t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
  expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
  expect((await t.venue.quote('M1', 0)).asks).toEqual([]);
  const { clock, baseUrl, simulator } = exchange!;
  expect(simulator.journal().length).toBeGreaterThan(0);
  const venue = createKalshiPublic({ baseUrl, clock });
  expect((await venue.quote('M1', 0)).asks).toEqual([
    { priceMicros: price(0.5), quantity: contracts(10) },
  ]);
});
