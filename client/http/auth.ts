/** Bearer tokens and roles. A route says who may call it, or the server is not created. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../../contracts/config-fields.ts';
import type { Role, Tokens } from '../../contracts/roles.ts';
import { ROLES } from '../../contracts/roles.ts';
import { failureLimit } from './failures.ts';
import { HttpProblem } from './problems.ts';

/** `probe` is open to all; `read` is open on this machine and needs any role from elsewhere. */
export type Access = 'probe' | 'read' | Role;

declare module 'fastify' {
  interface FastifyRequest {
    /** The role the caller's token proved; empty where none was asked for. */
    role: Role | '';
  }
  interface FastifyContextConfig {
    /** Who may call the route; every route declares it. */
    access?: Access;
    /** The code of a body that cannot be read. */
    mistakes?: 'INVALID_PROPOSAL' | 'INVALID_REQUEST';
  }
}

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;

/**
 * Adds the check of roles to every route of `app`.
 * @throws Error at the declaration of a route without `config: { access }`
 */
export function requireRoles(app: FastifyInstance, tokens: Tokens): void {
  const failures = failureLimit();
  app.decorateRequest('role', '');
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`the route ${String(route.method)} ${route.url} does not declare its access`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (request.is404 || access === 'probe') return;
    if (access === 'read' && isLocal(request.ip)) return;
    const role = roleOf(tokens, request.headers.authorization);
    if (role === undefined) {
      void reply.header('www-authenticate', 'Bearer');
      // Asking without a token is no attempt at one.
      const guessed = request.headers.authorization !== undefined;
      const waitSeconds = guessed ? failures.fail(request.ip) : undefined;
      if (waitSeconds === undefined) throw new HttpProblem('UNAUTHENTICATED');
      void reply.header('retry-after', String(waitSeconds));
      throw new HttpProblem('TOO_MANY_FAILURES');
    }
    if (access === 'read') return;
    if (access === undefined || ROLES.indexOf(role) < ROLES.indexOf(access)) {
      throw new HttpProblem('ROLE_TOO_LOW', {
        message: `this needs the role ${String(access)}, the token has ${role}`,
      });
    }
    request.role = role;
  });
}

/**
 * The role a header proves, or undefined. Every token is compared, in constant time and by its
 * hash, so that the time taken tells neither how much of a token was right nor which role it has.
 */
export function roleOf(tokens: Tokens, authorization: string | undefined): Role | undefined {
  const presented = BEARER.exec(authorization ?? '')?.[1];
  const digest = sha256(presented ?? '');
  let found: Role | undefined;
  for (const role of ROLES) {
    if (timingSafeEqual(sha256(tokens[role]), digest)) found = role;
  }
  return presented === undefined ? undefined : found;
}

/** Whether the caller is on this machine, IPv4 in IPv6 clothes included. */
function isLocal(ip: string): boolean {
  return isLoopback(ip.replace(/^::ffff:/i, ''));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
