/** Paper trading on Polymarket's public data, as its adapter reads it over real loopback HTTP. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createPaperVenue } from '../../../venues/paper/paper-venue.ts';
import { publicSource } from '../../../venues/paper/public-source.ts';
import { runVenueConformance } from '../conformance.ts';
import { INITIAL_CASH_MICROS, PaperDatabase } from '../paper-harness.ts';
import { NO_PACE } from '../public-harness.ts';
import type { VenueUnderTest } from '../venue-under-test.ts';
import { accepted, contracts, orderOf, price, send } from '../venue-under-test.ts';
import { json } from '../kalshi/raw-server.ts';
import { movableClock, PolymarketStub } from './stub.ts';

let database: PaperDatabase;
let stub: PolymarketStub | undefined;

beforeAll(async () => {
  database = await PaperDatabase.create();
});
afterAll(() => database.drop());

/** An empty paper exchange on public data with the market M1. */
async function newPaperOnPublic(): Promise<VenueUnderTest> {
  await database.empty();
  const started = await PolymarketStub.start();
  stub = started;
  const time = movableClock();
  const open = () =>
    createPaperVenue({
      pool: database.pool,
      venue: 'polymarket',
      book: 'paper',
      clock: time.clock,
      source: publicSource({
        data: started.open({ clock: time.clock }),
        clock: time.clock,
        pace: NO_PACE,
      }),
      initialCashMicros: INITIAL_CASH_MICROS,
    });
  started.market('M1');
  return {
    venue: open(),
    reopen: open,
    setBook(slug, { yes = {}, no = {} }) {
      started.market(slug).books = [yes, no];
    },
    setResult: (slug, payout) => started.resolve(slug, [Number(payout), 1 - Number(payout)]),
    setTrading(trading) {
      const disabled = json({ error: 'Trading is currently cancel-only.' }, 503);
      if (trading) started.answers.delete('/version');
      else started.answers.set('/version', disabled);
    },
    nowMs: () => time.nowMs,
    passMs(durationMs) {
      time.nowMs += durationMs;
    },
    close: () => Promise.resolve(),
  };
}

// I10: no request of paper trading is signed, changes anything or asks about an account.
afterEach(async () => {
  const beyond = (stub?.seen ?? []).filter(
    ({ method, headers }) =>
      method !== 'GET' || Object.keys(headers).some((name) => name.startsWith('poly')),
  );
  await stub?.close();
  stub = undefined;
  expect(beyond).toEqual([]);
});

runVenueConformance({
  name: "paper on Polymarket's public data",
  newVenue: newPaperOnPublic,
});

test('failure case 13 a 50/50 pays a half for either outcome', async () => {
  const t = await newPaperOnPublic();
  t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
  accepted(await send(t.venue, orderOf()));
  const before = (await t.venue.balance()).cashMicros;
  t.setResult('M1', '0.5');
  const { facts } = await t.venue.settlementsSince(0);
  expect(facts).toMatchObject([{ payoutMicros: [500_000, 500_000] }]);
  expect((await t.venue.balance()).cashMicros - before).toBe(5_000_000);
});

test('an order that fills here takes nothing from the venue’s book', async () => {
  const t = await newPaperOnPublic();
  t.setBook('M1', { yes: { asks: [['0.50', '10']] } });
  expect(accepted(await send(t.venue, orderOf())).filled).toBe(contracts(10));
  expect((await t.venue.quote('M1', 0)).asks).toEqual([]);
  expect((await stub!.open().quote('M1', 0)).asks).toEqual([
    { priceMicros: price(0.5), quantity: contracts(10) },
  ]);
});
