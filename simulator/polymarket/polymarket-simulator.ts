/** Polymarket on loopback: an exchange of its own behind the venue's real protocol (CLOB V2). */
import { fieldOf } from '../frame/requests.ts';
import type { SimulatedRequest, SimulatorClock, VenueSimulator } from '../venue-simulator.ts';
import type { PolymarketAccount } from './accounts.ts';
import { addAccount } from './accounts.ts';
import { adminVerbs } from './admin.ts';
import { endpointOf, registerEndpoints } from './door.ts';
import { PolymarketRefusal } from './errors.ts';
import { FAULT_ANSWERS, FAULT_KINDS } from './faults.ts';
import { advance } from './lifecycle.ts';
import { MarketSocket } from './market-socket.ts';
import { readOrderPayload, signedPart } from './order-request.ts';
import { recordsOf } from './oracle.ts';
import { orderHash } from './signing.ts';
import type { ExchangeState } from './state.ts';
import { newExchange } from './state.ts';
import { UserSocket } from './user-socket.ts';

/** Where the websockets are. @source reference §1.3 */
const MARKET_PATH = '/ws/market';
const USER_PATH = '/ws/user';

/** How to make the simulator. */
export interface PolymarketSimulatorOptions {
  readonly clock: SimulatorClock;
  /** Who may trade; the admin verb `addAccount` adds more. */
  readonly accounts: readonly PolymarketAccount[];
  /** Ids are drawn from it; the same seed and requests give the same ids. */
  readonly seed?: string;
  /**
   * What signatures' times are checked by; absent: the machine's clock, which clients sign with,
   * however far the venue's own clock is set off.
   */
  readonly wall?: SimulatorClock;
}

/**
 * Makes an exchange without markets, with $1,000 of pUSD for every account. The CLOB is at the root,
 * Gamma under `/gamma`, the Data API under `/data-api`, the site under `/site`.
 * @throws Error for an account that does not fit its signature type
 */
export function createPolymarketSimulator(options: PolymarketSimulatorOptions): VenueSimulator {
  const { clock, accounts, seed = 'polymarket', wall = { nowMs: () => Date.now() } } = options;
  const state = newExchange(seed, clock.nowMs());
  for (const account of accounts) addAccount(state, account);
  const letTimePass = (): void => advance(state, clock.nowMs());
  return {
    id: 'polymarket',
    register: (app) => registerEndpoints(app, { state, clock, wall }),
    identityOf: (request) => identityOf(state, request),
    endpointOf: (request) => endpointOf(request).name,
    admin: adminVerbs(state, letTimePass),
    records: () => {
      letTimePass();
      return recordsOf(state);
    },
    faultKinds: FAULT_KINDS,
    faultAnswers: FAULT_ANSWERS,
    socket: {
      paths: [MARKET_PATH, USER_PATH],
      // Whose the user channel is comes in its first message.
      authorize: () => true,
      connected: (socket, path) => {
        if (path === MARKET_PATH) new MarketSocket(state, socket);
        else new UserSocket(state, socket);
      },
    },
  };
}

/** An order's hash where the request is about one order, else its path and query. */
function identityOf(state: ExchangeState, request: SimulatedRequest): string {
  const { name, parameter } = endpointOf(request);
  if (name === 'order') return parameter ?? request.url;
  if (name === 'cancelOrder') {
    const orderId = fieldOf(request.body, 'orderID');
    return typeof orderId === 'string' ? orderId : request.url;
  }
  return (name === 'createOrder' ? postedId(state, request.body) : undefined) ?? request.url;
}

function postedId(state: ExchangeState, body: unknown): string | undefined {
  try {
    const order = signedPart(readOrderPayload(body));
    const market = state.tokens.get(order.tokenId)?.market;
    return market === undefined ? undefined : orderHash(order, market.negRisk);
  } catch (error) {
    if (error instanceof PolymarketRefusal) return undefined;
    throw error;
  }
}
