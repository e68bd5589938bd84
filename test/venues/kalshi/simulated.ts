/** A simulated Kalshi with its clock in the test's hands, and the suite's levers around it. */
import { createKalshiSimulator } from '../../../simulator/kalshi/kalshi-simulator.ts';
import type { Clock } from '../../../domain/clock.ts';
import type { KalshiVenueOptions } from '../../../venues/kalshi/account.ts';
import type { KalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import { createKalshiVenue } from '../../../venues/kalshi/kalshi-venue.ts';
import type { OrderTerms } from '../../../venues/kalshi/wire.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';
import type { VenueUnderTest } from '../venue-under-test.ts';
import { credentials, KEY_ID, RSA_PUBLIC_KEY, venueOptions } from './raw-server.ts';

const START_MS = Date.parse('2026-11-23T12:00:00Z');

/** The levers that script the exchange, whatever stands in front of it. */
type Levers = Pick<
  VenueUnderTest,
  'setBook' | 'setResult' | 'setTrading' | 'nowMs' | 'passMs' | 'close'
>;

/** An exchange behind its real protocol, with a standing clock. */
export interface SimulatedKalshi extends Levers {
  readonly simulator: TestSimulator;
  /** The exchange's clock, as a process of ours reads it. */
  readonly clock: Clock;
  readonly baseUrl: string;
}

/**
 * Starts an exchange with one key and no market. Its buckets do not fill while its clock stands, so
 * they are the largest there are.
 */
export async function startSimulated(): Promise<SimulatedKalshi> {
  let nowMs = START_MS;
  const publicKeyPem = RSA_PUBLIC_KEY.export({ type: 'spki', format: 'pem' }).toString();
  const keys = [{ keyId: KEY_ID, publicKeyPem }];
  const simulator = await startTestSimulator(
    (clock) => createKalshiSimulator({ clock, keys, wall: clock }),
    { base: () => nowMs },
  );
  await simulator.admin('setUser', { tier: 'prestige' });
  // A verb has run when its call returns; a failure of it fails the test all the same.
  const script = (verb: string, body: unknown): void => void simulator.admin(verb, body);
  return {
    simulator,
    clock: { read: () => Promise.resolve({ atMs: nowMs, offsetMs: 0 }) },
    baseUrl: `${simulator.url}/trade-api/v2`,
    setBook: (ticker, books) => script('setBook', { ticker, ...books }),
    setResult: (ticker, payout) => script('setResult', { ticker, payout }),
    setTrading: (trading) => script('setExchange', { trading }),
    nowMs: () => nowMs,
    passMs: (durationMs) => {
      nowMs += durationMs;
    },
    close: () => simulator.close(),
  };
}

/** The real adapter on such an exchange, with what a ledger would remember of its orders. */
export interface KalshiOnSimulator extends VenueUnderTest {
  readonly venue: KalshiVenue;
  readonly simulator: TestSimulator;
  /** Another process of the same account. */
  reopen(changes?: Partial<KalshiVenueOptions>): KalshiVenue;
}

/** Starts an exchange with the market M1, and opens the adapter on it. */
export async function newKalshiOnSimulator(): Promise<KalshiOnSimulator> {
  const exchange = await startSimulated();
  exchange.setBook('M1', {});
  const ledger = new Map<string, OrderTerms>();
  const reopen: KalshiOnSimulator['reopen'] = (changes = {}) => {
    const venue = createKalshiVenue(
      venueOptions(exchange.baseUrl, {
        credentials: credentials(),
        clock: exchange.clock,
        wallMs: exchange.nowMs,
        termsOf: (ids) => Promise.resolve(new Map([...ledger].filter(([id]) => ids.includes(id)))),
        ...changes,
      }),
    );
    return {
      ...venue,
      // As the engine does: an order is stored before it is sent, and what was stored stays.
      prepare: (request) => {
        const { clientOrderId, outcome, action } = request;
        if (!ledger.has(clientOrderId)) ledger.set(clientOrderId, { outcome, action });
        return venue.prepare(request);
      },
    };
  };
  return { ...exchange, venue: reopen(), reopen };
}
