/** Who may call what: tokens, hosts, origins. */
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import fastify from 'fastify';
import { requireRoles, roleOf } from '../../../client/http/auth.ts';
import { hostProblem } from '../../../client/http/hosts.ts';
import { createServer } from '../../../client/http/server.ts';
import { SINGLE_LEG, stubPorts, TOKENS } from './stub-ports.ts';

const json = { 'content-type': 'application/json' };

function postAs(authorization?: string) {
  return createServer(stubPorts()).inject({
    method: 'POST',
    url: '/api/v1/trades',
    headers: { ...json, ...(authorization === undefined ? {} : { authorization }) },
    payload: SINGLE_LEG,
  });
}

describe('tokens', () => {
  test.each(['trader', 'operator', 'admin'] as const)('a %s may propose', async (role) => {
    expect((await postAs(`Bearer ${TOKENS[role]}`)).statusCode).toBe(202);
  });

  const refused: [string, string | undefined][] = [
    ['no header', undefined],
    ['an empty header', ''],
    ['no scheme', TOKENS.admin],
    ['another scheme', `Basic ${TOKENS.admin}`],
    ['an empty token', 'Bearer '],
    ['a wrong token', 'Bearer wrong-token-0123456789'],
    ['a prefix of a token', `Bearer ${TOKENS.trader.slice(0, -1)}`],
    ['a token with more behind it', `Bearer ${TOKENS.trader}x`],
    ['two tokens', `Bearer ${TOKENS.trader}, Bearer ${TOKENS.admin}`],
    ['another case', `Bearer ${TOKENS.trader.toUpperCase()}`],
  ];
  test.each(refused)('%s is 401, with the same body as any other', async (_name, header) => {
    const response = await postAs(header);
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.json()).toEqual({
      code: 'UNAUTHENTICATED',
      message: 'this needs a valid token in the header Authorization: Bearer',
    });
  });

  test('a token in the query or a cookie proves nothing', async () => {
    const response = await createServer(stubPorts()).inject({
      method: 'POST',
      url: `/api/v1/trades?token=${TOKENS.admin}`,
      headers: { ...json, cookie: `token=${TOKENS.admin}` },
      payload: SINGLE_LEG,
    });
    expect(response.statusCode).toBe(401);
  });

  test('an unauthenticated caller learns nothing of what its body lacks', async () => {
    const response = await createServer(stubPorts()).inject({
      method: 'POST',
      url: '/api/v1/trades',
      headers: { 'content-type': 'text/plain' },
      payload: '{',
    });
    expect(response.statusCode).toBe(401);
  });

  test.each(['/healthz', '/readyz', '/api/v1/status', '/api/v1/trades', '/api/v1/trades/fed-1'])(
    'reading %s needs none',
    async (url) => {
      expect((await createServer(stubPorts()).inject({ url })).statusCode).toBe(200);
    },
  );

  test('the role is that of the token', () => {
    expect(roleOf(TOKENS, `bearer ${TOKENS.operator}`)).toBe('operator');
    expect(roleOf({ ...TOKENS, trader: '' }, 'Bearer ')).toBeUndefined();
    expect(roleOf({ ...TOKENS, trader: '' }, undefined)).toBeUndefined();
  });

  test.each([
    ['trader', 403, { code: 'ROLE_TOO_LOW' }],
    ['operator', 200, {}],
    ['admin', 200, {}],
  ] as const)('a route for operators answers a %s with %i', async (role, status, body) => {
    const app = createServer(stubPorts());
    app.post('/api/v1/operators-only', { config: { access: 'operator' } }, async () => ({}));
    const response = await app.inject({
      method: 'POST',
      url: '/api/v1/operators-only',
      headers: { ...json, authorization: `Bearer ${TOKENS[role]}` },
      payload: {},
    });
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject(body);
  });
});

describe('creating the server', () => {
  test('fails for a route that does not declare its access', () => {
    const app = fastify();
    requireRoles(app, TOKENS);
    expect(() => app.get('/open-by-mistake', async () => ({}))).toThrow(
      'the route GET /open-by-mistake does not declare its access',
    );
  });

  test('fails when a token is empty', () => {
    const tokens = { ...TOKENS, operator: '' };
    expect(() => createServer(stubPorts({ tokens }))).toThrow('the token of the role operator');
  });
});

