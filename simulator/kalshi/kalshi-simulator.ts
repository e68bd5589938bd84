/** Kalshi on loopback: an exchange of its own behind the venue's real protocol. */
import { KalshiSocket } from './socket.ts';
import type { KalshiKey } from './accounts.ts';
import { addKey } from './accounts.ts';
import { adminVerbs } from './admin.ts';
import { authenticate } from './auth.ts';
import { endpointOf, registerEndpoints } from './door.ts';
import { fieldOf } from '../frame/requests.ts';
import { KalshiRefusal } from './errors.ts';
import { FAULT_ANSWERS, FAULT_KINDS } from './faults.ts';
import { advance } from './lifecycle.ts';
import { recordsOf } from './oracle.ts';
import { newExchange } from './state.ts';
import type { SimulatedRequest, SimulatorClock, VenueSimulator } from '../venue-simulator.ts';

/** Where the websocket is. @source DOC asyncapi.yaml */
const SOCKET_PATH = '/trade-api/ws/v2';

/** How to make the simulator. */
export interface KalshiSimulatorOptions {
  readonly clock: SimulatorClock;
  /** The keys that may sign; the admin verb `addKey` adds more. */
  readonly keys: readonly KalshiKey[];
  /** Ids are drawn from it; the same seed and requests give the same ids. */
  readonly seed?: string;
  /**
   * What signatures' times are checked by; absent: the machine's clock, which clients sign with,
   * however far the venue's own clock is set off.
   */
  readonly wall?: SimulatorClock;
}

/** Makes an exchange without markets, with $1,000 on shard 0 for every user. */
export function createKalshiSimulator(options: KalshiSimulatorOptions): VenueSimulator {
  const { clock, keys, seed = 'kalshi', wall = { nowMs: () => Date.now() } } = options;
  const state = newExchange(seed, clock.nowMs());
  for (const key of keys) addKey(state, key);
  const letTimePass = (): void => advance(state, clock.nowMs());
  // The frame opens the connection in the turn that authorized it.
  let authorizedUser = '';
  return {
    id: 'kalshi',
    register: (app) => registerEndpoints(app, { state, clock, wall }),
    identityOf,
    endpointOf: (request) => endpointOf(request).name,
    admin: adminVerbs(state, letTimePass),
    records: () => {
      letTimePass();
      return recordsOf(state);
    },
    faultKinds: FAULT_KINDS,
    faultAnswers: FAULT_ANSWERS,
    socket: {
      paths: [SOCKET_PATH],
      authorize: ({ method = 'GET', url = '', headers }) => {
        try {
          const key = authenticate(state, { method, url, headers }, 'read', wall.nowMs());
          authorizedUser = key.userId;
          return true;
        } catch (error) {
          if (error instanceof KalshiRefusal) return false;
          throw error;
        }
      },
      connected: (socket) => {
        new KalshiSocket(state, authorizedUser, socket);
      },
    },
  };
}

/** An order's own identity where the request has one, else its path and query. */
function identityOf(request: SimulatedRequest): string {
  const { name, parameter } = endpointOf(request);
  if (name === 'createOrder') {
    const clientOrderId = fieldOf(request.body, 'client_order_id');
    if (typeof clientOrderId === 'string' && clientOrderId !== '') return clientOrderId;
  }
  return name === 'cancelOrder' || name === 'order' ? (parameter ?? request.url) : request.url;
}
