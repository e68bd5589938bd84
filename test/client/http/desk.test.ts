import { describe, expect, test } from '@jest/globals';
import { createServer } from '../../../client/http/server.ts';
import type { HttpPorts } from '../../../client/ports.ts';
import { stubPorts, TOKENS } from './stub-ports.ts';

type Role = keyof typeof TOKENS;

async function post(
  verb: 'pause' | 'resume',
  role: Role | undefined,
  body: unknown,
  overrides: Partial<HttpPorts> = {},
) {
  const asked: unknown[] = [];
  const remember = {
    pause: async (input: Parameters<HttpPorts['pause']>[0]) => {
      asked.push(input);
      return { state: 'paused', epoch: 7, unresolved: ['o-1'] } as const;
    },
    resume: async (input: Parameters<HttpPorts['resume']>[0]) => {
      asked.push(input);
      return { kind: 'resumed' } as const;
    },
  };
  const app = createServer(stubPorts({ ...remember, ...overrides } as Partial<HttpPorts>));
  const answer = await app.inject({
    method: 'POST',
    url: `/api/v1/${verb}`,
    headers: {
      'content-type': 'application/json',
      ...(role === undefined ? {} : { authorization: `Bearer ${TOKENS[role]}` }),
    },
    payload: JSON.stringify(body),
  });
  await app.close();
  return { status: answer.statusCode, body: answer.json() as unknown, asked };
}

const REASON = { reason: 'feed looks wrong' };

describe('who may', () => {
  test.each([
    ['pause', undefined, 401],
    ['pause', 'trader', 403],
    ['pause', 'operator', 200],
    ['pause', 'admin', 200],
    ['resume', undefined, 401],
    ['resume', 'trader', 403],
    ['resume', 'operator', 200],
    ['resume', 'admin', 200],
  ] as const)('%s as %s: %d', async (verb, role, status) => {
    expect((await post(verb, role, REASON)).status).toBe(status);
  });

  test('the role behind a resume is the token’s, never the body’s', async () => {
    const { asked, status } = await post('resume', 'operator', { ...REASON, by: 'admin' });
    expect(status).toBe(200);
    expect(asked).toEqual([{ actor: 'admin', role: 'operator', ...REASON }]);
    const smuggled = await post('resume', 'operator', { ...REASON, role: 'admin' });
    expect(smuggled).toMatchObject({ status: 422, asked: [] });
  });
});

describe('what it answers', () => {
  test('pause: state, epoch and the orders that may still have left', async () => {
    const { body, asked } = await post('pause', 'operator', REASON);
    expect(body).toEqual({ state: 'paused', epoch: 7, unresolved: ['o-1'] });
    expect(asked).toEqual([{ actor: 'operator', ...REASON }]);
  });

  test('resume after a breach by an operator: 409 with what to do', async () => {
    const refused = { kind: 'refused', detail: 'needs the admin' } as const;
    const resume = () => Promise.resolve(refused);
    expect(await post('resume', 'operator', REASON, { resume })).toMatchObject({
      status: 409,
      body: { code: 'RESUME_REFUSED', message: 'needs the admin' },
    });
  });

  test('resume while Temporal is away: 503, the desk stays as it is', async () => {
    const resume = () => Promise.resolve({ kind: 'unreachable' } as const);
    expect(await post('resume', 'admin', REASON, { resume })).toMatchObject({
      status: 503,
      body: { code: 'ENGINE_UNREACHABLE' },
    });
  });

  test.each([
    [{}, 'reason', 'is required'],
    [{ reason: '  ' }, 'reason', expect.any(String)],
    [{ reason: 7 }, 'reason', expect.any(String)],
    [{ reason: 'x'.repeat(501) }, 'reason', expect.any(String)],
    [{ reason: 'x', reson: 'y' }, 'reson', expect.stringContaining('did you mean reason')],
  ])('a body with mistakes names the field: %p', async (body, field, problem) => {
    const answer = await post('pause', 'operator', body);
    expect(answer).toMatchObject({
      status: 422,
      body: { code: 'INVALID_REQUEST', problems: [{ field, problem }] },
      asked: [],
    });
  });
});
