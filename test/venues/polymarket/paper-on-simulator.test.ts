/** Paper trading on Polymarket's public data, as its adapter reads it from the simulated exchange. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createPaperVenue } from '../../../venues/paper/paper-venue.ts';
import { publicSource } from '../../../venues/paper/public-source.ts';
import { createPolymarketMarkets } from '../../../venues/polymarket/public.ts';
import { beyondPublicReads } from '../../support/public-reads.ts';
import { runVenueConformance } from '../conformance.ts';
import { INITIAL_CASH_MICROS, PaperDatabase } from '../paper-harness.ts';
import { NO_PACE } from '../public-harness.ts';
import type { VenueUnderTest } from '../venue-under-test.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import type { SimulatedPolymarket } from './simulated.ts';
import { startSimulated } from './simulated.ts';

let database: PaperDatabase;
let exchange: SimulatedPolymarket | undefined;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());

const openPublic = ({ urls, clock }: SimulatedPolymarket) =>
  createPolymarketMarkets({ urls, clock, readsPerSecond: 100_000 });

/** An empty paper exchange on an exchange of its own. */
async function newPaperOnSimulator(): Promise<VenueUnderTest> {
  await database.empty();
  const started = await startSimulated();
  exchange = started;
  const { simulator, clock } = started;
  const open = () =>
    createPaperVenue({
      pool: database.pool,
      venue: 'polymarket',
      book: 'paper',
      clock,
      source: publicSource({ data: openPublic(started), clock, pace: NO_PACE }),
      initialCashMicros: INITIAL_CASH_MICROS,
    });
  started.setBook('M1', {});
  // Without a key only an answer in place of the version tells that there is no trading.
  const disabled = { seed: 'pause', share: 1, endpoints: ['version'] } as const;
  return {
    ...started,
    setTrading: (trading) =>
      void simulator.drawFaults(
        trading ? null : { ...disabled, kinds: [{ kind: 'error503', weight: 1 }] },
      ),
    venue: open(),
    reopen: open,
    close: () => Promise.resolve(),
  };
}

// I10 holds after each rule of the suite.
afterEach(async () => {
  const reached = exchange === undefined ? [] : beyondPublicReads(exchange.simulator, 'polymarket');
  await exchange?.close();
  exchange = undefined;
  expect(reached).toEqual([]);
});

runVenueConformance({
  name: "paper on the simulated Polymarket's public data",
  newVenue: newPaperOnSimulator,
});

test('an order that fills here takes nothing from the venue’s book', async () => {
  const t = await newPaperOnSimulator();
  t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
  expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
  expect((await t.venue.quote('M1', 0)).asks).toEqual([]);
  expect(exchange!.simulator.journal().length).toBeGreaterThan(0);
  expect((await openPublic(exchange!).quote('M1', 0)).asks).toEqual([
    { priceMicros: price(0.5), quantity: contracts(10) },
  ]);
});

test('a question that is disputed pays nothing until the vote', async () => {
  const t = await newPaperOnSimulator();
  const admin = (verb: string, body: object = {}) =>
    exchange!.simulator.admin(verb, { slug: 'M1', ...body });
  t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
  accepted(await send(t.venue, orderOf()));
  const before = (await t.venue.balance()).cashMicros;
  await admin('close');
  await admin('propose', { payout: '0' });
  await admin('dispute');
  expect((await t.venue.settlementsSince(0)).facts).toEqual([]);
  expect((await t.venue.balance()).cashMicros).toBe(before);
  await admin('resolve', { payout: '0.5' });
  expect((await t.venue.settlementsSince(0)).facts).toMatchObject([
    { payoutMicros: [500_000, 500_000] },
  ]);
  expect((await t.venue.balance()).cashMicros - before).toBe(5_000_000);
});