describe('Host and Origin', () => {
  const status = async (headers: Record<string, string>) => {
    const url = '/api/v1/status';
    const response = await createServer(stubPorts()).inject({ url, headers });
    return [response.statusCode, response.json<{ code?: string }>().code];
  };

  test.each([
    'localhost',
    'LOCALHOST:5001',
    '127.0.0.1:5001',
    '127.0.0.2:1',
    '[::1]',
    '[::1]:5001',
    'ballast.internal',
    'Ballast.Internal:8443',
  ])('Host %s is served', async (host) => {
    expect(await status({ host })).toEqual([200, undefined]);
  });

  test.each([
    'evil.com',
    'evil.com:5001',
    'localhost.evil.com',
    'localhost@evil.com',
    'evil.com/localhost',
    '127.0.0.1.evil.com',
    '192.168.1.4:5001',
    '[::2]:5001',
    '0.0.0.0:5001',
    'xballast.internal',
    'localhost:5001:5001',
  ])('Host "%s" is 403', async (host) => {
    expect(await status({ host })).toEqual([403, 'HOST_NOT_ALLOWED']);
  });

  const own: [host: string, origin: string][] = [
    ['localhost:5001', 'http://localhost:5001'],
    ['localhost', 'http://localhost'],
    ['localhost:80', 'http://localhost'],
    ['[::1]:5001', 'http://[::1]:5001'],
    ['ballast.internal', 'https://ballast.internal'],
  ];
  test.each(own)('at %s, Origin %s is served', async (host, origin) => {
    expect(await status({ host, origin })).toEqual([200, undefined]);
  });

  test.each([
    'https://attacker.example',
    'http://localhost:3000',
    'http://127.0.0.1:5001',
    'http://localhost:5001.evil.com',
    'null',
    '',
    'file://',
    'chrome-extension://localhost:5001',
  ])('at localhost:5001, Origin "%s" is 403', async (origin) => {
    expect(await status({ host: 'localhost:5001', origin })).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
  });

  test('a request without a host is 403', () => {
    expect(hostProblem({}, [])).toBe('HOST_NOT_ALLOWED');
    expect(hostProblem({ host: '' }, [''])).toBe('HOST_NOT_ALLOWED');
  });

  test('a browser that says another site sent it is refused', async () => {
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toEqual([200, undefined]);
  });

  test('a foreign host is refused before its token counts, and on unknown paths', async () => {
    const app = createServer(stubPorts());
    const headers = { host: 'evil.com', ...json };
    for (const url of ['/api/v1/trades', '/nothing']) {
      // oxlint-disable-next-line no-await-in-loop -- two requests
      const response = await app.inject({ method: 'POST', url, headers, payload: {} });
      expect(response.json()).toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    }
  });

  test('a preflight gets no permission', async () => {
    const response = await createServer(stubPorts()).inject({
      method: 'OPTIONS',
      url: '/api/v1/trades',
      headers: {
        origin: 'https://attacker.example',
        'access-control-request-method': 'POST',
      },
    });
    expect(response.statusCode).toBe(403);
    expect(Object.keys(response.headers).join()).not.toContain('access-control');
  });

  test('the checks hold on a real socket', async () => {
    const app = createServer(stubPorts());
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const ask = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        httpRequest(
          { port, host: '127.0.0.1', path: '/healthz', headers: { host } },
          (response) => {
            response.resume();
            resolve(response.statusCode);
          },
        )
          .on('error', reject)
          .end();
      });
    expect(await ask(`127.0.0.1:${port}`)).toBe(200);
    expect(await ask('evil.com')).toBe(403);
    await app.close();
  });
});

describe('reads', () => {
  const get = (url: string, remoteAddress: string, authorization?: string) =>
    createServer(stubPorts()).inject({
      url,
      remoteAddress,
      ...(authorization === undefined ? {} : { headers: { authorization } }),
    });

  test.each([
    ['127.0.0.1', undefined, 200],
    ['::ffff:127.0.0.1', undefined, 200],
    ['::1', undefined, 200],
    ['10.0.0.7', undefined, 401],
    ['10.0.0.7', `Bearer ${TOKENS.trader}`, 200],
    ['::ffff:10.0.0.7', undefined, 401],
  ])('from %s with %s are %d', async (remoteAddress, authorization, status) => {
    const response = await get('/api/v1/trades', remoteAddress, authorization);
    expect(response.statusCode).toBe(status);
  });

  test('probes answer everybody', async () => {
    expect((await get('/healthz', '10.0.0.7')).statusCode).toBe(200);
  });
});
