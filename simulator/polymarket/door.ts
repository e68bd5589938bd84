/** Lets calls in: time passes, keys and buckets are checked, refusals become answers. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonOf } from '../frame/bodies.ts';
import { queryOf, routeFinder } from '../frame/requests.ts';
import type { SimulatedRequest, SimulatorClock } from '../venue-simulator.ts';
import { authenticate } from './auth.ts';
import { ACCOUNT_ENDPOINTS } from './endpoints/account.ts';
import { CLOB_ENDPOINTS } from './endpoints/clob.ts';
import type { Call, Endpoint, PrivateCall, PrivateEndpoint } from './endpoints/endpoint.ts';
import { ORDER_ENDPOINTS } from './endpoints/orders.ts';
import { SITE_ENDPOINTS } from './endpoints/public-sites.ts';
import { PolymarketRefusal, refusals } from './errors.ts';
import { playFault } from './faults.ts';
import { advance } from './lifecycle.ts';
import { RateLimits } from './limits.ts';
import type { Account } from './records.ts';
import type { ExchangeState } from './state.ts';

/** How often time passes without a request. */
const TICK_MS = 100;

const ENDPOINTS: readonly Endpoint[] = [
  ...CLOB_ENDPOINTS,
  ...SITE_ENDPOINTS,
  ...ACCOUNT_ENDPOINTS,
  ...ORDER_ENDPOINTS,
];

/** What the door needs. */
export interface DoorParts {
  readonly state: ExchangeState;
  readonly clock: SimulatorClock;
  /** The clock signatures are checked by: the machine's, however far the venue's is set off. */
  readonly wall: SimulatorClock;
}

/** Registers every endpoint; what is not there is the venue's 404. */
export function registerEndpoints(app: FastifyInstance, parts: DoorParts): void {
  const limits = new RateLimits();
  app.register((scope, _options, done) => {
    // The bytes of a body are signed: they are kept as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, parsed) =>
      parsed(null, text),
    );
    for (const endpoint of ENDPOINTS) {
      scope.route({
        method: endpoint.method,
        url: endpoint.path,
        exposeHeadRoute: false,
        handler: (request, reply) =>
          answer(reply, () => serve(parts, limits, endpoint, request, reply)),
      });
    }
    scope.setNotFoundHandler((_request, reply) =>
      answer(reply, () => Promise.reject(refusals.routeNotFound())),
    );
    done();
  });
  const timer = setInterval(() => advance(parts.state, parts.clock.nowMs()), TICK_MS);
  timer.unref();
  app.addHook('onClose', () => {
    clearInterval(timer);
  });
}

async function answer(reply: FastifyReply, run: () => Promise<unknown>): Promise<FastifyReply> {
  try {
    return tell(reply, 200, await run());
  } catch (error) {
    if (!(error instanceof PolymarketRefusal)) throw error;
    return tell(reply.headers(error.headers), error.status, error.body);
  }
}

function tell(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return reply.status(status).header('content-type', 'application/json').send(text);
}

async function serve(
  parts: DoorParts,
  limits: RateLimits,
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { state, clock, wall } = parts;
  advance(state, clock.nowMs());
  const text = typeof request.body === 'string' ? request.body : '';
  const { staleMs = 0, fault } = request as Partial<SimulatedRequest>;
  const call = {
    state,
    params: request.params as Record<string, string>,
    query: queryOf(request.query),
    headers: request.headers,
    body: jsonOf(text),
    asOfMs: state.nowMs - state.switches.lagMs - staleMs,
    wallMs: wall.nowMs(),
    chargeAfter: () => {},
  };
  if (endpoint.access === 'public') {
    const prepared = await endpoint.prepare?.(call);
    if (fault !== undefined) playFault(endpoint.name, { ...call, prepared }, fault);
    return endpoint.handle({ ...call, prepared });
  }
  const { method, url, headers } = request;
  const account = authenticate(state, { method, url, headers, text }, wall.nowMs());
  bill(limits, endpoint, { call, account, reply });
  const mine: Omit<PrivateCall, 'prepared'> = {
    ...call,
    account,
    chargeAfter: (more) => limits.chargeAfter(state, account, more),
  };
  const prepared = await endpoint.prepare?.(mine);
  advance(state, clock.nowMs());
  if (fault !== undefined) playFault(endpoint.name, { ...mine, prepared }, fault);
  return endpoint.handle({ ...mine, prepared });
}

function bill(
  limits: RateLimits,
  endpoint: PrivateEndpoint,
  { call, account, reply }: { call: Omit<Call, 'prepared'>; account: Account; reply: FastifyReply },
): void {
  const asked = endpoint.bill?.(call.body);
  if (asked !== undefined) reply.headers(limits.charge(call.state, account, asked));
}

/** The endpoint a request goes to, and the parameter in its path. */
export const endpointOf = routeFinder(ENDPOINTS);
