/** A simulated Polymarket with its clock in the test's hands, and the suite's levers around it. */
import { createPolymarketSimulator } from '../../../simulator/polymarket/polymarket-simulator.ts';
import type { Clock } from '../../../domain/clock.ts';
import type { KnownOrder, PolymarketVenueOptions } from '../../../venues/polymarket/account.ts';
import type { PolymarketUrls } from '../../../venues/polymarket/hosts.ts';
import type { PolymarketVenue } from '../../../venues/polymarket/polymarket-venue.ts';
import { createPolymarketVenue } from '../../../venues/polymarket/polymarket-venue.ts';
import type { SignatureType } from '../../../venues/polymarket/sign.ts';
import type { OrderRef } from '../../../venues/venue.ts';
import type { TestSimulator } from '../../support/simulator.ts';
import { startTestSimulator } from '../../support/simulator.ts';
import type { VenueUnderTest } from '../venue-under-test.ts';
import { urlsOn } from './stub.ts';
import { API_KEY, credentials, EOA } from './trading.ts';

const START_MS = Date.parse('2026-11-23T12:00:00Z');
/** The wallet that pays where it is not the key's own address. */
const FUNDER = '0x1111111111111111111111111111111111111111';

/** The levers that script the exchange, whatever stands in front of it. */
type Levers = Pick<
  VenueUnderTest,
  'setBook' | 'setResult' | 'setTrading' | 'nowMs' | 'passMs' | 'close'
>;

/** An exchange behind its real protocol, with a standing clock. */
export interface SimulatedPolymarket extends Levers {
  readonly simulator: TestSimulator;
  /** The exchange's clock, as a process of ours reads it. */
  readonly clock: Clock;
  readonly urls: PolymarketUrls;
}

const walletOf = (signatureType: SignatureType) =>
  signatureType === 0 ? { signatureType } : { signatureType, funder: FUNDER };

/** Starts an exchange with one account and no market. */
export async function startSimulated(
  signatureType: SignatureType = 0,
): Promise<SimulatedPolymarket> {
  let nowMs = START_MS;
  const { secret, passphrase } = credentials();
  const account = {
    privateKeyAddress: EOA,
    ...walletOf(signatureType),
    apiKey: API_KEY,
    secret: secret.reveal(),
    passphrase: passphrase.reveal(),
  };
  const simulator = await startTestSimulator(
    (clock) => createPolymarketSimulator({ clock, accounts: [account], wall: clock }),
    { base: () => nowMs },
  );
  // A verb has run when its call returns; a failure of it fails the test all the same.
  const script = (verb: string, body: unknown): void => void simulator.admin(verb, body);
  return {
    simulator,
    clock: { read: () => Promise.resolve({ atMs: nowMs, offsetMs: 0 }) },
    urls: urlsOn(simulator.url),
    setBook: (slug, books) => script('setBook', { slug, ...books }),
    setResult: (slug, payout) => script('setResult', { slug, payout }),
    setTrading: (trading) => script('setMode', { mode: trading ? 'normal' : 'disabled' }),
    nowMs: () => nowMs,
    passMs: (durationMs) => {
      nowMs += durationMs;
    },
    close: () => simulator.close(),
  };
}

/** The real adapter on such an exchange, with what a ledger would remember of its orders. */
export interface PolymarketOnSimulator extends VenueUnderTest {
  readonly venue: PolymarketVenue;
  readonly simulator: TestSimulator;
  readonly urls: PolymarketUrls;
  redeem(marketId: string): void;
  /** Another process of the same account. */
  reopen(changes?: Partial<PolymarketVenueOptions>): PolymarketVenue;
}

/** What a ledger stores of an order before its bytes may leave. */
interface Stored extends KnownOrder {
  readonly venueOrderId: string;
  readonly sentAtMs: number;
}

/** Starts an exchange with the market M1, and opens the adapter on it. */
export async function newPolymarketOnSimulator(
  signatureType: SignatureType = 0,
): Promise<PolymarketOnSimulator> {
  const exchange = await startSimulated(signatureType);
  exchange.setBook('M1', {});
  const ledger = new Map<string, Stored>();
  const reopen: PolymarketOnSimulator['reopen'] = (changes = {}) => {
    const venue = createPolymarketVenue({
      urls: exchange.urls,
      book: 'rehearsal',
      clock: exchange.clock,
      credentials: { ...credentials(), ...walletOf(signatureType) },
      wallMs: exchange.nowMs,
      readsPerSecond: 100_000,
      resultIntervalMs: 0,
      heldMarkets: () => Promise.resolve([...ledger.values()].map(({ market }) => market.marketId)),
      ordersOf: (hashes) => Promise.resolve(ordersOf(ledger, hashes)),
      ...changes,
    });
    const known = (ref: OrderRef): OrderRef => {
      const { venueOrderId, sentAtMs } = ledger.get(ref.clientOrderId) ?? {};
      return venueOrderId === undefined ? ref : { sentAtMs: sentAtMs!, venueOrderId, ...ref };
    };
    return {
      ...venue,
      // As the engine does: an order is stored before it is sent, and what was stored stays.
      prepare: async (request) => {
        const prepared = await venue.prepare(request);
        const { clientOrderId, marketId, outcome, action } = request;
        const { venueOrderId } = prepared;
        const market = await venue.market(marketId);
        const isNew = market !== undefined && !ledger.has(clientOrderId);
        if (venueOrderId !== undefined && isNew) {
          const sentAtMs = exchange.nowMs();
          const stored = { clientOrderId, market, outcome, action, venueOrderId, sentAtMs };
          ledger.set(clientOrderId, stored);
        }
        return prepared;
      },
      lookup: (ref, signal) => venue.lookup(known(ref), signal),
      cancel: (ref, signal) => venue.cancel(known(ref), signal),
    };
  };
  const redeem = (slug: string): void => void exchange.simulator.admin('redeem', { slug });
  return { ...exchange, redeem, venue: reopen(), reopen };
}

function ordersOf(
  ledger: ReadonlyMap<string, Stored>,
  hashes: readonly string[],
): ReadonlyMap<string, KnownOrder> {
  const found = [...ledger.values()].filter(({ venueOrderId }) => hashes.includes(venueOrderId));
  return new Map(found.map((stored) => [stored.venueOrderId, stored]));
}
