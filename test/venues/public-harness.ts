/** A paper exchange on scripted public data, with a clock in the test's hands. */
import type { Clock } from '../../domain/clock.ts';
import type { PriceMicros } from '../../domain/money.ts';
import { createPaperVenue } from '../../venues/paper/paper-venue.ts';
import type { PublicPace } from '../../venues/paper/public-source.ts';
import { publicSource } from '../../venues/paper/public-source.ts';
import type { Venue } from '../../venues/venue.ts';
import type { PaperDatabase } from './paper-harness.ts';
import { INITIAL_CASH_MICROS, START_MS } from './paper-harness.ts';
import { ScriptedData } from './scripted-data.ts';
import { price } from './venue-under-test.ts';
import type { VenueUnderTest } from './venue-under-test.ts';

/** Everything is asked each time somebody looks. */
export const NO_PACE: PublicPace = {
  sharedMs: 0,
  restingMs: 0,
  resultMs: 0,
  expectedResultMs: 0,
  resultBatchMs: 0,
};

/** The levers of the conformance suite, and the data behind them. */
export interface PublicUnderTest extends VenueUnderTest {
  readonly data: ScriptedData;
  /** Another process; without `pace` at the real pace. */
  open(options: { readonly pace?: PublicPace }): Venue;
}

/** Empties the exchange and opens it on data without any market. */
export async function newPublicPaper(database: PaperDatabase): Promise<PublicUnderTest> {
  const { pool } = database;
  await database.empty();
  let nowMs = START_MS;
  const clock: Clock = { read: () => Promise.resolve({ atMs: nowMs, offsetMs: 0 }) };
  const data = new ScriptedData(clock);
  const open: PublicUnderTest['open'] = (options) =>
    createPaperVenue({
      pool,
      venue: 'kalshi',
      book: 'paper',
      clock,
      source: publicSource({ data, clock, ...options }),
      initialCashMicros: INITIAL_CASH_MICROS,
    });
  return {
    venue: open({ pace: NO_PACE }),
    data,
    open,
    reopen: () => open({ pace: NO_PACE }),
    setBook: (id, { yes = {}, no = {} }) => data.set(id, { books: [yes, no] }),
    setResult(id, payout) {
      const yes = price(Number(payout));
      const payoutMicros = [yes, (1_000_000 - yes) as PriceMicros] as const;
      data.setFacts(id, { tradable: false });
      data.set(id, { result: { payoutMicros, settledAtMs: nowMs } });
    },
    setTrading(trading) {
      data.trading = trading;
    },
    nowMs: () => nowMs,
    passMs(durationMs) {
      nowMs += durationMs;
    },
    close: () => Promise.resolve(),
  };
}
