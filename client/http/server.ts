/** The HTTP API: reads are open on this machine, every change needs a role's token. */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import { ROLES } from '../../contracts/roles.ts';
import type { HttpPorts } from '../ports.ts';
import { addAlertRoutes } from './alerts.ts';
import { requireRoles } from './auth.ts';
import { addDeskRoutes } from './desk.ts';
import { addHealthRoutes } from './health.ts';
import { hostProblem } from './hosts.ts';
import { addOpenApiRoute } from './openapi.ts';
import { addPredecessorRoutes } from './predecessor.ts';
import { HttpProblem } from './problems.ts';
import { addReadRoutes } from './reads.ts';
import { addApprovalRoutes, addPairRoutes, addStrategyRoutes } from './registry.ts';
import type { Routes } from './routes.ts';
import { routesOf } from './routes.ts';
import { NdjsonBody } from './submissions.ts';
import { addTradeRoutes } from './trades.ts';

const BODY_BYTES_MAX = 256 * 1024;
/** A caller that has not sent its whole request by then is cut off. */
const REQUEST_MS_MAX = 15_000;
const CONTENT_TYPES = ['application/json', 'application/x-ndjson'];

/** No page may read, cache or frame an answer. There is no CORS header, ever. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/**
 * Makes the HTTP server over `ports`; the caller lets it listen and closes it.
 * @throws Error when a token is missing or a route does not declare who may call it
 */
export function createServer(ports: HttpPorts): FastifyInstance {
  for (const role of ROLES) {
    if (ports.tokens[role] === '') throw new Error(`the token of the role ${role} is empty`);
  }
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_MS_MAX,
    genReqId: () => randomUUID(),
    frameworkErrors: (error, _request, reply) => {
      void reply.headers(SECURITY_HEADERS);
      // No id of anything is that long, so there is nothing at such an address.
      const isTooLong = error.code === 'FST_ERR_MAX_PARAM_LENGTH';
      sendProblem(reply, new HttpProblem(isTooLong ? 'NOT_FOUND' : 'BAD_REQUEST'));
    },
  });
  const failed = (error: unknown, context: string, unreadable?: Unreadable): HttpProblem =>
    problemOf(error, unreadable) ?? internalProblem(ports, error, context);

  app.addHook('onRequest', async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    const code = hostProblem(request.headers, ports.hosts);
    if (code !== undefined) throw new HttpProblem(code);
  });
  requireRoles(app, ports.tokens);
  endConnectionsOnClose(app);
  readBodies(app);
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new HttpProblem('NOT_FOUND')));
  app.setErrorHandler((error, request, reply) => {
    // A caller that hangs up while sending is no failure of ours; nobody reads this answer.
    const hungUp = request.raw.destroyed && !request.raw.complete;
    if (hungUp) return sendProblem(reply, new HttpProblem('BAD_REQUEST'));
    const context = `${request.method} ${pathOf(request)} ${request.id}`;
    sendProblem(reply, failed(error, context, request.routeOptions.config.mistakes));
  });
  addRoutes(routesOf(app), ports, failed);
  return app;
}

function addRoutes(
  routes: Routes,
  ports: HttpPorts,
  failed: (error: unknown, context: string) => HttpProblem,
): void {
  addHealthRoutes(routes, ports);
  addTradeRoutes(routes, ports, failed);
  addReadRoutes(routes, ports);
  addAlertRoutes(routes, ports);
  addDeskRoutes(routes, ports);
  addPairRoutes(routes, ports);
  addStrategyRoutes(routes, ports);
  addApprovalRoutes(routes, ports);
  addPredecessorRoutes(routes, ports);
  // The last one: it documents those before it, and itself.
  addOpenApiRoute(routes, ports.version);
}

/** A kept connection whose last answer comes after the close has begun would hold it for a minute. */
function endConnectionsOnClose(app: FastifyInstance): void {
  let isClosing = false;
  app.addHook('preClose', async () => {
    isClosing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close');
  });
}

/** JSON and NDJSON only: a web page's plain form cannot send either without asking first. */
function readBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    'application/x-ndjson',
    { parseAs: 'string' },
    (_request, text: string, done) => done(null, new NdjsonBody(text)),
  );
  app.addHook('onRequest', async (request) => {
    if (request.is404 || request.method === 'GET' || request.method === 'HEAD') return;
    const type = (request.headers['content-type'] ?? '').split(';')[0] ?? '';
    if (!CONTENT_TYPES.includes(type.trim().toLowerCase())) {
      throw new HttpProblem('CONTENT_TYPE_NOT_SUPPORTED');
    }
  });
}

/** The code a route has for a body that is no JSON. */
type Unreadable = 'INVALID_PROPOSAL' | 'INVALID_REQUEST';

/** The problem an error stands for; undefined where it is a fault of ours. */
function problemOf(
  error: unknown,
  unreadable: Unreadable = 'INVALID_REQUEST',
): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  // Only Fastify's word counts: a port's error is ours, whatever fields it carries.
  const isFastify = 'code' in error && String(error.code).startsWith('FST_ERR_');
  if (!isFastify && !(error instanceof SyntaxError)) return undefined;
  switch (error.statusCode) {
    case 413:
      return new HttpProblem('BODY_TOO_LARGE');
    case 415:
      return new HttpProblem('CONTENT_TYPE_NOT_SUPPORTED');
    case 400:
      return new HttpProblem(unreadable, {
        status: 400,
        message: 'the body cannot be read; nothing was decided or changed',
        problems: [{ field: 'body', problem: error.message }],
      });
    default:
      return undefined;
  }
}

/** Tells the host everything and the caller only where to look. */
function internalProblem(ports: HttpPorts, error: unknown, context: string): HttpProblem {
  ports.report(error, context);
  const requestId = context.slice(context.lastIndexOf(' ') + 1);
  return new HttpProblem('INTERNAL', {
    message: `an unexpected failure; the log has the details under request ${requestId}`,
  });
}

function sendProblem(reply: FastifyReply, problem: HttpProblem): void {
  void reply.code(problem.status).send(problem.body);
}

/** The declared path: a caller's own text would let it write into the log. */
function pathOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? '(no route)';
}
