/**
 * `GET /api/openapi.json`: the API described from the very schemas that check its requests and
 * type its answers. OpenAPI 3.1, whose schemas are JSON Schema 2020-12, see
 * https://spec.openapis.org/oas/v3.1.1.html.
 */
import { z } from 'zod';
import { problemSchema } from '../../contracts/http.ts';
import type { HttpProblemCode } from './problems.ts';
import { HTTP_PROBLEMS } from './problems.ts';
import type { Declared, Named, Routes } from './routes.ts';

const COMPONENTS = '#/components/schemas/';
const problem: Named = { name: 'Problem', schema: problemSchema };

/** Adds the document's route; what is added after it is described too. */
export function addOpenApiRoute(routes: Routes, version: string): void {
  let text: Record<string, unknown> | undefined;
  routes.add(
    {
      method: 'GET',
      path: '/api/openapi.json',
      access: 'read',
      summary: 'This document',
      answer: { name: 'OpenApi', schema: z.record(z.string(), z.unknown()) },
    },
    async () => (text ??= openApiOf(routes.declared, version)),
  );
}

/** The document of `declared`. */
export function openApiOf(declared: readonly Declared[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of declared) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ballast',
      version,
      description:
        'Money, prices and quantities are decimal strings, times ISO 8601 in UTC. Reads are open ' +
        'on the machine itself and need any role from elsewhere; every change needs a role: ' +
        'trader proposes, operator reduces risk, admin adds risk; a higher role includes the lower.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: componentsOf(declared),
    },
  };
}

/** As a caller writes it: what is read from a text is described as that text. */
const AS_TEXT: z.core.ToJSONSchemaParams = {
  io: 'input',
  override: ({ jsonSchema }) => {
    // The format says it; the pattern of a date takes ten lines, many hundred times.
    if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') {
      delete jsonSchema.pattern;
    }
  },
};

/** Every named schema once. @throws Error where one name stands for two schemas */
function componentsOf(declared: readonly Declared[]): Record<string, unknown> {
  const registry = z.registry<{ id: string }>();
  const known = new Map<string, z.ZodType>();
  const named = declared.flatMap(({ answer, body, others = {} }) => [
    answer,
    ...(body === undefined ? [] : [body]),
    ...Object.values(others),
  ]);
  for (const { name, schema } of [...named, problem]) {
    const other = known.get(name);
    if (other === schema) continue;
    if (other !== undefined) throw new Error(`two schemas of the API are named ${name}`);
    known.set(name, schema);
    registry.add(schema, { id: name });
  }
  const { schemas } = z.toJSONSchema(registry, { ...AS_TEXT, uri: (id) => COMPONENTS + id });
  return Object.fromEntries(Object.entries(schemas).map(([name, one]) => [name, plain(one)]));
}

/** Without what only a document of its own carries. */
function plain(schema: object): Record<string, unknown> {
  const { $schema: _schema, $id: _id, ...rest } = schema as Record<string, unknown>;
  return rest;
}

function operationOf(route: Declared): Record<string, unknown> {
  const { method, path, access, summary, body } = route;
  const parts = path.split('/').filter((part) => part !== '' && part !== 'api' && part !== 'v1');
  const name = parts.map((part) => part.replace(/^:/, 'by-').replaceAll('.', '-')).join('-');
  const types = ['application/json', ...(route.bodyTypes ?? [])];
  return {
    operationId: `${method.toLowerCase()}-${name}`,
    summary,
    tags: [parts[0]],
    'x-role': access,
    security: securityOf(access),
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...parametersOf('header', route.headers),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: contentOf(types, body) } }),
    responses: responsesOf(route),
  };
}

function securityOf(access: Declared['access']): object[] {
  if (access === 'probe') return [];
  return access === 'read' ? [{}, { bearer: [] }] : [{ bearer: [] }];
}

function parametersOf(
  place: 'path' | 'query' | 'header',
  shape: Readonly<Record<string, z.ZodType>> = {},
): object[] {
  return Object.entries(shape).map(([name, schema]) => {
    const { description, ...rest } = plain(z.toJSONSchema(schema, AS_TEXT));
    return {
      name,
      in: place,
      required: place === 'path',
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function contentOf(types: readonly string[], { name }: Named): object {
  return Object.fromEntries(
    types.map((type) => [type, { schema: { $ref: `${COMPONENTS}${name}` } }]),
  );
}

function responsesOf(route: Declared): Record<string, object> {
  const { answer, others = {} } = route;
  const good = new Map<number, Named>([[200, answer]]);
  for (const [status, other] of Object.entries(others)) good.set(Number(status), other);
  const problems = problemsOf(route);
  const statuses = [...new Set([...good.keys(), ...problems.keys()])].toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [status, responseOf(good.get(status), problems.get(status) ?? [])]),
  );
}

function responseOf(good: Named | undefined, codes: readonly HttpProblemCode[]): object {
  const schemas = [
    ...(good === undefined ? [] : [{ $ref: COMPONENTS + good.name }]),
    ...(codes.length === 0
      ? []
      : [
          {
            allOf: [{ $ref: COMPONENTS + problem.name }],
            properties: { code: { enum: codes } },
          },
        ]),
  ];
  const says = codes.map((code) => `${code}: ${HTTP_PROBLEMS[code].message}`);
  return {
    description: [...(good === undefined ? [] : [good.name]), ...says].join('\n\n'),
    content: {
      'application/json': { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas } },
    },
  };
}

/** The route's own problems and those that follow from what it declares, by status. */
function problemsOf(route: Declared): Map<number, HttpProblemCode[]> {
  const { access, mistakes = 'INVALID_REQUEST' } = route;
  const byStatus = new Map<number, HttpProblemCode[]>();
  const add = (code: HttpProblemCode, status: number = HTTP_PROBLEMS[code].status): void => {
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  };
  for (const code of ['HOST_NOT_ALLOWED', 'ORIGIN_NOT_ALLOWED', 'INTERNAL'] as const) add(code);
  if (access !== 'probe') for (const code of TOKEN_PROBLEMS) add(code);
  if (access !== 'probe' && access !== 'read') add('ROLE_TOO_LOW');
  if (route.method === 'POST') {
    add(mistakes, 400);
    for (const code of ['BODY_TOO_LARGE', 'CONTENT_TYPE_NOT_SUPPORTED', mistakes] as const) {
      add(code);
    }
  }
  if (route.query !== undefined) add('INVALID_QUERY');
  if (route.params !== undefined) add('NOT_FOUND');
  for (const code of route.problems ?? []) add(code);
  return byStatus;
}

const TOKEN_PROBLEMS = ['UNAUTHENTICATED', 'TOO_MANY_FAILURES'] as const;
