/** The API's document: every route is in it, nothing else is, and it is what it claims to be. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../../client/http/server.ts';
import { HTTP_PROBLEMS } from '../../../client/http/problems.ts';
import { runNode } from '../../support/children.ts';
import { testDirectory } from '../../support/servers.ts';
import { stubPorts } from './stub-ports.ts';

interface Operation {
  readonly summary: string;
  readonly operationId: string;
  readonly 'x-role': string;
  readonly security: object[];
  readonly parameters: { name: string; in: string; required: boolean }[];
  readonly requestBody?: { content: Record<string, unknown> };
  readonly responses: Record<string, { description: string }>;
}

interface Document {
  readonly openapi: string;
  readonly info: { version: string };
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { schemas: Record<string, { type?: string; required?: string[] }> };
}

async function documentOf(app = createServer(stubPorts())): Promise<Document> {
  const response = await app.inject({ url: '/api/openapi.json' });
  expect(response.statusCode).toBe(200);
  return response.json<Document>();
}

const operationsOf = (document: Document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

/** The server's own list of its routes, which no declaration of ours makes. */
function servedRoutes(app: ReturnType<typeof createServer>): string[] {
  const routes: string[] = [];
  const stack: string[] = [];
  const tree = app.printRoutes({ commonPrefix: false });
  for (const line of tree.split('\n').filter((text) => text !== '')) {
    const match = /^((?:[│ ] {3})*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (match === null) throw new Error(`a line of printRoutes that cannot be read: ${line}`);
    const depth = match[1]!.length / 4;
    stack.length = depth;
    stack.push(match[2]!);
    for (const method of (match[3] ?? '').split(', ')) {
      if (method !== '' && method !== 'HEAD') routes.push(`${method} ${stack.join('')}`);
    }
  }
  return routes.map((route) => route.replaceAll(/:(\w+)/g, '{$1}')).toSorted();
}

describe('/api/openapi.json', () => {
  test('has every route of the server and no other', async () => {
    const app = createServer(stubPorts());
    const served = servedRoutes(app);
    expect(served).toContain('POST /api/v1/trades/{id}/resolve');
    const documented = operationsOf(await documentOf(app)).map(
      ({ path, method }) => `${method.toUpperCase()} ${path}`,
    );
    expect(documented.toSorted()).toEqual(served);
  });

  test('a route that is not declared is missed', () => {
    const app = createServer(stubPorts());
    const before = servedRoutes(app);
    app.get('/api/v1/hidden', { config: { access: 'read' } }, async () => ({}));
    expect(servedRoutes(app).filter((route) => !before.includes(route))).toEqual([
      'GET /api/v1/hidden',
    ]);
  });

  test('is valid OpenAPI 3.1 by an independent validator', async () => {
    const file = join(testDirectory('openapi'), 'openapi.json');
    const document = await documentOf();
    const verdictOn = async (what: object): Promise<unknown> => {
      writeFileSync(file, JSON.stringify(what));
      const child = runNode(['test/support/openapi-child.ts', file]);
      await child.ended();
      return JSON.parse(child.output());
    };
    expect(await verdictOn(document)).toEqual({ valid: true, version: '3.1' });
    expect(await verdictOn({ ...document, info: {} })).toMatchObject({ valid: false });
  });

  test('every reference leads to a component', async () => {
    const document = await documentOf();
    const references = JSON.stringify(document).matchAll(
      /"\$ref":"#\/components\/schemas\/(\w+)"/g,
    );
    const missing = [...references].filter(([, name]) => !(name! in document.components.schemas));
    expect(missing).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('"$ref":"#/definitions');
  });

  test('says of each route who may call it, and what a wrong token is answered', async () => {
    const operations = operationsOf(await documentOf());
    const roleOf = Object.fromEntries(
      operations.map(({ path, method, operation }) => [`${method} ${path}`, operation['x-role']]),
    );
    expect(roleOf).toMatchObject({
      'get /healthz': 'probe',
      'get /api/v1/trades': 'read',
      'post /api/v1/trades': 'trader',
      'post /api/v1/trades/dry-run': 'trader',
      'post /api/v1/trades/{id}/resolve': 'operator',
      'post /api/v1/alerts/{id}/ack': 'operator',
      'post /api/v1/pause': 'operator',
      'post /api/v1/halt': 'operator',
      'post /api/v1/resume': 'operator',
      'post /api/v1/rearm': 'admin',
      'post /api/v1/pairs': 'admin',
      'post /api/v1/pairs/{id}/approve': 'admin',
      'post /api/v1/strategies/{name}/enable': 'admin',
      'post /api/v1/strategies/{name}/limit': 'admin',
      'post /api/v1/approvals/{id}': 'admin',
    });
    for (const { operation } of operations.filter(({ method }) => method === 'post')) {
      expect(operation.security).toEqual([{ bearer: [] }]);
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['200', '400', '401', '403', '413', '415', '422', '429', '500']),
      );
      expect(operation.requestBody?.content).toHaveProperty(['application/json']);
    }
  });

  test('names every problem code somewhere, and no operation twice', async () => {
    const document = await documentOf();
    const text = JSON.stringify(document);
    // Answered before any route is found.
    const nowhere = Object.keys(HTTP_PROBLEMS).filter((code) => !text.includes(`"${code}"`));
    expect(nowhere).toEqual(['BAD_REQUEST']);
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('says the same as docs/api.md', async () => {
    const routes = operationsOf(await documentOf()).map(
      ({ path, method, operation }) =>
        `| \`${method.toUpperCase()} ${path}\` | ${operation['x-role']} | ${operation.summary} |`,
    );
    const text = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8');
    const rows = text.replaceAll(/ +/g, ' ').split('\n');
    expect(rows.filter((row) => row.startsWith('| `'))).toEqual(routes);
  });

  test('describes a proposal as it is sent: decimal strings, and what is required', async () => {
    const { components, paths, info } = await documentOf();
    expect(components.schemas['Proposal']).toMatchObject({
      type: 'object',
      additionalProperties: false,
      required: ['strategy', 'event', 'legs'],
      properties: { budget: { type: 'string' }, legs: { items: { type: 'object' } } },
    });
    expect(paths['/api/v1/trades']?.['post']?.parameters).toMatchObject([
      { name: 'idempotency-key', in: 'header', required: false },
    ]);
    expect(info.version).toBe('0.1.0');
  });
});
