/** Lets calls in: time passes, keys and buckets are checked, refusals become answers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fieldOf, queryOf, routeFinder } from '../frame/requests.ts';
import type { SimulatedRequest, SimulatorClock } from '../venue-simulator.ts';
import { authenticate } from './auth.ts';
import { ACCOUNT_ENDPOINTS } from './endpoints/account.ts';
import type { Answer, Call, Endpoint } from './endpoints/endpoint.ts';
import { GROUP_ENDPOINTS } from './endpoints/order-groups.ts';
import { ORDER_ENDPOINTS } from './endpoints/orders.ts';
import { PORTFOLIO_ENDPOINTS } from './endpoints/portfolio.ts';
import { PUBLIC_ENDPOINTS } from './endpoints/public.ts';
import { KalshiRefusal, recorded, unrecorded } from './errors.ts';
import { playFault } from './faults.ts';
import { advance } from './lifecycle.ts';
import { billedShards, costOf, RateLimits } from './limits.ts';
import type { ExchangeState } from './state.ts';

/** Where the venue's API begins. @source DOC api_environments */
export const PREFIX = '/trade-api/v2';

/** How often time passes without a request. */
const TICK_MS = 100;

const ENDPOINTS: readonly Endpoint[] = [
  ...PUBLIC_ENDPOINTS,
  ...PORTFOLIO_ENDPOINTS,
  ...ACCOUNT_ENDPOINTS,
  ...GROUP_ENDPOINTS,
  ...ORDER_ENDPOINTS,
];

/** What the door needs. */
export interface DoorParts {
  readonly state: ExchangeState;
  readonly clock: SimulatorClock;
  /** The clock signatures are checked by: the machine's, however far the venue's is set off. */
  readonly wall: SimulatorClock;
}

/** Registers every endpoint below the prefix; what is not there is the venue's 404. */
export function registerEndpoints(app: FastifyInstance, parts: DoorParts): void {
  const limits = new RateLimits();
  app.register(
    (scope, _options, done) => {
      readBodies(scope);
      for (const endpoint of ENDPOINTS) {
        scope.route({
          method: endpoint.method,
          url: endpoint.path,
          exposeHeadRoute: false,
          handler: (request, reply) => answer(reply, () => serve(parts, limits, endpoint, request)),
        });
      }
      scope.setNotFoundHandler((_request, reply) => {
        void answer(reply, () => {
          throw unrecorded.routeNotFound();
        });
      });
      scope.setErrorHandler((error, _request, reply) => refuse(reply, error));
      done();
    },
    { prefix: PREFIX },
  );
  const timer = setInterval(() => advance(parts.state, parts.clock.nowMs()), TICK_MS);
  timer.unref();
  app.addHook('onClose', () => {
    clearInterval(timer);
  });
}

/** Bodies are JSON whatever the header says; an empty one is none. */
function readBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') {
      done(null, undefined);
      return;
    }
    try {
      done(null, JSON.parse(String(text)));
    } catch {
      done(recorded.badRequest('invalid JSON'), undefined);
    }
  });
}

function answer(reply: FastifyReply, run: () => Answer): FastifyReply {
  try {
    const { status, body } = run();
    return body === undefined ? reply.status(status).send() : reply.status(status).send(body);
  } catch (error) {
    return refuse(reply, error);
  }
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof KalshiRefusal)) throw error;
  return reply.status(error.status).send(error.body);
}

function serve(
  { state, clock, wall }: DoorParts,
  limits: RateLimits,
  endpoint: Endpoint,
  request: FastifyRequest,
): Answer {
  advance(state, clock.nowMs());
  const { staleMs = 0, fault } = request as Partial<SimulatedRequest>;
  const query = queryOf(request.query);
  const { access } = endpoint;
  const key = access === 'public' ? undefined : authenticate(state, request, access, wall.nowMs());
  const call: Call = {
    state,
    params: request.params as Record<string, string>,
    query,
    body: request.body,
    userId: key?.userId ?? '',
    asOfMs: state.nowMs - state.switches.lagMs - staleMs,
  };
  if (key !== undefined) {
    const tier = state.users.get(key.userId)?.tier ?? 'basic';
    const bill = { userId: key.userId, tier, tokens: costOf(endpoint.method, endpoint.path) };
    const shards = access === 'write' ? { writeShards: shardsOf(endpoint, call) } : {};
    limits.charge({ ...bill, ...shards }, state.nowMs);
  }
  if (fault !== undefined) playFault(endpoint.name, call, fault);
  return endpoint.handle(call);
}

function shardsOf(endpoint: Endpoint, call: Call): readonly number[] {
  const index = call.query['exchange_index'] ?? fieldOf(call.body, 'exchange_index');
  return billedShards(index, endpoint.routed?.(call) ?? false);
}

/** The endpoint a request goes to, and the parameter in its path. */
export const endpointOf = routeFinder(ENDPOINTS, PREFIX);
