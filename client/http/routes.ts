/** Routes, each declared once: the same declaration checks what comes in and documents it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Role } from '../../contracts/roles.ts';
import type { Access } from './auth.ts';
import type { HttpProblemCode } from './problems.ts';
import { HttpProblem, namedProblems } from './problems.ts';

/** A schema with the name it has among the document's components. */
export interface Named<Schema extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: Schema;
}

type Shape = Readonly<Record<string, z.ZodType>>;

/** Everything there is to say about a route but what it does. */
export interface Declared<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST';
  /** Parameters as `:name`. */
  readonly path: string;
  /** Who may call it. */
  readonly access: Access;
  readonly summary: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly headers?: Shape;
  readonly body?: Named<Body>;
  /** What it accepts besides JSON. */
  readonly bodyTypes?: readonly string[];
  /** The body of a 200. */
  readonly answer: Named<Answer>;
  /** Bodies of other statuses that are no problem. */
  readonly others?: Readonly<Record<number, Named>>;
  /** Problems of its own; those every such route has are added. */
  readonly problems?: readonly HttpProblemCode[];
  /** The code of a body with mistakes. */
  readonly mistakes?: 'INVALID_PROPOSAL' | 'INVALID_REQUEST';
  /** What a 404 says; present where there may be nothing. */
  readonly missing?: string;
}

/** A request that kept to its route's declaration. */
export interface Asked<Params extends Shape, Query extends Shape, Body extends z.ZodType> {
  readonly params: z.output<z.ZodObject<Params>>;
  readonly query: z.output<z.ZodObject<Query>>;
  readonly body: z.output<Body>;
  /** What the caller's token proved; empty where none was asked for. */
  readonly role: Role | '';
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** The routes of one server. */
export interface Routes {
  readonly declared: readonly Declared[];
  /**
   * Adds a route. `handle` answers the body of a 200, undefined where there is nothing under the
   * address, or the reply it has sent itself.
   */
  add<
    Params extends Shape = Record<never, never>,
    Query extends Shape = Record<never, never>,
    Body extends z.ZodType = z.ZodUndefined,
    Answer extends z.ZodType = z.ZodType,
  >(
    route: Declared<Params, Query, Body, Answer>,
    handle: (
      asked: Asked<Params, Query, Body>,
    ) => Promise<z.output<Answer> | FastifyReply | undefined>,
  ): void;
}

/** The routes that will be added to `app`. */
export function routesOf(app: FastifyInstance): Routes {
  const declared: Declared[] = [];
  return {
    declared,
    add: (route, handle) => {
      declared.push(route);
      app.route({
        method: route.method,
        url: route.path,
        config: { access: route.access, mistakes: route.mistakes ?? 'INVALID_REQUEST' },
        handler: async (request, reply) => {
          const answer = await handle({ ...read(route, request), request, reply });
          if (answer === undefined) throw new HttpProblem('NOT_FOUND', missing(route));
          return answer;
        },
      });
    },
  };
}

function read<Params extends Shape, Query extends Shape, Body extends z.ZodType>(
  route: Declared<Params, Query, Body>,
  request: FastifyRequest,
): Omit<Asked<Params, Query, Body>, 'request' | 'reply'> {
  const params = z.strictObject(route.params ?? {}).safeParse(request.params);
  if (!params.success) throw new HttpProblem('NOT_FOUND', missing(route));
  return {
    params: params.data as z.output<z.ZodObject<Params>>,
    query: queryOf(route, request.query) as z.output<z.ZodObject<Query>>,
    body: bodyOf(route, request.body) as z.output<Body>,
    role: request.role,
  };
}

function missing(route: Declared): { message?: string } {
  return route.missing === undefined ? {} : { message: route.missing };
}

/** A route that takes no query answers whatever is asked of it, as the predecessor's did. */
function queryOf(route: Declared, query: unknown): unknown {
  if (route.query === undefined) return {};
  const parsed = z.strictObject(route.query).safeParse(query);
  if (parsed.success) return parsed.data;
  const problems = namedProblems(parsed.error, 'query', Object.keys(route.query));
  throw new HttpProblem('INVALID_QUERY', { problems });
}

/** The route of proposals reads its body itself: of several each is answered alone. */
function bodyOf(route: Declared, body: unknown): unknown {
  if (route.body === undefined || route.mistakes === 'INVALID_PROPOSAL') return undefined;
  const { schema } = route.body;
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const problems = namedProblems(parsed.error, 'body', fields);
  throw new HttpProblem('INVALID_REQUEST', { problems });
}
